"""When each channel was last heard from and answered on (I4)."""

from datetime import timedelta

from schemas.base import Event
from schemas.events.message import Author, Message, MessageReceived
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from services.desk.domain.channel_traffic import ChannelTraffic, Traffic
from tests.unit.desk.stories import NOON

ABOUT = {"case_id": "c", "conversation": "k", "brand": "moccarel"}


def received(channel: str) -> MessageReceived:
    told = {"id": "m", "brand": "moccarel", "channel": channel, "conversation": "k", "external_id": "x", "text": "?"}
    return MessageReceived(message=Message(**told, author=Author(id="a"), sent_at=NOON, received_at=NOON))


def queued(reply: str, channel: str) -> ReplyQueued:
    words = {"kind": "answer", "author": "sam", "signature": "^S", "text": "Yes", "language": "en", "recipient_id": "a"}
    return ReplyQueued(**ABOUT, reply_id=reply, channel=channel, queued_at=NOON, **words)


def heard(*events: Event) -> dict[str, ChannelTraffic]:
    traffic = Traffic()
    for minute, event in enumerate(events):
        traffic.hear(event, NOON + timedelta(minutes=minute))
    return traffic.channels


def test_each_channel_tells_when_it_was_last_heard_from() -> None:
    found = heard(received("mail"), received("social"), received("mail"))
    assert (found["mail"].received, found["mail"].last_received_at) == (2, NOON + timedelta(minutes=2))
    assert (found["social"].received, found["social"].last_sent_at) == (1, None)


def test_how_a_reply_ended_counts_for_the_channel_on_which_it_began() -> None:
    sent = ReplySent(**ABOUT, reply_id="r1", kind="answer", author="sam", first=True, sent_at=NOON)
    failed = ReplyFailed(**ABOUT, reply_id="r2", reason="the account is gone")
    unclear = ReplyUncertain(**ABOUT, reply_id="r3", reason="no answer")
    found = heard(queued("r1", "mail"), queued("r2", "social"), queued("r3", "social"), sent, failed, unclear)
    assert (found["mail"].sent, found["mail"].failed, found["mail"].last_sent_at) == (1, 0, NOON + timedelta(minutes=3))
    social = found["social"]
    assert (social.queued, social.sent, social.failed, social.uncertain) == (2, 0, 1, 1)
    assert (social.last_reason, social.last_trouble_at) == ("no answer", NOON + timedelta(minutes=5))


def test_the_end_of_a_reply_whose_beginning_was_not_read_counts_nowhere() -> None:
    assert heard(ReplyFailed(**ABOUT, reply_id="r", reason="gone")) == {}
