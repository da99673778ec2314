"""How a reply leaves: at once, at its time, or after four eyes have seen it (rule 4, P1)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from schemas.base import Event
from schemas.events.approval import ApprovalReason
from schemas.events.reply import Pledge, ReplyCancelled, ReplyDrafted, ReplyQueued, ReplyScheduled
from schemas.ids import derive
from services.cases.domain import refusals, reply_refusals
from services.cases.domain.addressee import addressee, last_word
from services.cases.domain.by_itself import kept_back
from services.cases.domain.case import Case
from services.cases.domain.commands import approvals
from services.cases.domain.commands.acting import facts
from services.cases.domain.commands.letters import Content, Signed, as_things_are, content_of, ready
from services.cases.domain.commands.promises import made
from services.cases.domain.evolve import fold
from services.cases.domain.records import Approval, Reply
from services.cases.domain.terms import Terms
from services.cases.domain.timer import Timer


@dataclass(frozen=True, slots=True)
class Departure:
    """How its sender wants a reply to leave: at once or at `send_at`; `ask_approval`: only after four eyes have seen it."""

    send_at: datetime | None = None
    ask_approval: bool = False


def send(
    case: Case, reply_id: str, content: Content, actor: str, terms: Terms, departure: Departure, now: datetime
) -> list[Event]:
    """Send a reply in the actor's name; whether they may act is known. New words become a draft if they have to wait."""
    if terms.person(actor).stage == "shadow":
        raise refusals.NotAllowed(f"{actor} is at the stage shadow: drafts only; the owner sends them")
    send_at = departure.send_at
    _require_ahead(case, send_at, now)
    undo = timedelta(seconds=terms.brand.policy.undo_seconds)
    leaves_at = send_at or (now + undo if undo else None)
    signed = ready(case, reply_id, content, terms, actor, leaves_at or now)
    known = case.replies.get(reply_id)
    draft = [] if known else [drafted(case, reply_id, content, actor, 1, now)]
    wanted: tuple[ApprovalReason, ...] = ("asked",) if departure.ask_approval else ()
    if reasons := (*reasons_to_hold(case, terms, actor), *wanted):
        drafted_case = fold(draft, case) or case
        asked = approvals.request_approval(drafted_case, "reply", reply_id, actor, reasons, terms, now, send_at)
        return [*draft, *asked]
    if leaves_at:
        version = known.version if known else 1
        return [*draft, scheduled(case, reply_id, signed, actor, version, leaves_at)]
    return _leaving(case, reply_id, content, signed, actor, now)


def reasons_to_hold(case: Case, terms: Terms, author: str) -> tuple[ApprovalReason, ...]:
    """Why four eyes have to see a reply of this author: the stage (P1), the brand's policy, or both; none: it may leave."""
    policy = terms.brand.policy
    public = policy.approve_public_replies and last_word(case).visibility == "public"
    delicate = {*policy.approve_topics} & {*terms.lineage(case.topic)}
    found: list[ApprovalReason] = ["stage"] if terms.person(author).stage == "supervised" else []
    return (*found, "policy") if public or delicate else tuple(found)


def drafted(
    case: Case, reply_id: str, content: Content, author: str, version: int, now: datetime, takes_up: str = ""
) -> ReplyDrafted:
    """A version of a reply that nobody outside has seen; `takes_up` is one that did not leave, whose words it has."""
    return ReplyDrafted(
        **facts(case),
        reply_id=reply_id,
        version=version,
        author=author,
        kind=content.kind,
        text=content.text,
        attachments=content.attachments,
        keeps_promise=content.keeps_promise,
        promise=content.promise,
        drafted_at=now,
        takes_up=takes_up,
    )


def taken_up(case: Case, reply: Reply, reply_id: str, author: str, now: datetime) -> ReplyDrafted:
    """The words of a reply that did not leave, as a draft of its own: delivery takes a reply by its id once.

    What it promised, and nobody was told, is promised again when the draft leaves. A promise that it was to report on may
    have been kept by another one since.
    """
    promised = [each for each in case.promises.values() if each.reply_id == reply.id and each.withdrawn]
    pledge = Pledge(what=promised[0].what, due_at=promised[0].due_at) if promised else None
    content = replace(as_things_are(case, content_of(reply)), promise=pledge)
    return drafted(case, reply_id, content, author, 1, now, takes_up=reply.id)


def scheduled_replies(case: Case) -> Iterable[Timer]:
    """When replies leave whose time has come."""
    for reply in case.replies.values():
        if reply.status == "scheduled" and reply.send_at:
            yield Timer(reply.send_at, f"reply-leaves:{reply.id}:{reply.version}", partial(_time_has_come, reply.id))


