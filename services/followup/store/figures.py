"""Where the timings are kept, one document per case, and their waits in memory, as the figures are counted (F4)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from schemas.organisation import Organisation
from services.chassis.documents import Collection, Index
from services.chassis.mongo import Database
from services.followup.domain.figures import Timings
from services.followup.domain.figures.columns import Codes, Packing, Rows, gone_at, unpacked
from services.followup.domain.figures.timings import FOR_EVER_MS
from services.followup.domain.figures.waits import last_ms

DAY_MS = 86_400_000
MOST_PARTS = 100
AT_ONCE = 50
"""After so many cases others have a turn: to make the waits of all may take longer than Kafka waits for a sign of life."""
OVERLAP_MS = 30_000
"""A document may be in the store so much later than it says, because it was decided on before it was written."""


def _fields(state: Timings) -> Mapping[str, Any]:
    found = {"brand": state.brand, "last_ms": last_ms(state), "folded_ms": state.folded_ms}
    return found if state.opened_ms is None else found | {"opened_ms": state.opened_ms}


INDEXES = (Index(("last_ms",)), Index(("folded_ms",)), Index(("brand", "opened_ms")))
TIMINGS = Collection("timings", Timings, fields=_fields, indexes=INDEXES)


@dataclass(slots=True)
class _Day:
    """The cases that were opened on one day, packed, and their waits by when nothing can happen to them any more."""

    cases: dict[str, bytes] = field(default_factory=dict)
    rows: Rows | None = None
    gone: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def take(self, case_id: str, packed: bytes | None) -> None:
        """Put a case in, or with None out."""
        self.rows = None
        if packed is None:
            del self.cases[case_id]
        else:
            self.cases[case_id] = packed

    def since(self, moment_ms: int) -> Rows:
        """The waits that something can happen to from then on."""
        if self.rows is None:
            rows = unpacked(self.cases.values())
            order = np.argsort(gone := gone_at(rows), kind="stable")
            self.rows, self.gone = rows[order], gone[order]
        return self.rows[np.searchsorted(self.gone, moment_ms) :]


class Timetable:
    """The waits of the cases, read from the store once and then as they change; several may ask at a time.

    Reading a document costs the store far more than counting it costs us: a question over a hundred thousand cases is a matter
    of milliseconds only because they are here. Only as many are read as the oldest question so far was about.
    """

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self._database = database
        self.codes = Codes()
        self.packing = Packing(organisation, self.codes)
        self._turn = asyncio.Lock()
        self._since_ms = FOR_EVER_MS
        self._folded_ms = 0
        self._days: dict[int, _Day] = {}
        self._day_of: dict[str, int] = {}
        self._asked: tuple[int, Rows] | None = None
        """The last answer, until something changes."""

    async def rows(self, since_ms: int) -> Rows:
        """Every wait of the cases that can matter to a window from then on. Raises Unavailable."""
        async with self._turn:
            if since_ms < self._since_ms:
                await self._load(since_ms)
            await self._refresh()
            return self._together(since_ms)

    async def first_opened_ms(self, brand: str) -> int | None:
        """When the first case of the brand was opened that we know of. Raises Unavailable."""
        wanted = {"brand": brand, "opened_ms": {"$gte": 0}}
        first = await self._database.rows(TIMINGS.name, wanted, sort="opened_ms", limit=1)
        return next((int(row["opened_ms"]) for row in first), None)

    async def _load(self, since_ms: int) -> None:
        if not self._folded_ms:  # what comes while we read is read again
            newest = await self._database.rows(TIMINGS.name, {}, sort="folded_ms", limit=1, descending=True)
            self._folded_ms = max((row["folded_ms"] for row in newest), default=0)
        # One answer with everything would take longer than a store may be silent.
        horizon_ms = min(self._since_ms, max(self._folded_ms, since_ms))
        step = max(DAY_MS, (horizon_ms - since_ms) // MOST_PARTS)
        edges = [*range(since_ms, horizon_ms, step), horizon_ms, self._since_ms + 1]
        for first, last in pairwise(edges):
            await self._take_all({"last_ms": {"$gte": first, "$lt": last}})
        self._since_ms = since_ms

    async def _refresh(self) -> None:
        since = self._folded_ms - OVERLAP_MS
        await self._take_all({"folded_ms": {"$gte": since}})

    async def _take_all(self, query: Mapping[str, Any]) -> None:
        for number, row in enumerate(await self._database.rows(TIMINGS.name, query)):
            self._take(row)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _take(self, row: Mapping[str, Any]) -> None:
        timings = Timings.model_validate(row["state"])
        self._folded_ms = max(self._folded_ms, timings.folded_ms)
        packed = self.packing.pack(timings)
        day = (timings.opened_ms or 0) // DAY_MS
        before = self._day_of.get(timings.case_id)
        if before is not None and before != day:
            self._days[before].take(timings.case_id, None)
        place = self._days.setdefault(day, _Day())
        if place.cases.get(timings.case_id) == packed:
            return
        place.take(timings.case_id, packed)
        self._day_of[timings.case_id] = day
        self._asked = None

    def _together(self, since_ms: int) -> Rows:
        if self._asked is None or self._asked[0] != since_ms:
            found = [day.since(since_ms) for day in self._days.values()]
            self._asked = since_ms, np.concatenate([unpacked(()), *found])
        return self._asked[1]
