"""How a command ends when it can not do what was asked."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import typer
from rich.console import Console

if TYPE_CHECKING:
    from casekeeper.local.running import Running

T = TypeVar("T")
err = Console(stderr=True)


def fail(text: str) -> NoReturn:
    """Say it on stderr, in whole lines, and end with status 1."""
    err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1)


def reached(work: Coroutine[Any, Any, T]) -> T:
    """What the work comes to; the command ends and says so when a broker or store does not answer."""
    from services.chassis.errors import Unavailable

    try:
        return asyncio.run(work)
    except Unavailable as error:
        fail(str(error))


def stack_on(folder: Path, otherwise: str = "") -> "Running":
    """The stack that runs on this folder; without one the command ends and says so, and what could be said instead."""
    from casekeeper.local import running

    try:
        return running.find(folder)
    except running.NotRunning as error:
        fail(f"{error}; {otherwise}" if otherwise else str(error))


@contextmanager
def extra(name: str) -> Iterator[None]:
    """What is imported within needs an extra of the package; without it the command ends and says so."""
    try:
        yield
    except ModuleNotFoundError as error:
        fail(f"this needs {error.name}: install casekeeper with its extra `{name}`")