def unsent(case: Case, reason: str, now: datetime) -> list[Event]:
    """The case ends: what still waits for its time or for four eyes will not leave."""
    ended: list[Event] = []
    for reply in case.replies.values():
        approval = approvals.waiting_for(case, reply.id)
        if reply.status == "scheduled":
            ended.append(ReplyCancelled(**facts(case), reply_id=reply.id, by=reply.author, reason=reason))
        elif reply.status == "held" and approval:
            ended.extend(approvals.withdrawn(case, approval, approval.asked_by, now, reason))
    return ended


def _require_ahead(case: Case, send_at: datetime | None, now: datetime) -> None:
    if send_at and send_at <= now:
        raise reply_refusals.MomentInThePast(f"{send_at.isoformat()} has passed; leave send_at out to send it at once")
    if send_at and case.closes_at and send_at >= case.closes_at:
        raise reply_refusals.MomentInThePast(
            f"the case closes at {case.closes_at.isoformat()}, before the reply would leave"
        )


def _time_has_come(reply_id: str, case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
    """It leaves as its author sent it off, whoever owns the case by now: it is their word, and nobody took it back."""
    reply = case.replies[reply_id]
    if reply.by_itself and (reason := kept_back(case, reply, terms) or _unseen(case, reply, terms)):
        return [ReplyCancelled(**facts(case), reply_id=reply_id, by=reply.author, reason=reason)]
    content = as_things_are(case, content_of(reply))
    if content.promise and content.promise.due_at <= now:  # the service was down for too long
        reason = f"it promises something by {content.promise.due_at.isoformat()}, which has passed"
        return [ReplyCancelled(**facts(case), reply_id=reply_id, by=reply.author, reason=reason)]
    signed = Signed(reply.text, reply.signature, reply.parts)
    agreed_at = terms.agreed(reply.author) if reply.by_itself else None
    return _leaving(case, reply_id, content, signed, reply.author, now, agreed_at)


def _unseen(case: Case, reply: Reply, terms: Terms) -> str:
    """Why others have to see a reply that leaves by itself: the case may have become another since it was prepared."""
    return "somebody else has to see it before it leaves" if reasons_to_hold(case, terms, reply.author) else ""


def scheduled(case: Case, reply_id: str, signed: Signed, by: str, version: int, send_at: datetime) -> ReplyScheduled:
    """It leaves at its time, as it is signed."""
    return ReplyScheduled(
        **facts(case),
        reply_id=reply_id,
        by=by,
        version=version,
        send_at=send_at,
        signature=signed.signature,
        text=signed.text,
        parts=signed.parts,
    )


def _leaving(
    case: Case,
    reply_id: str,
    content: Content,
    signed: Signed,
    author: str,
    now: datetime,
    agreed_at: datetime | None = None,
) -> list[Event]:
    """It is queued for delivery, and what it promises is a promise from now on (F1)."""
    promised: list[Event] = []
    if content.promise:
        promise_id = derive("promise", reply_id)
        promised = [made(case, content.promise.what, content.promise.due_at, promise_id, now, reply_id)]
    to = addressee(case)
    queued = ReplyQueued(
        **facts(case),
        reply_id=reply_id,
        kind=content.kind,
        author=author,
        signature=signed.signature,
        text=signed.text,
        parts=signed.parts,
        language=case.language,
        channel=to.channel,
        recipient_id=to.recipient_id,
        recipient_address=to.recipient_address,
        in_reply_to=to.in_reply_to,
        to_conversation=to.to_conversation,
        attachments=content.attachments,
        keeps_promise=content.keeps_promise,
        queued_at=now,
        agreed_at=agreed_at,
    )
    return [*promised, queued]


def _approved(
    case: Case, approval: Approval, command: approvals.Approve, actor: str, terms: Terms, now: datetime
) -> Sequence[Event]:
    """It leaves in the name of who sent it, perhaps in words that the coach has made better."""
    reply: Reply = case.replies[approval.subject_id]
    content = as_things_are(case, content_of(reply))
    if command.text is not None and not command.text.strip():
        raise refusals.TextIsEmpty("a reply needs words; leave text out to approve it as it is")
    edited = (command.text or "").strip()
    version = reply.version
    better: list[Event] = []
    if edited and edited != content.text:
        version += 1
        content = Content(content.kind, edited, content.promise, content.keeps_promise, content.attachments)
        better = [drafted(case, reply.id, content, actor, version, now)]
    ahead = approval.send_at if approval.send_at and approval.send_at > now else None
    signed = ready(case, reply.id, content, terms, approval.asked_by, ahead or now)
    if ahead:
        return [*better, scheduled(case, reply.id, signed, approval.asked_by, version, ahead)]
    return [*better, *_leaving(case, reply.id, content, signed, approval.asked_by, now)]


approvals.SUBJECTS["reply"] = approvals.Subject(given=_approved, has_text=True)
