"""Whatever happens to a case, in whatever order and however often: each clock speaks at most once, and never after its stop."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from schemas.events.case import CaseEvent
from schemas.events.followup import ClockEscalated, ClockMoved, ClockPaused, ClockResumed, ClockSet, ClockStopped
from schemas.events.message import Urgency
from schemas.events.reply import ReplyKind
from schemas.organisation_clocks import TIMED_CLOCKS
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
from tests.unit.followup.talk import (
    LENGTHS,
    Followed,
    accepted,
    approval_wanted,
    approved,
    asked,
    asked_back,
    assigned,
    clarified,
    consult_withdrawn,
    declined,
    reclassified,
    replied,
    terms,
    wrote,
)
from tests.unit.followup.test_domain import Life

MINUTES = st.integers(min_value=0, max_value=5_000)
URGENCIES = st.sampled_from(["low", "normal", "high"])
STEPS = [
    {"clock": kind, **when, "to": "lead"}
    for kind in ("first-response", "next-reply", "resolution", "promise")
    for when in ({"before_minutes": 10}, {"after_minutes": 0}, {"after_minutes": 60})
]
POLICIES = (
    terms(escalations=STEPS),
    terms([{**each, "minutes": 2 * int(str(each["minutes"]))} for each in LENGTHS], escalations=STEPS[:4], pauses={}),
    terms([{"clock": kind, "minutes": "none"} for kind in TIMED_CLOCKS]),
)
NAMES = st.sampled_from("abc")


class Clocks(RuleBasedStateMachine):
    """Time only moves on; events come with any moments, repeated and disordered."""

    def __init__(self, life: Life | Followed | None = None) -> None:
        super().__init__()
        self.life = life or Life()
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
        said = Counter(
            (event.clock_id, event.type, event.step if isinstance(event, ClockEscalated) else 0)
            for event in self.life.said
            if not isinstance(event, ClockMoved | ClockPaused | ClockResumed)
        )
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


class TimedClocks(Clocks):
    """The same under a policy with clocks of its own, which changes now and then."""

    def __init__(self) -> None:
        super().__init__(Followed(POLICIES[0]))
        self.followed = self.life
        self.versions = 1

    @rule(minutes=MINUTES, name=NAMES, urgency=URGENCIES)
    def customer_wrote(self, minutes: int, name: str, urgency: Urgency) -> None:
        self.take(wrote(minutes, name, urgency))

    @rule(minutes=MINUTES, kind=st.sampled_from(["answer", "holding"]), name=NAMES)
    def replied(self, minutes: int, kind: ReplyKind, name: str) -> None:
        self.take(replied(minutes, f"reply-{name}", kind))

    @rule(minutes=MINUTES, name=NAMES)
    def case_assigned(self, minutes: int, name: str) -> None:
        self.take(assigned(minutes, name))

    @rule(minutes=MINUTES, urgency=URGENCIES)
    def case_reclassified(self, minutes: int, urgency: Urgency) -> None:
        self.take(reclassified(minutes, urgency))

    @rule(name=NAMES, what=st.sampled_from([asked, asked_back, clarified, consult_withdrawn]))
    def consult_went_on(self, name: str, what: Callable[[str], CaseEvent]) -> None:
        self.take(what(name))

    @rule(who=NAMES, name=NAMES, what=st.sampled_from([accepted, declined]))
    def specialist_decided(self, who: str, name: str, what: Callable[[str, str], CaseEvent]) -> None:
        self.take(what(who, name))

    @rule(due=MINUTES, name=NAMES)
    def approval_requested(self, due: int, name: str) -> None:
        self.take(approval_wanted(due, name))

    @rule(name=NAMES)
    def approval_given(self, name: str) -> None:
        self.take(approved(name))

    @rule(number=st.integers(0, len(POLICIES) - 1))
    def policy_changes(self, number: int) -> None:
        assert isinstance(self.followed, Followed)
        self.versions += 1
        self.followed.under(replace(POLICIES[number], version=self.versions), self.minutes)

    @invariant()
    def a_clock_that_stands_still_says_nothing(self) -> None:
        still = {each.id for each in self.life.state.clocks if each.paused} if self.life.state else set()
        due = self.life.state.due(at(self.minutes)) if self.life.state else []
        assert not still & {each.id for each in due}

    @invariant()
    def one_clock_of_each_kind_for_each_thing(self) -> None:
        running = [each for each in self.life.state.clocks if not each.over] if self.life.state else []
        timed = [(each.kind, each.subject_id, each.person) for each in running if each.kind in TIMED_CLOCKS]
        assert len(timed) == len(set(timed))


TestTimedClocks = TimedClocks.TestCase
TestTimedClocks.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestClocks = Clocks.TestCase
TestClocks.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
