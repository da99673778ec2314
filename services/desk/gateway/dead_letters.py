"""Dead letters of all services, read again only when there are new ones; and giving them another chance (I4)."""

import asyncio
from collections.abc import Callable, Sequence

from schemas.topics import TOPICS, dead_topic
from services.chassis import dead
from services.chassis.clock import Clock
from services.chassis.dead import Letter
from services.chassis.kafka import Cluster, Publisher
from services.chassis.looking import Lookout

CONSUMERS = tuple(dict.fromkeys(service for topic in TOPICS for service in topic.consumers))


class DeadLetters:
    """What the dead-letter topics hold."""

    def __init__(self, cluster: Cluster, publisher: Publisher, clock: Clock) -> None:
        self._cluster = cluster
        self._publisher = publisher
        self._clock = clock
        self._lookout = Lookout(cluster)
        self._turn = asyncio.Lock()
        self._ends: dict[str, int] = {}
        self._letters: list[Letter] = []

    async def all(self) -> list[Letter]:
        """Every letter, the oldest first. Raises Unavailable."""
        async with self._turn:
            reached = await self._lookout.look([dead_topic(each) for each in CONSUMERS], {})
            if dict(reached.ends) != self._ends:
                self._letters = await dead.letters(self._cluster, CONSUMERS)
                self._ends = dict(reached.ends)
            return self._letters

    async def replay(self, chosen: Sequence[Letter], by: str) -> int:
        """Give them to their consumers once more. Raises Unavailable."""
        count = await dead.replay(self._publisher, chosen, self._clock.now(), by)
        self._ends = {}
        return count

    async def find(self, consumer: str, letter: str, allowed: Callable[[Letter], bool]) -> Letter | None:
        """One of those that are allowed."""
        found = (each for each in await self.all() if (each.consumer, each.id) == (consumer, letter))
        return next((each for each in found if allowed(each)), None)

    async def close(self) -> None:
        """Let go of the broker."""
        await self._lookout.close()
