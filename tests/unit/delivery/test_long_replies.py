"""A long text leaves as several messages, in order, each once; and a reply that is not wanted any more does not leave."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.delivery import DeliveryCancelled, DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.events.message import Attachment
from schemas.sending import Later, Outcome, Refused, Sent, Unknown
from services.delivery.domain.delivery import Delivery, WayOut, accept, cancel, claim, interrupted, settle, wait_seconds
from tests.unit.delivery.replies import NOW, reply

DAY = timedelta(days=1)
SOCIAL = WayOut(max_length=20, leaves=True)
PARTS = ("one 1/3", "two 2/3", "three 3/3\n^AL")


def long_reply(**changes: Any) -> Delivery:
    return accept(
        reply(**{"text": "one two three\n^AL" * 9, "parts": PARTS, "channel": "social"} | changes), SOCIAL, NOW
    )[0]


def after(state: Delivery, *outcomes: Outcome) -> tuple[Delivery, list[Event]]:
    """One attempt for each outcome."""
    told: list[Event] = []
    for outcome in outcomes:
        state, events = settle(claim(state, NOW, 60)[0], outcome, NOW, DAY)
        told += events
    return state, told


def test_the_parts_leave_in_order_each_under_its_own_id() -> None:
    state, sent = long_reply(), []
    while state.open:
        sent.append((state.piece.id, state.piece.text, state.piece.number, state.piece.of))
        state, told = after(state, Sent(f"post-{len(sent)}"))
    assert sent == [("reply-1-1", "one 1/3", 1, 3), ("reply-1-2", "two 2/3", 2, 3), ("reply-1-3", PARTS[2], 3, 3)]
    [event] = told
    assert isinstance(event, DeliverySent)
    assert (event.receipt, event.receipts, event.attempts) == ("post-1", ("post-1", "post-2", "post-3"), 3)


def test_each_part_answers_the_one_before_where_the_channel_names_it() -> None:
    state, _ = after(long_reply(), Sent("post-1"))
    assert state.piece.in_reply_to == "post-1"
    unnamed, _ = after(long_reply(), Sent("reply-1-1"))  # the receiver gave no id of its own
    assert unnamed.piece.in_reply_to == "<question-1@example.org>"


def test_media_come_with_the_first_part() -> None:
    """Pictures and videos go out once (V6)."""
    state = long_reply(attachments=(Attachment(url="https://media.example/lid.png"),))
    assert len(state.piece.attachments) == 1
    assert after(state, Sent("post-1"))[0].piece.attachments == ()


@pytest.mark.parametrize(
    ("left", "outcome", "event", "reason"),
    [
        (1, Refused("gone"), DeliveryFailed, "1 of 3 parts was sent; then: gone"),
        (2, Refused("gone"), DeliveryFailed, "2 of 3 parts were sent; then: gone"),
        (2, Unknown("cut"), DeliveryUncertain, "2 of 3 parts were sent; then: cut"),
        (0, Refused("gone"), DeliveryFailed, "gone"),
    ],
)
def test_what_ends_a_part_ends_the_reply_and_says_how_much_was_sent(
    left: int, outcome: Outcome, event: type[DeliveryFailed] | type[DeliveryUncertain], reason: str
) -> None:
    state, [told] = after(long_reply(), *(Sent(f"post-{n}") for n in range(left)), outcome)
    assert not state.open
    assert isinstance(told, event)
    assert told.reason == reason
    assert told.receipts == tuple(f"post-{n}" for n in range(left))


def test_an_interrupted_part_is_repeated_as_itself_or_is_uncertain() -> None:
    state, _ = after(long_reply(), Sent("post-1"))
    again, _ = interrupted(claim(state, NOW, 60)[0], True, NOW)
    assert (again.status, again.piece.id) == ("queued", "reply-1-2")
    doubtful, [event] = interrupted(claim(state, NOW, 60)[0], False, NOW)
    assert doubtful.status == "uncertain"
    assert isinstance(event, DeliveryUncertain)
    assert event.reason.startswith("1 of 3 parts was sent; then: ")


def test_a_later_part_begins_with_short_waits_again() -> None:
    state, _ = after(long_reply(), *[Later("busy")] * 5, Sent("post-1"), Later("busy"))
    assert state.attempts == 7
    assert wait_seconds(state, Later("busy")) < 10


def test_a_part_over_the_limit_of_the_channel_fails_before_any_leaves() -> None:
    assert (
        long_reply(parts=("one 1/2", "x" * 21)).reason == "a part of the reply has 21 characters, the channel takes 20"
    )


def test_an_attachment_that_is_not_on_the_web_never_leaves() -> None:
    state = long_reply(attachments=(Attachment(url="javascript:alert(1)"),))
    assert (state.status, state.reason) == ("failed", "an attachment has no address on the web")


def test_where_the_mailbox_is_the_channel_a_long_reply_is_there_at_once() -> None:
    state, [event] = accept(reply(parts=PARTS), WayOut(max_length=20, leaves=False), NOW)
    assert state.status == "sent"
    assert isinstance(event, DeliverySent)
    assert (event.receipt, event.receipts) == ("reply-1", ())


class TestCancelling:
    """A queued reply that is not wanted any more does not leave, if that is certain."""

    @staticmethod
    def wanted(state: Delivery) -> tuple[str, list[type[Event]]]:
        change = cancel(state)
        return (state.status, []) if change is None else (change[0].status, [type(each) for each in change[1]])

    def test_before_anything_left(self) -> None:
        assert self.wanted(long_reply()) == ("cancelled", [DeliveryCancelled])
        assert self.wanted(after(long_reply(), Later("no room"))[0]) == ("cancelled", [DeliveryCancelled])

    def test_twice_is_once(self) -> None:
        change = cancel(long_reply())
        assert change
        assert cancel(change[0]) is None

    def test_not_when_a_part_has_left(self) -> None:
        assert self.wanted(after(long_reply(), Sent("post-1"))[0]) == ("queued", [])

    def test_not_when_it_may_have_arrived(self) -> None:
        timed_out, _ = after(long_reply(), Later("no answer", may_have_arrived=True))
        assert self.wanted(timed_out) == ("queued", [])
        assert self.wanted(interrupted(claim(long_reply(), NOW, 60)[0], True, NOW)[0]) == ("queued", [])

    @pytest.mark.parametrize("outcome", [Sent("r"), Refused("gone"), Unknown("cut")])
    def test_when_it_has_ended_its_report_is_the_answer(self, outcome: Outcome) -> None:
        state, _ = after(accept(reply(), WayOut(2000, leaves=True), NOW)[0], outcome)
        assert cancel(state) is None

    def test_while_an_attempt_is_in_the_air_its_end_decides(self) -> None:
        change = cancel(claim(long_reply(), NOW, 60)[0])
        assert change
        waiting, told = change
        assert (waiting.status, told) == ("sending", ())
        assert cancel(waiting) is None
        for outcome, end in (
            (Sent("post-1"), "queued"),
            (Later("no room"), "cancelled"),
            (Later("no answer", may_have_arrived=True), "queued"),
            (Refused("gone"), "failed"),
        ):
            assert settle(waiting, outcome, NOW, DAY)[0].status == end
