"""Steering figures over HTTP (F4, F9): how fast, how well in time, how much; for the brands that the asker serves.

Nothing here is about one person: the smallest groups are a team, a country, a language.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Depends, Query, Request

from schemas.base import Model, UtcDatetime
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InService
from services.followup.domain.figures import Kind, milliseconds
from services.followup.domain.figures.columns import Rows
from services.followup.domain.figures.periods import Period, Step, edges, period
from services.followup.domain.figures.summing import Figure, Window, chosen, counted, figures, trend
from services.followup.domain.figures.volume import WEEKS, Volume, volumes
from services.followup.store.figures import Timetable

router = internal_router()
By = Literal["", "brand", "channel", "language", "country", "team"]
WEEK_MS = 7 * 86_400_000


class Figures(Model):
    """Every figure over one window, together and by one dimension."""

    from_at: UtcDatetime
    to_at: UtcDatetime
    zone: str
    """Whose days and weeks these are."""
    brands: tuple[str, ...]
    by: str = ""
    opened: int
    """Cases opened in the window."""
    reopened: int
    opening_hours: bool
    """Whether one of the brands keeps opening hours, so that minutes are given in those too."""
    figures: tuple[Figure, ...]


class Point(Model):
    """One figure over one stretch of a trend."""

    from_at: UtcDatetime
    to_at: UtcDatetime
    opened: int
    figure: Figure


class Trend(Model):
    """One figure, hour by hour, day by day or week by week."""

    zone: str
    step: Step
    points: tuple[Point, ...]


class Volumes(Model):
    """How much each brand is written to."""

    from_at: UtcDatetime
    to_at: UtcDatetime
    zone: str
    brands: tuple[Volume, ...]


class Asked:
    """A question as it came: for which brands, over which window, in whose zone."""

    def __init__(
        self,
        asker: Asking,
        service: InService,
        request: Request,
        period_: Annotated[Period, Query(alias="period", description="Unless `from` says otherwise.")] = "today",
        from_: Annotated[datetime | None, Query(alias="from", description="With a zone; counted from then on.")] = None,
        to: Annotated[datetime | None, Query(description="With a zone; up to then, at most up to now.")] = None,
        zone: Annotated[str, Query(max_length=60, description="Of IANA; else the asker's own.")] = "",
        brand: Annotated[list[str] | None, Query()] = None,
        channel: Annotated[list[str] | None, Query()] = None,
        language: Annotated[list[str] | None, Query()] = None,
        country: Annotated[list[str] | None, Query()] = None,
        team: Annotated[list[str] | None, Query()] = None,
    ) -> None:
        asker.require_role("agent", "coach", "lead")
        self.now = service.clock.now()
        self.zone = _zone(zone or asker.person.time_zone)
        self.brands = _brands(asker, brand or ())
        named = {"channel": channel, "language": language, "country": country, "team": team}
        self.wanted: dict[str, Sequence[str]] = {name: values for name, values in named.items() if values}
        self.window = _window(period_, from_, to, self.now, self.zone)
        self.timetable: Timetable = request.app.state.timetable

    async def rows(self, since_ms: int | None = None, brands: Sequence[str] | None = None) -> Rows:
        """What the question is about, of cases that matter to its window or since an earlier moment. Raises Unavailable."""
        rows = await self.timetable.rows(self.window.from_ms if since_ms is None else since_ms)
        return chosen(rows, self.timetable.codes, brand=self.brands if brands is None else brands, **self.wanted)

    @property
    def opening(self) -> bool:
        return self.timetable.packing.keeps_hours(self.brands)


Question = Annotated[Asked, Depends()]


@router.get("/figures")
async def show_figures(asked: Question, by: By = "") -> Figures:
    """Every figure of the window, and by one dimension."""
    rows = await asked.rows()
    window = asked.window
    ends = (window.from_ms, window.to_ms)
    return Figures(
        from_at=_moment(window.from_ms),
        to_at=_moment(window.to_ms),
        zone=asked.zone.key,
        brands=tuple(asked.brands),
        by=by,
        opened=counted(rows, "opened", ends)[0],
        reopened=counted(rows, "reopened", ends)[0],
        opening_hours=asked.opening,
        figures=tuple(figures(rows, asked.timetable.codes, window, by=by, opening=asked.opening)),
    )


@router.get("/figures/trend")
async def show_trend(asked: Question, figure: Kind = "first-reply", step: Step = "hour") -> Trend:
    """One figure over the window, step by step."""
    try:
        stretches = edges(asked.window, step, asked.zone)
    except ValueError as error:
        raise Problem(400, "too-many-steps", str(error)) from error
    rows = await asked.rows()
    found = trend(rows, figure, stretches, opening=asked.opening)
    opened = counted(rows, "opened", stretches)
    points = [
        Point(from_at=_moment(first), to_at=_moment(last), opened=count, figure=each)
        for (first, last), count, each in zip(pairwise(stretches), opened, found, strict=True)
    ]
    return Trend(zone=asked.zone.key, step=step, points=tuple(points))


@router.get("/figures/volume")
async def show_volume(asked: Question) -> Volumes:
    """The cases opened for each brand, beside the same stretch of its last weeks, and beside the other brands."""
    window = asked.window
    rows = await asked.rows(window.from_ms - WEEKS * WEEK_MS)
    stretches = [_weeks_earlier(window, weeks, asked.zone) for weeks in range(WEEKS + 1)]
    now: dict[str, int] = {}
    history: dict[str, Sequence[int]] = {}
    for brand in asked.brands:
        mine = chosen(rows, asked.timetable.codes, brand=[brand])
        counts = [counted(mine, "opened", (each.from_ms, each.to_ms))[0] for each in stretches]
        since_ms = await asked.timetable.first_opened_ms(brand)
        weeks = sum(each.from_ms >= since_ms for each in stretches[1:]) if since_ms is not None else 0
        now[brand], history[brand] = counts[0], counts[1 : weeks + 1]
    found = volumes(now, history)
    return Volumes(
        from_at=_moment(window.from_ms), to_at=_moment(window.to_ms), zone=asked.zone.key, brands=tuple(found)
    )


def _weeks_earlier(window: Window, weeks: int, zone: ZoneInfo) -> Window:
    """The same stretch by the clocks of the zone."""

    def earlier(moment_ms: int) -> int:
        return milliseconds(datetime.fromtimestamp(moment_ms / 1000, zone) - timedelta(weeks=weeks))

    return Window(earlier(window.from_ms), earlier(window.to_ms))


def _brands(asker: Asker, wanted: Sequence[str]) -> list[str]:
    for each in wanted:
        asker.require_brand(each)
    return sorted(set(wanted or asker.person.brands))


def _window(name: Period, from_: datetime | None, to: datetime | None, now: datetime, zone: ZoneInfo) -> Window:
    usual = period(name, now, zone)
    for moment in (from_, to):
        if moment is not None and moment.tzinfo is None:
            raise Problem(400, "invalid-request", f"{moment.isoformat()} needs a time zone, such as Z")
    from_ms = usual.from_ms if from_ is None else milliseconds(from_)
    to_ms = usual.to_ms if to is None else min(milliseconds(to), usual.to_ms)
    if from_ms >= to_ms:
        raise Problem(400, "invalid-request", "the time to look at has to begin before it ends, and before now")
    return Window(from_ms, to_ms)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Problem(400, "unknown-zone", f"there is no time zone {name!r}") from error


def _moment(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC)
