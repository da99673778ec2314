"""Corrections, read off the cases' topic of a running system."""

from casekeeper.case_story import TOPIC
from schemas.envelope import InvalidEnvelope
from services.chassis.kafka import Cluster, read
from services.classification.learning.corrections import Correction, corrections


async def read_corrections(cluster: Cluster) -> list[Correction]:
    """Every correction that the topic holds, with its message. Raises Unavailable."""
    events = []
    async for record in read(cluster, [TOPIC]):
        try:
            events.append(record.envelope().data)
        except InvalidEnvelope:
            continue
    return corrections(events)
