"""A reply's states: every end is told once, nothing leaves twice, nothing is repeated after a doubt."""

from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.base import Event
from schemas.events.delivery import DeliveryFailed, DeliverySent, DeliveryUncertain
from schemas.sending import Later, Outcome, Refused, Sent, Unknown
from services.delivery.domain.delivery import (
    BACKOFF_SECONDS,
    JITTER,
    Delivery,
    WayOut,
    accept,
    cancel,
    claim,
    interrupted,
    postpone,
    settle,
    wait_seconds,
)
from services.delivery.domain.piece import texts
from tests.unit.delivery.replies import NOW, reply

DAY = timedelta(days=1)
LEAVES = WayOut(max_length=2000, leaves=True)


def claimed() -> Delivery:
    return claim(accept(reply(), LEAVES, NOW)[0], NOW, 60)[0]


def test_where_the_mailbox_is_the_channel_a_reply_is_sent_at_once() -> None:
    state, events = accept(reply(), WayOut(max_length=2000, leaves=False), NOW)
    assert (state.status, state.sent_at, state.next_at) == ("sent", NOW, None)
    assert events == [
        DeliverySent(
            reply_id="reply-1", case_id="case-1", conversation="conversation-1", receipt="reply-1", sent_at=NOW
        )
    ]


def test_a_text_of_the_longest_length_leaves_and_one_character_more_fails() -> None:
    way = WayOut(max_length=280, leaves=False)
    assert accept(reply(text="é" * 280), way, NOW)[0].status == "sent"
    state, [event] = accept(reply(text="é" * 281), way, NOW)
    assert state.status == "failed"
    assert isinstance(event, DeliveryFailed)
    assert event.reason == "the reply has 281 characters, the channel takes 280"


def test_what_can_never_be_sent_fails_at_once() -> None:
    assert accept(reply(channel="fax"), None, NOW)[0].reason == "the organisation has no channel 'fax'"
    way = WayOut(max_length=2000, leaves=True, needs_address=True)
    assert accept(reply(recipient_address=""), way, NOW)[0].status == "failed"


def test_an_interrupted_attempt_is_repeated_only_where_a_repetition_is_recognised() -> None:
    again, events = interrupted(claimed(), True, NOW)
    assert (again.status, again.next_at, events) == ("queued", NOW, ())
    doubtful, [event] = interrupted(claimed(), False, NOW)
    assert (doubtful.status, doubtful.next_at) == ("uncertain", None)
    assert isinstance(event, DeliveryUncertain)


def test_waiting_grows_and_never_comes_before_what_the_channel_asked() -> None:
    state = claimed()
    for attempt in range(1, 20):
        state = state.model_copy(update={"attempts": attempt})
        base = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
        assert base <= wait_seconds(state, Later("no")) <= base * (1 + JITTER)
        assert 90 <= wait_seconds(state, Later("no", 90)) <= 90 * (1 + JITTER)


def test_it_is_given_up_after_a_day() -> None:
    now, state, events = NOW, accept(reply(), LEAVES, NOW)[0], ()
    while state.open:
        state, _ = claim(state, now, 60)
        state, events = settle(state, Later("the receiver answered 500"), now, DAY)
        now = state.next_at or now
    assert state.status == "failed"
    assert len(events) == 1
    assert timedelta(hours=22) < now - NOW <= DAY
    assert state.reason == f"given up after {state.attempts} attempts: the receiver answered 500"
    assert 20 < state.attempts < 40


@pytest.mark.parametrize(
    ("outcome", "status", "event"),
    [
        (Sent("r"), "sent", DeliverySent),
        (Refused("gone"), "failed", DeliveryFailed),
        (Unknown("cut"), "uncertain", DeliveryUncertain),
        (Later("busy"), "queued", None),
        (Later("busy", 90_000), "failed", DeliveryFailed),
    ],
)
def test_each_outcome_has_its_status_and_its_event(outcome: Outcome, status: str, event: type[Event] | None) -> None:
    state, events = settle(claimed(), outcome, NOW, DAY)
    assert state.status == status
    assert [type(each) for each in events] == ([event] if event else [])


