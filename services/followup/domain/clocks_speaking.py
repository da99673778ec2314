"""What the clocks of a case say when their moment has come: warnings, breaches and escalations, each once. Pure."""

from collections.abc import Collection
from datetime import datetime

from schemas.events.followup import ClockBreached, ClockEscalated, ClockEvent, ClockWarned
from services.followup.domain.clocks import CaseClocks, Clock, ClockStep
from services.followup.domain.clocks_course import Change, named
from services.followup.domain.clocks_harm import harm


def speak(state: CaseClocks | None, now: datetime, summed_up: Collection[str] = ()) -> Change | None:
    """Let every clock say what it has to say now; None when none has, or no longer.

    Of the clocks in `summed_up` nobody is told one by one: their escalations are part of a sum.
    """
    if state is None:
        return None
    events: list[ClockEvent] = []
    for clock in state.due(now):
        changed, said = _spoken(state, clock, now, in_digest=clock.id in summed_up)
        state = state.put(changed)
        events += said
    return (state, tuple(events)) if events else None


def _spoken(state: CaseClocks, clock: Clock, now: datetime, *, in_digest: bool) -> tuple[Clock, list[ClockEvent]]:
    said: list[ClockEvent] = []
    steps = clock.escalates(now)
    if clock.breaches(now):
        said.append(ClockBreached(**named(state, clock), due_at=clock.due_at))
        clock = clock.model_copy(update={"breached": True})
    elif clock.warns(now):
        said.append(ClockWarned(**named(state, clock), due_at=clock.due_at))
        clock = clock.model_copy(update={"warned": True})
    if steps:
        said += (_escalated(state, clock, step, now, in_digest) for step in steps)
        told = tuple(each.model_copy(update={"said": True}) if each.at <= now else each for each in clock.steps)
        clock = clock.model_copy(update={"steps": told})
    return clock, said


def _escalated(state: CaseClocks, clock: Clock, step: ClockStep, now: datetime, in_digest: bool) -> ClockEscalated:
    return ClockEscalated(
        **named(state, clock),
        due_at=clock.due_at,
        step=step.number,
        to=step.to,
        by=step.by,
        owner=state.owner,
        cover=state.cover(now),
        minutes_late=round((now - clock.due_at).total_seconds() / 60, 1),
        harm=round(harm(clock, state.urgency, now), 1),
        in_digest=in_digest,
        escalated_at=now,
    )
