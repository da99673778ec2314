"""Brings the clocks of a case in line with what is known of it and with the brand's terms (F3). Pure.

Whatever was heard in whatever order, and whenever the terms change, the same clocks run: what is wanted is worked out from all
facts anew, and only the difference is said. A clock that breached does not move any more: it was late, and that was said.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from schemas.events.followup import (
    ClockEvent,
    ClockKind,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    ClockSet,
    ClockStopped,
)
from schemas.organisation_clocks import TIMED_CLOCKS
from services.followup.domain.clocks import CaseClocks, Clock, ClockStep, clock_id
from services.followup.domain.clocks_terms import ALWAYS, ClockTerms, Length
from services.followup.domain.clocks_wanted import Wanted, wanted

Change = tuple[CaseClocks, tuple[ClockEvent, ...]]
"""A new state, and the facts that follow."""
Cause = Literal["case", "policy"]
LATE_SLACK_MINUTES = 1e-6
"""Working minutes are counted in floating-point numbers."""


def in_line(
    state: CaseClocks, said: Sequence[ClockEvent], terms: ClockTerms, now: datetime, cause: Cause = "case"
) -> Change:
    """The state with the clocks that the case needs now, and what was said before and because of that."""
    needed = {each.key: each for each in wanted(state, terms.clocks)} if terms.clocks else {}
    events = list(said)
    for clock in state.clocks:
        if clock.kind in TIMED_CLOCKS and not clock.over:
            changed, more = _adjusted(
                state, clock, needed.get((clock.kind, clock.subject_id, clock.person)), terms, now, cause
            )
            state = state.put(changed)
            events += more
    for each in needed.values():
        if each.ended_at is None and not _runs(state, each):
            state, begun = _begun(state, each, terms, now)
            events += begun
    return state.model_copy(update={"terms": terms.version}), tuple(events)


def _runs(state: CaseClocks, need: Wanted) -> bool:
    return any((each.kind, each.subject_id, each.person) == need.key and not each.over for each in state.clocks)


def _adjusted(
    state: CaseClocks, clock: Clock, need: Wanted | None, terms: ClockTerms, now: datetime, cause: Cause
) -> tuple[Clock, tuple[ClockEvent, ...]]:
    """One open clock as it should be, and what there is to say of it."""
    length = terms.length(state, clock.kind, clock.person) if need else None
    if need is None or length is None:
        return stopped(state, clock, now, not clock.paused and now > clock.due_at)
    if need.ended_at is not None:
        return stopped(state, clock, need.ended_at, need.left(length) < -LATE_SLACK_MINUTES)
    if not need.runs:
        return _paused(state, clock, need, length, now)
    if clock.breached and not clock.paused:
        return clock, ()
    due_at = need.due_at(length)
    warn_at = need.warn_at(length, due_at)
    changes = {"due_at": due_at, "warn_at": warn_at, "paused": False, "left_minutes": 0.0}
    steps = again(clock.steps, terms.steps(clock.kind, due_at, length.hours))
    changed = clock.model_copy(update=changes | {"steps": steps})
    if clock.paused:
        return changed, (ClockResumed(**named(state, clock), due_at=due_at, warn_at=warn_at),)
    if clock.due_at == due_at:
        return changed, ()
    moved = ClockMoved(**named(state, clock), was_due_at=clock.due_at, due_at=due_at, warn_at=warn_at, cause=cause)
    return changed, (moved,)


def _paused(
    state: CaseClocks, clock: Clock, need: Wanted, length: Length, now: datetime
) -> tuple[Clock, tuple[ClockEvent, ...]]:
    left = need.left(length)
    changed = clock.model_copy(update={"paused": True, "left_minutes": left})
    if clock.paused:
        return changed, ()
    return changed, (ClockPaused(**named(state, clock), remaining_minutes=round(left, 3), paused_at=now),)


def _begun(state: CaseClocks, need: Wanted, terms: ClockTerms, now: datetime) -> Change:
    length = terms.length(state, need.kind, need.person)
    if length is None:
        return state, ()
    due_at = need.due_at(length)
    number = 1 + sum((each.kind, each.subject_id) == (need.kind, need.subject_id) for each in state.clocks)
    clock = Clock(
        id=clock_id(need.kind, need.subject_id, number),
        kind=need.kind,
        subject_id=need.subject_id,
        due_at=due_at,
        warn_at=need.warn_at(length, due_at),
        person=need.person,
        steps=terms.steps(need.kind, due_at, length.hours),
    )
    begun = ClockSet(**named(state, clock), due_at=clock.due_at, warn_at=clock.warn_at)
    if need.runs:
        return state.put(clock), (begun,)
    clock, still = _paused(state, clock, need, length, now)
    return state.put(clock), (begun, *still)


def with_terms(state: CaseClocks, terms: ClockTerms, now: datetime) -> Change:
    """The clocks by the terms as they are now, after the policy changed. Promises and first replies keep their moments."""
    warnings = {"first-response": terms.warn_before, "promise": terms.promise_warn_before}
    for clock in state.clocks:
        if clock.kind in TIMED_CLOCKS or clock.kind == "closing" or clock.over or clock.breached:
            continue
        changes = {"steps": again(clock.steps, fixed_steps(state, clock.kind, clock.due_at, terms))}
        if clock.kind in warnings:
            changes["warn_at"] = clock.due_at - warnings[clock.kind]  # type: ignore[assignment]
        state = state.put(clock.model_copy(update=changes))
    return in_line(state, (), terms, now, "policy")


def fixed_steps(state: CaseClocks, kind: ClockKind, due_at: datetime, terms: ClockTerms) -> tuple[ClockStep, ...]:
    """The steps of a clock whose moment an event says: a first reply keeps opening hours, the others run day and night."""
    return terms.steps(kind, due_at, terms.brand_hours(state.channel) if kind == "first-response" else ALWAYS)


def again(known: tuple[ClockStep, ...], steps: tuple[ClockStep, ...]) -> tuple[ClockStep, ...]:
    """The steps at their new moments. Who was told already is not told again."""
    told = {(each.number, each.to, each.by) for each in known if each.said}
    return tuple(
        each.model_copy(update={"said": True}) if (each.number, each.to, each.by) in told else each for each in steps
    )


def stopped(state: CaseClocks, clock: Clock, at: datetime, late: bool) -> tuple[Clock, tuple[ClockEvent, ...]]:
    """The clock at its end, and the fact."""
    event = ClockStopped(**named(state, clock), due_at=clock.due_at, stopped_at=at, late=late)
    return clock.model_copy(update={"stopped": True}), (event,)


def named(state: CaseClocks, clock: Clock) -> dict[str, str]:
    """What every fact about a clock says."""
    return {
        "clock_id": clock.id,
        "kind": clock.kind,
        "case_id": state.case_id,
        "conversation": state.conversation,
        "brand": state.brand,
        "subject_id": clock.subject_id,
    }
