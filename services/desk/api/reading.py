"""The read models as JSON, for the signed-in person."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from sse_starlette import EventSourceResponse

from services.chassis.errors import Problem
from services.desk.api.listing import LARGEST_PAGE, PAGE, listing
from services.desk.api.live import APPROVALS, BOARD, SEARCH, WHAT_IFS, case_subject, consults_subject, handovers_subject
from services.desk.api.operating import OPERATIONS
from services.desk.api.parts import InParts, Parts, SignedIn, Team
from services.desk.api.shown import CaseLine, CaseList, CaseShown, ConsultShown, CountsShown, PersonShown
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.board import Asking, Filters
from services.desk.domain.case_view import Status
from services.desk.domain.masking import as_read

router = APIRouter(prefix="/api", tags=["desk"])


@router.get("/cases")
async def list_cases(
    reader: Team,
    desk: InParts,
    owner: Annotated[str, Query(description="a person's id; `me` for oneself")] = "",
    brand: str = "",
    language: str = "",
    status: Annotated[Status | None, Query(description="without it: every open case")] = None,
    after: Annotated[str, Query(description="`next` of the page before")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
    order: Annotated[
        Literal["due", "needs"],
        Query(
            description="`needs`: what needs the reader next first, and with `owner=me` also what others ask of them"
        ),
    ] = "due",
) -> CaseList:
    """Cases, those due next first. Only of brands that the reader works for."""
    statuses = (status,) if status else ()
    asking = Asking(reader.id, reader.coaches, desk.clock.now()) if order == "needs" else None
    concerning = asking if owner == "me" else None
    filters = Filters(
        reader.brands, reader.id if owner == "me" else owner, brand, language, statuses, concerning=concerning
    )
    found = await listing(desk, filters, after, limit, asking)
    return CaseList(
        cases=[CaseLine.of(row, found.things.get(row.id)) for row in found.rows],
        total=found.total,
        counts=CountsShown.of(found.counts),
        next=found.next,
    )


@router.get("/cases/{case_id}")
async def show_case(case_id: str, reader: Team, desk: InParts) -> CaseShown:
    """One case with its timeline; personal data is masked (M3)."""
    view = await visible_case(desk, reader, case_id)
    return CaseShown.of(as_read(view, acting=reader.may_act(view, desk.clock.now())))


@router.get("/people/{person_id}")
async def show_person(person_id: str, reader: Team, desk: InParts) -> PersonShown:
    """Somebody of the team."""
    found = await desk.people.find(person_id)
    if found is None or not reader.brands.intersection(found.brands):
        raise Problem(404, "person-not-found", f"there is no person {person_id}")
    return PersonShown.of(found)


@router.get("/consults")
async def list_consults(
    reader: SignedIn,
    desk: InParts,
    specialist: Annotated[str, Query(description="a person's id; oneself without it")] = "",
) -> list[ConsultShown]:
    """A specialist's open consults. Specialists see their own only."""
    if reader.is_specialist and specialist not in ("", reader.id):
        raise Problem(403, "not-allowed", "specialists see the consults that are put to them")
    asked = await desk.consults.open_for(specialist or reader.id)
    visible = [each for each in asked if reader.is_specialist or reader.may_see(each.view)]
    return [ConsultShown.of(each) for each in visible]


@router.get("/events", response_class=EventSourceResponse)
async def hear_of_changes(
    reader: SignedIn,
    desk: InParts,
    case: Annotated[str, Query(description="a case's id")] = "",
    mine: Annotated[bool, Query(description="the reader's own consults")] = False,
    waiting: Annotated[Literal["", "approvals", "handovers"], Query(description="what waits for the reader")] = "",
    searching: Annotated[bool, Query(description="whatever can be found by the search")] = False,
    operating: Annotated[bool, Query(description="the flow, for operators and leads")] = False,
    what_ifs: Annotated[bool, Query(description="what-if questions, for coaches and leads")] = False,
) -> EventSourceResponse:
    """Server-sent events: `changed` whenever the list, one case, or what waits for the reader changed; fetch it again then."""
    if mine or reader.is_specialist:
        return desk.hub.response(consults_subject(reader.id), reader.session)
    if operating or reader.is_operator:
        return desk.hub.response(OPERATIONS if reader.may_operate else BOARD, reader.session)
    if waiting:
        subject = APPROVALS if waiting == "approvals" else handovers_subject(reader.id)
        return desk.hub.response(subject, reader.session)
    if case:
        await visible_case(desk, reader, case)
        return desk.hub.response(case_subject(case), reader.session)
    if what_ifs and reader.leads:
        return desk.hub.response(WHAT_IFS, reader.session)
    return desk.hub.response(SEARCH if searching else BOARD, reader.session)


async def visible_case(desk: Parts, reader: Reader, case_id: str) -> CaseView:
    """The case, if this reader may see it. Raises Problem 404: what one may not see does not exist."""
    view = await desk.cases.find(case_id)
    if view is None or not reader.may_see(view):
        raise Problem(404, "case-not-found", f"there is no case {case_id}")
    return view
