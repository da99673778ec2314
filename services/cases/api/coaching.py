"""Feedback on replies that were sent (P3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from schemas.base import Event, UtcDatetime
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, Reading, may
from services.cases.domain import Case
from services.cases.domain.commands.coaching import GiveFeedback, coaches, give_feedback, see_feedback
from services.cases.domain.terms import Terms
from services.cases.stored_feedback import FEEDBACK, StoredFeedback, feedback_for
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()


class ShownFeedback(BaseModel):
    """What a coach said about one sent reply."""

    feedback_id: str
    case_id: str
    brand: str
    reply_id: str
    author: str
    by: str
    text: str
    praise: bool
    given_at: UtcDatetime
    seen: bool


@router.post("/cases/{case_id}/replies/{reply_id}/feedback", status_code=202)
@may("coach", "lead")
async def comment_on_reply(case_id: str, reply_id: str, command: GiveFeedback, actor: Acting, cases: All) -> Accepted:
    """Tell the author of a sent reply what was good about it, or what could be better."""
    feedback_id = derive("feedback", actor.command)

    def rule(case: Case, terms: Terms, now: datetime) -> Sequence[Event]:
        return give_feedback(case, reply_id, command, actor.person, terms, feedback_id, now)

    return await cases.carry_out(case_id, actor, rule, feedback_id=feedback_id)


@router.post("/cases/{case_id}/feedback/{feedback_id}/seen", status_code=202)
@may("colleague")
async def mark_feedback_seen(case_id: str, feedback_id: str, actor: Acting, cases: All) -> Accepted:
    """Say, as the author of the reply, that you have read it."""

    def rule(case: Case, _: Terms, __: datetime) -> Sequence[Event]:
        return see_feedback(case, feedback_id, actor.person)

    return await cases.carry_out(case_id, actor, rule, feedback_id=feedback_id)


@router.get("/feedback")
@may("colleague")
async def list_feedback(
    request: Request,
    actor: Reading,
    cases: All,
    author: Annotated[str, Query(max_length=200, description="Whose replies; by default your own.")] = "",
    seen: Annotated[bool | None, Query(description="Only what was read, or only what was not.")] = None,
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ShownFeedback]:
    """Feedback for an author (by default yourself), the latest first. Only coaches and leads see that of others."""
    standing = await cases.standing(actor)
    whose = author or actor.person
    if whose != actor.person and not (standing.person and coaches(standing.person)):
        raise Problem(403, "not-allowed", "feedback for somebody else is shown to coaches and leads only")
    query = feedback_for(whose, seen)
    found = await page(cases.service.database, FEEDBACK, query, "given_ms", cursor, limit, descending=True)
    mine = [each.state for each in found.documents if each.state and each.state.given.brand in standing.brands]
    return Page(items=[_shown(each) for each in mine], **found.links(request))


def _shown(stored: StoredFeedback) -> ShownFeedback:
    return ShownFeedback(**stored.given.model_dump(exclude={"conversation"}), seen=stored.seen)
