"""The clocks of one case, as rules (F1, F3): what sets, warns, breaches and stops them. Pure.

A stop that arrives before its start is remembered, so that events in any order never leave a clock running.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from schemas.events.case import (
    CaseAbsorbed,
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.followup import ClockBreached, ClockEvent, ClockKind, ClockSet, ClockStopped, ClockWarned
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from services.followup.domain.clocks import CaseClocks, Clock, Firing, clock_id

Change = tuple[CaseClocks, tuple[ClockEvent, ...]]
"""A new state, and the facts that follow."""


def case_opened(state: CaseClocks | None, event: CaseOpened, warn_before: timedelta, now: datetime) -> Change | None:
    """The customer waits for a first reply (O4)."""
    return _set(_known(state, event), "first-response", event.case_id, event.first_reply_due_at, warn_before, now)


def promise_made(state: CaseClocks | None, event: PromiseMade, warn_before: timedelta, now: datetime) -> Change | None:
    """The customer was promised something by a moment (F1)."""
    return _set(_known(state, event), "promise", event.promise_id, event.due_at, warn_before, now)


def reply_sent(state: CaseClocks | None, event: ReplySent, now: datetime) -> Change | None:
    """The first reply ends the wait for it; it counts when it was sent, not when we heard of it."""
    known = _known(state, event)
    if not event.first or known.first_reply_sent_at or event.reply_id in known.first_replies:
        return None
    replies = (*known.first_replies, event.reply_id)
    known = known.model_copy(update={"first_reply_sent_at": event.sent_at, "first_replies": replies})
    return _stop_ended(known, known.open("first-response"), now)


def promise_kept(state: CaseClocks | None, event: PromiseKept, now: datetime) -> Change | None:
    """The result was reported to the customer (F2)."""
    known = _known(state, event)
    if event.promise_id in known.kept:
        return None
    known = known.model_copy(update={"kept": {**known.kept, event.promise_id: event.late}})
    return _stop_ended(known, known.open("promise"), now)


def promise_withdrawn(state: CaseClocks | None, event: PromiseWithdrawn, now: datetime) -> Change | None:
    """The customer was never told of it, so that nobody waits for the result (F1)."""
    known = _known(state, event)
    if event.promise_id in known.withdrawn:
        return None
    known = known.model_copy(update={"withdrawn": (*known.withdrawn, event.promise_id)})
    return _stop_ended(known, known.open("promise"), now)


def case_resolved(state: CaseClocks | None, event: CaseResolved, now: datetime) -> Change | None:
    """The quiet period begins (design 4, rule 6)."""
    known = _known(state, event)
    moment = event.resolved_at.isoformat()
    if moment in known.resolutions:
        return None
    return _closing(
        known.model_copy(update={"resolutions": {**known.resolutions, moment: event.closes_at}}),
        now,
    )


def case_reopened(state: CaseClocks | None, event: CaseReopened, now: datetime) -> Change | None:
    """The customer wrote within the quiet period, which therefore ends."""
    known = _known(state, event)
    if event.message_id in known.reopenings:
        return None
    return _closing(known.model_copy(update={"reopenings": (*known.reopenings, event.message_id)}), now)


def case_closed(state: CaseClocks | None, event: CaseClosed, now: datetime) -> Change | None:
    """Nothing is waited for any more."""
    known = _known(state, event)
    if known.closed:
        return None
    known = known.model_copy(update={"closed": True})
    return _stop_ended(known, (clock for clock in known.clocks if not clock.over), now)


def case_unmerged(
    state: CaseClocks | None, event: CaseUnmerged, warn_before: timedelta, now: datetime
) -> Change | None:
    """The case goes on after all. Who has not had a first reply waits for it by the same moment as before (O4)."""
    known = _known(state, event)
    if not known.closed:
        return None
    known = known.model_copy(update={"closed": False})
    if event.first_reply_due_at is None or known.first_reply_sent_at:
        return known, ()
    return _first_reply_due(known, event.first_reply_due_at, warn_before, now)


def case_absorbed(
    state: CaseClocks | None, event: CaseAbsorbed, warn_before: timedelta, now: datetime
) -> Change | None:
    """Another case goes on here whose customer has to hear from us earlier than it was due in this one, if it was (O4)."""
    known = _known(state, event)
    if event.first_reply_due_at is None or event.source_case in known.absorbed:
        return None
    sent_at = known.first_reply_sent_at
    told_since = sent_at if sent_at and sent_at >= event.absorbed_at else None
    absorbed = (*known.absorbed, event.source_case)
    known = known.model_copy(update={"absorbed": absorbed, "first_reply_sent_at": told_since})
    return _first_reply_due(known, event.first_reply_due_at, warn_before, now)


def case_reclassified(
    state: CaseClocks | None, event: CaseReclassified, warn_before: timedelta, now: datetime
) -> Change | None:
    """The case is more urgent than it seemed: the customer has to hear from us sooner (O4)."""
    known = _known(state, event)
    due_at = event.first_reply_due_at
    if due_at is None or known.closed or known.first_reply_sent_at:
        return None
    if any(clock.due_at <= due_at for clock in known.open("first-response")):
        return None
    return _first_reply_due(known, due_at, warn_before, now)


def fire(state: CaseClocks | None, id: str, firing: Firing, now: datetime) -> Change | None:
    """Let a clock say what it has to say; None when it has not, or no longer."""
    clock = state.find(id) if state else None
    if state is None or clock is None or clock.firing(now) != firing:
        return None
    said: dict[Firing, Callable[..., ClockEvent]] = {"warned": ClockWarned, "breached": ClockBreached}
    event = said[firing](**_named(state, clock), due_at=clock.due_at)
    return state.put(clock.model_copy(update={firing: True})), (event,)


def _known(state: CaseClocks | None, event: CaseEvent) -> CaseClocks:
    return state or CaseClocks(case_id=event.case_id, conversation=event.conversation, brand=event.brand)


def _first_reply_due(state: CaseClocks, due_at: datetime, warn_before: timedelta, now: datetime) -> Change | None:
    """One more clock for the first reply, beside those there were."""
    number = 1 + sum(clock.kind == "first-response" for clock in state.clocks)
    return _set(state, "first-response", state.case_id, due_at, warn_before, now, number)


def _set(
    state: CaseClocks,
    kind: ClockKind,
    subject_id: str,
    due_at: datetime,
    warn_before: timedelta,
    now: datetime,
    number: int = 1,
) -> Change | None:
    id = clock_id(kind, subject_id, number)
    if state.find(id):
        return None
    clock = Clock(id=id, kind=kind, subject_id=subject_id, due_at=due_at, warn_at=due_at - warn_before)
    set_ = ClockSet(**_named(state, clock), due_at=clock.due_at, warn_at=clock.warn_at)
    state, events = _stop_ended(state.put(clock), iter((clock,)), now)
    return state, (set_, *events)


def _stop_ended(state: CaseClocks, clocks: Iterator[Clock], now: datetime) -> Change:
    """Stop those of the clocks for whose end there is a reason."""
    events: list[ClockEvent] = []
    for clock in tuple(clocks):
        end = _end(state, clock, now)
        if end is not None:
            state, event = _stopped(state, clock, *end)
            events.append(event)
    return state, tuple(events)


def _end(state: CaseClocks, clock: Clock, now: datetime) -> tuple[datetime, bool] | None:
    """When what the clock waits for happened, and whether that was late; None: it has not."""
    if clock.kind == "first-response" and state.first_reply_sent_at:
        return state.first_reply_sent_at, state.first_reply_sent_at > clock.due_at
    if clock.kind == "promise" and clock.subject_id in state.kept:
        late = state.kept[clock.subject_id]
        # The event says whether it was late but not when it was kept; it was in time even if we hear of it afterwards.
        return (now, True) if late else (min(now, clock.due_at), False)
    if clock.kind == "promise" and clock.subject_id in state.withdrawn:
        return now, False
    return (now, now > clock.due_at) if state.closed else None


def _closing(state: CaseClocks, now: datetime) -> Change:
    """Bring the closing clock in line with the resolutions and reopenings known.

    They alternate, so a quiet period runs when there were more resolutions than reopenings, and it is the latest one; in
    whatever order they arrive the outcome is the same. Each setting is a new clock: a clock that was stopped stays so.
    """
    quiet = not state.closed and len(state.resolutions) > len(state.reopenings)
    wanted = max(state.resolutions.values()) if quiet else None
    earlier = [clock for clock in state.clocks if clock.kind == "closing"]
    if wanted and earlier and not earlier[-1].stopped and earlier[-1].due_at == wanted:
        return state, ()
    events: list[ClockEvent] = []
    for clock in tuple(state.open("closing")):
        state, event = _stopped(state, clock, now, now > clock.due_at)
        events.append(event)
    if wanted:
        change = _set(state, "closing", state.case_id, wanted, timedelta(), now, len(earlier) + 1)
        if change:
            state = change[0]
            events += change[1]
    return state, tuple(events)


def _stopped(state: CaseClocks, clock: Clock, at: datetime, late: bool) -> tuple[CaseClocks, ClockStopped]:
    event = ClockStopped(**_named(state, clock), due_at=clock.due_at, stopped_at=at, late=late)
    return state.put(clock.model_copy(update={"stopped": True})), event


def _named(state: CaseClocks, clock: Clock) -> dict[str, str]:
    return {
        "clock_id": clock.id,
        "kind": clock.kind,
        "case_id": state.case_id,
        "conversation": state.conversation,
        "brand": state.brand,
        "subject_id": clock.subject_id,
    }
