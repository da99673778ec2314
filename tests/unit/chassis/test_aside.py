"""Events put aside: how long they wait, what is kept of them, and that a dead letter can be read and brought back."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis import dead, parking
from services.chassis.errors import Rejected
from services.chassis.kafka import Record
from services.chassis.testing import START, ManualClock, record
from tests.unit.chassis.test_documents import CLOSED

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""

optional_bytes = st.one_of(st.none(), st.binary(max_size=30))
records = st.builds(
    Record,
    topic=st.just("cases.events"),
    partition=st.integers(0, 3),
    offset=st.integers(0, 2**40),
    timestamp_ms=st.integers(0, 2**41),
    key=optional_bytes,
    value=optional_bytes,
    headers=st.lists(st.tuples(st.text(max_size=8), st.binary(max_size=20)), max_size=4).map(tuple),
)


class TestWaiting:
    def test_each_further_try_waits_longer(self) -> None:
        delays = [parking._delay(attempts) for attempts in range(6)]
        assert delays[0] == timedelta()
        assert delays[1:4] == [timedelta(seconds=seconds) for seconds in (1, 5, 30)]
        assert delays == sorted(delays)

    def test_tries_are_bounded(self) -> None:
        assert [parking.exhausted(attempts) for attempts in (1, 3, 4)] == [False, False, True]

    @unhurried
    @given(kept=records)
    def test_a_record_comes_back_from_the_store_as_it_was(self, kept: Record) -> None:
        assert parking._record(parking._stored(kept)) == kept


class TestDeadLetter:
    def letter(self, kept: Record, error: Exception, attempts: int = 2) -> dict[str, str]:
        topic, key, value, headers = dead.letter(kept, "cases", error, START, attempts)
        assert topic == "cases.dead"
        assert value == kept.value
        assert key is not None or value is not None
        return {name: text.decode() for name, text in headers}

    def test_says_where_it_came_from_and_why(self) -> None:
        with pytest.raises(Rejected) as caught:
            raise Rejected("the brand is unknown")
        headers = self.letter(record(CLOSED, offset=7), caught.value)
        assert headers[dead.TOPIC] == "cases.events"
        assert (headers[dead.PARTITION], headers[dead.OFFSET]) == ("0", "7")
        assert headers[dead.REASON] == "the brand is unknown"
        assert headers[dead.ERROR] == "services.chassis.errors.Rejected"
        assert "test_says_where_it_came_from_and_why" in headers[dead.STACK]
        assert (headers[dead.CONSUMER], headers[dead.ATTEMPTS]) == ("cases", "2")
        assert headers[dead.FAILED_AT] == START.isoformat()
        assert headers["ce_type"] == "case.closed.v1"

    def test_is_named_after_its_event_or_its_place(self) -> None:
        assert self.letter(record(CLOSED, id="the-id"), Rejected("x"))[dead.LETTER] == "the-id"
        bare = Record("cases.events", 3, 9, 0, None, b"{", ())
        assert self.letter(bare, Rejected("x"))[dead.LETTER] == "cases.events-3-9"

    def test_a_letter_of_a_letter_keeps_no_old_reasons(self) -> None:
        first = dead.letter(record(CLOSED), "cases", Rejected("first"), START, 1)
        again = Record("cases.retry", 0, 1, 0, first[1], first[2], tuple(first[3]))
        headers = self.letter(again, Rejected("second"))
        assert headers[dead.REASON] == "second"
        assert headers[dead.TOPIC] == "cases.retry"

    @unhurried
    @given(kept=records, reason=st.text(st.characters(codec=None), max_size=50))
    def test_any_record_and_any_reason_make_a_letter(self, kept: Record, reason: str) -> None:
        assert self.letter(kept, Rejected(reason))[dead.LETTER]

    def test_reason_and_stack_are_bounded(self) -> None:
        headers = self.letter(record(CLOSED), Rejected("x" * 1_000_000))
        assert len(headers[dead.REASON]) <= dead.MAX_REASON_CHARACTERS
        assert len(headers[dead.STACK]) <= dead.MAX_STACK_CHARACTERS


def test_the_manual_clock_stands_still_until_told() -> None:
    clock = ManualClock()
    assert clock.now() == clock.now() == START
    assert clock.forward(30, minutes=1) == START + timedelta(seconds=90)
    with pytest.raises(ValueError, match="needs a time zone"):
        ManualClock(START.replace(tzinfo=None))
