"""Questions to specialists, their offers, rounds and answers (O2)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested, ConsultWithdrawn
from services.cases.domain.case import Case
from services.cases.domain.records import Consult


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


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    ConsultRequested: _requested,
    ConsultOffered: _offered,
    ConsultAnswered: _answered,
    ConsultWithdrawn: _withdrawn,
}
