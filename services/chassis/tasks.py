"""Tasks that end when they are told to."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 2.0


async def end(tasks: Iterable[asyncio.Task[Any]], again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel these tasks and wait until all are over; how they ended does not matter.

    Once is not always enough: before Python 3.12 a cancellation gets lost in `asyncio.wait_for`, ours or that of a driver, when
    what is waited for comes at the same moment. So it is repeated, with `again_seconds` between for those who tidy up.
    """
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        over, left = await asyncio.wait(left, timeout=again_seconds)
        for task in over:
            if not task.cancelled():
                task.exception()  # looked at, so that nobody complains that nobody did
