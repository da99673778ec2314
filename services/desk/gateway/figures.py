"""What follow-up answers about steering figures, as far as the desk shows it (F4, F9)."""

from datetime import datetime

from schemas.base import Model


class Percentiles(Model):
    """Minutes."""

    p50: float
    p90: float
    p95: float


class Figure(Model):
    """One figure of one group; see docs/figures.md."""

    figure: str
    group: str = ""
    ended: int
    minutes: Percentiles | None = None
    opening_minutes: Percentiles | None = None
    in_time: int
    late: int
    within_target: float | None = None
    waiting: int
    overdue: int
    longest_waiting_minutes: float | None = None


class Figures(Model):
    """Every figure of a window: each for all together first, then for each group."""

    from_at: datetime
    to_at: datetime
    zone: str
    by: str = ""
    opened: int
    reopened: int
    opening_hours: bool
    figures: tuple[Figure, ...]

    @property
    def together(self) -> dict[str, Figure]:
        """By figure."""
        found: dict[str, Figure] = {}
        for each in self.figures:
            found.setdefault(each.figure, each)
        return found

    def groups(self, figure: str) -> list[Figure]:
        """One figure, group by group."""
        mine = [each for each in self.figures if each.figure == figure]
        return mine[1:]


class Point(Model):
    """One stretch of a trend."""

    from_at: datetime
    to_at: datetime
    opened: int
    figure: Figure


class Trend(Model):
    """One figure, step by step."""

    figure: str
    step: str
    points: tuple[Point, ...]


class Expected(Model):
    """What a brand's history lets expect, with an interval of 95 %."""

    expected: float
    low: float
    high: float


class Volume(Model):
    """One brand's cases."""

    brand: str
    opened: int
    expected: Expected | None = None
    unusual: bool = False
    weeks: int = 0
    before: int = 0
    growth: float | None = None
    growth_of_others: float | None = None
    share: float | None = None
    share_before: float | None = None


class Volumes(Model):
    """Every brand's."""

    brands: tuple[Volume, ...]
