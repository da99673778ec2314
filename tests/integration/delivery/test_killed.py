"""Delivery as a process of its own, through Kafka, killed while it sends: nothing is lost, no mail is sent twice."""

from datetime import UTC, datetime, timedelta

from schemas.events.delivery import DeliverySent, DeliveryUncertain
from services.chassis.testing import ManualClock
from tests.conftest import Backends, eventually
from tests.integration.delivery.outside import Answer, mail_server, receiver
from tests.integration.delivery.stand import by_mail, process, social, stand
from tests.unit.delivery.replies import reply


async def test_killed_between_sending_and_writing_it_down(backends: Backends) -> None:
    async with receiver() as outside, mail_server() as box:
        outside.answers.append(Answer(hang=True))
        box.data_answers.append("hang")
        web = reply(reply_id="web", conversation="w", channel="web-moccarel")

        async def both_arrived() -> bool:
            return bool(outside.requests and box.mails)

        async with process(backends, outside, box, social(1, "s"), by_mail(1, "m"), web):
            await eventually(both_arrived, "the replies did not leave", 90)
        async with stand(backends, outside, box, ManualClock(datetime.now(UTC) + timedelta(seconds=61))) as next_life:
            for _ in range(2):
                await next_life.round("social")
                await next_life.round("mail")
            ends = {each.reply_id: type(each) for each in await next_life.told()}  # type: ignore[attr-defined]
        assert ends == {"s-1": DeliverySent, "m-1": DeliveryUncertain, "web": DeliverySent}
        assert [request["id"] for request in outside.requests] == ["s-1", "s-1"]
        assert list(outside.shown) == ["s-1"]
        assert len(box.mails) == 1


async def test_killed_between_two_messages_of_a_long_reply(backends: Backends) -> None:
    """The second message is in the air when the process dies; the next life sends each, and each once."""
    parts = ("one 1/3", "two 2/3", "three 3/3\n^AL")
    async with receiver() as outside:
        outside.answers.extend([Answer(), Answer(hang=True)])

        async def two_arrived() -> bool:
            return len(outside.requests) >= 2

        async with process(backends, outside, None, social(1, parts=parts)):
            await eventually(two_arrived, "the messages did not leave", 90)
        async with stand(backends, outside, clock=ManualClock(datetime.now(UTC) + timedelta(seconds=61))) as next_life:
            for _ in range(2):
                await next_life.round("social")
            [sent] = await next_life.told()
        assert isinstance(sent, DeliverySent)
        assert [request["id"] for request in outside.requests] == ["a-1-1", "a-1-2", "a-1-2", "a-1-3"]
        assert list(outside.shown) == ["a-1-1", "a-1-2", "a-1-3"]
