"""Search over all cases: the index of this instance, built from the store at the start and kept current afterwards.

The newest cases are read first, so that they can be found while the older ones are still being read.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from schemas.organisation import Organisation
from services.chassis.documents import Document
from services.chassis.mongo import Database
from services.desk.domain.case_view import CaseView
from services.desk.domain.search_text import found_of
from services.desk.store.collections import CASES
from services.desk.store.search_index import CaseIndex, Page, Wanted

READ_AT_ONCE = 200


class Search:
    """The index, and what it still has to be told."""

    def __init__(self, database: Database, organisation: Organisation, most_cases: int) -> None:
        self._database = database
        self._organisation = organisation
        self._most_cases = most_cases
        self._index = CaseIndex()
        self._known: dict[str, datetime] = {}
        """When each case in the index was changed last."""
        self._waiting: dict[str, CaseView] = {}
        self._read_until: datetime | None = None
        self._limit = READ_AT_ONCE
        self.complete = False
        """Whether every case that is to be found has been read since the start."""

    @property
    def cases(self) -> int:
        """How many can be found."""
        return len(self._known)

    def take(self, view: CaseView) -> None:
        """A case is like this now; soon it is found so."""
        if view.status != "unopened":
            self._waiting[view.id] = view

    async def find(self, wanted: Wanted, limit: int, offset: int = 0) -> Page:
        """The best of what the reader may see."""
        if not wanted.brands:
            return Page([], 0)
        return await asyncio.to_thread(self._index.search, wanted, limit, offset)

    async def keep_current(self, tell: Callable[[], None]) -> None:
        """Put what waits into the index, after a start with all that is stored; `tell` when something is found otherwise.

        Raises Unavailable; what was read until then stays.
        """
        while not self.complete:
            limit = self._limit
            rows = await self._next_rows(limit)
            await self._take_in(rows, tell)
            self.complete = len(rows) < limit or self.cases >= self._most_cases
        await self._take_in([], tell)

    async def _take_in(self, rows: Sequence[Mapping[str, Any]], tell: Callable[[], None]) -> None:
        waiting, self._waiting = list(self._waiting.values()), {}
        if not (waiting or rows):
            return
        changed = await asyncio.to_thread(self._put, waiting, rows)
        if changed:
            tell()

    async def _next_rows(self, limit: int) -> list[dict[str, Any]]:
        """The cases changed last of those not read yet."""
        query: dict[str, object] = {"updated_at": {"$lte": self._read_until}} if self._read_until else {}
        rows = await self._database.rows(CASES.name, query, "updated_at", limit, descending=True)
        last = rows[-1]["updated_at"] if rows else None
        self._limit = limit * 2 if last == self._read_until else READ_AT_ONCE  # more of one moment than fit
        self._read_until = last
        return rows

    def _put(self, views: Iterable[CaseView], rows: Iterable[Mapping[str, Any]]) -> bool:
        stored = (Document.loaded(CASES, row).state for row in rows if row["_id"] not in self._known)
        news = {view.id: view for view in (*(each for each in stored if each and each.opened_at), *views)}
        changed = [view for view in news.values() if view.updated_at and not self._is_older(view.id, view.updated_at)]
        self._index.replace([found_of(view, self._country) for view in changed])
        self._known |= {view.id: view.updated_at for view in changed if view.updated_at}
        return bool(changed)

    def _is_older(self, case_id: str, updated_at: datetime) -> bool:
        known = self._known.get(case_id)
        return known is not None and updated_at < known

    def _country(self, person_id: str) -> str:
        """Where somebody works; empty for whom the organisation's files do not have."""
        person = self._organisation.by_id["people"].get(person_id)
        return str(person.country) if person else ""
