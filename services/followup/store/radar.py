"""Where the radar keeps what it counts: messages of five minutes, hours of a day, and what it watches of each brand."""

from collections.abc import Iterable, Mapping
from datetime import date

from pydantic import Field

from schemas.ids import derive
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database
from services.followup.domain.radar import HOUR_MS, Frozen, Sightings, Tally
from services.followup.domain.radar_baseline import Hours
from services.followup.domain.radar_watch import Watch

DAY_MS = 24 * 60 * 60 * 1000
KEPT_DAYS = 7
"""Single messages are forgotten after so long; what stays is how many there were in each hour."""
SWEPT_AT_ONCE = 400


class Day(Frozen):
    """How much of each key there was in each hour of a day (UTC): messages, negative, weight, squares."""

    brand: str
    start_ms: int
    hours: dict[str, dict[str, tuple[float, float, float, float]]] = Field(default_factory=dict)
    """By the hour, 0 to 23, as text."""


def _sighting_fields(state: Sightings) -> Mapping[str, str | int]:
    return {"brand": state.brand, "bucket_ms": state.bucket_ms, "changed_ms": state.changed_ms}


def _day_fields(state: Day) -> Mapping[str, str | int]:
    return {"brand": state.brand, "start_ms": state.start_ms}


SIGHTINGS = Collection(
    "radar_sightings",
    Sightings,
    fields=_sighting_fields,
    indexes=(Index(("changed_ms",)), Index(("brand", "bucket_ms")), Index(("bucket_ms",))),
)
DAYS = Collection("radar_days", Day, fields=_day_fields, indexes=(Index(("brand", "start_ms")),))
WATCHES = Collection("radar_watches", Watch)


def day_id(brand: str, day: date) -> str:
    """Under which a day of a brand is kept."""
    return derive("radar-day", brand, day.isoformat())


def watch_id(brand: str) -> str:
    """Under which the watch over a brand is kept."""
    return derive("radar-watch", brand)


async def changed_since(database: Database, moment_ms: int) -> list[Document[Sightings]]:
    """Messages of every brand in buckets that were added to since then."""
    return await database.find(SIGHTINGS, {"changed_ms": {"$gte": moment_ms}})


async def between(database: Database, brand: str, start_ms: int, end_ms: int) -> list[Document[Sightings]]:
    """The brand's messages in buckets that begin in this time."""
    return await database.find(SIGHTINGS, {"brand": brand, "bucket_ms": {"$gte": start_ms, "$lt": end_ms}})


async def days_since(database: Database, brand: str, start_ms: int) -> list[Day]:
    """The days of the brand's history since then, in order."""
    found = await database.find(DAYS, {"brand": brand, "start_ms": {"$gte": start_ms}}, sort="start_ms")
    return [each.state for each in found if each.state]


def hours_of(days: Iterable[Day], until_ms: int) -> Hours:
    """The hours of these days, from the first with a message, without gaps; those before `until_ms`."""
    found = {
        day.start_ms + int(hour) * HOUR_MS: {name: Tally(*values) for name, values in tallies.items()}
        for day in days
        for hour, tallies in day.hours.items()
    }
    start_ms = min(found, default=until_ms)
    return Hours(start_ms, [found.get(at_ms, {}) for at_ms in range(start_ms, until_ms, HOUR_MS)])


async def forget(database: Database, now_ms: int) -> None:
    """Delete single messages that nobody looks at any more, some at a time."""
    rows = await database.rows(SIGHTINGS.name, {"bucket_ms": {"$lt": now_ms - KEPT_DAYS * DAY_MS}}, limit=SWEPT_AT_ONCE)
    if rows:
        await database.delete(SIGHTINGS.name, [str(row["_id"]) for row in rows])
