"""Replies leave in order and once, whatever happens: on the real store and broker, with a clock moved by hand."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest

from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from services.chassis.testing import envelope, record
from services.delivery.domain.delivery import BACKOFF_SECONDS, JITTER
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import Answer, Mailbox, Receiver, mail_server, receiver
from tests.integration.delivery.stand import by_mail, social, stand
from tests.integration.ingestion.gate import gate
from tests.unit.delivery.replies import reply


@pytest.fixture
async def outside() -> AsyncIterator[Receiver]:
    async with receiver() as one:
        yield one


@pytest.fixture
async def box() -> AsyncIterator[Mailbox]:
    async with mail_server() as one:
        yield one


def ids(outside: Receiver) -> list[str]:
    return [request["id"] for request in outside.requests]


async def arrived(outside: Receiver, count: int) -> None:
    async def enough() -> bool:
        return len(outside.requests) >= count

    await eventually(enough, "the receiver got nothing")


async def test_each_kind_of_channel_and_each_end(backends: Backends, outside: Receiver, box: Mailbox) -> None:
    async with stand(backends, outside, box) as one:
        await one.queue(
            reply(reply_id="web", conversation="w", channel="web-moccarel"),
            social(1, "s"),
            by_mail(1, "m"),
            social(1, "long", text="x" * 281),
            reply(reply_id="fax", conversation="f", channel="fax"),
            by_mail(1, "nowhere", recipient_address=""),
            reply(reply_id="unset", conversation="u", channel="reviews"),
        )
        await one.round("social")
        await one.round("mail")
        ends = {each.reply_id: each for each in await one.told()}  # type: ignore[attr-defined]
        assert {id: type(end) for id, end in ends.items()} == {
            "web": DeliverySent,
            "s-1": DeliverySent,
            "m-1": DeliverySent,
            "long-1": DeliveryFailed,
            "fax": DeliveryFailed,
            "nowhere-1": DeliveryFailed,
            "unset": DeliverySent,
        }
        assert ends["m-1"].receipt == "<m-1@moccarel.example>"
        assert ends["long-1"].reason == "the reply has 281 characters, the channel takes 280"
        assert list(outside.shown) == ["s-1"]
        assert len(box.mails) == 1


async def test_the_same_reply_queued_twice_leaves_once(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        same = envelope(social(1))
        for _ in range(2):
            await one.service.processor.process([record(same), record(social(1))])
            await one.round("social")
        assert ids(outside) == ["a-1"]
        assert len(await one.told()) == 1


async def test_in_a_conversation_in_order_and_conversations_side_by_side(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        outside.answers.append(Answer(hang=True))
        await one.queue(social(1, "a"))
        await one.begin("social")
        await arrived(outside, 1)
        await one.queue(social(2, "a"), social(3, "a"), social(1, "b"))
        await one.begin("social")
        await arrived(outside, 2)
        assert ids(outside) == ["a-1", "b-1"]
        outside.let_go.set()
        await one.round("social")
        assert ids(outside) == ["a-1", "b-1", "a-2", "a-3"]


async def test_those_behind_one_that_must_wait_wait_with_it(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        outside.answers.append(Answer(500))
        await one.queue(social(1), social(2))
        await one.round("social")
        first, second = await one.state("a-1"), await one.state("a-2")
        assert (first.status, first.attempts, first.reason) == ("queued", 1, "the receiver answered 500:")
        assert first.next_at
        assert second.next_at == first.next_at
        assert (
            BACKOFF_SECONDS[0] <= (first.next_at - one.clock.now()).total_seconds() <= BACKOFF_SECONDS[0] * (1 + JITTER)
        )
        one.clock.forward((first.next_at - one.clock.now()).total_seconds() - 0.001)
        await one.round("social")
        assert ids(outside) == ["a-1"]
        one.clock.forward(0.001)
        await one.round("social")
        assert ids(outside) == ["a-1", "a-1", "a-2"]
        [sent, _] = await one.told()
        assert isinstance(sent, DeliverySent)
        assert sent.attempts == 2


async def test_a_failed_reply_does_not_hold_up_the_next(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        outside.answers.append(Answer(410))
        await one.queue(social(1), social(2))
        await one.round("social")
        assert [type(each) for each in await one.told()] == [DeliveryFailed, DeliverySent]


async def test_a_channel_that_asks_for_a_pause_is_left_alone_until_then(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        outside.answers.append(Answer(429, ("retry-after: 600",)))
        await one.queue(social(1, "a"))
        await one.round("social")
        await one.queue(social(1, "b"))
        one.clock.forward(599)
        await one.round("social")
        assert ids(outside) == ["a-1"]
        one.clock.forward(1 + 600 * JITTER)
        await one.round("social")
        assert sorted(ids(outside)) == ["a-1", "a-1", "b-1"]


async def test_it_is_given_up_after_a_day(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one:
        outside.answers.extend([Answer(500, body=b"sorry")] * 100)
        await one.queue(social(1))
        begun = one.clock.now()
        while (state := await one.state("a-1")).open:
            assert state.next_at
            one.clock.forward((state.next_at - one.clock.now()).total_seconds())
            await one.round("social")
        assert state.reason == f"given up after {state.attempts} attempts: the receiver answered 500: sorry"
        assert timedelta(hours=20) < one.clock.now() - begun <= timedelta(days=1)
        [failed] = await one.told()
        assert isinstance(failed, DeliveryFailed)
        assert set(ids(outside)) == {"a-1"}


async def test_an_interrupted_webhook_is_repeated_under_the_same_id(backends: Backends, outside: Receiver) -> None:
    outside.answers.append(Answer(hang=True))
    async with stand(backends, outside) as one:
        await one.queue(social(1), social(2))
        await one.begin("social")
        await arrived(outside, 1)
        await one.die()
        clock = one.clock
    async with stand(backends, outside, clock=clock) as other:
        await other.round("social")
        assert ids(outside) == ["a-1"]  # perhaps it is still being sent
        clock.forward(60)
        await other.round("social")
        await other.round("social")
        assert ids(outside) == ["a-1", "a-1", "a-2"]
        assert list(outside.shown) == ["a-1", "a-2"]
        assert [type(each) for each in await other.told()] == [DeliverySent, DeliverySent]


async def test_an_interrupted_mail_is_uncertain_and_never_repeated(backends: Backends, box: Mailbox) -> None:
    box.data_answers.append("hang")

    async def accepted() -> bool:
        return bool(box.mails)

    async with stand(backends, box=box) as one:
        await one.queue(by_mail(1), by_mail(2))
        await one.begin("mail")
        await eventually(accepted, "the mail server got nothing")
        await one.die()
        clock = one.clock
    async with stand(backends, box=box, clock=clock) as other:
        clock.forward(60)
        await other.round("mail")
        clock.forward(hours=30)
        await other.round("mail")
        assert [type(each) for each in await other.told()] == [DeliveryUncertain, DeliverySent]
        assert (await other.state("a-1")).status == "uncertain"
        assert [mail["Message-ID"] for mail in box.mails] == ["<a-1@moccarel.example>", "<a-2@moccarel.example>"]


async def test_a_mail_of_which_nobody_knows_is_uncertain_at_once(backends: Backends, box: Mailbox) -> None:
    async with stand(backends, box=box) as one:
        box.data_answers.append("cut")
        await one.queue(by_mail(1))
        await one.round("mail")
        [uncertain] = await one.told()
        assert isinstance(uncertain, DeliveryUncertain)
        assert "before the mail server confirmed" in uncertain.reason
        one.clock.forward(hours=30)
        await one.round("mail")
        assert len(box.mails) == 1


async def test_two_instances_do_not_send_the_same_reply(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one, stand(backends, outside, clock=one.clock) as other:
        await one.queue(*(social(n, conversation) for n in (1, 2) for conversation in "abcdefghij"))
        for _ in range(6):
            await asyncio.gather(one.round("social"), other.round("social"))
        assert len(ids(outside)) == len(set(ids(outside))) == 20
        assert len(await one.told()) == 20
        for conversation in "abcdefghij":
            assert [id for id in ids(outside) if id[0] == conversation] == [f"{conversation}-1", f"{conversation}-2"]


async def test_how_it_ended_is_written_down_when_the_store_is_back(backends: Backends, box: Mailbox) -> None:
    box.data_answers.append("hang")
    store_port = int(backends.mongo.rpartition(":")[2].partition("/")[0])

    async def accepted() -> bool:
        return bool(box.mails)

    async with gate(store_port) as door:
        through = f"mongodb://127.0.0.1:{door.port}/?directConnection=true"
        async with stand(backends, box=box, mongo=through) as one:
            await one.queue(by_mail(1))
            await one.begin("mail")
            await eventually(accepted, "the mail server got nothing")
            await door.shut()
            box.data_answers.clear()
            box.confirm.set()
            await door.open()
            await asyncio.gather(*one.senders["mail"]._running.values())
            assert (await one.state("a-1")).status == "sent"
            assert len(box.mails) == 1


async def test_no_more_attempts_at_the_same_time_than_allowed(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside, parallel=3) as one:
        outside.answers.extend([Answer(hang=True)] * 3)
        await one.queue(*(social(1, conversation) for conversation in "abcdefgh"))
        await one.begin("social")
        await arrived(outside, 3)
        await one.begin("social")
        assert len(outside.requests) == 3
        outside.let_go.set()
        for _ in range(3):
            await one.round("social")
        assert len(set(ids(outside))) == 8
        assert outside.most_at_once == 3


async def test_the_mailbox_shows_a_conversation_in_order(backends: Backends) -> None:
    async with stand(backends) as one:
        await one.queue(*(social(number, text=f"number {number}") for number in (1, 2, 3)), social(1, "elsewhere"))
        async with httpx2.AsyncClient(base_url=one.service.url) as client:
            assert (await client.get("/conversations/a/replies")).status_code == 401
            shown = (await client.get("/conversations/a/replies", headers={"authorization": "Bearer token"})).json()
        assert [(each["reply_id"], each["status"], each["text"]) for each in shown] == [
            (f"a-{number}", "sent", f"number {number}") for number in (1, 2, 3)
        ]
