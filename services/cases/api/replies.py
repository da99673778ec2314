"""Replies to the customer: drafts, what would leave, sending and taking back."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import BaseModel

from schemas.base import Event, UtcDatetime
from schemas.ids import derive
from schemas.organisation_values import TimeZone
from services.cases.api.acting import Accepted, Acting, All, Commands, Reading, may
from services.cases.domain import Case, Refused, commands, holding
from services.cases.domain.commands import ChangeDraft, SendDraft, WriteReply
from services.cases.domain.commands.approvals import waiting_for
from services.cases.domain.commands.letters import Letter
from services.cases.domain.commands.replies import require_may_draft
from services.cases.domain.preview import Preview, preview
from services.cases.domain.terms import Terms
from services.cases.store import CASES
from services.chassis.documents import Document
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()

ReplyId = Annotated[str, Path(max_length=200)]


@router.post("/cases/{case_id}/drafts", status_code=202)
@may("colleague")
async def write_draft(case_id: str, command: Letter, actor: Acting, cases: All) -> Accepted:
    """Write a draft; nothing leaves. Everybody of the brand who writes to customers may, whatever their stage (P1)."""
    reply_id = derive("reply", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.draft(case, command, actor.person, terms, reply_id, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id)


@router.put("/cases/{case_id}/drafts/{reply_id}", status_code=202)
@may("colleague")
async def change_draft(case_id: str, reply_id: ReplyId, command: ChangeDraft, actor: Acting, cases: All) -> Accepted:
    """The next version of a draft; 412 when somebody else changed it after `version`."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.change_draft(case, reply_id, command, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id)


@router.delete("/cases/{case_id}/drafts/{reply_id}", status_code=202)
@may("colleague")
async def discard_draft(case_id: str, reply_id: ReplyId, actor: Acting, cases: All) -> Accepted:
    """It is not wanted any more."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.discard_draft(case, reply_id, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id)


@router.post("/cases/{case_id}/drafts/{reply_id}/sending", status_code=202)
@may("owner", "cover")
async def send_draft(case_id: str, reply_id: ReplyId, command: SendDraft, actor: Acting, cases: All) -> Accepted:
    """Send a draft in one's own name, whoever wrote it. `reply_status` tells what became of it: queued, scheduled or held."""

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.send_draft(case, reply_id, command, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id)


@router.post("/cases/{case_id}/replies", status_code=202)
@may("owner", "cover")
async def write_reply(case_id: str, command: WriteReply, actor: Acting, cases: All) -> Accepted:
    """Send something to the customer, with or without a promise: draft and send in one."""
    reply_id = derive("reply", actor.command)
    promised = {"promise_id": derive("promise", reply_id)} if command.promise else {}

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.reply(case, command, actor.person, terms, reply_id, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id, **promised)


@router.post("/cases/{case_id}/replies/{reply_id}/cancellation", status_code=202)
@may("owner", "cover")
async def cancel_reply(case_id: str, reply_id: ReplyId, actor: Acting, cases: All) -> Accepted:
    """Keep a reply from leaving: at once while it is held or scheduled; once queued, delivery says whether it was in time."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return commands.cancel_reply(case, reply_id, actor.person, now)

    return await cases.carry_out(case_id, actor, rule, told=became(reply_id), reply_id=reply_id)


@router.post("/cases/{case_id}/replies/{reply_id}/taking-up", status_code=202)
@may("colleague")
async def take_up_reply(case_id: str, reply_id: ReplyId, actor: Acting, cases: All) -> Accepted:
    """Make a draft of a reply that the channel refused for good, to better it and send it again. `reply_id` is the draft's."""
    draft_id = derive("reply", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return commands.take_up(case, reply_id, draft_id, actor.person, terms, now)

    return await cases.carry_out(case_id, actor, rule, told=became(draft_id), reply_id=draft_id)


@router.post("/cases/{case_id}/reply-preview")
@may("colleague")
async def preview_reply(
    case_id: str,
    letter: Letter,
    actor: Reading,
    cases: All,
    time_zone: Annotated[TimeZone | None, Query(description="The customer's; without it the brand's.")] = None,
) -> Preview:
    """What would leave if the acting person sent it now, with everything there is to say about it. Changes nothing."""
    document, terms = await _known(case_id, actor, cases)
    try:
        require_may_draft(document, actor.person, terms)
        return preview(document, letter.content, actor.person, terms, cases.now(), time_zone)
    except Refused as error:
        raise Problem(error.status, error.kind, str(error)) from error


class HoldingReply(BaseModel):
    """Words that the customer has not had yet; none when all of them were used."""

    text: str | None
    language: str
    """That of the words: the customer's, or English where the brand has none in it."""
    until: UtcDatetime
    by: str
    """`until` as it is written for the customer, with its zone."""
    exhausted: bool


@router.get("/cases/{case_id}/holding-reply")
@may("colleague")
async def holding_reply(
    case_id: str,
    actor: Reading,
    cases: All,
    until: Annotated[UtcDatetime, Query(description="When the customer hears more.")],
) -> HoldingReply:
    """A holding reply that the customer has not had, in this case or an earlier one of the conversation (O5)."""
    case, terms = await _known(case_id, actor, cases)
    if until <= cases.now():
        raise Problem(422, "moment-not-ahead", f"{until.isoformat()} has passed; a customer hears more in the future")
    templates = terms.brand.policy.holding_replies
    language = case.language if case.language in templates else "en"
    if not templates.get(language):
        raise Problem(
            404, "no-holding-reply", f"{terms.brand.name} has no holding replies in {case.language} or English"
        )
    lane = await cases.service.database.lanes(CASES, [case.conversation])
    used = {words for each in lane if each.state for words in holding.said(each.state, templates)}
    by = holding.time_written_out(until, cases.now(), terms.time_zone, language)
    chosen = holding.unused(templates[language], used, case.id)
    text = chosen.format(by=by) if chosen else None
    return HoldingReply(text=text, language=language, until=until, by=by, exhausted=chosen is None)


def became(reply_id: str) -> Callable[[Case], Mapping[str, str]]:
    """What became of a reply: its status, and the approval it waits for."""

    def told(case: Case) -> Mapping[str, str]:
        reply = case.replies.get(reply_id)
        approval = waiting_for(case, reply_id)
        found = {"reply_status": reply.status} if reply else {}
        return found | ({"approval_id": approval.id} if approval else {})

    return told


async def _known(case_id: str, actor: Reading, cases: Commands) -> tuple[Case, Terms]:
    document: Document[Case] = await cases.find(case_id, actor)
    assert document.state is not None  # noqa: S101 - what is found has a state
    return document.state, cases.terms(document.state.brand, await cases.standing(actor))
