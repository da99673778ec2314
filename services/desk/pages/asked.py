"""What other services tell beside a page's own matter: it is left out while they do not answer."""

from collections.abc import Awaitable
from typing import TypeVar

from services.chassis.errors import Problem

T = TypeVar("T")


async def unless_away(answer: Awaitable[T]) -> T | None:
    """The answer; None while the service does not give one. Raises Problem for a refusal."""
    try:
        return await answer
    except Problem as problem:
        if problem.status < 500:
            raise
        return None
