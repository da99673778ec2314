"""A reply that is cancelled in time never leaves; too late, its own report is the answer. On the real store and broker."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from schemas.base import Event
from schemas.events.delivery import DeliveryCancelled, DeliverySent
from schemas.events.reply import ReplyCancelRequested
from services.chassis import dead
from services.chassis.testing import envelope, record
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import Answer, Receiver, receiver
from tests.integration.delivery.stand import Stand, by_mail, social, stand
from tests.unit.delivery.replies import reply


@pytest.fixture
async def outside() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


def ids(outside: Receiver) -> list[str]:
    return [request["id"] for request in outside.requests]


def unwanted(number: int = 1, conversation: str = "a") -> ReplyCancelRequested:
    """The owner does not want this reply to leave."""
    return ReplyCancelRequested(
        case_id="case-1", conversation=conversation, brand="moccarel", reply_id=f"{conversation}-{number}", by="ada"
    )


async def happens(one: Stand, *events: Event) -> None:
    await one.service.processor.process([record(each) for each in events])


async def in_the_air(outside: Receiver, count: int = 1) -> None:
    async def enough() -> bool:
        return len(outside.requests) >= count

    await eventually(enough, "the receiver got nothing")


def kinds(events: list[Event]) -> list[tuple[str, type[Event]]]:
    return [(each.reply_id, type(each)) for each in events]  # type: ignore[attr-defined]


async def test_in_time_it_never_leaves_and_the_next_one_does(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        await one.queue(social(1), social(2))
        await happens(one, unwanted(1))
        for _ in range(2):
            await one.round("social")
        assert ids(outside) == ["a-2"]
        assert kinds(await one.told()) == [("a-1", DeliveryCancelled), ("a-2", DeliverySent)]


async def test_in_one_batch_with_the_reply(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        await happens(one, social(1), unwanted(1))
        await one.round("social")
        assert ids(outside) == []
        assert kinds(await one.told()) == [("a-1", DeliveryCancelled)]


async def test_heard_twice_it_is_cancelled_once(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        await one.queue(social(1))
        same = envelope(unwanted(1))
        for _ in range(2):
            await one.service.processor.process([record(same), record(unwanted(1))])
        await one.service.processor.process([record(social(1))])  # and the reply a second time
        await one.round("social")
        assert ids(outside) == []
        assert kinds(await one.told()) == [("a-1", DeliveryCancelled)]


async def test_too_late_the_report_is_the_answer(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        await one.queue(social(1), reply(reply_id="w-1", conversation="w", channel="web-moccarel"))
        await one.round("social")
        await happens(one, unwanted(1), unwanted(1, "w"))
        await one.round("social")
        assert ids(outside) == ["a-1"]
        assert sorted(kinds(await one.told()), key=str) == [("a-1", DeliverySent), ("w-1", DeliverySent)]


async def test_when_a_part_has_left_the_others_follow(backends: Backends, outside: Receiver) -> None:
    outside.answers.extend([Answer(), Answer(503)])
    async with stand(backends, outside) as one:
        await one.queue(social(1, parts=("one 1/2", "two 2/2")))
        await one.round("social")
        await happens(one, unwanted(1))
        one.clock.forward(6)
        await one.round("social")
        assert list(outside.shown) == ["a-1-1", "a-1-2"]
        assert kinds(await one.told()) == [("a-1", DeliverySent)]


@pytest.mark.parametrize(
    ("answer", "end", "seen"),
    [
        (Answer(hang=True), DeliverySent, ["a-1"]),
        (Answer(429, ("retry-after: 2",), hang=True), DeliveryCancelled, ["a-1"]),
        (Answer(500, hang=True), DeliverySent, ["a-1", "a-1"]),
    ],
    ids=["it arrived", "it certainly did not", "it may have"],
)
async def test_while_an_attempt_is_in_the_air_its_end_decides(
    backends: Backends, outside: Receiver, answer: Answer, end: type[Event], seen: list[str]
) -> None:
    outside.answers.append(answer)
    async with stand(backends, outside) as one:
        await one.queue(social(1))
        await one.begin("social")
        await in_the_air(outside)
        await happens(one, unwanted(1))
        outside.let_go.set()
        await asyncio.gather(*one.senders["social"]._running.values())
        one.clock.forward(10)
        await one.round("social")
        assert ids(outside) == seen
        assert kinds(await one.told()) == [("a-1", end)]


async def test_killed_in_the_air_after_it_was_to_be_cancelled(backends: Backends, outside: Receiver) -> None:
    """Nobody knows whether it arrived, so the receiver is asked again under the same id: one report, one effect."""
    outside.answers.append(Answer(hang=True))
    async with stand(backends, outside) as one:
        await one.queue(social(1))
        await one.begin("social")
        await in_the_air(outside)
        await happens(one, unwanted(1))
        await one.die()
        clock = one.clock
    async with stand(backends, outside, clock=clock) as other:
        clock.forward(60)
        for _ in range(2):
            await other.round("social")
        assert list(outside.shown) == ["a-1"]
        assert kinds(await other.told()) == [("a-1", DeliverySent)]


async def test_killed_after_it_was_cancelled_it_stays_cancelled(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        await one.queue(social(1))
        await happens(one, unwanted(1))
        await one.die()
        clock = one.clock
    async with stand(backends, outside, clock=clock) as other:
        await happens(other, unwanted(1))  # redelivered
        clock.forward(hours=1)
        await other.round("social")
        assert ids(outside) == []
        assert kinds(await other.told()) == [("a-1", DeliveryCancelled)]


async def test_sending_and_cancelling_at_the_same_moment_has_one_winner(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside, parallel=50) as one:
        conversations = [f"c{number}" for number in range(30)]
        await one.queue(*(social(1, conversation) for conversation in conversations))
        await asyncio.gather(
            one.begin("social"), *(happens(one, unwanted(1, conversation)) for conversation in conversations)
        )
        for _ in range(2):
            await one.round("social")
        ends = dict(kinds(await one.told()))
        assert len(ends) == 30
        assert {id for id, end in ends.items() if end is DeliverySent} == set(ids(outside))
        assert {id for id, end in ends.items() if end is DeliveryCancelled}.isdisjoint(ids(outside))


async def test_a_mail_that_can_not_leave_yet_is_cancelled(backends: Backends) -> None:
    async with stand(backends, smtp_host="127.0.0.1", smtp_port=9, smtp_tls="none") as one:
        await one.queue(by_mail(1))
        await one.round("mail")
        assert (await one.state("a-1")).attempts == 1
        await happens(one, unwanted(1))
        assert kinds(await one.told()) == [("a-1", DeliveryCancelled)]


async def test_of_a_reply_that_never_came_nobody_is_told_it_was_cancelled(backends: Backends) -> None:
    """The reply is a dead letter; so is the wish, and whoever replays the one sees the other."""
    async with stand(backends) as one:
        await happens(one, unwanted(1))
        assert await one.told() == []
        letters = await dead.letters(one.service.config.cluster, ["delivery"])
    assert [letter.reason for letter in letters] == ["reply a-1 is to be cancelled and was never queued here"]
