"""What the radar has seen: the last hours in memory, the weeks before as hours in the store."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from schemas.base import milliseconds
from schemas.ids import derive
from services.chassis.documents import Context, Decision, Document
from services.chassis.repository import Repository
from services.followup.domain.radar import HOUR_MS, Sightings, Tallies, Tally, tallied, together
from services.followup.domain.radar_baseline import HISTORY_DAYS, Baseline, learned
from services.followup.domain.radar_detection import MINUTE_MS, WINDOW_MINUTES, Bucket, Window, windows
from services.followup.store.radar import (
    DAY_MS,
    DAYS,
    KEPT_DAYS,
    Day,
    between,
    changed_since,
    day_id,
    days_since,
    hours_of,
)

REACHING_BACK_MS = WINDOW_MINUTES[-1] * MINUTE_MS
OVERLAP_MS = 3 * MINUTE_MS
"""What was written this long before the last look is read again: clocks differ, and a write takes its time."""
LATE_HOURS = 3
"""An hour is counted once more for so long: its last messages may come late."""


class Recent:
    """The counts of the last hours. Bounded: by the taxonomy, the brands, and the longest window."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._buckets: dict[str, Bucket] = {}
        self._read_until_ms = 0

    async def refresh(self, now: datetime) -> None:
        """Read what was added since the last look, and drop what is too old. Raises Unavailable."""
        now_ms = milliseconds(now)
        oldest_ms = now_ms - REACHING_BACK_MS - OVERLAP_MS
        since = max(self._read_until_ms - OVERLAP_MS, oldest_ms - HOUR_MS)
        for document in await changed_since(self._repository.database, since):
            if (state := document.state) and state.bucket_ms >= oldest_ms:
                self._buckets[document.id] = Bucket(state.brand, state.bucket_ms, tallied(state.seen))
        self._buckets = {id: each for id, each in self._buckets.items() if each.start_ms >= oldest_ms}
        self._read_until_ms = now_ms

    def windows(self, brand: str, now: datetime) -> tuple[Window, ...]:
        """The windows that end now."""
        return windows([each for each in self._buckets.values() if each.brand == brand], milliseconds(now))


class History:
    """What is usual for each brand, learned anew every hour."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._learned: dict[str, tuple[int, Baseline]] = {}

    async def baseline(self, brand: str, zone: ZoneInfo, now: datetime) -> Baseline:
        """What is usual, by all hours that are complete. Raises Unavailable."""
        hour_ms = milliseconds(now) // HOUR_MS * HOUR_MS
        known = self._learned.get(brand)
        if known and known[0] == hour_ms:
            return known[1]
        await self._write_days(brand, hour_ms, since_ms=known[0] if known else None)
        days = await days_since(self._repository.database, brand, hour_ms - HISTORY_DAYS * DAY_MS)
        found = learned(hours_of(days, hour_ms), zone)
        self._learned[brand] = (hour_ms, found)
        return found

    async def _write_days(self, brand: str, until_ms: int, since_ms: int | None) -> None:
        """Put into the store the hours that may be complete since then; without a moment all whose messages are kept."""
        oldest_ms = (until_ms - (KEPT_DAYS - 1) * DAY_MS) // DAY_MS * DAY_MS
        from_ms = oldest_ms if since_ms is None else max(oldest_ms, since_ms - LATE_HOURS * HOUR_MS)
        while from_ms < until_ms:
            start = datetime.fromtimestamp(from_ms / 1000, UTC).date()
            to_ms = min(until_ms, from_ms // DAY_MS * DAY_MS + DAY_MS)
            found = await between(self._repository.database, brand, from_ms, to_ms)
            if found:
                cause = derive("radar-hours", brand, str(from_ms), str(until_ms))
                await self._write_day(brand, start, _counted(found), cause)
            from_ms = to_ms

    async def _write_day(self, brand: str, day: date, hours: dict[str, dict[str, Tally]], cause: str) -> None:
        def decide(state: Day | None, _: Context) -> Decision[Day] | None:
            start_ms = milliseconds(datetime.combine(day, datetime.min.time(), UTC))
            before = state or Day(brand=brand, start_ms=start_ms)
            after = before.model_copy(update={"hours": before.hours | hours})
            return None if after == state else Decision(after)

        await self._repository.execute(DAYS, day_id(brand, day), cause, decide)


def _counted(documents: Iterable[Document[Sightings]]) -> dict[str, dict[str, Tally]]:
    """The tallies of each hour of the day, by the hour as text."""
    hours: dict[str, list[Tallies]] = {}
    for document in documents:
        if state := document.state:
            hour = str(state.bucket_ms % DAY_MS // HOUR_MS)
            hours.setdefault(hour, []).append(tallied(state.seen))
    return {hour: together(parts) for hour, parts in hours.items()}
