"""A model judges messages beside the current one, without effect: those of a running system's topic, or of a file."""

from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import islice

from casekeeper.understanding.lines import BATCH, Line
from schemas.envelope import InvalidEnvelope
from schemas.events.message import MessageClassified
from services.chassis.kafka import Cluster, read
from services.classification.domain import Classifier
from services.classification.shadow import Counted

TOPIC = "messages.classified"


async def beside_the_topic(cluster: Cluster, candidate: Classifier) -> Counted:
    """The candidate beside what was said when the messages came, as far back as the topic goes. Raises Unavailable."""
    counted, waiting = Counted(), list[MessageClassified]()
    async for event in _classified(cluster):
        waiting.append(event)
        if len(waiting) == BATCH:
            _count(counted, candidate, waiting)
            waiting = []
    _count(counted, candidate, waiting)
    return counted


def beside(current: Classifier, candidate: Classifier, lines: Iterable[Line]) -> Counted:
    """Both models on the same messages. Raises LineInvalid."""
    counted, left = Counted(), iter(lines)
    while batch := list(islice(left, BATCH)):
        texts, brands = [line.text for line in batch], [line.brand for line in batch]
        for one, other in zip(current.classify(texts, brands), candidate.classify(texts, brands), strict=True):
            counted.count(one, other)
    return counted


async def _classified(cluster: Cluster) -> AsyncIterator[MessageClassified]:
    async for record in read(cluster, [TOPIC]):
        try:
            event = record.envelope().data
        except InvalidEnvelope:
            continue
        if isinstance(event, MessageClassified):
            yield event


def _count(counted: Counted, candidate: Classifier, events: Sequence[MessageClassified]) -> None:
    texts, brands = [event.message.text for event in events], [event.message.brand for event in events]
    for event, label in zip(events, candidate.classify(texts, brands), strict=True):
        counted.count(event.classification, label)
