"""Messages that the taxonomy has no answer for: from a file of JSON lines, or off a running system's topic."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from casekeeper.case_story import envelopes
from casekeeper.understanding.lines import BATCH, Line
from schemas.events.message import Classification, MessageClassified
from schemas.masking import masked_message
from services.chassis.kafka import Cluster
from services.classification.domain import Classifier
from services.classification.learning.suggest import MOST_MESSAGES, Said, is_unknown

TOPIC: Final = "messages.classified"


def of_lines(lines: Iterable[Line], classifier: Classifier) -> list[Said]:
    """Classified here. Raises LineInvalid."""
    return list(_of_lines(lines, classifier))[-MOST_MESSAGES:]


async def of_topic(cluster: Cluster) -> list[Said]:
    """As they were classified when they came. Raises Unavailable."""
    found = []
    async for envelope in envelopes(cluster, [TOPIC]):
        event = envelope.data
        if isinstance(event, MessageClassified) and is_unknown(event.classification):
            author = event.message.author
            found.append(_said(event.message.text, event.classification, (author.name, author.handle)))
    return found[-MOST_MESSAGES:]


def _of_lines(lines: Iterable[Line], classifier: Classifier) -> Iterator[Said]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        labels = classifier.classify([line.text for line in batch], [line.brand for line in batch])
        yield from (_said(line.text, label) for line, label in zip(batch, labels, strict=True) if is_unknown(label))


def _said(text: str, label: Classification, names: Iterable[str] = ()) -> Said:
    return Said(text, masked_message(text, label.personal_data, [name for name in names if name]), label.language)
