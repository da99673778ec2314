"""Who is expected to approve (M1, P1): each is free again when it is over, once, and nobody approves their own."""

from collections.abc import Iterator

from casekeeper.checker.verdict import Evidence
from schemas.events.approval import (
    ApprovalAssigned,
    ApprovalGiven,
    ApprovalPassedOn,
    ApprovalRefused,
    ApprovalRequested,
    ApprovalWithdrawn,
)
from schemas.events.routing import ApproverRequested, CapacityReleased


def unrelieved(evidence: Evidence) -> Iterator[str]:
    """Requests for somebody to approve whose room was never free again, though it is over."""
    log = evidence.log
    over = {each.approval_id for kind in (ApprovalGiven, ApprovalRefused, ApprovalWithdrawn) for each in log.all(kind)}
    passed_on = {each.request_id for each in log.all(ApprovalPassedOn)}
    released = {each.request_id for each in log.all(CapacityReleased)}
    for event in log.all(ApproverRequested):
        ended = event.approval_id in over or event.request_id in passed_on
        if ended and event.request_id not in released:
            yield f"request {event.request_id} for approval {event.approval_id} was never released, though it has ended"


def relieved_twice(evidence: Evidence) -> Iterator[str]:
    """Approvers whose room was given back more often than it was taken."""
    asked = {each.request_id for each in evidence.log.all(ApproverRequested)}
    for id, times in evidence.log.released_again(asked):
        yield f"request {id} for an approval was released {times} times"


def approved_by_authors(evidence: Evidence) -> Iterator[str]:
    """Who was to approve what they sent themselves."""
    authors = {each.approval_id: each.asked_by for each in evidence.log.all(ApprovalRequested)}
    for event in evidence.log.all(ApprovalAssigned):
        if authors.get(event.approval_id) == event.approver:
            yield f"approval {event.approval_id} was to be given by {event.approver}, who sent it"
