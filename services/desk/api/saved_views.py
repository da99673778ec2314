"""Saved views as JSON: one's own and those that colleagues share."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.desk.api.finding import count, understood
from services.desk.api.parts import FromHere, InParts, Parts, Team
from services.desk.domain.access import Reader
from services.desk.domain.saved_views import SavedView
from services.desk.domain.search_query import LONGEST_QUERY

router = APIRouter(prefix="/api/views", tags=["desk"])


class ViewShown(BaseModel):
    """A search under a name."""

    id: str
    name: str
    owner: str
    shared: bool
    q: str = Field(description="the words, as typed")
    filters: dict[str, str] = Field(description="as for GET /api/search")
    saved_at: UtcDatetime

    @classmethod
    def of(cls, view: SavedView) -> "ViewShown":
        fields = {name: getattr(view, name) for name in cls.model_fields if name != "q"}
        return cls.model_validate(fields | {"q": view.text})


class ViewCounted(ViewShown):
    """With how much the reader finds by it now."""

    total: int


class ViewWanted(BaseModel):
    """What to keep."""

    name: str = Field(max_length=200)
    shared: bool = False
    q: str = Field("", max_length=LONGEST_QUERY)
    filters: dict[str, str] = Field(default_factory=dict)


def view_of(reader: Reader, desk: Parts, wanted: ViewWanted, view_id: str = "") -> SavedView:
    """The view as it would be kept. Raises Problem 400 for a search that finds nothing by its nature."""
    query = understood(wanted.q, wanted.filters)
    if query.empty:
        raise Problem(400, "view-empty", "q: a view needs words or a filter; without both it is the list of cases")
    return SavedView(
        id=view_id or fresh(),
        name=wanted.name,
        owner=reader.id,
        shared=wanted.shared,
        text=wanted.q,
        filters=dict(understood("", wanted.filters).filters.given),
        saved_at=desk.clock.now(),
    )


async def counted(desk: Parts, reader: Reader) -> list[tuple[SavedView, int]]:
    """The views that the reader sees, with how much each finds for them now."""
    views = await desk.views.of(reader)
    return [(view, await count(desk, reader, understood(view.text, view.filters))) for view in views]


@router.get("")
async def list_views(reader: Team, desk: InParts) -> list[ViewCounted]:
    """The reader's own views, then those of colleagues who share them."""
    found = await counted(desk, reader)
    return [ViewCounted(**ViewShown.of(view).model_dump(), total=total) for view, total in found]


@router.post("", status_code=201, dependencies=[FromHere])
async def save_view(wanted: ViewWanted, reader: Team, desk: InParts) -> ViewShown:
    """Keep a search under a name; `shared` shows it to the team."""
    return ViewShown.of(await desk.views.save(reader, view_of(reader, desk, wanted)))


@router.put("/{view_id}", dependencies=[FromHere])
async def change_view(view_id: str, wanted: ViewWanted, reader: Team, desk: InParts) -> ViewShown:
    """Change one of one's own."""
    await desk.views.own(reader, view_id)
    return ViewShown.of(await desk.views.save(reader, view_of(reader, desk, wanted, view_id)))


@router.delete("/{view_id}", status_code=204, dependencies=[FromHere])
async def remove_view(view_id: str, reader: Team, desk: InParts) -> None:
    """Forget one of one's own."""
    await desk.views.remove(reader, view_id)
