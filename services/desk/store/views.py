"""Saved views: whose they are, and who else sees them."""

from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.chassis.repository import Repository
from services.desk.domain.access import Reader
from services.desk.domain.saved_views import LONGEST_NAME, MOST_VIEWS, SavedView
from services.desk.store.collections import VIEWS


class Views:
    """Reads and writes them."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def of(self, reader: Reader) -> list[SavedView]:
        """The reader's own and those that colleagues share, each by name, the reader's own first."""
        database = self._repository.database
        own = await database.find(VIEWS, {"owner": reader.id})
        shared = await database.find(VIEWS, {"shared": True})
        found = {each.id: each.state for each in (*own, *shared) if each.state}
        seen = [view for view in found.values() if view.visible_to(reader.id, reader.brands)]
        return sorted(seen, key=lambda view: (view.owner != reader.id, view.name.casefold(), view.id))

    async def find(self, reader: Reader, view_id: str) -> SavedView:
        """The view. Raises Problem 404: what one may not see does not exist."""
        document = await self._repository.database.get(VIEWS, view_id)
        view = document.state if document else None
        if view is None or not view.visible_to(reader.id, reader.brands):
            raise Problem(404, "view-not-found", f"there is no view {view_id}")
        return view

    async def save(self, reader: Reader, view: SavedView) -> SavedView:
        """Keep it, new or changed. Raises Problem 400 without a name, 422 for too many."""
        name = " ".join(view.name.split())
        if not name or len(name) > LONGEST_NAME:
            raise Problem(400, "view-name-missing", f"name: a view needs a name of at most {LONGEST_NAME} characters")
        mine = [each for each in await self.of(reader) if each.owner == reader.id]
        if view.id not in {each.id for each in mine} and len(mine) >= MOST_VIEWS:
            raise Problem(422, "too-many-views", f"one person keeps at most {MOST_VIEWS} views; remove one first")
        kept = view.model_copy(update={"name": name, "brands": tuple(sorted(reader.brands))})

        def decide(_: SavedView | None, context: Context) -> Decision[SavedView]:
            return Decision(kept.model_copy(update={"saved_at": context.now}))

        document = await self._repository.execute(VIEWS, kept.id, fresh(), decide)
        return document.state or kept

    async def own(self, reader: Reader, view_id: str) -> SavedView:
        """A view that the reader may change. Raises Problem 404 and, for a colleague's, 403."""
        view = await self.find(reader, view_id)
        if view.owner != reader.id:
            raise Problem(403, "not-your-view", f"{view.owner} keeps this view; save one of your own")
        return view

    async def remove(self, reader: Reader, view_id: str) -> None:
        """Forget it. Raises Problem as `own` does."""
        view = await self.own(reader, view_id)
        await self._repository.database.delete(VIEWS.name, [view.id])
