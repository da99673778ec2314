"""From the events of a case to its timings. Pure; a fact that is known already changes nothing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from schemas.base import milliseconds
from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseEvent,
    CaseMarked,
    CaseMessageAdded,
    CaseOpened,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseSplit,
    CaseUnmarked,
    CaseUnmerged,
)
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOfferExpired,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified, ClassificationCorrected
from services.followup.domain.figures.talk import MOVED
from services.followup.domain.figures.timings import Consult, Done, Heard, Span, Step, Timings

TEST_MARK: str = "test"
"""A case that somebody marked so is kept out of every figure, like that of a test contact (F11)."""
COMPLIMENT = "compliment"
Change = dict[str, Any]


def fold(state: Timings | None, event: CaseEvent, occurred_at: datetime) -> Timings:
    """The timings with one more event. `occurred_at` counts where the event itself does not say when it happened."""
    known = state or Timings(case_id=event.case_id, brand=event.brand)
    return known.model_copy(update=FOLDED[type(event)](known, event, milliseconds(occurred_at)))


def _opened(state: Timings, event: CaseOpened, _: int) -> Change:
    due_ms = _earlier(state.reply_due_ms, milliseconds(event.first_reply_due_at))
    language = event.language if state.language == "und" else state.language
    return {
        "opened_ms": milliseconds(event.opened_at),
        "reply_due_ms": due_ms,
        "channel": event.channel,
        "pool": event.pool,
        "language": language,
        "test": event.test or state.test,
        "time_zone": state.time_zone or event.customer.time_zone,
    }


def _assigned(state: Timings, event: CaseAssigned, _: int) -> Change:
    done = Done(at_ms=milliseconds(event.assigned_at), by=event.owner)
    if state.picked_up and state.picked_up.at_ms <= done.at_ms:
        return {"owner": event.owner}
    return {"owner": state.owner or event.owner, "picked_up": done}


def _owner_changed(_: Timings, event: CaseOwnerChanged, __: int) -> Change:
    return {"owner": event.owner}


def _message_added(state: Timings, event: CaseMessageAdded, _: int) -> Change:
    id, received_ms = event.message.id, milliseconds(event.message.received_at)
    change: Change = {"messages": {**state.messages, id: received_ms}}
    heard = Heard(at_ms=received_ms, urgency=event.classification.urgency)
    if state.first_heard is None or heard.place < state.first_heard.place:
        change["first_heard"] = heard
    if event.message.author.time_zone:
        change["time_zone"] = event.message.author.time_zone
    if event.classification.intent == COMPLIMENT and id not in state.intents:
        change["intents"] = {**state.intents, id: COMPLIMENT}
    return change


def _corrected(state: Timings, event: ClassificationCorrected, _: int) -> Change:
    return {"intents": {**state.intents, event.message_id: event.intent}} if event.intent else {}


def _reclassified(state: Timings, event: CaseReclassified, _: int) -> Change:
    change: Change = {"language": event.language}
    reread = Heard(at_ms=milliseconds(event.reclassified_at), urgency=event.urgency)
    if state.reread is None or state.reread.place < reread.place:
        change["reread"] = reread
    if event.first_reply_due_at:
        change["reply_due_ms"] = _earlier(state.reply_due_ms, milliseconds(event.first_reply_due_at))
    return change


def _reply_sent(state: Timings, event: ReplySent, _: int) -> Change:
    done = Done(at_ms=milliseconds(event.sent_at), by=event.author, holding=event.kind == "holding")
    return {"replies": {**state.replies, event.reply_id: done}}


def _resolved(state: Timings, event: CaseResolved, _: int) -> Change:
    done = Done(at_ms=milliseconds(event.resolved_at), by=event.owner)
    return {} if done in state.resolved else {"resolved": (*state.resolved, done)}


def _reopened(state: Timings, event: CaseReopened, at_ms: int) -> Change:
    return {"reopened": {**state.reopened, event.message_id: at_ms}}


def _split(state: Timings, event: CaseSplit, _: int) -> Change:
    """What goes on in the new case counts there."""
    return {"intents": {**state.intents, **dict.fromkeys(event.messages, MOVED)}}


def _closed(_: Timings, event: CaseClosed, at_ms: int) -> Change:
    return {"closed_ms": milliseconds(event.closed_at) if event.closed_at else at_ms}


def _unmerged(_: Timings, event: CaseUnmerged, __: int) -> Change:
    return {"closed_ms": None, "owner": event.owner}


def _marked(state: Timings, event: CaseMarked, _: int) -> Change:
    return {"test": state.test or event.mark == TEST_MARK}


def _unmarked(state: Timings, event: CaseUnmarked, _: int) -> Change:
    return {"test": state.test and event.mark != TEST_MARK}


def _consult_requested(state: Timings, event: ConsultRequested, at_ms: int) -> Change:
    return _consult(state, event.consult_id, begun_ms=at_ms, due_ms=milliseconds(event.due_at))


def _consult_answered(state: Timings, event: ConsultAnswered, at_ms: int) -> Change:
    ended_ms = milliseconds(event.answered_at) if event.answered_at else at_ms
    known = state.consults.get(event.consult_id)
    if known and known.ended_ms is not None and known.ended_ms <= ended_ms:
        return {}  # a further answer: the owner had one
    return _consult(state, event.consult_id, ended_ms=ended_ms, by=event.specialist)


def _consult_withdrawn(state: Timings, event: ConsultWithdrawn, at_ms: int) -> Change:
    return _consult(state, event.consult_id, left_ms=at_ms, withdrawn_ms=at_ms)


def _consult_taken(state: Timings, event: ConsultAccepted, at_ms: int) -> Change:
    return _consult_step(state, event.consult_id, Step(at_ms=at_ms, who=event.specialist))


def _consult_given_back(state: Timings, event: ConsultDeclined | ConsultOfferExpired, at_ms: int) -> Change:
    return _consult_step(state, event.consult_id, Step(at_ms=at_ms, who=event.specialist, gave_back=True))


def _consult_step(state: Timings, id: str, step: Step) -> Change:
    known = state.consults.get(id, Consult()).steps
    return {} if step in known else _consult(state, id, steps=(*known, step))


def _consult_asked_back(state: Timings, event: ConsultAskedBack, at_ms: int) -> Change:
    known = state.consults.get(event.consult_id, Consult()).asked_back
    return _consult(state, event.consult_id, asked_back=tuple(sorted({*known, at_ms})))


def _consult_clarified(state: Timings, event: ConsultClarified, at_ms: int) -> Change:
    known = state.consults.get(event.consult_id, Consult()).clarified
    return _consult(state, event.consult_id, clarified=tuple(sorted({*known, at_ms})))


def _promise_made(state: Timings, event: PromiseMade, at_ms: int) -> Change:
    begun_ms = milliseconds(event.made_at) if event.made_at else at_ms
    due_ms = milliseconds(event.due_at)
    return _promise(state, event.promise_id, begun_ms=begun_ms, due_ms=due_ms, by=event.owner)


def _promise_kept(state: Timings, event: PromiseKept, at_ms: int) -> Change:
    ended_ms = milliseconds(event.kept_at) if event.kept_at else at_ms
    return _promise(state, event.promise_id, ended_ms=ended_ms, by=event.owner)


def _promise_withdrawn(state: Timings, event: PromiseWithdrawn, _: int) -> Change:
    """The customer was never told of it: nobody ever waited."""
    withdrawn_ms = milliseconds(event.withdrawn_at)
    return _promise(state, event.promise_id, left_ms=0, withdrawn_ms=withdrawn_ms)


def _consult(state: Timings, id: str, **change: Any) -> Change:
    return {"consults": {**state.consults, id: state.consults.get(id, Consult()).model_copy(update=change)}}


def _promise(state: Timings, id: str, **change: Any) -> Change:
    return {"promises": {**state.promises, id: state.promises.get(id, Span()).model_copy(update=change)}}


def _earlier(one: int | None, other: int) -> int:
    return other if one is None else min(one, other)


FOLDED: Mapping[type[CaseEvent], Callable[[Timings, Any, int], Change]] = {
    CaseOpened: _opened,
    CaseAssigned: _assigned,
    CaseOwnerChanged: _owner_changed,
    CaseMessageAdded: _message_added,
    ClassificationCorrected: _corrected,
    CaseReclassified: _reclassified,
    ReplySent: _reply_sent,
    CaseResolved: _resolved,
    CaseReopened: _reopened,
    CaseSplit: _split,
    CaseClosed: _closed,
    CaseUnmerged: _unmerged,
    CaseMarked: _marked,
    CaseUnmarked: _unmarked,
    ConsultRequested: _consult_requested,
    ConsultAnswered: _consult_answered,
    ConsultWithdrawn: _consult_withdrawn,
    ConsultAccepted: _consult_taken,
    ConsultDeclined: _consult_given_back,
    ConsultOfferExpired: _consult_given_back,
    ConsultAskedBack: _consult_asked_back,
    ConsultClarified: _consult_clarified,
    PromiseMade: _promise_made,
    PromiseKept: _promise_kept,
    PromiseWithdrawn: _promise_withdrawn,
}
"""Every event that the figures are made of."""
