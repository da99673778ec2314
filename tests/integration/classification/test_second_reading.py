"""Messages are read a second time after they went on: what is surely wrong is said once, and the first word is not delayed."""

import pytest

from schemas.envelope import Envelope
from schemas.events.message import Classification, MessageClassified
from schemas.events.second_reading import MessageReclassified
from services.chassis.testing import ManualClock
from services.classification.app import build
from services.classification.aside import Aside
from services.classification.domain import Classifier
from services.classification.embeddings import EncoderMissing, Reader
from services.classification.embeddings.second_reading import SecondReading
from services.classification.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.classification.test_classification import (
    ORGANISATION,
    TUESDAY,
    batch,
    classified,
    received,
    running,
)

TEXT = "I have been waiting on hold for three hours and nobody picks up. Unbelievable."

PRAISE = "Could not be happier with the new machine"
"""A complaint, going by its words."""


def reclassified(found: list[Envelope]) -> list[MessageReclassified]:
    return [each.data for each in found if isinstance(each.data, MessageReclassified)]


@pytest.fixture(scope="module")
def reader() -> Reader:
    try:
        return Reader.load(Classifier.load(()))
    except EncoderMissing as error:
        pytest.skip(str(error))


def wrong(reader: Reader) -> tuple[Classification, Classification]:
    """A first reading that the second one differs from."""
    right = reader.classify([TEXT])[0]
    first = reader.classifier.classify([TEXT])[0]
    other = "positive" if right.sentiment != "positive" else "negative"
    return first.model_copy(update={"sentiment": other, "sentiment_confidence": 0.5}), right


async def test_what_was_surely_wrong_is_said_once(backends: Backends, reader: Reader) -> None:
    first, right = wrong(reader)
    async with running(backends) as service:
        aside = Aside("second reading", 10)
        worker = SecondReading(reader, aside, service.repository, sure=0.0001)
        for _ in range(2):  # delivered twice
            aside.offer([received(1, TEXT).message], [first])
            await aside.release()
            await worker.work()

        async def said() -> bool:
            return bool(reclassified(await classified(service)))

        await eventually(said, "nothing was said")
        (event,) = reclassified(await classified(service))
        assert "sentiment" in event.changed
        assert event.classification.sentiment == right.sentiment
        assert event.classification.model == right.model
        assert event.message.id == "message-1"


async def test_what_an_own_model_judged_is_not_doubted(backends: Backends, reader: Reader) -> None:
    first, _ = wrong(reader)
    async with running(backends) as service:
        aside = Aside("second reading", 10)
        aside.offer([received(1, TEXT).message], [first.model_copy(update={"model": "acme-7 over x"})])
        await aside.release()
        await SecondReading(reader, aside, service.repository, sure=0.0001).work()
        assert aside.take(1) == []
        assert service.outbox.backlog == 0
        assert reclassified(await classified(service)) == []


async def test_the_service_reads_twice_when_it_is_told_to(backends: Backends, reader: Reader) -> None:
    changes = {"organisation": ORGANISATION, "second_reading": True, "second_reading_sure": 0.5}
    service = build(Settings.model_validate(backends.settings() | changes), ManualClock(TUESDAY))
    await service.start()
    try:
        (sent,) = batch(PRAISE)
        await service.publisher.send([(sent.topic, sent.key, sent.value, [*sent.headers])])

        async def said() -> bool:
            return bool(reclassified(await classified(service)))

        await eventually(said, "nothing was said")
        first, second = [each.data for each in await classified(service)]
        assert isinstance(first, MessageClassified)
        assert isinstance(second, MessageReclassified)
        assert (first.classification.intent, second.classification.intent) == ("complaint", "compliment")
        assert (first.message, "intent" in second.changed) == (second.message, True)
    finally:
        await service.stop()
