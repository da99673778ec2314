"""Search over all cases: the index of this instance, built from the store at the start and kept current afterwards.

The newest cases are read first, so that they can be found while the older ones are still being read.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Any

from schemas.organisation import Organisation
from services.chassis.documents import Document
from services.chassis.mongo import Database
from services.desk.domain.case_view import CaseView
from services.desk.domain.search_text import found_of
from services.desk.store.collections import CASES, CHANGED
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
        self._readings = 1
        """How often all that is stored was to be read."""
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

    def read_again(self) -> None:
        """All that is stored may be otherwise; until it is read, what is known is found."""
        self._known.clear()
        self._readings += 1
        self.complete = False

    async def find(self, wanted: Wanted, limit: int, offset: int = 0) -> Page:
        """The best of what the reader may see."""
        if not wanted.brands:
            return Page([], 0)
        return await asyncio.to_thread(self._index.search, wanted, limit, offset)

    async def keep_current(self, tell: Callable[[], None]) -> None:
        """Put what waits into the index, after a start with all that is stored; `tell` when something is found otherwise.

        Raises Unavailable; what was read until then stays.
        """
        if not self.complete:
            reading = self._readings
            async with aclosing(self._newest_first()) as stored:
                async for rows in stored:
                    await self._take_in(rows, tell)
                    if self.cases >= self._most_cases:
                        break
            self.complete = reading == self._readings
        await self._take_in([], tell)

    async def _take_in(self, rows: Sequence[Mapping[str, Any]], tell: Callable[[], None]) -> None:
        waiting, self._waiting = list(self._waiting.values()), {}
        if not (waiting or rows):
            return
        changed = await asyncio.to_thread(self._put, waiting, rows)
        if changed:
            tell()

    def _newest_first(self) -> AsyncGenerator[list[dict[str, Any]], None]:
        return self._database.all_rows(CASES.name, READ_AT_ONCE, CHANGED, descending=True)

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
