"""The classification service on real broker and store: every message goes on, understood, under the same id each time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from schemas.envelope import Envelope
from schemas.events.message import Author, Message, MessageClassified, MessageReceived
from services.chassis import kafka
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.chassis.testing import ManualClock, envelope, record
from services.classification.app import build
from services.classification.settings import Settings
from tests.conftest import Backends, eventually

TUESDAY = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
ORGANISATION = Path(__file__).parents[3] / "deploy" / "example-org"
HOSTILE = (
    "",
    " \t\r\n",
    "\x00\x01\x1b[2J",
    "\ufeff\u202eabc\u2066",
    "Z" + "\u0335" * 3_000,
    "💔" * 25_000,
    "a" * 100_000,
    "?" * 100_000,
    "(" * 50_000,
    "http://x.example/" + "%00" * 1_000,
    "<script>alert(1)</script>",
    '{"$where": "1"}',
    "{{7*7}} ${7*7} %s %n",
    "کافی مشین سے پانی ٹپک رہا ہے",
    "我的咖啡机漏水了",
)


def received(number: int, text: str, **changes: Any) -> MessageReceived:
    facts: dict[str, Any] = {
        "id": f"message-{number}",
        "brand": "moccarel",
        "channel": "web-moccarel",
        "conversation": f"conversation-{number}",
        "external_id": f"external-{number}",
        "author": Author(id="ana"),
        "text": text,
        "sent_at": TUESDAY,
        "received_at": TUESDAY,
    }
    return MessageReceived(message=Message.model_validate(facts | changes))


def batch(*texts: str) -> list[Record]:
    return [
        record(envelope(received(number, text), id=f"event-{number}", sequence=1), number)
        for number, text in enumerate(texts, 1)
    ]


@asynccontextmanager
async def running(backends: Backends, *, listen: bool = False) -> AsyncIterator[Service]:
    settings = Settings.model_validate(backends.settings() | {"organisation": ORGANISATION})
    service = build(settings, ManualClock(TUESDAY))
    await service.start(listen=listen)
    try:
        yield service
    finally:
        await service.stop()


async def classified(service: Service) -> list[Envelope]:
    """Everything that was said, repeats too."""
    return [each.envelope() async for each in kafka.read(service.config.cluster, ["messages.classified"])]


async def test_a_message_goes_from_kafka_to_kafka_with_what_it_is_about(backends: Backends) -> None:
    async with running(backends, listen=True) as service:
        (sent,) = batch("Mijn koffiemachine lekt al een week en niemand antwoordt, heel vervelend!")
        await service.publisher.send([(sent.topic, sent.key, sent.value, [*sent.headers])])
        await eventually(lambda: classified(service), "nothing came")
        (found,) = await classified(service)
        assert isinstance(found.data, MessageClassified)
        label = found.data.classification
        assert found.data.message == received(1, found.data.message.text).message
        assert (found.key, found.cause) == ("conversation-1", "event-1")
        assert (label.language, label.intent, label.sentiment) == ("nl", "complaint", "negative")
        assert label.skill == "coffee"
        assert label.model


async def test_any_text_goes_on_in_its_place_and_unchanged(backends: Backends) -> None:
    async with running(backends) as service:
        await service.processor.process(batch(*HOSTILE))
        found = [each.data for each in await classified(service)]
        texts = {each.message.id: each.message.text for each in found if isinstance(each, MessageClassified)}
        assert texts == {f"message-{number}": text for number, text in enumerate(HOSTILE, 1)}
        assert len(found) == len(HOSTILE)


async def test_the_same_input_gives_the_same_events_again(backends: Backends) -> None:
    async with running(backends) as service:
        records = batch("My kettle leaks", "Gracias por todo", *HOSTILE[:4])
        await service.processor.process(records)
        first = {each.id: each.value() for each in await classified(service)}
        await service.processor.process(records)
        for each in reversed(records):
            await service.processor.process([each])
    async with running(backends) as service:  # another life
        await service.processor.process(records)
        again = await classified(service)
        assert len(again) == 4 * len(records)
        assert {each.id: each.value() for each in again} == first


async def test_one_that_is_no_message_sinks_nothing(backends: Backends) -> None:
    async with running(backends) as service:
        good, other = batch("My kettle leaks", "Thank you")
        broken = Record(good.topic, 0, 7, 0, good.key, b"{}", good.headers)
        await service.processor.process([good, broken, other])
        assert {each.key for each in await classified(service)} == {"conversation-1", "conversation-2"}
        letters = [each async for each in kafka.read(service.config.cluster, ["classification.dead"])]
        assert len(letters) == 1
