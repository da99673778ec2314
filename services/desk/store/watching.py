"""Who has a case before them, told by all instances of the desk to each other through the store. Nothing of it is kept."""

from collections.abc import Mapping
from typing import Any

from services.chassis.clock import Clock
from services.chassis.documents import Index
from services.chassis.mongo import Database
from services.desk.domain.watching import NEVER, Sighting, Watcher, is_gone, is_news, watchers

ROWS = "watching"
MOST = 200


class Watching:
    """Sightings, one row for each person and case."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def prepare(self) -> None:
        """Create the index. Raises Unavailable."""
        await self._database.create_index(ROWS, Index(("case",)))

    async def seen(self, case_id: str, person: str, *, typing: bool) -> bool:
        """Somebody has it before them; whether others should hear of it at once. Raises Unavailable."""
        now = self._clock.now()
        moment = int(now.timestamp() * 1000)
        id_ = f"{case_id} {person}"
        rows = await self._database.rows(ROWS, {"_id": id_})
        before = _sighting(rows[0]) if rows else None
        values = {"seen_ms": moment} | ({"typed_ms": moment} if typing else {})
        if before is None:
            row = {"_id": id_, "case": case_id, "person": person, "typed_ms": NEVER} | values
            await self._database.insert(ROWS, [row])
        else:
            await self._database.set(ROWS, id_, values)
        return is_news(before, now, typing=typing)

    async def others(self, case_id: str, but: str) -> tuple[Watcher, ...]:
        """Who else has it before them. Forgets who has left. Raises Unavailable."""
        now = self._clock.now()
        rows = await self._database.rows(ROWS, {"case": case_id}, limit=MOST)
        if gone := [row["_id"] for row in rows if is_gone(_sighting(row), now)]:
            await self._database.delete(ROWS, gone)
        return watchers((_sighting(row) for row in rows), now, but=but)


def _sighting(row: Mapping[str, Any]) -> Sighting:
    return Sighting(str(row["person"]), int(row["seen_ms"]), int(row["typed_ms"]))
