"""A document in hand: decisions are taken over whole, under ids that do not depend on when or how often."""

from typing import ClassVar

import pytest
from pydantic import BaseModel

from schemas.base import Event
from schemas.events.case import CaseClosed
from schemas.events.followup import ClockBreached
from schemas.ids import derive
from services.chassis.documents import SEEN_LIMIT, Collection, Context, Decision, Document, Index, Outgoing, with_lane
from services.chassis.testing import START


class Count(BaseModel):
    count: int = 0


COUNTS = Collection("counts", Count, fields=lambda state: {"size": state.count}, indexes=(Index(("size",)),))
CLOSED = CaseClosed(case_id="c", conversation="v", brand="b", owner="o")
BREACHED = ClockBreached(
    clock_id="k",
    kind="closing",
    case_id="c",
    conversation="v",
    brand="b",
    subject_id="c",
    due_at=START,
)


def context(cause: str) -> Context:
    return Context(START, cause)


def applied(*causes: str, events: tuple[Event, ...] = (CLOSED,)) -> Document[Count]:
    document = Document(COUNTS, "d", "lane")
    for cause in causes:
        document.apply(
            Decision(Count(count=len(document.seen) + 1), events), context(cause), "us", {"traceparent": "t"}
        )
    return document


class TestApply:
    def test_takes_state_cause_and_events_over(self) -> None:
        document = applied("cause-1", events=(CLOSED, BREACHED))
        assert document.state == Count(count=1)
        assert document.seen == ["cause-1"]
        assert [entry.topic for entry in document.outbox] == ["cases.events", "followup.events"]
        assert [entry.key for entry in document.outbox] == ["v", "v"]
        assert document.changed

    def test_the_same_decision_for_the_same_cause_gives_the_same_ids(self) -> None:
        assert applied("cause-1").outbox == applied("cause-1").outbox
        assert applied("cause-1").outbox[0].id == derive("cause-1", "d", "case.closed.v1", "1")
        assert applied("cause-2").outbox[0].id != applied("cause-1").outbox[0].id

    def test_sequences_count_per_topic_without_gaps(self) -> None:
        document = applied("1", "2", events=(CLOSED, CLOSED, BREACHED))
        numbers = [(entry.topic, entry.headers["ce_sequence"]) for entry in document.outbox]
        assert [number for topic, number in numbers if topic == "cases.events"] == ["1", "2", "3", "4"]
        assert [number for topic, number in numbers if topic == "followup.events"] == ["1", "2"]

    def test_events_name_their_cause_source_subject_and_trace(self) -> None:
        headers = applied("cause-1").outbox[0].headers
        assert headers["ce_causationid"] == "cause-1"
        assert headers["ce_source"] == "us"
        assert headers["ce_subject"] == "d"
        assert headers["traceparent"] == "t"

    def test_changes_nothing_when_one_of_the_events_can_not_be_written(self) -> None:
        class Homeless(Event):
            type: ClassVar[str]

        document = applied("1")
        before = document.next()
        with pytest.raises(KeyError):
            document.apply(Decision(Count(count=9), (CLOSED, Homeless())), context("2"), "us", {})
        assert document.next() == before

    def test_forgets_the_oldest_causes_only(self) -> None:
        document = applied(*(str(number) for number in range(SEEN_LIMIT + 5)), events=())
        assert document.seen[0] == "5"
        assert len(document.seen) == SEEN_LIMIT

    def test_more_causes_are_remembered_than_one_batch_can_bring_twice(self) -> None:
        assert SEEN_LIMIT > 500


class TestStored:
    def test_next_is_the_whole_document_under_the_next_version(self) -> None:
        document = applied("cause-1")
        stored = document.next()
        assert (stored["_id"], stored["lane"], stored["number"], stored["version"]) == ("d", "lane", 1, 1)
        assert (stored["pending"], stored["size"], stored["state"]) == (1, 1, {"count": 1})
        assert stored["seen"] == ["cause-1"]

    def test_what_is_loaded_goes_on_where_it_was_left(self) -> None:
        document = applied("1", "2")
        again = Document.loaded(COUNTS, document.next())
        document.written()
        assert (again.version, again.state, again.seen) == (document.version, document.state, document.seen)
        assert (again.outbox, again.sequences) == (document.outbox, document.sequences)
        assert not again.changed

    def test_a_sweep_needs_no_readable_state(self) -> None:
        stored = applied("1").next() | {"state": {"count": "not a number"}}
        swept = Document.swept(COUNTS, stored)
        assert [entry.id for entry in swept.outbox] == [applied("1").outbox[0].id]
        assert swept.version == 1

    def test_an_outbox_entry_survives_storing(self) -> None:
        entry = applied("1").outbox[0]
        assert Outgoing(**entry.stored()) == entry

    def test_the_commit_protocols_own_indexes_are_added(self) -> None:
        assert [index.fields for index in with_lane(COUNTS).indexes] == [("lane",), ("pending",), ("size",)]


def test_what_a_state_has_by_default_is_not_stored_and_is_there_again() -> None:
    fresh = Document(COUNTS, "d", "lane")
    fresh.apply(Decision(Count()), context("first"), "casekeeper/test", {})
    stored = fresh.next()
    assert stored["state"] == {}
    assert stored["size"] == 0
    assert Document.loaded(COUNTS, stored).state == Count()
    fresh.apply(Decision(Count(count=2)), context("second"), "casekeeper/test", {})
    assert fresh.next()["state"] == {"count": 2}


def test_an_event_with_a_header_that_can_not_be_sent_is_refused_when_it_is_decided() -> None:
    document = Document(COUNTS, "d", "lane")
    with pytest.raises(UnicodeEncodeError):
        document.apply(Decision(Count(), [CLOSED]), context("cause"), "casekeeper/test", {"traceparent": "\ud800"})
    assert document.outbox == []
    assert not document.changed
