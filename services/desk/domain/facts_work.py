"""What the owner does in a case: replies, consults, promises; and the clocks that run on it."""

from typing import Any

from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested, ConsultWithdrawn
from schemas.events.followup import (
    ClockBreached,
    ClockEscalated,
    ClockEvent,
    ClockMoved,
    ClockPaused,
    ClockResumed,
    ClockSet,
    ClockStopped,
    ClockWarned,
)
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from services.desk.domain.case_parts import Clock, Consult, ConsultOffer, Promise, Reply
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, EntryKind, entry_text


def _changed(items: tuple[Any, ...], id: str, **changes: object) -> tuple[Any, ...]:
    return tuple(each.model_copy(update=changes) if each.id == id else each for each in items)


@folds(ConsultRequested)
def consult_requested(view: CaseView, event: ConsultRequested, moment: Moment) -> CaseView:
    wanted = event.interpretation
    languages = {"source": wanted.source, "target": wanted.target, "note": wanted.note} if wanted else {}
    consult = Consult(
        id=event.consult_id,
        asked_by=event.asked_by,
        question=event.question,
        skill=event.skill,
        language=event.language,
        asked_at=moment.at,
        due_at=event.due_at,
        attachments=event.attachments[:20],
        **languages,
    )
    entry = Entry(
        id=moment.event_id,
        kind="consult-requested",
        at=moment.at,
        by=event.asked_by,
        ref=event.consult_id,
        note=event.skill,
        due_at=event.due_at,
        attachments=event.attachments[:20],
        **entry_text(event.question),
    )
    return view.saw(entry, consults=(*view.consults, consult))


@folds(ConsultOffered)
def consult_offered(view: CaseView, event: ConsultOffered, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-offered",
        at=moment.at,
        by="routing",
        ref=event.consult_id,
        text=event.specialist,
        note=event.country,
    )
    offer = ConsultOffer(specialist=event.specialist, country=event.country, expires_at=event.expires_at)
    consults = tuple(
        each.with_offer(event.request_id, offer).model_copy(update={"offered_at": moment.at})
        if each.id == event.consult_id
        else each
        for each in view.consults
    )
    return view.saw(entry, consults=consults)


@folds(ConsultAnswered)
def consult_answered(view: CaseView, event: ConsultAnswered, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="consult-answered",
        at=moment.at,
        by=event.specialist,
        ref=event.consult_id,
        note=event.country,
        late=event.late,
        attachments=event.attachments[:20],
        **entry_text(event.answer),
    )
    if event.late:  # kept and shown; the consult had ended already
        return view.saw(entry)
    changed = _changed(
        view.consults,
        event.consult_id,
        answer=event.answer,
        answered_at=moment.at,
        specialist=event.specialist,
        country=event.country,
    )
    return view.saw(entry, consults=changed)


@folds(ConsultWithdrawn)
def consult_withdrawn(view: CaseView, event: ConsultWithdrawn, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="consult-withdrawn", at=moment.at, by=view.owner, ref=event.consult_id)
    return view.saw(entry, consults=_changed(view.consults, event.consult_id, withdrawn=True))


@folds(ReplyQueued)
def reply_queued(view: CaseView, event: ReplyQueued, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="reply",
        at=event.queued_at,
        by=event.author,
        ref=event.reply_id,
        note=event.kind,
        attachments=event.attachments[:20],
        conversation=event.to_conversation,
        **entry_text(event.text),
    )
    known = view.replies.get(event.reply_id) or Reply(id=event.reply_id, kind=event.kind, text=entry.text)
    now = {"state": "queued", "kind": event.kind, "author": event.author, "queued_at": event.queued_at}
    queued = known.model_copy(update=now)
    return view.saw(entry, replies=view.replies | {event.reply_id: queued})


def _reply(view: CaseView, id: str, **changes: object) -> dict[str, Reply]:
    known = view.replies.get(id)
    return view.replies | ({id: known.model_copy(update=changes)} if known else {})


@folds(ReplySent)
def reply_sent(view: CaseView, event: ReplySent, moment: Moment) -> CaseView:
    entry = Entry(id=moment.event_id, kind="reply-sent", at=event.sent_at, by="delivery", ref=event.reply_id)
    return view.saw(
        entry,
        replies=_reply(view, event.reply_id, state="sent", cancelling=False),
        first_reply_sent_at=view.first_reply_sent_at or event.sent_at,
        unanswered=view.unanswered and event.kind != "answer",
    )


@folds(ReplyFailed)
def reply_failed(view: CaseView, event: ReplyFailed, moment: Moment) -> CaseView:
    return _troubled(view, event, moment, "reply-failed", "failed")