PARTS = ("one 1/3", "two 2/3", "three 3/3\n^AL")


class OneReply(RuleBasedStateMachine):
    """Any order of attempts, interruptions, answers and wishes to cancel; of a reply of one message or of three."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = NOW
        self.told: list[Event] = []
        self.arrived: list[str] = []
        """What has certainly left, by its id."""
        self.perhaps: set[str] = set()
        """What may have."""

    @initialize(parts=st.sampled_from([(), PARTS]), repeatable=st.booleans())
    def queue(self, parts: tuple[str, ...], repeatable: bool) -> None:
        self.state, _ = accept(reply(parts=parts), LEAVES, NOW)
        self.repeatable = repeatable

    def _take(self, change: tuple[Delivery, object] | None) -> None:
        if change is not None:
            self.state, events = change
            self.told += events  # type: ignore[arg-type]

    @precondition(lambda self: self.state.status == "queued")
    @rule(seconds=st.floats(0, 90_000))
    def attempt(self, seconds: float) -> None:
        self.now = max(self.now, self.state.next_at or self.now) + timedelta(seconds=seconds)
        self._take(claim(self.state, self.now, 60))

    @precondition(lambda self: self.state.status == "sending")
    @rule(receipt=st.text())
    def arrive(self, receipt: str) -> None:
        self.arrived.append(self.state.piece.id)
        self._take(settle(self.state, Sent(receipt), self.now, DAY))

    @precondition(lambda self: self.state.status == "sending")
    @rule(wait=st.none() | st.floats(0, 10**7), arrived=st.booleans(), channel=st.booleans())
    def wait_and_see(self, wait: float | None, arrived: bool, channel: bool) -> None:
        arrived = arrived and self.repeatable
        self.perhaps |= {self.state.piece.id} if arrived else set()
        self._take(settle(self.state, Later("no", wait, channel, arrived), self.now, DAY))

    @precondition(lambda self: self.state.status == "sending")
    @rule(refused=st.booleans())
    def end(self, refused: bool) -> None:
        self.perhaps |= set() if refused else {self.state.piece.id}
        self._take(settle(self.state, Refused("no") if refused else Unknown("cut"), self.now, DAY))

    @precondition(lambda self: self.state.status == "sending")
    @rule()
    def die(self) -> None:
        self.perhaps.add(self.state.piece.id)
        self._take(interrupted(self.state, self.repeatable, self.now))

    @precondition(lambda self: self.state.status == "queued")
    @rule()
    def wait(self) -> None:
        self._take(postpone(self.state, self.now + timedelta(minutes=1)))

    @rule()
    def want_it_cancelled(self) -> None:
        self._take(cancel(self.state))

    @rule(seconds=st.floats(0, 10**6))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def the_end_is_told_exactly_once(self) -> None:
        assert len(self.told) == (0 if self.state.open else 1)

    @invariant()
    def somebody_looks_at_it_as_long_as_it_is_open(self) -> None:
        assert (self.state.next_at is not None) == self.state.open

    @invariant()
    def its_messages_leave_in_order_and_each_once(self) -> None:
        ids = ["reply-1"] if not self.state.reply.parts else [f"reply-1-{number}" for number in (1, 2, 3)]
        assert self.arrived == ids[: len(self.arrived)]
        assert len(self.state.receipts) == len(self.arrived)

    @invariant()
    def sent_is_all_of_it_and_cancelled_is_nothing(self) -> None:
        if self.state.status == "sent":
            assert len(self.arrived) == len(texts(self.state.reply))
        if self.state.status == "cancelled":
            assert not self.arrived
            assert not self.perhaps


OneReply.TestCase.settings = settings(max_examples=200, stateful_step_count=30, deadline=None)
TestOneReply = OneReply.TestCase
