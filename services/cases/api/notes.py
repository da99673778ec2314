"""Notes between colleagues (rule 2), and special stories (F6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel

from schemas.base import Event, UtcDatetime
from schemas.ids import derive
from services.cases.api.acting import Accepted, Acting, All, Reading, may
from services.cases.domain import Case
from services.cases.domain.commands.notes import MarkSpecial, WriteNote, mark_special, unmark_special, write_note
from services.cases.domain.terms import Terms
from services.cases.store import CASES
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()


class Story(BaseModel):
    """A case in which somebody saw something special (F6)."""

    case_id: str
    brand: str
    text: str
    by: str
    marked_at: UtcDatetime
    owner: str
    status: str


@router.post("/cases/{case_id}/notes", status_code=202)
@may("colleague", "integration")
async def add_note(case_id: str, command: WriteNote, actor: Acting, cases: All) -> Accepted:
    """Write something that the customer never sees; any colleague of the brand can, and specialists who were asked."""
    note_id = derive("note", actor.command)

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return write_note(case, command, actor.person, note_id, now)

    return await cases.carry_out(case_id, actor, rule, note_id=note_id)


@router.post("/cases/{case_id}/special-story", status_code=202)
@may("colleague")
async def mark_special_story(case_id: str, command: MarkSpecial, actor: Acting, cases: All) -> Accepted:
    """Mark the case as a special story, and say what is special about it."""

    def rule(case: Case, _: Terms, now: datetime) -> Sequence[Event]:
        return mark_special(case, command, actor.person, now)

    return await cases.carry_out(case_id, actor, rule)


@router.post("/cases/{case_id}/special-story/removal", status_code=202)
@may("colleague")
async def unmark_special_story(case_id: str, actor: Acting, cases: All) -> Accepted:
    """Take the mark away: it was a mistake."""

    def rule(case: Case, _: Terms, __: datetime) -> Sequence[Event]:
        return unmark_special(case, actor.person)

    return await cases.carry_out(case_id, actor, rule)


@router.get("/special-stories")
@may("colleague")
async def list_special_stories(
    request: Request,
    actor: Reading,
    cases: All,
    brand: Annotated[str, Query(min_length=1, max_length=200, description="Of this brand.")],
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Story]:
    """The special stories of a brand, the latest first."""
    if brand not in (await cases.standing(actor)).brands:
        raise Problem(403, "not-allowed", f"{actor.person} does not serve the brand {brand}")
    database, query = cases.service.database, {"special": brand}
    found = await page(database, CASES, query, "special_ms", cursor, limit, descending=True)
    items = [_story(document.state) for document in found.documents if document.state]
    return Page(items=items, **found.links(request))


def _story(case: Case) -> Story:
    assert case.special is not None  # noqa: S101 - the query asks for marked cases only
    return Story(
        case_id=case.id,
        brand=case.brand,
        text=case.special.text,
        by=case.special.by,
        marked_at=case.special.marked_at,
        owner=case.owner,
        status=case.status,
    )
