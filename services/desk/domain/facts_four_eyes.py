"""Replies before they leave: drafts, approvals, schedules; and what the customer is granted."""

from schemas.events.approval import ApprovalEvent, ApprovalGiven, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from schemas.events.reply import (
    ReplyCancelled,
    ReplyCancelRequested,
    ReplyDiscarded,
    ReplyDrafted,
    ReplyEvent,
    ReplyScheduled,
)
from services.desk.domain.case_parts import Approval, Grant, Reply
from services.desk.domain.case_view import CaseView
from services.desk.domain.folding import Moment, folds
from services.desk.domain.timeline import Entry, EntryKind


def _reply(view: CaseView, event: ReplyEvent | ApprovalEvent, **changes: object) -> dict[str, Reply]:
    id = event.reply_id if isinstance(event, ReplyEvent) else event.subject_id
    known = view.replies.get(id)
    return view.replies | ({id: known.model_copy(update=changes)} if known else {})


@folds(ReplyDrafted)
def reply_drafted(view: CaseView, event: ReplyDrafted, moment: Moment) -> CaseView:
    known = view.replies.get(event.reply_id)
    draft = Reply(
        id=event.reply_id,
        kind=event.kind,
        state=known.state if known else "draft",  # a coach may better what is held
        author=event.author,
        text=event.text,
        version=event.version,
        promise=event.promise,
        keeps_promise=event.keeps_promise,
        attachments=event.attachments[:20],
        takes_up=known.takes_up if known else event.takes_up,
        send_at=known.send_at if known else None,
        prepared=event.prepared,
    )
    replies = view.replies | {event.reply_id: draft}
    if event.version > 1:  # the timeline says once that there is a draft; its words are with the draft
        return view.model_copy(update={"replies": replies})
    entry = Entry(
        id=moment.event_id,
        kind="drafted",
        at=event.drafted_at,
        by=event.author,
        ref=event.reply_id,
        note="prepared" if event.prepared else "",
    )
    return view.saw(entry, replies=replies)


@folds(ReplyDiscarded)
def reply_discarded(view: CaseView, event: ReplyDiscarded, moment: Moment) -> CaseView:
    return _became(view, event, moment, "discarded", event.by, state="discarded")


@folds(ReplyScheduled)
def reply_scheduled(view: CaseView, event: ReplyScheduled, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="scheduled", at=moment.at, by=event.by, ref=event.reply_id, due_at=event.send_at
    )
    left = {"state": "scheduled", "author": event.by, "send_at": event.send_at, "by_itself": event.by_itself}
    return view.saw(entry, replies=_reply(view, event, **left))


@folds(ReplyCancelRequested)
def cancel_requested(view: CaseView, event: ReplyCancelRequested, moment: Moment) -> CaseView:
    return _became(view, event, moment, "cancel-requested", event.by, cancelling=True)


@folds(ReplyCancelled)
def reply_cancelled(view: CaseView, event: ReplyCancelled, moment: Moment) -> CaseView:
    known = view.replies.get(event.reply_id)
    # What delivery kept back goes on in another draft; what was only scheduled is that draft itself.
    state = "cancelled" if known and known.state == "queued" else "draft"
    return _became(view, event, moment, "cancelled", event.by, state=state, send_at=None, cancelling=False)


def _became(view: CaseView, event: ReplyEvent, moment: Moment, kind: EntryKind, by: str, **changes: object) -> CaseView:
    entry = Entry(id=moment.event_id, kind=kind, at=moment.at, by=by, ref=event.reply_id)
    return view.saw(entry, replies=_reply(view, event, **changes))


@folds(ApprovalRequested)
def approval_requested(view: CaseView, event: ApprovalRequested, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id,
        kind="approval-requested",
        at=event.requested_at,
        by=event.asked_by,
        ref=event.subject_id,
        note=" ".join(event.reasons),
        due_at=event.due_at,
    )
    approval = Approval(
        id=event.approval_id,
        subject=event.subject,
        subject_id=event.subject_id,
        asked_by=event.asked_by,
        due_at=event.due_at,
    )
    replies = _reply(view, event, state="held") if event.subject == "reply" else view.replies
    return view.saw(entry, approvals=view.approvals | {approval.id: approval}, replies=replies)


@folds(ApprovalGiven)
def approval_given(view: CaseView, event: ApprovalGiven, moment: Moment) -> CaseView:
    return _approved(view, event, moment, "approval-given", event.by, event.comment)


@folds(ApprovalRefused)
def approval_refused(view: CaseView, event: ApprovalRefused, moment: Moment) -> CaseView:
    return _approved(view, event, moment, "approval-refused", event.by, event.reason, state="draft")


@folds(ApprovalWithdrawn)
def approval_withdrawn(view: CaseView, event: ApprovalWithdrawn, moment: Moment) -> CaseView:
    return _approved(view, event, moment, "approval-withdrawn", event.by, "", state="draft")


def _approved(
    view: CaseView, event: ApprovalEvent, moment: Moment, kind: EntryKind, by: str, text: str, **changes: object
) -> CaseView:
    entry = Entry(id=moment.event_id, kind=kind, at=moment.at, by=by, ref=event.subject_id, text=text[:500])
    known = view.approvals.get(event.approval_id)
    decided = {event.approval_id: known.model_copy(update={"waiting": False})} if known else {}
    replies = _reply(view, event, **changes) if event.subject == "reply" else view.replies
    return view.saw(entry, approvals=view.approvals | decided, replies=replies)


@folds(GrantProposed)
def grant_proposed(view: CaseView, event: GrantProposed, moment: Moment) -> CaseView:
    grant = Grant(
        id=event.grant_id,
        kind=event.kind,
        amount=event.amount,
        currency=event.currency,
        by=event.by,
        reason=event.reason[:500],
    )
    entry = Entry(
        id=moment.event_id,
        kind="grant-proposed",
        at=event.proposed_at,
        by=event.by,
        ref=event.grant_id,
        note=f"{event.kind} {event.amount} {event.currency}",
        text=event.reason[:500],
    )
    return view.saw(entry, grants=view.grants | {grant.id: grant})


@folds(GrantMade)
def grant_made(view: CaseView, event: GrantMade, moment: Moment) -> CaseView:
    made = Grant(
        id=event.grant_id, kind=event.kind, amount=event.amount, currency=event.currency, by=event.by, state="made"
    )
    entry = Entry(
        id=moment.event_id,
        kind="grant-made",
        at=event.granted_at,
        by=event.by,
        ref=event.grant_id,
        note=f"{event.kind} {event.amount} {event.currency}",
        text=event.approved_by,
    )
    return view.saw(entry, grants=view.grants | {made.id: made})


@folds(GrantRefused)
def grant_refused(view: CaseView, event: GrantRefused, moment: Moment) -> CaseView:
    entry = Entry(
        id=moment.event_id, kind="grant-refused", at=moment.at, by=event.by, ref=event.grant_id, text=event.reason[:500]
    )
    known = view.grants.get(event.grant_id)
    refused = {event.grant_id: known.model_copy(update={"state": "refused"})} if known else {}
    return view.saw(entry, grants=view.grants | refused)
