"""What sets, warns, breaches and stops a clock (F1, F3)."""

from datetime import timedelta
from itertools import permutations

import pytest

from schemas.events.case import CaseEvent
from schemas.events.followup import ClockBreached, ClockEvent, ClockSet, ClockStopped, ClockWarned
from services.followup import domain
from services.followup.domain import CaseClocks, Change, ClockTerms
from tests.unit.followup.moments import (
    absorbed,
    at,
    closed,
    kept,
    opened,
    promised,
    reopened,
    resolved,
    sent,
    withdrawn,
)

TERMS = ClockTerms(warn_before=timedelta(minutes=15), promise_warn_before=timedelta(minutes=15))


def take(state: CaseClocks | None, event: CaseEvent, minutes: float) -> Change | None:
    """Hand one event to the rule for it."""
    rules = {
        "case.opened.v1": domain.case_opened,
        "promise.made.v1": domain.promise_made,
        "case.absorbed.v1": domain.case_absorbed,
        "reply.sent.v1": domain.reply_sent,
        "promise.kept.v1": domain.promise_kept,
        "promise.withdrawn.v1": domain.promise_withdrawn,
        "case.resolved.v1": domain.case_resolved,
        "case.closed.v1": domain.case_closed,
    }
    if event.type == "case.reopened.v1":
        return domain.case_reopened(state, event, TERMS, at(minutes), at(minutes))  # type: ignore[arg-type]
    return rules[event.type](state, event, TERMS, at(minutes))  # type: ignore[operator]


class Life:
    """A case's clocks with everything that they said."""

    def __init__(self) -> None:
        self.state: CaseClocks | None = None
        self.said: list[ClockEvent] = []

    def take(self, event: CaseEvent, minutes: float) -> "Life":
        self._change(take(self.state, event, minutes))
        return self

    def pass_to(self, minutes: float) -> "Life":
        """Let time pass in one leap: fire what is due then."""
        self._change(domain.speak(self.state, at(minutes)))
        return self

    def kinds(self) -> list[str]:
        return [f"{event.kind} {event.type.split('.')[1]}" for event in self.said]

    def _change(self, change: Change | None) -> None:
        if change:
            self.state = change[0]
            self.said += change[1]


class TestFirstResponse:
    def test_set_from_the_event_with_the_warning_before(self) -> None:
        (event,) = Life().take(opened(60), 0).said
        assert isinstance(event, ClockSet)
        assert (event.kind, event.subject_id, event.due_at, event.warn_at) == (
            "first-response",
            "case-1",
            at(60),
            at(45),
        )

    def test_warns_then_breaches_then_stops_late(self) -> None:
        life = Life().take(opened(60), 0).pass_to(44).pass_to(45).pass_to(46).pass_to(60).pass_to(90).take(sent(95), 95)
        assert [type(event) for event in life.said] == [ClockSet, ClockWarned, ClockBreached, ClockStopped]
        assert life.said[-1].late

    def test_stops_in_time_when_sent_in_time_though_heard_of_late(self) -> None:
        stopped = Life().take(opened(60), 0).take(sent(59), 300).said[-1]
        assert isinstance(stopped, ClockStopped)
        assert (stopped.late, stopped.stopped_at) == (False, at(59))

    def test_an_earlier_deadline_that_another_case_brings_holds(self) -> None:
        life = Life().take(opened(60), 0).take(absorbed(40, 20), 20).pass_to(40)
        assert [(type(event), event.due_at) for event in life.said[1:] if event.subject_id == "case-1"] == [
            (ClockSet, at(40)),
            (ClockBreached, at(40)),
        ]
        life.take(sent(50), 50).pass_to(999)
        assert [type(event) for event in life.said[3:]] == [ClockStopped, ClockStopped]

    def test_who_waits_in_the_other_case_waits_here_though_a_first_reply_was_sent_before(self) -> None:
        life = Life().take(opened(60), 0).take(sent(5), 5).take(absorbed(70, 20), 20).take(sent(5), 21)
        assert life.kinds() == ["first-response set", "first-response stopped", "first-response set"]
        stopped = life.take(sent(80, id="reply-2"), 80).said[-1]
        assert isinstance(stopped, ClockStopped)
        assert (stopped.due_at, stopped.late) == (at(70), True)

    def test_another_case_without_a_deadline_changes_nothing(self) -> None:
        assert domain.case_absorbed(None, absorbed(None), TERMS, at(5)) is None

    def test_a_reply_that_is_not_the_first_changes_nothing(self) -> None:
        assert domain.reply_sent(None, sent(5, first=False), TERMS, at(5)) is None

    def test_only_the_breach_is_said_when_warning_and_due_both_passed(self) -> None:
        life = Life().take(opened(60), 0).pass_to(60 + 24 * 60).pass_to(60 + 24 * 60)
        assert life.kinds() == ["first-response set", "first-response breached"]

    def test_a_clock_says_nothing_when_it_has_been_stopped_meanwhile(self) -> None:
        life = Life().take(opened(60), 0)
        assert life.state
        assert [each.kind for each in life.state.due(at(61))] == ["first-response"]
        life.take(sent(59), 61)
        assert domain.speak(life.state, at(61)) is None

    def test_a_warning_is_no_longer_given_when_it_is_due_meanwhile(self) -> None:
        life = Life().take(opened(60), 0)
        assert life.state
        (clock,) = life.state.due(at(50))
        assert clock.warns(at(50))
        assert not clock.warns(at(60))

    def test_an_unknown_case_and_one_with_nothing_due_say_nothing(self) -> None:
        assert domain.speak(None, at(0)) is None
        assert domain.speak(Life().take(opened(), 0).state, at(1)) is None


