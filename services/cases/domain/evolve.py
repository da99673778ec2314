"""The fold: a case and an event of its topic give the case afterwards. Rebuilding from the topic gives the stored state."""

from collections.abc import Callable, Iterable
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseAssigned, CaseClosed, CaseMessageAdded, CaseOpened, CaseReopened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested, ConsultWithdrawn
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from services.cases.domain.case import Case, Consult, Promise, Reply


def evolve(case: Case | None, event: Event) -> Case:
    """The case after the event. Raises ValueError for an event that can not be the first one."""
    if isinstance(event, CaseOpened):
        return _opened(event)
    if case is None:
        raise ValueError(f"{event.type} can not be the first event of a case")
    change = CHANGES.get(type(event))
    return case.model_copy(update=change(case, event)) if change else case


def fold(events: Iterable[Event], case: Case | None = None) -> Case | None:
    """The case after all these events."""
    for event in events:
        case = evolve(case, event)
    return case


def _opened(event: CaseOpened) -> Case:
    return Case(
        id=event.case_id,
        conversation=event.conversation,
        brand=event.brand,
        channel=event.channel,
        visibility=event.visibility,
        pool=event.pool,
        customer=event.customer,
        language=event.language,
        opened_at=event.opened_at,
        first_reply_due_at=event.first_reply_due_at,
        previous_case=event.previous_case,
    )


def _message_added(case: Case, event: CaseMessageAdded) -> dict[str, Any]:
    label = event.classification
    added = {"messages": case.messages + 1, "unanswered": True}
    if case.last_message_at and event.message.sent_at < case.last_message_at:  # overtaken by a later one (rule 7)
        return added | {"topic": case.topic or label.topic, "skill": case.skill or label.skill}
    return added | {
        "last_external_id": event.message.external_id,
        "last_message_at": event.message.sent_at,
        "topic": label.topic or case.topic,
        "skill": label.skill or case.skill,
        "language": case.language if label.language == "und" else label.language,
    }


def _assigned(_: Case, event: CaseAssigned) -> dict[str, Any]:
    return {"owner": event.owner, "owner_request": event.request_id}


def _resolved(_: Case, event: CaseResolved) -> dict[str, Any]:
    return {"resolved": True, "closes_at": event.closes_at}


def _reopened(_: Case, __: CaseReopened) -> dict[str, Any]:
    return {"resolved": False, "closes_at": None}


def _closed(_: Case, __: CaseClosed) -> dict[str, Any]:
    return {"closed": True}


def _consult(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"consults": case.consults | {id: case.consults[id].model_copy(update=changes)}}


def _requested(case: Case, event: ConsultRequested) -> dict[str, Any]:
    consult = Consult(id=event.consult_id, question=event.question, language=event.language, skill=event.skill)
    return {"consults": case.consults | {consult.id: consult}}


def _offered(case: Case, event: ConsultOffered) -> dict[str, Any]:
    return _consult(
        case, event.consult_id, specialist=event.specialist, country=event.country, request_id=event.request_id
    )


def _answered(case: Case, event: ConsultAnswered) -> dict[str, Any]:
    return _consult(case, event.consult_id, answer=event.answer, open=False)


def _withdrawn(case: Case, event: ConsultWithdrawn) -> dict[str, Any]:
    return _consult(case, event.consult_id, open=False)


def _reply(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"replies": case.replies | {id: case.replies[id].model_copy(update=changes)}}


def _queued(case: Case, event: ReplyQueued) -> dict[str, Any]:
    reply = Reply(
        id=event.reply_id,
        kind=event.kind,
        author=event.author,
        keeps_promise=event.keeps_promise,
        messages=case.messages,
    )
    return {"replies": case.replies | {reply.id: reply}}


def _sent(case: Case, event: ReplySent) -> dict[str, Any]:
    answers_all = event.kind == "answer" and case.replies[event.reply_id].messages == case.messages
    answered = {"unanswered": False} if answers_all else {}
    return _reply(case, event.reply_id, status="sent") | {"first_reply_sent": True} | answered


def _failed(case: Case, event: ReplyFailed) -> dict[str, Any]:
    return _reply(case, event.reply_id, status="failed")


def _uncertain(case: Case, event: ReplyUncertain) -> dict[str, Any]:
    return _reply(case, event.reply_id, status="uncertain")


def _promised(case: Case, event: PromiseMade) -> dict[str, Any]:
    return {
        "promises": case.promises
        | {event.promise_id: Promise(id=event.promise_id, what=event.what, due_at=event.due_at)}
    }


def _kept(case: Case, event: PromiseKept) -> dict[str, Any]:
    kept = case.promises[event.promise_id].model_copy(update={"kept": True})
    return {"promises": case.promises | {kept.id: kept}}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    CaseMessageAdded: _message_added,
    CaseAssigned: _assigned,
    CaseResolved: _resolved,
    CaseReopened: _reopened,
    CaseClosed: _closed,
    ConsultRequested: _requested,
    ConsultOffered: _offered,
    ConsultAnswered: _answered,
    ConsultWithdrawn: _withdrawn,
    ReplyQueued: _queued,
    ReplySent: _sent,
    ReplyFailed: _failed,
    ReplyUncertain: _uncertain,
    PromiseMade: _promised,
    PromiseKept: _kept,
}
