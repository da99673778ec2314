"""Long replies on the real store and broker: in order, each message once, whatever happens between two of them (V6, I6)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.message import Attachment
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import Answer, Mailbox, Receiver, mail_server, receiver
from tests.integration.delivery.stand import by_mail, social, stand

PARTS = ("one 1/3", "two 2/3", "three 3/3\n^AL")


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

    await eventually(enough, "the receiver got too little")


async def test_a_long_reply_is_a_thread(backends: Backends, outside: Receiver) -> None:
    picture = Attachment(url="https://media.moccarel.example/lid.png", media_type="image/png", alt="A lid")
    outside.answers.extend([Answer(body=b'{"id": "post-1"}'), Answer(body=b'{"id": "post-2"}')])
    async with stand(backends, outside) as one:
        await one.queue(social(1, parts=PARTS, attachments=(picture,)), social(2))
        await one.round("social")
        told = await one.told()
    assert ids(outside) == ["a-1-1", "a-1-2", "a-1-3", "a-2"]
    assert [each["text"] for each in outside.requests[:3]] == list(PARTS)
    assert [(each["part"], each["parts"]) for each in outside.requests] == [(1, 3), (2, 3), (3, 3), (1, 1)]
    assert [each["in_reply_to"] for each in outside.requests[:3]] == ["<question-1@example.org>", "post-1", "post-2"]
    assert [len(each["attachments"]) for each in outside.requests] == [1, 0, 0, 0]
    assert [type(each) for each in told] == [DeliverySent, DeliverySent]
    assert told[0].receipts == ("post-1", "post-2", "a-1-3")  # type: ignore[attr-defined]


async def test_a_crash_between_two_parts_goes_on_with_the_next(backends: Backends, outside: Receiver) -> None:
    outside.answers.extend([Answer(), Answer(hang=True)])
    async with stand(backends, outside) as one:
        await one.queue(social(1, parts=PARTS), social(2))
        await one.begin("social")
        await arrived(outside, 2)
        await one.die()
        clock = one.clock
    async with stand(backends, outside, clock=clock) as other:
        clock.forward(60)
        await other.round("social")
        await other.round("social")
        assert ids(outside) == ["a-1-1", "a-1-2", "a-1-2", "a-1-3", "a-2"]
        assert list(outside.shown) == ["a-1-1", "a-1-2", "a-1-3", "a-2"]
        assert [type(each) for each in await other.told()] == [DeliverySent, DeliverySent]


async def test_a_refused_part_ends_the_reply_and_frees_the_next(backends: Backends, outside: Receiver) -> None:
    outside.answers.extend([Answer(), Answer(), Answer(403, body=b"blocked")])
    async with stand(backends, outside) as one:
        await one.queue(social(1, parts=PARTS), social(2))
        await one.round("social")
        failed, sent = await one.told()
    assert isinstance(failed, DeliveryFailed)
    assert failed.reason == "2 of 3 parts were sent; then: the receiver answered 403: blocked"
    assert isinstance(sent, DeliverySent)
    assert ids(outside) == ["a-1-1", "a-1-2", "a-1-3", "a-2"]


async def test_a_part_of_which_nobody_knows_is_never_repeated_and_no_later_part_leaves(
    backends: Backends, box: Mailbox
) -> None:
    box.data_answers.extend(["", "cut"])
    async with stand(backends, box=box) as one:
        await one.queue(by_mail(1, parts=PARTS))
        await one.round("mail")
        one.clock.forward(hours=30)
        await one.round("mail")
        [uncertain] = await one.told()
    assert isinstance(uncertain, DeliveryUncertain)
    assert uncertain.reason.startswith("1 of 3 parts was sent; then: the connection was lost")
    assert [mail["Message-ID"] for mail in box.mails] == [f"<a-1-{number}@moccarel.example>" for number in (1, 2)]
    assert box.mails[1]["In-Reply-To"] == "<a-1-1@moccarel.example>"


async def test_a_part_that_must_wait_holds_up_the_rest_and_the_next_reply(
    backends: Backends, outside: Receiver
) -> None:
    outside.answers.extend([Answer(), Answer(500)])
    async with stand(backends, outside) as one:
        await one.queue(social(1, parts=PARTS), social(2))
        await one.round("social")
        assert ids(outside) == ["a-1-1", "a-1-2"]
        one.clock.forward(6)
        await one.round("social")
        assert ids(outside) == ["a-1-1", "a-1-2", "a-1-2", "a-1-3", "a-2"]


async def test_two_instances_send_each_part_once(backends: Backends, outside: Receiver) -> None:
    async with stand(backends, outside) as one, stand(backends, outside, clock=one.clock) as other:
        await one.queue(*(social(1, conversation, parts=PARTS) for conversation in "abcdefgh"))
        for _ in range(6):
            await asyncio.gather(one.round("social"), other.round("social"))
        assert len(ids(outside)) == len(set(ids(outside))) == 24
        for conversation in "abcdefgh":
            mine = [id for id in ids(outside) if id[0] == conversation]
            assert mine == [f"{conversation}-1-{number}" for number in (1, 2, 3)]
        assert len(await one.told()) == 8


async def test_a_merged_case_answers_in_the_conversation_of_each_customer(
    backends: Backends, outside: Receiver
) -> None:
    """What waits in a conversation leaves before what another case says there later (M4)."""
    outside.answers.append(Answer(500))
    async with stand(backends, outside) as one:
        await one.queue(social(1, "absorbed"))
        await one.round("social")
        await one.queue(social(1, "main"), social(2, "main", to_conversation="absorbed"))
        await one.round("social")
        assert ids(outside) == ["absorbed-1", "main-1"]
        one.clock.forward(6)
        await one.round("social")
        assert [(each["id"], each["conversation"]) for each in outside.requests] == [
            ("absorbed-1", "absorbed"),
            ("main-1", "main"),
            ("absorbed-1", "absorbed"),
            ("main-2", "absorbed"),
        ]
        told = {each.reply_id: each.conversation for each in await one.told()}  # type: ignore[attr-defined]
        assert told["main-2"] == "main"  # the case hears of it on its own lane
        assert await one.mailbox("absorbed") == ["absorbed-1", "main-2"]
        assert await one.mailbox("main") == ["main-1"]


async def test_nothing_comes_between_two_parts(backends: Backends, outside: Receiver) -> None:
    """Not even a reply that another case has for the same customer, and that was there before (M4)."""
    async with stand(backends, outside) as one:
        outside.answers.extend([Answer(), Answer(500)])
        await one.queue(social(1, "main", to_conversation="customer", parts=PARTS))
        await one.round("social")
        one.clock.forward(-3600)  # the clock of the instance that takes the next reply is late
        await one.queue(social(1, "customer"))
        one.clock.forward(3606)
        for _ in range(2):
            await one.round("social")
        assert ids(outside) == ["main-1-1", "main-1-2", "main-1-2", "main-1-3", "customer-1"]
