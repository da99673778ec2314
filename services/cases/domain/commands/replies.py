"""Replies to the customer (rule 4)."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Event
from schemas.events.reply import ReplyKind, ReplyQueued
from schemas.ids import derive
from services.cases.domain import refusals
from services.cases.domain.case import Case
from services.cases.domain.commands.acting import MAX_TEXT, facts, require_acting
from services.cases.domain.commands.promises import NewPromise, promise
from services.cases.domain.terms import Terms


class WriteReply(BaseModel):
    """Say something to the customer; a holding reply usually carries a promise (O5)."""

    kind: ReplyKind = "answer"
    text: str = Field(max_length=MAX_TEXT)
    promise: NewPromise | None = None
    keeps_promise: str = ""


def reply(case: Case, command: WriteReply, actor: str, terms: Terms, reply_id: str, now: datetime) -> list[Event]:
    """Queue a reply, and record the promise it makes."""
    require_acting(case, actor, now)
    if not command.text.strip():
        raise refusals.TextIsEmpty("a reply needs words")
    text, limit = terms.signed(command.text.strip(), actor), terms.max_length(case.channel)
    if len(text) > limit:
        raise refusals.TextTooLong(
            f"with its signature the reply has {len(text)} characters; {case.channel} takes {limit}"
        )
    if command.keeps_promise and command.keeps_promise not in {each.id for each in case.open_promises}:
        raise refusals.PromiseNotOpen(f"the case has no open promise {command.keeps_promise}")
    promised: list[Event] = []
    if command.promise:
        promised = promise(case, command.promise, actor, derive("promise", reply_id), now, reply_id)
    queued = ReplyQueued(
        **facts(case),
        reply_id=reply_id,
        kind=command.kind,
        author=actor,
        signature=terms.signed("", actor).strip(),
        text=text,
        language=case.language,
        channel=case.channel,
        recipient_id=case.customer.id,
        recipient_address=case.customer.address,
        in_reply_to=case.last_external_id,
        keeps_promise=command.keeps_promise,
        queued_at=now,
    )
    return [*promised, queued]
