"""Days, weeks and their parts in a time zone, as edges in milliseconds since 1970. Pure."""

from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.base import milliseconds
from services.followup.domain.figures.summing import Window

Period = Literal["today", "week"]
Step = Literal["hour", "day", "week"]
HOUR = timedelta(hours=1)
MOST_STEPS = 400


def period(name: Period, now: datetime, zone: ZoneInfo) -> Window:
    """Today since midnight, or this week since Monday's, up to now."""
    day = now.astimezone(zone).date()
    if name == "week":
        day -= timedelta(days=day.weekday())
    return Window(milliseconds(datetime.combine(day, time(), zone)), milliseconds(now))


def between(usual: Window, from_: datetime | None, to: datetime | None) -> Window:
    """The window with another begin or end, but no later end than the usual one, now. Raises ValueError for an empty one."""
    for moment in (from_, to):
        if moment is not None and moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} needs a time zone, such as Z")
    from_ms = usual.from_ms if from_ is None else milliseconds(from_)
    to_ms = usual.to_ms if to is None else min(milliseconds(to), usual.to_ms)
    if from_ms >= to_ms:
        raise ValueError("the time to look at has to begin before it ends, and before now")
    return Window(from_ms, to_ms)


def zone_of(name: str) -> ZoneInfo:
    """Raises ValueError for one that IANA does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def edges(window: Window, step: Step, zone: ZoneInfo) -> list[int]:
    """Where the hours, days or weeks that touch the window begin and end, in order; the first and last edge are the window's.

    A day on which the clocks change has 23 or 25 hours. Raises ValueError for more than `MOST_STEPS` of them.
    """
    found = [window.from_ms]
    at = _first(datetime.fromtimestamp(window.from_ms / 1000, zone), step)
    while (edge_ms := milliseconds(at)) < window.to_ms:
        if edge_ms > window.from_ms:
            found.append(edge_ms)
        if len(found) > MOST_STEPS:
            raise ValueError(f"more than {MOST_STEPS} steps; choose a longer step or a shorter time")
        at = _next(at, step, zone)
    return [*found, window.to_ms]


def _first(moment: datetime, step: Step) -> datetime:
    """The begin of the hour, day or week that the moment lies in."""
    if step == "hour":
        begin = moment - timedelta(minutes=moment.minute, seconds=moment.second, microseconds=moment.microsecond)
        return begin.astimezone(UTC)  # an hour later is then one hour later, whatever the clocks do
    day = moment.date() - timedelta(days=moment.weekday() if step == "week" else 0)
    return datetime.combine(day, time(), moment.tzinfo)


def _next(edge: datetime, step: Step, zone: ZoneInfo) -> datetime:
    if step == "hour":
        return edge + HOUR
    return datetime.combine(edge.date() + timedelta(days=7 if step == "week" else 1), time(), zone)
