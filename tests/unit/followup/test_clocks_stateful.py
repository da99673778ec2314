"""Whatever happens to a case, in whatever order and however often: each clock speaks at most once, and never after its stop."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from schemas.events.case import CaseEvent
from schemas.events.followup import ClockSet, ClockStopped
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
from tests.unit.followup.test_domain import Life

MINUTES = st.integers(min_value=0, max_value=5_000)
NAMES = st.sampled_from("abc")


class Clocks(RuleBasedStateMachine):
    """Time only moves on; events come with any moments, repeated and disordered."""

    def __init__(self) -> None:
        super().__init__()
        self.life = Life()
        self.minutes = 0.0
        self.taken: list[CaseEvent] = []

    def take(self, event: CaseEvent) -> None:
        self.taken.append(event)
        self.life.take(event, self.minutes)

    @rule(minutes=st.integers(min_value=0, max_value=1_000))
    def time_passes(self, minutes: int) -> None:
        self.minutes += minutes
        self.life.pass_to(self.minutes)

    @rule(due=MINUTES)
    def case_opened(self, due: int) -> None:
        self.take(opened(due))

    @rule(minutes=MINUTES, first=st.booleans())
    def reply_sent(self, minutes: int, first: bool) -> None:
        self.take(sent(minutes, first))

    @rule(due=st.none() | MINUTES, minutes=MINUTES, name=NAMES)
    def case_absorbed(self, due: int | None, minutes: int, name: str) -> None:
        self.take(absorbed(due, minutes, name))

    @rule(due=MINUTES, name=NAMES)
    def promise_made(self, due: int, name: str) -> None:
        self.take(promised(due, name))

    @rule(late=st.booleans(), name=NAMES)
    def promise_kept(self, late: bool, name: str) -> None:
        self.take(kept(late, name))

    @rule(minutes=MINUTES, name=NAMES)
    def promise_withdrawn(self, minutes: int, name: str) -> None:
        self.take(withdrawn(minutes, name))

    @rule(minutes=MINUTES)
    def case_resolved(self, minutes: int) -> None:
        self.take(resolved(minutes, quiet=500))

    @rule(name=NAMES)
    def case_reopened(self, name: str) -> None:
        self.take(reopened(name))

    @rule()
    def case_closed(self) -> None:
        self.take(closed())

    @rule(data=st.data())
    def redelivered(self, data: st.DataObject) -> None:
        if self.taken:
            self.life.take(data.draw(st.sampled_from(self.taken)), self.minutes)

    @invariant()
    def each_clock_says_each_thing_once(self) -> None:
        said = Counter((event.clock_id, event.type) for event in self.life.said)
        assert all(count == 1 for count in said.values()), said

    @invariant()
    def nothing_comes_before_the_start_or_after_the_stop(self) -> None:
        running: set[str] = set()
        for event in self.life.said:
            assert (event.clock_id in running) is not isinstance(event, ClockSet)
            running.add(event.clock_id)
            if isinstance(event, ClockStopped):
                running.discard(event.clock_id)

    @invariant()
    def nothing_is_overdue_once_time_was_looked_at(self) -> None:
        """`next_at` is the minimum over the clocks, and lies ahead after a tick."""
        state = self.life.state
        if state is None:
            return
        moments = [clock.next_at for clock in state.clocks if clock.next_at]
        assert state.next_at == (min(moments) if moments else None)
        assert bool(state.due(at(self.minutes))) is (state.next_at is not None and state.next_at <= at(self.minutes))

    @invariant()
    def a_closed_case_has_no_clock_running(self) -> None:
        if self.life.state and self.life.state.closed:
            assert self.life.state.next_at is None

    @invariant()
    def at_most_one_quiet_period(self) -> None:
        if self.life.state:
            assert len(list(self.life.state.open("closing"))) <= 1


TestClocks = Clocks.TestCase
TestClocks.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
