"""The course of a case: opened, messages, notes, marks, resolved, reopened, closed."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.case import (
    CaseClosed,
    CaseEscalated,
    CaseMarked,
    CaseMessageAdded,
    CaseNoteAdded,
    CaseOpened,
    CaseReopened,
    CaseResolved,
    CaseUnmarked,
    CaseWeighed,
)
from schemas.events.survey import CaseSurveyed
from services.cases.domain.case import HEARD_LIMIT, Case
from services.cases.domain.evolve import approvals
from services.cases.domain.records import Heard, Note, Special
from services.cases.domain.rereading import reread
from services.cases.domain.surveyed import Surveyed


def opened(event: CaseOpened) -> Case:
    """The case at its beginning."""
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
        split_from=event.split_from,
    )


def _message_added(case: Case, event: CaseMessageAdded) -> dict[str, Any]:
    label = event.classification
    heard = Heard(message=event.message, classification=label)
    kept = _latest((*case.heard, heard), case)
    let_go = case.let_go + len(case.heard) + 1 - len(kept)
    added = {"messages": case.messages + 1, "unanswered": True, "heard": kept, "let_go": let_go}
    added |= reread(case, event.message, label).model_dump()
    if case.last_message_at and event.message.sent_at < case.last_message_at:  # overtaken by a later one (rule 7)
        return added
    return added | {"last_external_id": event.message.external_id, "last_message_at": event.message.sent_at}


def _latest(heard: tuple[Heard, ...], case: Case) -> tuple[Heard, ...]:
    """What stays with the case. What was split off does: the new case takes it from here, however much comes meanwhile."""
    early = (each for each in heard[:-HEARD_LIMIT] if each.message.id in case.split_off)
    return (*early, *heard[-HEARD_LIMIT:])


def _note_added(case: Case, event: CaseNoteAdded) -> dict[str, Any]:
    note = Note(
        id=event.note_id,
        author=event.author,
        text=event.text,
        attachments=event.attachments,
        added_at=event.added_at,
    )
    return {"notes": (*case.notes, note)}


def _marked(_: Case, event: CaseMarked) -> dict[str, Any]:
    return {"special": Special(by=event.by, text=event.text, marked_at=event.marked_at)}


def _unmarked(_: Case, __: CaseUnmarked) -> dict[str, Any]:
    return {"special": None}


def _escalated(case: Case, event: CaseEscalated) -> dict[str, Any]:
    escalated = {"escalations": (*case.escalations, f"{event.cause}:{event.subject_id}")}
    return escalated | (approvals.late(case, event.subject_id) if event.cause == "approval-late" else {})


def _resolved(_: Case, event: CaseResolved) -> dict[str, Any]:
    return {"resolved": True, "closes_at": event.closes_at, "next_owner_request": "", "share": 1}


def _reopened(_: Case, __: CaseReopened) -> dict[str, Any]:
    return {"resolved": False, "closes_at": None}


def _weighed(_: Case, event: CaseWeighed) -> dict[str, Any]:
    return {"share": event.share}


def _closed(case: Case, event: CaseClosed) -> dict[str, Any]:
    return {"closed": True, "closed_at": event.closed_at or case.closes_at}


def _surveyed(_: Case, event: CaseSurveyed) -> dict[str, Any]:
    survey = Surveyed(survey_id=event.survey_id, customer_id=event.customer_id, expires_at=event.expires_at)
    return {"surveyed": survey}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    CaseMessageAdded: _message_added,
    CaseNoteAdded: _note_added,
    CaseMarked: _marked,
    CaseUnmarked: _unmarked,
    CaseEscalated: _escalated,
    CaseResolved: _resolved,
    CaseReopened: _reopened,
    CaseClosed: _closed,
    CaseWeighed: _weighed,
    CaseSurveyed: _surveyed,
}
