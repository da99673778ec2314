"""Helpers of the tests of working time: places and weeks, and a counter that looks at every single minute."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import country_holidays
from hypothesis import strategies as st

from schemas.organisation import Calendar, Person
from schemas.organisation_hours import DAYS, MINUTES_PER_DAY, Slot
from schemas.organisation_roster import Days, Period

MINUTE = timedelta(minutes=1)
WALK_DAYS = 12
# Each with the days of a clock change, or of a holiday, near which we look: forward, back, half an hour, none at all.
PLACES = {
    "Europe/Amsterdam": (("NL", "DE-BY"), (date(2026, 3, 29), date(2026, 4, 27), date(2026, 10, 25), date(2027, 1, 1))),
    "America/New_York": (("US",), (date(2026, 3, 8), date(2026, 11, 1), date(2026, 7, 3))),
    "Australia/Lord_Howe": (("AU",), (date(2026, 4, 5), date(2026, 10, 4))),
    "America/Santiago": (("CL",), (date(2026, 4, 4), date(2026, 9, 5))),
    "Asia/Kathmandu": ((), (date(2026, 5, 1),)),
    "Pacific/Kiritimati": ((), (date(2026, 12, 31),)),
}


class Wall:
    """The wall clock of a zone, minute by minute."""

    def __init__(self, zone: str, first: datetime, days: int) -> None:
        self._shown = _walls(zone, first - timedelta(days=3), days + 6)
        self.days = sorted({wall.date() for wall in self._shown})
        self._zone = ZoneInfo(zone)

    def slot(self, day: date, slot: Slot) -> set[datetime]:
        """The minutes of UTC of a slot that begins on a local day."""
        midnight = datetime(day.year, day.month, day.day)
        return self._between(midnight + slot.start_minute * MINUTE, midnight + slot.end_minute * MINUTE)

    def period(self, period: Period) -> set[datetime]:
        """The minutes of UTC from one moment to another."""
        if period.start.tzinfo:
            return _minutes(period.start.astimezone(UTC), period.end.astimezone(UTC))
        return self._between(period.start, period.end)

    def day(self, moment: datetime) -> date:
        """The local day of a moment with or without zone."""
        return (moment.astimezone(self._zone) if moment.tzinfo else moment).date()

    def _between(self, opens: datetime, closes: datetime) -> set[datetime]:
        first, last = self._first(opens), self._first(closes)
        return _minutes(first, last) if first and last else set()

    def _first(self, wall: datetime) -> datetime | None:
        """The first minute at which the wall clock shows this; where it skips it, what an unchanged clock would show."""
        for skipped in range(121):
            if found := self._shown.get(wall - skipped * MINUTE):
                return found + skipped * MINUTE
        return None


class MinuteByMinute:
    """The slow truth: which minutes of UTC are open, found by walking through them with the wall clock in view."""

    def __init__(self, brand: Calendar, first: datetime, days: int) -> None:
        wall = Wall(brand.time_zone, first, days)
        self.open: set[datetime] = set()
        for day in wall.days:
            if day not in brand.closed_on and not is_holiday(day, brand.public_holidays):
                self.open |= _together(wall.slot(day, slot) for slot in brand.hours.slots_on(day))


def minutes_of_work(person: Person, first: datetime, days: int) -> set[datetime]:
    """The minutes of UTC at which a person works, by one rule after the other."""
    wall = Wall(person.time_zone, first, days)
    regions = (person.public_holidays,) if person.public_holidays else ()
    instead = {wall.day(shift.start) for shift in person.shifts if not shift.extra}
    weekly = set[datetime]()
    for day in wall.days:
        off = is_holiday(day, regions) or on(day, person.leave) or on(day, person.rostered) or day in instead
        weekly |= set() if off else _together(wall.slot(day, slot) for slot in person.hours.slots_on(day))
    for day in wall.days:
        weekly -= _together(wall.slot(day, slot) for slot in person.breaks.day(day.weekday()))
    shifts = _together(
        wall.period(each) - _together(wall.period(pause) for pause in each.breaks)
        for each in person.shifts
        if not on(wall.day(each.start), person.leave)
    )
    return (weekly | shifts) - _together(wall.period(each) for each in person.time_off)


def on(day: date, periods: Iterable[Days]) -> bool:
    """Whether the day is one of these."""
    return any(each.first_day <= day <= each.last_day for each in periods)


def is_holiday(day: date, regions: Iterable[str]) -> bool:
    """Whether it is a public holiday of any region."""
    split = [region.partition("-") for region in regions]
    return any(day in country_holidays(country, subdiv=part or None) for country, _, part in split)


def _together(parts: Iterable[set[datetime]]) -> set[datetime]:
    return set[datetime]().union(*parts)


def _minutes(first: datetime, last: datetime) -> set[datetime]:
    return {first + number * MINUTE for number in range(max(0, int((last - first) / MINUTE)))}


@lru_cache(maxsize=64)
def _walls(zone: str, first: datetime, days: int) -> Mapping[datetime, datetime]:
    """What the wall clock shows, to the first minute of UTC at which it does."""
    shown: dict[datetime, datetime] = {}
    local = ZoneInfo(zone)
    for number in range(days * MINUTES_PER_DAY):
        now = first + number * MINUTE
        shown.setdefault(now.astimezone(local).replace(tzinfo=None, fold=0), now)
    return shown


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[str]]:
    """A week in which each day has up to two slots; the last one may end on the next day before that day's first."""
    minutes = st.integers(0, 95).map(lambda quarter: quarter * 15)
    week = {}
    for day in DAYS:
        bounds = sorted(draw(st.lists(minutes, max_size=4, unique=True)))
        pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
        week[day] = [f"{clock(start)}-{clock(end)}" for start, end in pairs]
    if draw(st.booleans()):  # a night shift on Saturday, into the hours in which clocks change
        week["sat"] = [slot for slot in week["sat"] if slot < "20:00-" and slot.split("-")[1] <= "20:00"]
        week["sat"].append(f"21:00-{clock(draw(st.integers(1, 5 * 60)))}")
        week["sun"] = [slot for slot in week["sun"] if slot >= "06:00"]
    return week


def clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
