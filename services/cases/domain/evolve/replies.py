"""Replies from draft to the customer's hands (rule 4)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.reply import ReplyFailed, ReplyQueued, ReplySent, ReplyUncertain
from services.cases.domain.case import Case
from services.cases.domain.records import Reply


def _reply(case: Case, id: str, **changes: Any) -> dict[str, Any]:
    return {"replies": case.replies | {id: case.replies[id].model_copy(update=changes)}}


def _queued(case: Case, event: ReplyQueued) -> dict[str, Any]:
    reply = Reply(
        id=event.reply_id,
        kind=event.kind,
        author=event.author,
        text=event.text,
        attachments=event.attachments,
        keeps_promise=event.keeps_promise,
        messages=case.messages,
    )
    return {"replies": case.replies | {reply.id: reply}}


def _sent(case: Case, event: ReplySent) -> dict[str, Any]:
    answers_all = event.kind == "answer" and case.replies[event.reply_id].messages == case.messages
    answered = {"unanswered": False} if answers_all else {}
    sent = _reply(case, event.reply_id, status="sent", sent_at=event.sent_at)
    return sent | {"first_reply_sent": True} | answered


def _failed(case: Case, event: ReplyFailed) -> dict[str, Any]:
    return _reply(case, event.reply_id, status="failed")


def _uncertain(case: Case, event: ReplyUncertain) -> dict[str, Any]:
    return _reply(case, event.reply_id, status="uncertain")


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    ReplyQueued: _queued,
    ReplySent: _sent,
    ReplyFailed: _failed,
    ReplyUncertain: _uncertain,
}
