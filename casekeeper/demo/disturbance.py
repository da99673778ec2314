"""Kills parts of a stack with -9 at random moments, one after the other, each time after things have settled."""

import asyncio
import random
from collections.abc import Sequence

from casekeeper.local.process import Child
from casekeeper.local.stack import Stack

LEAST_SECONDS, MOST_SECONDS = 0.5, 3.0
SETTLE_SECONDS = 90.0
POLL_SECONDS = 0.05


class Disturbance:
    """A list of victims, killed in their order."""

    def __init__(self, targets: Sequence[str], seed: int) -> None:
        self._targets = targets
        self._chance = random.Random(seed)

    async def work(self, stack: Stack) -> None:
        """Kill each in turn, and wait until the stack has it back."""
        for target in self._targets:
            await asyncio.sleep(self._chance.uniform(LEAST_SECONDS, MOST_SECONDS))
            repaired = len(stack.restarts)
            self._child(stack, target).kill()
            async with asyncio.timeout(SETTLE_SECONDS):
                while len(stack.restarts) == repaired:  # noqa: ASYNC110 - the stack keeps a list, not an event
                    await asyncio.sleep(POLL_SECONDS)

    @staticmethod
    def _child(stack: Stack, target: str) -> Child:
        return {"broker": stack.broker, "store": stack.store}.get(target) or stack.processes[target]
