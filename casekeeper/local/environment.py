"""Tells services in this process what the environment would tell them in a process of their own."""

import contextlib
import os
from collections.abc import Iterator, Mapping


@contextlib.contextmanager
def told(environment: Mapping[str, str]) -> Iterator[None]:
    """Services read their settings while they are built; what we tell them is nobody else's business afterwards."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
