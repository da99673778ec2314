"""Clocks with a length of their own: what sets, moves, pauses, resumes and stops them (F3)."""

from datetime import UTC, datetime

import pytest

from schemas.events.followup import ClockMoved, ClockPaused, ClockResumed, ClockStopped
from schemas.organisation import Calendar
from schemas.working_time import opening_hours
from tests.unit.followup.moments import at, closed, opened, promised, reopened, resolved
from tests.unit.followup.talk import (
    LENGTHS,
    Followed,
    accepted,
    answered,
    approval_wanted,
    approved,
    asked,
    asked_back,
    assigned,
    clarified,
    consult_withdrawn,
    declined,
    handed_over,
    in_hours,
    reclassified,
    replied,
    terms,
    wrote,
)

OFFICE = opening_hours(
    Calendar.model_validate({"id": "office", "time_zone": "UTC", "hours": {"mon-fri": "09:00-17:00"}})
)
"""Noon of the tests is a Monday's: open until 300 minutes later, and again from 1260."""


def begun(**facts: object) -> Followed:
    return Followed(**facts).take(opened(60), 0).take(wrote(0), 0)  # type: ignore[arg-type]


class TestPickUp:
    def test_runs_from_the_opening_to_the_first_owner(self) -> None:
        case = begun()
        assert case.due("pick-up") == 10
        case.take(assigned(8), 9)
        assert case.lines("pick-up") == ["set", "stopped"]
        assert not case.said[-1].late  # type: ignore[attr-defined]
        assert case.take(handed_over(20), 20).lines("pick-up") == ["set", "stopped"]

    def test_is_late_when_the_owner_came_late_though_we_hear_of_it_later_still(self) -> None:
        case = begun().pass_to(7).pass_to(12).take(assigned(11), 30)
        assert case.lines("pick-up") == ["set", "warned", "breached", "stopped"]
        stopped = case.said[-1]
        assert isinstance(stopped, ClockStopped)
        assert (stopped.late, stopped.stopped_at) == (True, at(11))

    def test_without_a_policy_there_is_no_such_clock(self) -> None:
        from tests.unit.followup.test_domain import TERMS

        case = Followed(TERMS).take(opened(60), 0).take(wrote(0), 0).take(assigned(1), 1).take(replied(5, "r"), 5)
        assert case.lines() == ["first-response set"]


class TestNextReply:
    def test_runs_from_the_first_word_after_ours_to_our_next(self) -> None:
        case = begun().take(replied(20, "r1", first=True), 20)
        assert case.due("next-reply") is None
        case.take(wrote(30, "m2"), 30).take(wrote(50, "m3"), 50)
        assert case.due("next-reply") == 90
        case.take(replied(80, "r2", "holding"), 80)
        assert case.lines("next-reply") == ["set", "stopped"]
        assert case.take(wrote(100, "m4"), 100).due("next-reply") == 160

    @pytest.mark.parametrize(
        ("language", "urgency", "minutes"),
        [("es", "normal", 60), ("pl", "low", 90), ("es", "high", 20), ("pl", "high", 30)],
    )
    def test_is_as_long_as_the_most_particular_rule_says(self, language: str, urgency: str, minutes: int) -> None:
        case = Followed().take(opened(60), 0).take(wrote(0, urgency=urgency, language=language), 0)  # type: ignore[arg-type]
        assert case.take(replied(5, "r1", first=True), 5).take(wrote(10, "m2"), 10).due("next-reply") == 10 + minutes

    def test_moves_when_the_case_turns_out_to_be_urgent(self) -> None:
        case = (
            begun().take(replied(5, "r1", first=True), 5).take(wrote(10, "m2"), 10).take(reclassified(15, "high"), 15)
        )
        moved = [each for each in case.said if isinstance(each, ClockMoved) and each.kind == "next-reply"]
        assert [(each.was_due_at, each.due_at, each.cause) for each in moved] == [(at(70), at(30), "case")]

    def test_resolving_answers_what_was_said_before(self) -> None:
        case = begun().take(replied(5, "r1", first=True), 5).take(wrote(10, "m2"), 10).take(resolved(12), 12)
        assert case.lines("next-reply") == ["set", "stopped"]