@folds(ReplyUncertain)
def reply_uncertain(view: CaseView, event: ReplyUncertain, moment: Moment) -> CaseView:
    return _troubled(view, event, moment, "reply-uncertain", "uncertain")


def _troubled(
    view: CaseView, event: ReplyFailed | ReplyUncertain, moment: Moment, kind: EntryKind, state: str
) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind=kind, at=moment.at, by="delivery", ref=event.reply_id, text=event.reason[:500]
    )
    return view.saw(
        entry, replies=_reply(view, event.reply_id, state=state, reason=event.reason[:500], cancelling=False)
    )


@folds(PromiseMade)
def promise_made(view: CaseView, event: PromiseMade, moment: Moment) -> CaseView:
    promise = Promise(id=event.promise_id, what=event.what, owner=event.owner, made_at=moment.at, due_at=event.due_at)
    entry = Entry(
        id=moment.event_id,
        kind="promise-made",
        at=moment.at,
        by=event.owner,
        ref=event.promise_id,
        text=event.what,
        due_at=event.due_at,
    )
    return view.saw(entry, promises=(*view.promises, promise))


@folds(PromiseKept)
def promise_kept(view: CaseView, event: PromiseKept, moment: Moment) -> CaseView:
    what = next((promise.what for promise in view.promises if promise.id == event.promise_id), "")
    entry = Entry(
        id=moment.event_id,
        kind="promise-kept",
        at=moment.at,
        by=event.owner,
        ref=event.promise_id,
        text=what,
        late=event.late,
    )
    return view.saw(entry, promises=_changed(view.promises, event.promise_id, kept=True, late=event.late))


def _clock(view: CaseView, event: ClockEvent, **changes: object) -> dict[str, Clock]:
    due_at = getattr(event, "due_at")  # noqa: B009 - every clock event has it; their base has not
    known = view.clocks.get(event.clock_id) or Clock(kind=event.kind, subject_id=event.subject_id, due_at=due_at)
    return view.clocks | {event.clock_id: known.model_copy(update=changes | {"due_at": due_at})}


@folds(ClockSet)
def clock_set(view: CaseView, event: ClockSet, _: Moment) -> CaseView:
    return view.model_copy(update={"clocks": _clock(view, event, warned=False, breached=False, stopped=False)})


@folds(ClockMoved)
def clock_moved(view: CaseView, event: ClockMoved, _: Moment) -> CaseView:
    return view.model_copy(update={"clocks": _clock(view, event)})


@folds(ClockResumed)
def clock_resumed(view: CaseView, event: ClockResumed, _: Moment) -> CaseView:
    return view.model_copy(update={"clocks": _clock(view, event, paused=False)})


@folds(ClockPaused)
def clock_paused(view: CaseView, event: ClockPaused, _: Moment) -> CaseView:
    known = view.clocks.get(event.clock_id)
    still = {event.clock_id: known.model_copy(update={"paused": True})} if known else {}
    return view.model_copy(update={"clocks": view.clocks | still})


@folds(ClockEscalated)
def clock_escalated(view: CaseView, event: ClockEscalated, moment: Moment) -> CaseView:
    if event.in_digest:  # nobody was told of this one by itself
        return view
    entry = Entry(
        id=moment.event_id,
        kind="clock-escalated",
        at=event.escalated_at,
        by="followup",
        ref=event.subject_id,
        note=event.to,
        due_at=event.due_at,
    )
    return view.saw(entry)


@folds(ClockWarned)
def clock_warned(view: CaseView, event: ClockWarned, moment: Moment) -> CaseView:
    return _rang(view, event, moment, "clock-warned", warned=True)


@folds(ClockBreached)
def clock_breached(view: CaseView, event: ClockBreached, moment: Moment) -> CaseView:
    return _rang(view, event, moment, "clock-breached", breached=True)


@folds(ClockStopped)
def clock_stopped(view: CaseView, event: ClockStopped, _: Moment) -> CaseView:
    return view.model_copy(update={"clocks": _clock(view, event, stopped=True)})


def _rang(
    view: CaseView, event: ClockWarned | ClockBreached, moment: Moment, kind: EntryKind, **changes: object
) -> CaseView:
    clocks = _clock(view, event, **changes)
    if event.kind == "closing":  # the quiet period has passed: nothing that anybody missed
        return view.model_copy(update={"clocks": clocks})
    entry = Entry(
        id=moment.event_id,
        kind=kind,
        at=moment.at,
        by="followup",
        ref=event.subject_id,
        note=event.kind,
        due_at=event.due_at,
    )
    return view.saw(entry, clocks=clocks)
