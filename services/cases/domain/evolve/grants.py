"""What the customer was given (M1)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from services.cases.domain.case import Case
from services.cases.domain.records import Grant


def _grant(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"grants": case.grants | {id: case.grants[id].model_copy(update=changes)}}


def _proposed(case: Case, event: GrantProposed) -> dict[str, Any]:
    grant = Grant(
        id=event.grant_id,
        kind=event.kind,
        amount=event.amount,
        currency=event.currency,
        by=event.by,
        reason=event.reason,
        limit=event.limit,
        above=event.above,
        proposed_at=event.proposed_at,
    )
    return {"grants": case.grants | {grant.id: grant}}


def _made(case: Case, event: GrantMade) -> dict[str, Any]:
    return _grant(case, event.grant_id, status="made", approved_by=event.approved_by, granted_at=event.granted_at)


def _refused(case: Case, event: GrantRefused) -> dict[str, Any]:
    return _grant(case, event.grant_id, status="refused")


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    GrantProposed: _proposed,
    GrantMade: _made,
    GrantRefused: _refused,
}
