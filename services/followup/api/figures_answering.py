"""Answers about steering figures and volume (F4, F9), the same over HTTP and for the command."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from schemas.base import Model, UtcDatetime, milliseconds
from services.followup.domain.figures import Kind
from services.followup.domain.figures.columns import Rows
from services.followup.domain.figures.periods import Step, edges
from services.followup.domain.figures.summing import Figure, Window, chosen, counted, figures, trend
from services.followup.domain.figures.volume import WEEKS, Volume, volumes
from services.followup.store.figures import Timetable

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS


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
    figure: Kind
    step: Step
    points: tuple[Point, ...]


class Volumes(Model):
    """How much each brand is written to."""

    from_at: UtcDatetime
    to_at: UtcDatetime
    zone: str
    brands: tuple[Volume, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """For which brands, over which window, in whose zone. `wanted` has the values of channel, language, country or team."""

    timetable: Timetable
    window: Window
    zone: ZoneInfo
    brands: Sequence[str]
    wanted: Mapping[str, Sequence[str]]

    async def figures(self, by: str = "") -> Figures:
        """Every figure of the window, and by one dimension. Raises Unavailable."""
        rows = await self._rows(self.window.from_ms)
        ends = (self.window.from_ms, self.window.to_ms)
        found = figures(rows, self.timetable.codes, self.window, by=by, opening=self._opening)
        return Figures(
            from_at=_moment(self.window.from_ms),
            to_at=_moment(self.window.to_ms),
            zone=self.zone.key,
            brands=tuple(self.brands),
            by=by,
            opened=counted(rows, "opened", ends)[0],
            reopened=counted(rows, "reopened", ends)[0],
            opening_hours=self._opening,
            figures=tuple(found),
        )

    async def trend(self, figure: Kind, step: Step) -> Trend:
        """One figure over the window, step by step. Raises ValueError for too many steps, and Unavailable."""
        stretches = edges(self.window, step, self.zone)
        rows = await self._rows(self.window.from_ms)
        found = trend(rows, figure, stretches, opening=self._opening)
        points = [
            Point(from_at=_moment(first), to_at=_moment(last), opened=opened, figure=each)
            for (first, last), opened, each in zip(
                pairwise(stretches), counted(rows, "opened", stretches), found, strict=True
            )
        ]
        return Trend(zone=self.zone.key, figure=figure, step=step, points=tuple(points))

    async def volume(self) -> Volumes:
        """The cases opened, beside the same stretch of the last weeks and the other brands. Raises Unavailable."""
        rows = await self._rows(self.window.from_ms - WEEKS * WEEK_MS - DAY_MS)
        stretches = [_weeks_earlier(self.window, weeks, self.zone) for weeks in range(WEEKS + 1)]
        now: dict[str, int] = {}
        history: dict[str, Sequence[int]] = {}
        for brand in self.brands:
            mine = chosen(rows, self.timetable.codes, brand=[brand])
            counts = [counted(mine, "opened", (each.from_ms, each.to_ms))[0] for each in stretches]
            since_ms = await self.timetable.first_opened_ms(brand)
            weeks = sum(since_ms is not None and each.from_ms >= since_ms for each in stretches[1:])
            now[brand], history[brand] = counts[0], counts[1 : weeks + 1]
        found = volumes(now, history)
        ends = (_moment(self.window.from_ms), _moment(self.window.to_ms))
        return Volumes(from_at=ends[0], to_at=ends[1], zone=self.zone.key, brands=tuple(found))

    async def _rows(self, since_ms: int) -> Rows:
        rows = await self.timetable.rows(since_ms)
        return chosen(rows, self.timetable.codes, brand=self.brands, **self.wanted)

    @property
    def _opening(self) -> bool:
        return self.timetable.packing.keeps_hours(self.brands)


def _weeks_earlier(window: Window, weeks: int, zone: ZoneInfo) -> Window:
    """The same stretch by the clocks of the zone."""

    def earlier(moment_ms: int) -> int:
        return milliseconds(datetime.fromtimestamp(moment_ms / 1000, zone) - timedelta(weeks=weeks))

    return Window(earlier(window.from_ms), earlier(window.to_ms))


def _moment(moment_ms: int) -> datetime:
    return datetime.fromtimestamp(moment_ms / 1000, UTC)
