"""Looks at Kafka every few seconds, so that whoever opens the operator's page sees the last minute at once (I4)."""

from schemas.topics import TOPICS
from services.chassis.clock import Clock
from services.chassis.errors import Unavailable
from services.chassis.kafka import Cluster
from services.chassis.looking import Lookout
from services.desk.domain.flow import Flow, Sample, flow, listeners, remembered


class FlowWatch:
    """The last minute of samples, by this instance."""

    def __init__(self, cluster: Cluster, clock: Clock) -> None:
        self._lookout = Lookout(cluster)
        self._clock = clock
        self._samples: list[Sample] = []
        self.trouble = ""
        """Why the last look failed; empty: it did not."""

    async def look(self) -> None:
        """Take one more sample. Raises Unavailable."""
        try:
            found = await self._lookout.look([topic.name for topic in TOPICS], listeners())
        except Unavailable as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        sample = Sample(self._clock.now(), found.ends, found.done, found.lag)
        self._samples = remembered([*self._samples, sample])

    def now(self) -> Flow | None:
        """The flow as of the last sample; None before the first."""
        return flow(self._samples)

    async def close(self) -> None:
        """Let go of the broker."""
        await self._lookout.close()
