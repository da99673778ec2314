"""How a command ends when it can not do what was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer
from rich.console import Console

err = Console(stderr=True)


def fail(text: str) -> NoReturn:
    """Say it on stderr, in whole lines, and end with status 1."""
    err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1)


@contextmanager
def extra(name: str) -> Iterator[None]:
    """What is imported within needs an extra of the package; without it the command ends and says so."""
    try:
        yield
    except ModuleNotFoundError as error:
        fail(f"this needs {error.name}: install casekeeper with its extra `{name}`")
