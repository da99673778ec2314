"""What a running system has classified and no topic fits, read off its topic for `casekeeper topics suggest` (U1)."""

from casekeeper.understanding.unknown import of_topic
from schemas.events.message import Author
from services.chassis.testing import envelope, record
from tests.conftest import Backends
from tests.integration.classification.test_classification import received, running


async def test_only_messages_without_a_topic_are_read_and_shown_masked(backends: Backends) -> None:
    texts = ("My espresso machine leaks", "Call Ana at ana@example.org about the parrot")
    names = Author(id="ana", name="Ana")
    async with running(backends) as service:
        records = [
            record(envelope(received(number, text, author=names), id=f"event-{number}", sequence=1), number)
            for number, text in enumerate(texts, 1)
        ]
        await service.processor.process(records)
        found = await of_topic(service.config.cluster)
    assert [said.text for said in found] == [texts[1]]
    assert found[0].language == "en"
    assert "ana@example.org" not in found[0].shown
    assert "Ana" not in found[0].shown
