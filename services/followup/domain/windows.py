"""Stretches of whole days in a brand's time zone, and which day a moment lies on. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schemas.organisation import Brand, Organisation

MOST_DAYS = 400


def zone_of(organisation: Organisation, brand: Brand) -> ZoneInfo:
    """Whose days and weeks a brand's are: those of its calendar."""
    return ZoneInfo(organisation.calendar(brand.calendar).time_zone)


@dataclass(frozen=True, slots=True)
class Window:
    """`days` local days from `first` on."""

    zone: ZoneInfo
    first: date
    days: int

    @classmethod
    def between(cls, zone: ZoneInfo, first: date, last: date) -> "Window":
        """From one day to another, both within. Raises ValueError when they are the wrong way round, or too far apart."""
        days = (last - first).days + 1
        if days < 1:
            raise ValueError(f"the last day {last} lies before the first {first}")
        if days > MOST_DAYS:
            raise ValueError(f"{days} days are more than the {MOST_DAYS} that can be looked at in one go")
        return cls(zone, first, days)

    @classmethod
    def week(cls, zone: ZoneInfo, name: str) -> "Window":
        """A week of ISO 8601, written 2026-W47. Raises ValueError for anything else."""
        year, _, number = name.partition("-W")
        if not (len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()):
            raise ValueError(f"{name!r} is no week: write the year and the week of ISO 8601, as 2026-W47")
        try:
            return cls(zone, date.fromisocalendar(int(year), int(number), 1), 7)
        except ValueError:
            raise ValueError(f"there is no week {number} in {year}") from None

    @property
    def iso_week(self) -> str:
        """The name of the week that it begins in."""
        return "{}-W{:02}".format(*self.first.isocalendar())

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def start(self) -> datetime:
        """The first moment, in UTC."""
        return _midnight(self.zone, self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it, in UTC."""
        return _midnight(self.zone, self.first + timedelta(days=self.days))

    def earlier(self, days: int = 0) -> "Window":
        """The stretch of `days` right before it, as long as itself where nothing is said."""
        length = days or self.days
        return Window(self.zone, self.first - timedelta(days=length), length)

    def day(self, moment: datetime) -> int | None:
        """Which of its days this is, from 0; None: it lies outside."""
        number = (moment.astimezone(self.zone).date() - self.first).days
        return number if 0 <= number < self.days else None


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
