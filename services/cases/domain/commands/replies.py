"""Replies to the customer (rule 4): drafts that anybody of the brand may write, and what only who acts may send."""

from datetime import datetime

from pydantic import BaseModel, Field

from schemas.base import Event, UtcDatetime
from schemas.events.reply import ReplyCancelled, ReplyCancelRequested, ReplyDiscarded
from services.cases.domain import refusals, reply_refusals
from services.cases.domain.case import Case
from services.cases.domain.commands import approvals
from services.cases.domain.commands.acting import facts, require_acting, require_open
from services.cases.domain.commands.letters import Letter, content_of
from services.cases.domain.commands.ownership import OWNER_ROLES, is_superior
from services.cases.domain.commands.sending import Departure, drafted, send, taken_up
from services.cases.domain.records import Reply
from services.cases.domain.terms import Terms


class WriteReply(Letter):
    """Say something to the customer, at once or at `send_at`."""

    send_at: UtcDatetime | None = None
    ask_approval: bool = False
    """Whether a coach or lead is to see it first, also where nobody has to."""


class ChangeDraft(Letter):
    """The next version of a draft. `version` is the one that it changes."""

    version: int = Field(ge=1)


class SendDraft(BaseModel):
    """Send a draft, at once or at `send_at`. `version` is the one that the sender has read."""

    version: int = Field(ge=1)
    send_at: UtcDatetime | None = None
    ask_approval: bool = False
    """Whether a coach or lead is to see it first, also where nobody has to."""


def draft(case: Case, command: Letter, actor: str, terms: Terms, reply_id: str, now: datetime) -> list[Event]:
    """Write a draft: the owner, the cover, and each colleague of the brand, whatever their stage (P1)."""
    require_may_draft(case, actor, terms)
    return [drafted(case, reply_id, command.content, actor, 1, now)]


def change_draft(
    case: Case, reply_id: str, command: ChangeDraft, actor: str, terms: Terms, now: datetime
) -> list[Event]:
    """The next version, by whoever may draft. The same words again change nothing."""
    require_may_draft(case, actor, terms)
    reply = _draft(case, reply_id)
    _require_version(reply, command.version)
    if command.content == content_of(reply):
        return []
    return [drafted(case, reply_id, command.content, actor, reply.version + 1, now)]


def discard_draft(case: Case, reply_id: str, actor: str, now: datetime) -> list[Event]:
    """It is not wanted any more."""
    require_open(case)
    reply = _draft(case, reply_id)
    if actor not in ({each.author for each in reply.versions} | {case.owner, case.cover_at(now)}):
        raise reply_refusals.NotYourDraft("a draft is discarded by who wrote it, or by who acts for the case")
    return [ReplyDiscarded(**facts(case), reply_id=reply_id, by=actor)]


def take_up(case: Case, reply_id: str, draft_id: str, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """Let the words of a reply that the channel refused for good go on in a draft, to be made better and sent again."""
    require_may_draft(case, actor, terms)
    reply = case.replies.get(reply_id)
    if reply is None or reply.status != "failed":
        what = f"it did not fail: {reply.status}" if reply else f"there is no reply {reply_id} in this case"
        raise reply_refusals.ReplyNotFailed(what)
    again = next(
        (each for each in case.replies.values() if each.takes_up == reply_id and each.status != "discarded"), None
    )
    if again:
        raise reply_refusals.ReplyTakenUp(f"its words go on already, in the reply {again.id}: {again.status}")
    return [taken_up(case, reply, draft_id, actor, now)]


def send_draft(case: Case, reply_id: str, command: SendDraft, actor: str, terms: Terms, now: datetime) -> list[Event]:
    """Send a draft in the name of whoever sends it, whoever wrote it."""
    require_acting(case, actor, now)
    reply = _draft(case, reply_id)
    _require_version(reply, command.version)
    departure = Departure(command.send_at, command.ask_approval)
    return send(case, reply_id, content_of(reply), actor, terms, departure, now)


def reply(case: Case, command: WriteReply, actor: str, terms: Terms, reply_id: str, now: datetime) -> list[Event]:
    """Draft and send in one."""
    require_acting(case, actor, now)
    departure = Departure(command.send_at, command.ask_approval)
    return send(case, reply_id, command.content, actor, terms, departure, now)


def cancel_reply(case: Case, reply_id: str, actor: str, now: datetime) -> list[Event]:
    """Keep a reply from leaving. Once it is queued, delivery says whether that was in time. Twice is once."""
    require_acting(case, actor, now)
    reply = case.replies.get(reply_id)
    if reply is None or reply.status in ("draft", "discarded", "cancelled"):
        raise reply_refusals.NotADraft(f"no reply {reply_id} of this case is on its way")
    if reply.status == "scheduled":
        return [ReplyCancelled(**facts(case), reply_id=reply_id, by=actor)]
    if reply.status == "queued":
        return [] if reply.cancelling else [ReplyCancelRequested(**facts(case), reply_id=reply_id, by=actor)]
    approval = approvals.waiting_for(case, reply_id)
    if approval is None:
        raise reply_refusals.ReplyHasLeft(f"it can not be taken back: {reply.status}")
    return approvals.withdrawn(case, approval, actor, now)


def require_may_draft(case: Case, actor: str, terms: Terms) -> None:
    """Whoever may write to customers of the brand, or could once they have learned it. Raises NotAllowed, CaseIsClosed."""
    require_open(case)
    if not is_superior(case, terms, actor, *OWNER_ROLES):
        raise refusals.NotAllowed(f"only agents, coaches and leads of {case.brand} write to its customers")


def _draft(case: Case, reply_id: str) -> Reply:
    reply = case.replies.get(reply_id)
    if reply is None:
        raise reply_refusals.NotADraft(f"there is no draft {reply_id} in this case")
    if reply.status != "draft":
        raise reply_refusals.NotADraft(f"it is no draft: {reply.status}")
    return reply


def _require_version(reply: Reply, version: int) -> None:
    if version != reply.version:
        latest = reply.versions[-1]
        raise reply_refusals.DraftChanged(
            f"version {latest.version} by {latest.author} came after version {version}; read it first"
        )
