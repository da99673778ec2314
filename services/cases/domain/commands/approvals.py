"""Four eyes, with a clock of their own: what waits for a coach or a lead before it may go (M1, P1).

What an approval is about registers itself in `SUBJECTS`, with what follows once it is given or refused.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from pydantic import BaseModel, Field

from schemas.base import Event
from schemas.events.approval import (
    ApprovalGiven,
    ApprovalReason,
    ApprovalRefused,
    ApprovalRequested,
    ApprovalSubject,
    ApprovalWithdrawn,
)
from schemas.events.case import CaseEscalated
from schemas.ids import derive
from services.cases.domain import refusals, reply_refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import MAX_TEXT, facts, require_open
from services.cases.domain.commands.approvers import approver_wanted, facts_of, freed
from services.cases.domain.commands.ownership import MAX_REASON, Reason
from services.cases.domain.evolve import evolve
from services.cases.domain.records import Approval
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer


class Approve(BaseModel):
    """It may go; `text` replaces that of a reply, as its next version."""

    comment: str = Field(default="", max_length=MAX_REASON)
    text: str | None = Field(default=None, max_length=MAX_TEXT)


class RefuseApproval(BaseModel):
    """It goes back to its author."""

    reason: Reason


Given = Callable[[Case, Approval, Approve, str, Terms, datetime], Sequence[Event]]
"""(case, approval, command, who approves, terms, now) -> what follows; may raise Refused, then nothing is approved."""
Ended = Callable[[Case, Approval, str, str, datetime], Sequence[Event]]
"""(case, approval, who ended it, reason, now) -> what follows from a refusal or a withdrawal."""


def _nothing(*_: object) -> Sequence[Event]:
    return ()


@dataclass(frozen=True, slots=True)
class Subject:
    """What follows for a kind of thing that waits for four eyes, beside what the fold of the approval itself changes."""

    given: Given
    ended: Ended = _nothing
    has_text: bool = False
    """Whether whoever approves can change its words."""


SUBJECTS: dict[ApprovalSubject, Subject] = {}


def request_approval(
    case: Case,
    subject: ApprovalSubject,
    subject_id: str,
    asked_by: str,
    reasons: Sequence[ApprovalReason],
    terms: Terms,
    now: datetime,
    send_at: datetime | None = None,
) -> list[Event]:
    """Let it wait for a coach or a lead; its clock runs from now, and routing says who is expected to act."""
    approval_id = next_approval(case, subject, subject_id)
    requested = ApprovalRequested(
        **facts(case),
        approval_id=approval_id,
        subject=subject,
        subject_id=subject_id,
        asked_by=asked_by,
        reasons=tuple(reasons),
        requested_at=now,
        due_at=now + timedelta(minutes=terms.brand.policy.approval_minutes),
        send_at=send_at,
        request_id=derive("approver", approval_id),
    )
    approval = evolve(case, requested).approvals[approval_id]
    return [requested, approver_wanted(case, approval, terms)]


def next_approval(case: Case, subject: ApprovalSubject, subject_id: str) -> str:
    """The id of the next approval of this subject; it may need several, one after the other."""
    before = sum((each.subject, each.subject_id) == (subject, subject_id) for each in case.approvals.values())
    return derive("approval", case.id, subject, subject_id, str(before + 1))


def approve(case: Case, approval_id: str, command: Approve, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """A coach or lead of the brand who is not its author lets it go."""
    approval = _to_decide(case, approval_id, actor, terms)
    subject = SUBJECTS[approval.subject]
    if command.text is not None and not subject.has_text:
        raise reply_refusals.NothingToEdit(
            f"a {approval.subject} has no text to change; refuse it and say what should change"
        )
    given = ApprovalGiven(**facts_of(case, approval), by=actor, comment=command.comment)
    return [given, *freed(case, approval), *subject.given(case, approval, command, actor, terms, now)]


def refuse(
    case: Case, approval_id: str, command: RefuseApproval, actor: str, terms: Terms, now: datetime
) -> list[Event]:
    """A coach or lead of the brand sends it back to its author, with the reason."""
    approval = _to_decide(case, approval_id, actor, terms)
    refused = ApprovalRefused(**facts_of(case, approval), by=actor, reason=command.reason)
    return [
        refused,
        *freed(case, approval),
        *SUBJECTS[approval.subject].ended(case, approval, actor, command.reason, now),
    ]


def withdraw(case: Case, approval_id: str, actor: str, now: datetime) -> list[Event]:
    """Whoever asked no longer wants it, or who acts for the case now."""
    require_open(case)
    approval = waiting(case, approval_id)
    if actor not in (approval.asked_by, case.owner, case.cover_at(now)):
        raise refusals.NotAllowed(f"only {approval.asked_by}, who asked, or who acts for the case can withdraw it")
    return withdrawn(case, approval, actor, now)


def withdrawn(case: Case, approval: Approval, by: str, now: datetime, reason: str = "") -> list[Event]:
    """The end of an approval that nobody wants any more."""
    ended = ApprovalWithdrawn(**facts_of(case, approval), by=by, reason=reason)
    return [
        ended,
        *freed(case, approval),
        *SUBJECTS[approval.subject].ended(case, approval, by, reason or "withdrawn", now),
    ]


def waiting(case: Case, approval_id: str) -> Approval:
    """The approval. Raises ApprovalNotWaiting, which says what became of it."""
    approval = case.approvals.get(approval_id)
    if approval is None:
        raise reply_refusals.ApprovalNotWaiting(f"nothing waits under the approval {approval_id} in this case")
    if approval.status != "waiting":
        raise reply_refusals.ApprovalNotWaiting(f"it does not wait any more: {approval.status} by {approval.by}")
    return approval


def waiting_for(case: Case, subject_id: str) -> Approval | None:
    """The approval that a reply or a grant waits for."""
    return next(
        (each for each in case.approvals.values() if each.subject_id == subject_id and each.status == "waiting"), None
    )


def late_approvals(case: Case) -> Iterable[Timer]:
    """When what waits is escalated, once; it goes on waiting (M1)."""
    for each in case.approvals.values():
        if each.status == "waiting" and not each.late:
            yield Timer(each.due_at, f"approval-late:{each.id}", partial(_late, each))


def _late(approval: Approval, case: Case, _: Terms, now: datetime) -> Sequence[Event]:
    whom = f"{approval.approver}, or another coach or lead" if approval.approver else "a coach or a lead"
    text = f"a {approval.subject} of {approval.asked_by} still waits for {whom}"
    escalated = CaseEscalated(
        **facts(case),
        cause="approval-late",
        subject_id=approval.id,
        owner=case.owner,
        text=text,
        escalated_at=now,
    )
    return [escalated]


def require_coach(case: Case, terms: Terms, actor: str) -> None:
    """A coach by role or by stage, or a lead, of the case's brand. Raises NotAllowed."""
    person = terms.person(actor)
    if case.brand not in person.brands or not (person.role in ("coach", "lead") or person.stage == "coach"):
        raise refusals.NotAllowed(f"this needs a coach or a lead of {case.brand}, which {actor} is not")


def _to_decide(case: Case, approval_id: str, actor: str, terms: Terms) -> Approval:
    require_open(case)
    require_coach(case, terms, actor)
    approval = waiting(case, approval_id)
    if approval.asked_by == actor:
        raise reply_refusals.OwnApproval("four eyes are two people: somebody else has to look at what you sent")
    return approval
