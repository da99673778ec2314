"""What a case needs next, and of whom."""

from datetime import datetime, timedelta

import pytest

from schemas.events.followup import ClockBreached, ClockPaused, ClockSet, ClockStopped, ClockWarned
from schemas.events.handover import HandoverOffered
from services.desk.domain.board import Asking, Board, Filters, Row
from services.desk.domain.next_thing import NextThing
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

OWNER, COLLEAGUE, LEAD = "maaike.postma", "sem.schouten", "fleur.visser"
LATER = NOON + timedelta(minutes=10)


def owned(case_id: str = "case-1", due: float = 60) -> Story:
    return Story(case_id).opened(due).wrote("Where is it?").assigned(OWNER)


def answered(case_id: str = "case-1") -> Story:
    return owned(case_id).replied("so").stopped()


def clock(story: Story, kind: str, event: type, due: float = 0, subject: str = "", **more: object) -> Story:
    facts = {**story.facts, "clock_id": f"{kind}/{story.case_id}", "kind": kind, "subject_id": subject or story.case_id}
    story.events.append(event(**facts, **({"due_at": story.after(due)} if due else {}), **more))
    return story


def running(story: Story, kind: str, due: float, subject: str = "") -> Story:
    return clock(story, kind, ClockSet, due, subject, warn_at=story.after(due - 5))


def offered(story: Story, to: str = COLLEAGUE) -> Story:
    handover = {"handover_id": "h1", "owner": OWNER, "to": to, "by": OWNER, "reason": "end of shift", "note": ""}
    story.events.append(
        HandoverOffered(**story.facts, **handover, offered_at=story.after(2), expires_at=story.after(32))
    )
    return story


def thing(story: Story, person: str = OWNER, now: datetime = LATER, approves: bool = False) -> NextThing:
    return Asking(person, approves, now).next_thing(Row.of(folded(story.events)))


class TestNextThing:
    def test_is_the_customer_who_waits_for_a_first_reply(self) -> None:
        assert thing(owned()) == NextThing("wrote", owned().after(60), "first-response")

    def test_is_the_clock_once_it_is_near_or_late(self) -> None:
        assert thing(owned(), now=NOON + timedelta(minutes=31)).reason == "soon"
        assert thing(owned(), now=NOON + timedelta(minutes=60)).reason == "late"

    def test_is_the_clock_that_follow_up_has_warned_of(self) -> None:
        story = clock(running(answered(), "resolution", 500), "resolution", ClockWarned, 500)
        assert thing(story) == NextThing("soon", story.after(500), "resolution")

    def test_goes_by_the_customers_message_where_no_clock_runs(self) -> None:
        story = answered().wrote("And now?", minutes=8)
        assert thing(story) == NextThing("wrote", story.after(8))

    def test_goes_by_the_next_replys_clock_where_one_runs(self) -> None:
        story = running(answered().wrote("And now?", minutes=8), "next-reply", 100)
        assert thing(story) == NextThing("wrote", story.after(100), "next-reply")
        assert thing(story, now=story.after(101)).reason == "late"

    def test_is_never_a_clock_that_has_stopped_stands_still_or_is_for_another_moment(self) -> None:
        stopped = running(answered(), "next-reply", 5)
        clock(stopped, "next-reply", ClockStopped, 5, stopped_at=stopped.after(6), late=True)
        paused = running(answered(), "resolution", 5)
        clock(paused, "resolution", ClockPaused, remaining_minutes=3.0, paused_at=paused.after(2))
        for story in (stopped, paused, running(answered(), "closing", 5), running(answered(), "pick-up", 5)):
            assert thing(story).reason == "waits", story.events[-1]

    def test_is_a_late_consult_only_while_it_is_open(self) -> None:
        story = running(answered().asked("which?", specialist="harry.carter"), "consult", 5, "case-1-q1")
        clock(story, "consult", ClockBreached, 5, "case-1-q1")
        assert (thing(story).reason, thing(story).clock) == ("late", "consult")
        assert thing(story.withdrew()).reason == "waits"

    def test_is_what_a_specialist_answered_until_something_was_said(self) -> None:
        story = owned().asked("which?", specialist="harry.carter").answered("the blue one", "harry.carter")
        assert thing(story).reason == "answered"
        assert thing(story.replied("the blue one", minutes=20)).reason == "waits"

    def test_is_a_promise_that_runs(self) -> None:
        assert thing(answered().promised("it", 300)) == NextThing("promise", answered().after(300), "promise")
        assert thing(answered().promised("it", 300).kept()).reason == "waits"

    def test_is_what_the_customer_was_told_to_wait_for(self) -> None:
        held = owned().replied("we look into it", kind="holding").stopped()
        assert thing(held).reason == "wrote"
        assert thing(held.asked("which?", specialist="harry.carter", minutes=6)).reason == "specialist"
        assert thing(held.promised("word from us", 300)).reason == "promise"

    def test_is_a_reply_that_did_not_arrive(self) -> None:
        assert thing(owned(due=600).replied("so", outcome="failed")).reason == "undelivered"

    def test_is_the_handover_only_for_whom_is_asked(self) -> None:
        story = offered(owned())
        assert thing(story, COLLEAGUE) == NextThing("handover", story.after(32))
        assert thing(story).reason == "wrote"


class TestMine:
    @pytest.fixture
    def board(self) -> Board:
        filled = Board()
        stories = [
            offered(owned("offered", 700)),
            owned("late", 5),
            owned("near", 30),
            owned("wrote", 600),
            answered("promised").promised("it", 300, "p2"),
            answered("waits"),
        ]
        for story in stories:
            assert filled.take(folded(story.events))
        return filled

    def mine(self, board: Board, person: str) -> list[str]:
        asking = Asking(person, False, LATER)
        filters = Filters(frozenset({"moccarel"}), person, concerning=asking)
        return [row.id for row, _ in board.by_need(filters, asking)]

    def test_is_in_the_order_of_what_needs_me(self, board: Board) -> None:
        assert self.mine(board, OWNER) == ["late", "near", "wrote", "offered", "promised", "waits"]

    def test_holds_what_a_colleague_asks_of_me(self, board: Board) -> None:
        assert self.mine(board, COLLEAGUE) == ["offered"]
        assert self.mine(board, LEAD) == []

    def test_keeps_to_my_brands(self, board: Board) -> None:
        asking = Asking(COLLEAGUE, True, LATER)
        assert board.by_need(Filters(frozenset({"pluvane"}), COLLEAGUE, concerning=asking), asking) == []
