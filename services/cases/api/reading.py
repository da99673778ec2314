"""Cases as they are now, one or many."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, create_model

from services.cases.api.acting import All, Reading, may
from services.cases.domain import Case, Status
from services.cases.domain.records import Frozen
from services.cases.store import CASES
from services.chassis.documents import Document
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page

router = internal_router()


class CaseInList(BaseModel):
    """A case in a list."""

    id: str
    brand: str
    channel: str
    status: Status
    owner: str
    language: str
    topic: str
    opened_at: datetime
    first_reply_due_at: datetime
    first_reply_sent: bool
    version: int


CaseNow = create_model(
    "CaseNow",
    __base__=Frozen,
    __doc__="A case as it is now.",
    status=(Status, ...),
    version=(int, ...),
    **{name: (field.annotation, field) for name, field in Case.model_fields.items()},  # type: ignore[call-overload]
)
"""All fields of the case, with what follows from them."""


@router.get("/cases/{case_id}", response_model=CaseNow)
@may("colleague", "integration")
async def show_case(case_id: str, actor: Reading, cases: All, response: Response) -> dict[str, Any]:
    """A case as it is now. Its ETag is its version, for `If-Match`."""
    document = await cases.find(case_id, actor)
    response.headers["ETag"] = f'"{document.version}"'
    return _with_status(document)


@router.get("/cases")
@may("colleague", "integration")
async def list_cases(
    request: Request,
    actor: Reading,
    cases: All,
    owner: Annotated[str, Query(max_length=200, description="Only this person's.")] = "",
    status: Annotated[list[Status] | None, Query(description="Only in one of these states.")] = None,
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[CaseInList]:
    """Cases of the brands that the acting person serves (M7), the oldest first."""
    standing = await cases.standing(actor)
    query: dict[str, Any] = {"brand": standing.brand_query(brand)}
    query |= {"owner": owner} if owner else {}
    query |= {"status": {"$in": sorted(set(status))}} if status else {}
    found = await page(cases.service.database, CASES, query, "opened_ms", cursor, limit)
    items = [CaseInList.model_validate(_with_status(each)) for each in found.documents]
    return Page(items=items, **found.links(request))


def _with_status(document: Document[Case]) -> dict[str, Any]:
    assert document.state is not None  # noqa: S101 - what is stored has a state
    return document.state.model_dump(mode="json") | {"status": document.state.status, "version": document.version}