class TestConsult:
    def test_runs_in_the_specialists_own_time_from_accepting_to_the_answer(self) -> None:
        case = begun(found=in_hours(terms(), OFFICE)).take(asked(), 200)
        assert case.due("consult") is None
        assert case.take(accepted(), 250).due("consult") == 1260 + 50
        case.take(answered(1_300), 1_400)
        assert (case.lines("consult"), case.said[-1].late) == (["set", "stopped"], False)  # type: ignore[attr-defined]

    def test_stands_still_while_the_owner_is_asked_back_and_keeps_the_minutes_that_are_left(self) -> None:
        case = begun().take(asked(), 10).take(accepted(), 20).take(asked_back(), 50)
        assert case.due("consult") is None
        paused = case.said[-1]
        assert isinstance(paused, ClockPaused)
        assert paused.remaining_minutes == 70
        assert case.pass_to(5_000).lines("consult") == ["set", "paused"]
        assert case.take(clarified(), 500).due("consult") == 570
        assert isinstance(case.said[-1], ClockResumed)

    def test_who_gives_it_back_has_no_clock_any_more_and_the_next_one_has_one(self) -> None:
        case = begun().take(asked(), 10).take(accepted(), 20).take(declined(), 30)
        assert case.lines("consult") == ["set", "stopped"]
        assert case.take(accepted("wei"), 40).due("consult") == 140
        assert case.take(consult_withdrawn(), 41).lines("consult") == ["set", "stopped", "set", "stopped"]


class TestApproval:
    def test_has_the_moment_that_the_event_says(self) -> None:
        case = begun().take(approval_wanted(15), 0)
        assert case.due("approval") == 15
        case.pass_to(16).take(approved(), 20, happened=14)
        assert case.lines("approval") == ["set", "breached", "stopped"]
        assert not case.said[-1].late  # type: ignore[attr-defined]


class TestResolution:
    def test_waits_while_the_customer_has_the_word(self) -> None:
        case = begun().take(replied(100, "r1", first=True), 100)
        assert case.due("resolution") is None
        assert case.take(wrote(1_000, "m2"), 1_000).due("resolution") == 1_500
        assert case.lines("resolution") == ["set", "paused", "resumed"]

    def test_goes_on_while_we_owe_something(self) -> None:
        case = begun().take(replied(100, "r1", "holding", first=True), 100)
        assert case.due("resolution") == 600
        case.take(promised(400), 110).take(replied(120, "r2"), 120)
        assert case.due("resolution") == 600

    def test_a_reopened_case_has_all_of_the_time_again(self) -> None:
        case = begun().take(resolved(500), 500)
        assert (case.lines("resolution"), case.due("resolution")) == (["set", "stopped"], None)
        case.take(wrote(700, "m2"), 700).take(reopened("m2"), 700)
        assert case.due("resolution") == 1_300

    def test_counts_opening_hours_only(self) -> None:
        case = begun(found=in_hours(terms(), OFFICE))
        assert case.due("resolution") == 1_260 + 300
        case.take(replied(290, "r1", first=True), 290).take(wrote(400, "m2"), 400)
        assert case.due("resolution") == 1_260 + 310

    def test_late_is_by_the_minutes_that_count(self) -> None:
        case = begun().take(replied(100, "r1", first=True), 100).take(wrote(1_000, "m2"), 1_000)
        late = case.take(resolved(1_501), 1_501).said
        assert [each.late for each in late if isinstance(each, ClockStopped) and each.kind == "resolution"] == [True]


class TestEnd:
    def test_a_closed_case_has_no_clock_and_gets_none(self) -> None:
        case = begun().take(closed(), 5)
        assert case.state
        assert all(each.over for each in case.state.clocks)
        before = len(case.said)
        case.take(wrote(6, "m2"), 6).take(asked(), 6).take(accepted(), 7).take(replied(8, "r"), 8)
        assert case.said[before:] == []


class TestNewTerms:
    def test_open_clocks_move_and_say_why(self) -> None:
        case = begun().take(assigned(1), 1)
        shorter = [*LENGTHS[:-1], {"clock": "resolution", "minutes": 300}]
        case.under(terms(shorter, version=2), 10)
        moved = case.said[-1]
        assert isinstance(moved, ClockMoved)
        assert (moved.was_due_at, moved.due_at, moved.cause) == (at(600), at(300), "policy")
        assert case.state
        assert case.state.terms == 2

    def test_a_clock_that_is_no_more_ends_and_a_new_one_begins(self) -> None:
        none = [*LENGTHS[:-1], {"clock": "resolution", "minutes": "none"}]
        case = begun(found=terms(none)).take(assigned(1), 1)
        assert case.lines("resolution") == []
        assert case.under(terms(version=2), 10).due("resolution") == 600
        assert case.under(terms(none, version=3), 20).lines("resolution") == ["set", "stopped"]

    def test_one_that_breached_does_not_move(self) -> None:
        case = begun().pass_to(20)
        longer = [{"clock": "pick-up", "minutes": 500}, *LENGTHS[1:]]
        assert case.under(terms(longer, version=2), 30).lines("pick-up") == ["set", "breached"]

    def test_a_first_reply_keeps_its_moment(self) -> None:
        case = begun()
        before = case.due("first-response")
        assert case.under(terms(version=2), 10).due("first-response") == before


def test_noon_of_these_tests_is_in_office_hours_of_a_monday() -> None:
    assert at(0) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert OFFICE.is_open(at(299))
    assert not OFFICE.is_open(at(300))
    assert OFFICE.is_open(at(1_260))
