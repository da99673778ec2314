"""What sets and stops the clocks whose moments events say: first replies, promises, the quiet period (F1, F3). Pure.

A stop that arrives before its start is remembered, so that events in any order never leave a clock running. What the events
tell of the other clocks is noted here too; `clocks_course` makes the clocks of it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.events.case import (
    CaseAbsorbed,
    CaseClosed,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.followup import ClockEvent, ClockKind, ClockSet
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from services.followup.domain.clocks import CaseClocks, Clock, Turn, Waiting, clock_id
from services.followup.domain.clocks_course import Change, fixed_steps, in_line, named, stopped
from services.followup.domain.clocks_facts import known, with_turn
from services.followup.domain.clocks_terms import ClockTerms


def case_opened(state: CaseClocks | None, event: CaseOpened, terms: ClockTerms, now: datetime) -> Change | None:
    """The customer waits for an owner, for a first reply (O4), and for the end of the matter."""
    heard = known(state, event)
    facts = {"opened_at": event.opened_at, "channel": event.channel, "time_zone": event.customer.time_zone}
    heard = heard.model_copy(update=facts) if terms.clocks else heard
    change = _set(heard, "first-response", event.case_id, event.first_reply_due_at, terms, terms.warn_before, now)
    return change and in_line(*change, terms, now)


def promise_made(state: CaseClocks | None, event: PromiseMade, terms: ClockTerms, now: datetime) -> Change | None:
    """The customer was promised something by a moment (F1)."""
    heard = known(state, event)
    if terms.clocks:
        waiting = heard.promised.get(event.promise_id, Waiting()).model_copy(update={"since": event.made_at or now})
        heard = heard.model_copy(update={"promised": {**heard.promised, event.promise_id: waiting}})
    change = _set(heard, "promise", event.promise_id, event.due_at, terms, terms.promise_warn_before, now)
    return change and in_line(*change, terms, now)


def reply_sent(state: CaseClocks | None, event: ReplySent, terms: ClockTerms, now: datetime) -> Change | None:
    """The first reply ends the wait for it; it counts when it was sent, not when we heard of it."""
    before = known(state, event)
    heard = with_turn(before, Turn(id=event.reply_id, at=event.sent_at, by=event.kind)) if terms.clocks else before
    if not event.first or heard.first_reply_sent_at or event.reply_id in heard.first_replies:
        return None if heard == before else in_line(heard, (), terms, now)
    replies = (*heard.first_replies, event.reply_id)
    heard = heard.model_copy(update={"first_reply_sent_at": event.sent_at, "first_replies": replies})
    return in_line(*_stop_ended(heard, heard.open("first-response"), now), terms, now)


def promise_kept(state: CaseClocks | None, event: PromiseKept, terms: ClockTerms, now: datetime) -> Change | None:
    """The result was reported to the customer (F2)."""
    heard = known(state, event)
    if event.promise_id in heard.kept:
        return None
    heard = heard.model_copy(update={"kept": {**heard.kept, event.promise_id: event.late}})
    heard = _no_longer_promised(heard, event.promise_id, event.kept_at or now, terms)
    return in_line(*_stop_ended(heard, heard.open("promise"), now), terms, now)


def promise_withdrawn(
    state: CaseClocks | None, event: PromiseWithdrawn, terms: ClockTerms, now: datetime
) -> Change | None:
    """The customer was never told of it, so that nobody waits for the result (F1)."""
    heard = known(state, event)
    if event.promise_id in heard.withdrawn:
        return None
    heard = heard.model_copy(update={"withdrawn": (*heard.withdrawn, event.promise_id)})
    heard = _no_longer_promised(heard, event.promise_id, event.withdrawn_at, terms)
    return in_line(*_stop_ended(heard, heard.open("promise"), now), terms, now)


def case_resolved(state: CaseClocks | None, event: CaseResolved, terms: ClockTerms, now: datetime) -> Change | None:
    """The quiet period begins (design 4, rule 6)."""
    heard = known(state, event)
    moment = event.resolved_at.isoformat()
    if moment in heard.resolutions:
        return None
    heard = heard.model_copy(update={"resolutions": {**heard.resolutions, moment: event.closes_at}})
    if terms.clocks:
        heard = with_turn(heard, Turn(id=f"resolved {moment}", at=event.resolved_at, by="settled"))
    return in_line(*_closing(heard, terms, now), terms, now)


def case_reopened(
    state: CaseClocks | None, event: CaseReopened, terms: ClockTerms, now: datetime, at: datetime
) -> Change | None:
    """The customer wrote within the quiet period, which therefore ends. `at` is when the case was reopened."""
    heard = known(state, event)
    if event.message_id in heard.reopenings:
        return None
    heard = heard.model_copy(update={"reopenings": (*heard.reopenings, event.message_id)})
    if terms.clocks:
        heard = heard.model_copy(update={"reopened_at": {**heard.reopened_at, event.message_id: at}})
    return in_line(*_closing(heard, terms, now), terms, now)


def case_closed(state: CaseClocks | None, event: CaseClosed, terms: ClockTerms, now: datetime) -> Change | None:
    """Nothing is waited for any more."""
    heard = known(state, event)
    if heard.closed:
        return None
    heard = heard.model_copy(update={"closed": True})
    return in_line(*_stop_ended(heard, (clock for clock in heard.clocks if not clock.over), now), terms, now)


def case_unmerged(state: CaseClocks | None, event: CaseUnmerged, terms: ClockTerms, now: datetime) -> Change | None:
    """The case goes on after all. Who has not had a first reply waits for it by the same moment as before (O4)."""
    heard = known(state, event)
    if not heard.closed:
        return None
    heard = heard.model_copy(update={"closed": False})
    if event.first_reply_due_at is None or heard.first_reply_sent_at:
        return in_line(heard, (), terms, now)
    change = _first_reply_due(heard, event.first_reply_due_at, terms, now)
    return change and in_line(*change, terms, now)


def case_absorbed(state: CaseClocks | None, event: CaseAbsorbed, terms: ClockTerms, now: datetime) -> Change | None:
    """Another case goes on here whose customer has to hear from us earlier than it was due in this one, if it was (O4)."""
    heard = known(state, event)
    if event.first_reply_due_at is None or event.source_case in heard.absorbed:
        return None
    sent_at = heard.first_reply_sent_at
    told_since = sent_at if sent_at and sent_at >= event.absorbed_at else None
    absorbed = (*heard.absorbed, event.source_case)
    heard = heard.model_copy(update={"absorbed": absorbed, "first_reply_sent_at": told_since})
    change = _first_reply_due(heard, event.first_reply_due_at, terms, now)
    return change and in_line(*change, terms, now)


def first_reply_sooner(state: CaseClocks, due_at: datetime | None, terms: ClockTerms, now: datetime) -> Change | None:
    """The case is more urgent than it seemed: the customer has to hear from us sooner (O4)."""
    if due_at is None or state.closed or state.first_reply_sent_at:
        return None
    if any(clock.due_at <= due_at for clock in state.open("first-response")):
        return None
    return _first_reply_due(state, due_at, terms, now)


def approval_due(state: CaseClocks, id_: str, due_at: datetime, terms: ClockTerms, now: datetime) -> Change | None:
    """Something waits for four eyes until a moment (M1)."""
    return _set(state, "approval", id_, due_at, terms, timedelta(), now)


def approval_over(state: CaseClocks, now: datetime) -> Change:
    """Stop the clocks of approvals that have ended."""
    return _stop_ended(state, state.open("approval"), now)


def _no_longer_promised(state: CaseClocks, id_: str, at: datetime, terms: ClockTerms) -> CaseClocks:
    if terms.clocks is None:
        return state
    waiting = state.promised.get(id_, Waiting()).model_copy(update={"until": at})
    return state.model_copy(update={"promised": {**state.promised, id_: waiting}})


def _first_reply_due(state: CaseClocks, due_at: datetime, terms: ClockTerms, now: datetime) -> Change | None:
    """One more clock for the first reply, beside those there were."""
    number = 1 + sum(clock.kind == "first-response" for clock in state.clocks)
    return _set(state, "first-response", state.case_id, due_at, terms, terms.warn_before, now, number)


def _set(
    state: CaseClocks,
    kind: ClockKind,
    subject_id: str,
    due_at: datetime,
    terms: ClockTerms,
    warn_before: timedelta,
    now: datetime,
    number: int = 1,
) -> Change | None:
    id = clock_id(kind, subject_id, number)
    if state.find(id):
        return None
    steps = fixed_steps(state, kind, due_at, terms)
    warn_at = due_at - warn_before
    clock = Clock(id=id, kind=kind, subject_id=subject_id, due_at=due_at, warn_at=warn_at, steps=steps)
    set_ = ClockSet(**named(state, clock), due_at=clock.due_at, warn_at=clock.warn_at)
    state, events = _stop_ended(state.put(clock), iter((clock,)), now)
    return state, (set_, *events)


def _stop_ended(state: CaseClocks, clocks: Iterator[Clock], now: datetime) -> Change:
    """Stop those of the clocks for whose end there is a reason."""
    events: list[ClockEvent] = []
    for clock in tuple(clocks):
        end = _end(state, clock, now)
        if end is not None:
            ended, said = stopped(state, clock, *end)
            state = state.put(ended)
            events += said
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
    if clock.kind == "approval" and clock.subject_id in state.approvals:
        return state.approvals[clock.subject_id], state.approvals[clock.subject_id] > clock.due_at
    return (now, now > clock.due_at) if state.closed else None


def _closing(state: CaseClocks, terms: ClockTerms, now: datetime) -> Change:
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
        ended, said = stopped(state, clock, now, now > clock.due_at)
        state = state.put(ended)
        events += said
    if wanted:
        change = _set(state, "closing", state.case_id, wanted, terms, timedelta(), now, len(earlier) + 1)
        if change:
            state = change[0]
            events += change[1]
    return state, tuple(events)
