"""Records that nobody can read become dead letters with a reason; the next message is handled (design 6)."""

import json
from collections.abc import Set
from typing import Any

from schemas.services import SERVICES
from services.chassis.dead import Letter, letters
from services.chassis.kafka import Publisher, Sendable
from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.stage import Stage

TOPIC = "messages.received"
EVENT = [("ce_specversion", b"1.0"), ("ce_id", b"poison-event"), ("ce_type", b"message.received.v1")]
GARBAGE: list[Sendable] = [
    (TOPIC, b"poison", b"\x00\xff not even text", []),
    (TOPIC, None, b"{}", []),
    (TOPIC, b"poison", b'{"message": {"text": 7}}', EVENT),
]


async def test_a_poison_event_does_not_stop_the_line(stage: Stage, lead: Colleague) -> None:
    others = {letter.id for letter in await stage.run(letters(stage.stack.cluster, SERVICES))}
    await stage.run(publish_garbage(stage, GARBAGE))
    _, taken = await stage.send(stage.said("My Brio 3 makes a strange noise after the poison.", name="Vera"))
    assert (await lead.owned(taken["conversation"]))["language"] == "en"

    async def all_dead() -> bool:
        found = await stage.run(letters(stage.stack.cluster, SERVICES))
        return len({letter.id for letter in found} - others) == len(GARBAGE)

    await eventually(all_dead, "the garbage is not among the dead letters")
    await the_command_shows_them(stage, others)
    await replaying_is_harmless(stage)

    _, taken = await stage.send(stage.said("And my other Brio is silent.", name="Vera"))
    await lead.owned(taken["conversation"])


async def the_command_shows_them(stage: Stage, others: Set[str]) -> None:
    status, printed = await stage.command("dead", "list", "--json")
    listed: list[dict[str, Any]] = [each for each in json.loads(printed) if each["id"] not in others]
    assert (status, len(listed)) == (0, len(GARBAGE))
    assert all(each["consumer"] == "classification" for each in listed)
    assert all(each["reason"] and each["error"] and not each["replayed_at"] for each in listed)

    status, shown = await stage.command("dead", "show", "poison-event")
    assert status == 0
    assert '{"message": {"text": 7}}' in shown
    assert "kafka_dlt-exception-stacktrace" in shown


async def replaying_is_harmless(stage: Stage) -> None:
    before = await poison(stage)
    status, told = await stage.command("dead", "replay", "poison-event")
    assert (status, told.strip()) == (0, "1 replayed")

    async def tried_again() -> bool:
        return (await poison(stage)).failed_at > before.failed_at

    await eventually(tried_again, "the replayed letter did not reach its consumer")
    status, told = await stage.command("dead", "replay", "no-such-letter")
    assert status == 1
    assert "there is no dead letter no-such-letter" in told


async def poison(stage: Stage) -> Letter:
    found = await stage.run(letters(stage.stack.cluster, SERVICES))
    return next(letter for letter in found if letter.id == "poison-event")


async def publish_garbage(stage: Stage, records: list[Sendable]) -> None:
    """Records as no service would publish them."""
    publisher = Publisher(stage.stack.cluster, "tests")
    await publisher.start()
    try:
        await publisher.send(records)
    finally:
        await publisher.stop()
