"""Who owns the case, who acts for the owner, and to whom it is offered (O1, O6)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.case import (
    CaseAssigned,
    CaseAssignmentRefused,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseCoverUnwanted,
    CaseCoverWanted,
    CaseOwnerChanged,
)
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverOffered,
    HandoverWithdrawn,
)
from services.cases.domain.case import Case
from services.cases.domain.covering import Cover, CoverSearch
from services.cases.domain.records import Handover, OwnerChange
from services.cases.domain.refused import RefusedAssignment


def _assigned(_: Case, event: CaseAssigned) -> dict[str, Any]:
    return {"owner": event.owner, "owner_request": event.request_id}


def _refused(case: Case, event: CaseAssignmentRefused) -> dict[str, Any]:
    refused = RefusedAssignment(
        owner=event.owner,
        by=event.by,
        reason=event.reason,
        request_id=event.request_id,
        refused_at=event.refused_at,
        escalates_at=event.escalates_at,
    )
    return {"next_owner_request": event.request_id, "refused_assignments": (*case.refused_assignments, refused)}


def _owner_changed(case: Case, event: CaseOwnerChanged) -> dict[str, Any]:
    change = OwnerChange(
        handover_id=event.handover_id,
        previous=event.previous_owner,
        owner=event.owner,
        by=event.by,
        reason=event.reason,
        note=event.note,
        cause=event.cause,
        forced=event.forced,
        changed_at=event.changed_at,
    )
    return {
        "owner": event.owner,
        "owner_request": event.handover_id if event.cause == "refused-assignment" else case.owner_request,
        "share": 1 if event.cause == "refused-assignment" else case.share,
        "next_owner_request": "",
        "cover": None,
        "cover_search": None,
        "owner_changes": (*case.owner_changes, change),
    }


def _cover_wanted(_: Case, event: CaseCoverWanted) -> dict[str, Any]:
    return {"cover_search": CoverSearch(request_id=event.request_id, until=event.until)}


def _cover_unwanted(_: Case, __: CaseCoverUnwanted) -> dict[str, Any]:
    return {"cover_search": None}


def _cover_named(_: Case, event: CaseCoverNamed) -> dict[str, Any]:
    cover = Cover(
        person=event.cover,
        by=event.by,
        reason=event.reason,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        request_id=event.request_id,
    )
    return {"cover": cover, "cover_search": None}


def _cover_ended(_: Case, __: CaseCoverEnded) -> dict[str, Any]:
    return {"cover": None}


def _offered(case: Case, event: HandoverOffered) -> dict[str, Any]:
    handover = Handover(
        id=event.handover_id,
        to=event.to,
        by=event.by,
        reason=event.reason,
        note=event.note,
        bulk_id=event.bulk_id,
        offered_at=event.offered_at,
        expires_at=event.expires_at,
    )
    return {"handovers": case.handovers | {handover.id: handover}}


def _handover(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"handovers": case.handovers | {id: case.handovers[id].model_copy(update=changes)}}


def _accepted(case: Case, event: HandoverAccepted) -> dict[str, Any]:
    return _handover(case, event.handover_id, status="accepted")


def _declined(case: Case, event: HandoverDeclined) -> dict[str, Any]:
    return _handover(case, event.handover_id, status="declined", answer=event.reason)


def _expired(case: Case, event: HandoverExpired) -> dict[str, Any]:
    return _handover(case, event.handover_id, status="expired")


def _withdrawn(case: Case, event: HandoverWithdrawn) -> dict[str, Any]:
    return _handover(case, event.handover_id, status="withdrawn")


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    CaseAssigned: _assigned,
    CaseAssignmentRefused: _refused,
    CaseOwnerChanged: _owner_changed,
    CaseCoverWanted: _cover_wanted,
    CaseCoverUnwanted: _cover_unwanted,
    CaseCoverNamed: _cover_named,
    CaseCoverEnded: _cover_ended,
    HandoverOffered: _offered,
    HandoverAccepted: _accepted,
    HandoverDeclined: _declined,
    HandoverExpired: _expired,
    HandoverWithdrawn: _withdrawn,
}