class TestPromise:
    def test_each_promise_has_its_own_clock(self) -> None:
        life = Life().take(promised(60, "a"), 0).take(promised(120, "b"), 0).take(kept(id="a"), 30).pass_to(120)
        assert [(event.subject_id, type(event)) for event in life.said] == [
            ("a", ClockSet),
            ("b", ClockSet),
            ("a", ClockStopped),
            ("b", ClockBreached),
        ]

    @pytest.mark.parametrize(("late", "heard", "stopped_at"), [(False, 50, 50), (False, 900, 60), (True, 900, 900)])
    def test_late_is_what_the_event_says(self, late: bool, heard: float, stopped_at: float) -> None:
        stopped = Life().take(promised(60), 0).take(kept(late), heard).said[-1]
        assert isinstance(stopped, ClockStopped)
        assert (stopped.late, stopped.stopped_at) == (late, at(stopped_at))

    def test_one_that_the_customer_was_never_told_of_stops_and_never_breaches(self) -> None:
        life = Life().take(promised(60, "a"), 0).take(promised(60, "b"), 0).take(withdrawn(20, "a"), 20).pass_to(90)
        assert [(event.subject_id, type(event)) for event in life.said[2:]] == [
            ("a", ClockStopped),
            ("b", ClockBreached),
        ]
        stopped = life.said[2]
        assert isinstance(stopped, ClockStopped)
        assert (stopped.stopped_at, stopped.late) == (at(20), False)


class TestClosing:
    def test_breaches_without_a_warning_and_is_over(self) -> None:
        life = Life().take(resolved(10, quiet=100), 10).pass_to(109).pass_to(110).take(closed(), 111).pass_to(999)
        assert life.kinds() == ["closing set", "closing breached"]

    def test_reopening_stops_it_and_resolving_again_sets_another(self) -> None:
        life = Life().take(resolved(10, 100), 10).take(reopened(), 20).pass_to(500).take(resolved(600, 100), 600)
        assert life.kinds() == ["closing set", "closing stopped", "closing set"]
        assert life.pass_to(700).kinds()[3:] == ["closing breached"]
        assert life.said[0].clock_id != life.said[2].clock_id

    def test_a_reopening_after_the_breach_changes_no_clock(self) -> None:
        life = Life().take(resolved(10, 100), 10).pass_to(110).take(reopened(), 110)
        assert life.kinds() == ["closing set", "closing breached"]

    def test_closed_stops_what_is_left(self) -> None:
        life = Life().take(opened(60), 0).take(promised(90), 1).take(resolved(10), 10).take(closed(), 50)
        assert life.kinds()[3:] == ["first-response stopped", "promise stopped", "closing stopped"]
        assert life.state
        assert life.state.next_at is None


class TestAnyOrder:
    def test_a_second_delivery_changes_nothing(self) -> None:
        events = [
            opened(),
            promised(90),
            sent(5),
            kept(),
            promised(95, "b"),
            withdrawn(9, "b"),
            resolved(10),
            reopened(),
            resolved(40),
            closed(),
        ]
        life = Life()
        for event in events:
            life.take(event, 50)
            state, said = life.state, len(life.said)
            for again in events[: events.index(event) + 1]:
                life.take(again, 60)
            assert (life.state, len(life.said)) == (state, said)

    @pytest.mark.parametrize(
        ("stop", "start"),
        [
            (sent(5), opened()),
            (kept(), promised(60)),
            (withdrawn(1), promised(60)),
            (reopened(), resolved(10)),
            (closed(), opened()),
            (sent(30), absorbed(60, 20)),
            (closed(), absorbed(60)),
        ],
    )
    def test_a_stop_before_its_start_leaves_no_clock_running(self, stop: CaseEvent, start: CaseEvent) -> None:
        life = Life().take(stop, 1).take(start, 2)
        assert life.state
        assert life.state.next_at is None
        assert [event.type for event in life.pass_to(99_999).said] in ([], ["clock.set.v1", "clock.stopped.v1"])

    def test_the_order_of_resolutions_and_reopenings_does_not_matter(self) -> None:
        events = [resolved(10, 100), reopened("a"), resolved(50, 100), reopened("b"), resolved(90, 100)]
        for order in permutations(events):
            life = Life()
            for event in order:
                life.take(event, 95)
            assert life.state
            assert life.state.next_at == at(190)
            assert [clock.due_at for clock in life.state.open("closing")] == [at(190)]
