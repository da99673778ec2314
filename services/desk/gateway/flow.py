"""Looks at Kafka every few seconds while somebody looks at the flow (I4)."""

import asyncio
from contextlib import suppress
from datetime import datetime

from schemas.topics import TOPICS
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.kafka import Cluster
from services.chassis.looking import Lookout
from services.chassis.tasks import end
from services.desk.domain.flow import WINDOW, Flow, Sample, flow, listeners, remembered

PATIENCE_SECONDS = 2.0
"""So long somebody who asks waits for a first sample."""


class FlowWatch:
    """The last minute of samples, by this instance."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._lookout = Lookout(cluster)
        self._clock = clock
        self._samples: list[Sample] = []
        self._asked_at: datetime | None = None
        self._turn = asyncio.Lock()
        self._first: asyncio.Task[None] | None = None
        self.trouble = ""
        """Why the last look failed; empty: it did not."""

    @property
    def wanted(self) -> bool:
        """Whether somebody asked within the last minute."""
        return self._asked_at is not None and self._clock.now() - self._asked_at < WINDOW

    async def look(self) -> None:
        """Take one more sample. Raises Unavailable."""
        async with self._turn:
            try:
                found = await self._lookout.look([topic.name for topic in TOPICS], listeners())
            except Unavailable as error:
                self.trouble = str(error)
                raise
            self.trouble = ""
            sample = Sample(self._clock.now(), found.ends, found.done, found.lag)
            self._samples = remembered([*self._samples, sample])

    async def now(self) -> Flow | None:
        """The flow, for somebody who asks: as of the last sample, or one taken now; None while the broker does not answer."""
        self._asked_at = self._clock.now()
        if not self._is_current():
            if self._first is None or self._first.done():
                self._samples = []  # a rate since somebody looked yesterday would tell nothing of now
                self._first = asyncio.create_task(self._look_once())
            await asyncio.wait({self._first}, timeout=PATIENCE_SECONDS)
        return flow(self._samples)

    async def _look_once(self) -> None:
        with suppress(Unavailable):  # `trouble` says so
            await self.look()

    def _is_current(self) -> bool:
        return bool(self._samples) and self._clock.now() - self._samples[-1].at < WINDOW

    async def close(self) -> None:
        """Let go of the broker."""
        if self._first:
            await end([self._first])
        await self._lookout.close()
