"""Replies from draft to the customer's hands (rule 4)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.reply import (
    ReplyCancelled,
    ReplyCancelRequested,
    ReplyDiscarded,
    ReplyDrafted,
    ReplyFailed,
    ReplyQueued,
    ReplyScheduled,
    ReplySent,
    ReplyUncertain,
)
from services.cases.domain.case import Case
from services.cases.domain.records import VERSIONS_LIMIT, Draft, Reply


def changed(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    """The case's replies with one of them changed."""
    return {"replies": case.replies | {id: case.replies[id].model_copy(update=changes)}}


def back_to_draft(case: Case, id: str) -> dict[str, Any]:
    """It will not leave as it is; its latest words are a draft again."""
    words = case.replies[id].versions[-1]
    off = {"signature": "", "parts": (), "send_at": None, "by_itself": False}
    return changed(case, id, status="draft", author=words.author, text=words.text, **off)


def _drafted(case: Case, event: ReplyDrafted) -> dict[str, Any]:
    before = case.replies.get(event.reply_id)
    draft = Draft(version=event.version, author=event.author, text=event.text, drafted_at=event.drafted_at)
    versions = (*(before.versions if before else ()), draft)[-VERSIONS_LIMIT:]
    reply = Reply(
        id=event.reply_id,
        kind=event.kind,
        author=event.author,
        status=before.status if before else "draft",
        text=event.text,
        versions=versions,
        attachments=event.attachments,
        keeps_promise=event.keeps_promise,
        takes_up=before.takes_up if before else event.takes_up,
        promise=event.promise,
        send_at=before.send_at if before else None,
        messages=before.messages if before and before.status == "held" else case.messages,
        prepared=event.prepared,
    )
    return {"replies": case.replies | {reply.id: reply}}


def _scheduled(case: Case, event: ReplyScheduled) -> dict[str, Any]:
    return changed(
        case,
        event.reply_id,
        status="scheduled",
        author=event.by,
        text=event.text,
        signature=event.signature,
        parts=event.parts,
        send_at=event.send_at,
        by_itself=event.by_itself,
        messages=_could_answer(case, event.reply_id),
    )


def _queued(case: Case, event: ReplyQueued) -> dict[str, Any]:
    before = case.replies.get(event.reply_id)
    reply = Reply(
        id=event.reply_id,
        kind=event.kind,
        author=event.author,
        text=event.text,
        signature=event.signature,
        parts=event.parts,
        versions=before.versions if before else (),
        attachments=event.attachments,
        keeps_promise=event.keeps_promise,
        takes_up=before.takes_up if before else "",
        promise=before.promise if before else None,
        send_at=before.send_at if before else None,
        messages=_could_answer(case, event.reply_id),
        prepared=before.prepared if before else False,
    )
    return {"replies": case.replies | {reply.id: reply}}


def _could_answer(case: Case, reply_id: str) -> int:
    """What waits was sent off by its author before; what leaves at once is sent by somebody who sees all there is."""
    before = case.replies.get(reply_id)
    return before.messages if before and before.status in ("held", "scheduled") else case.messages


def _discarded(case: Case, event: ReplyDiscarded) -> dict[str, Any]:
    return changed(case, event.reply_id, status="discarded")


def _cancel_requested(case: Case, event: ReplyCancelRequested) -> dict[str, Any]:
    return changed(case, event.reply_id, cancelling=True, cancelled_by=event.by)


def _cancelled(case: Case, event: ReplyCancelled) -> dict[str, Any]:
    if case.replies[event.reply_id].status == "scheduled":
        return back_to_draft(case, event.reply_id)
    return changed(case, event.reply_id, status="cancelled", cancelling=False, cancelled_by=event.by)


def _sent(case: Case, event: ReplySent) -> dict[str, Any]:
    answers_all = event.kind == "answer" and case.replies[event.reply_id].messages == case.messages
    answered = {"unanswered": False} if answers_all else {}
    sent = changed(case, event.reply_id, status="sent", sent_at=event.sent_at, cancelling=False)
    return sent | {"first_reply_sent": True} | answered


def _failed(case: Case, event: ReplyFailed) -> dict[str, Any]:
    return changed(case, event.reply_id, status="failed", cancelling=False)


def _uncertain(case: Case, event: ReplyUncertain) -> dict[str, Any]:
    return changed(case, event.reply_id, status="uncertain", cancelling=False)


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    ReplyDrafted: _drafted,
    ReplyScheduled: _scheduled,
    ReplyQueued: _queued,
    ReplyDiscarded: _discarded,
    ReplyCancelRequested: _cancel_requested,
    ReplyCancelled: _cancelled,
    ReplySent: _sent,
    ReplyFailed: _failed,
    ReplyUncertain: _uncertain,
}
