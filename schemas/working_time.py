"""Working time in instants: weekly slots in a zone, less holidays and days off, as stretches of UTC, computed once per week.

A slot that begins on a public holiday or a day of leave is off as a whole; one that began the evening before is
worked to its end. Local times that a clock change skips or repeats are read as their first occurrence, so that
shifts which follow each other still do so in the night the clock changes.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from schemas.base import utc
from schemas.organisation import Calendar, Leave, Person
from schemas.organisation_hours import Hours, Slot

WEEK_SECONDS = 7 * 86_400
HORIZON_WEEKS = 9
"""How far ahead we look: nobody plans later openings, and people who work around the clock need an end."""
_KEPT_WEEKS = 64

Stretch = tuple[int, int]
"""First second of work and first second after it, in seconds since 1970 UTC."""


@lru_cache(maxsize=1024)
def public_holidays(region: str) -> HolidayBase:
    """The public holidays of a country or a subdivision (`NL`, `DE-BY`). Raises ValueError for an unknown one."""
    country, _, subdivision = region.partition("-")
    try:
        return country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for {region!r}: {error}") from error


class WorkingTime:
    """The working hours of everybody who has the same zone, hours, holidays and leave."""

    __slots__ = ("_holidays", "_hours", "_leave", "_weeks", "_without_leave", "_zone")

    def __init__(self, zone: str, hours: Hours, regions: tuple[str, ...] = (), leave: tuple[Leave, ...] = ()) -> None:
        self._zone = ZoneInfo(zone)
        self._hours = hours
        self._holidays = tuple(public_holidays(region) for region in regions)
        self._leave = leave
        self._without_leave = _shared(zone, hours, regions, ()) if leave else None
        self._weeks: dict[int, tuple[list[int], list[int]]] = {}

    def stretch(self, second: int) -> Stretch | None:
        """The stretch of work in force at a second, else the next one; None if there is none within the horizon."""
        first = second // WEEK_SECONDS
        for number in range(first, first + HORIZON_WEEKS):
            starts, ends = self._week(number)
            at = bisect_right(ends, second)
            if at < len(ends):
                return starts[at], self._end_over_weeks(number, ends[at])
        return None

    def is_open(self, moment: datetime) -> bool:
        """Whether this is working time."""
        second = _second(moment)
        found = self.stretch(second)
        return found is not None and found[0] <= second

    def open_until(self, moment: datetime) -> datetime | None:
        """The end of the shift in force; None outside working time. Work around the clock ends at the horizon."""
        second = _second(moment)
        found = self.stretch(second)
        return _moment(found[1]) if found and found[0] <= second else None

    def next_open(self, moment: datetime) -> datetime | None:
        """The moment itself in working time, else the next start of work; None if there is none to see."""
        second = _second(moment)
        found = self.stretch(second)
        if found is None:
            return None
        return utc(moment) if found[0] <= second else _moment(found[0])

    def after(self, start: datetime, minutes: float) -> datetime:
        """The moment at which so many minutes of work have passed since `start`.

        Raises ValueError when there is not that much work within the horizon.
        """
        second, left = utc(start).timestamp(), minutes * 60
        while (found := self.stretch(int(second))) is not None:
            begin = max(second, found[0])
            if left <= found[1] - begin:
                return datetime.fromtimestamp(begin + left, UTC)
            left -= found[1] - begin
            second = found[1]
        raise ValueError(f"there are no {minutes} minutes of work to come after {start.isoformat()}")

    def working_minutes_between(self, start: datetime, end: datetime) -> float:
        """Minutes of work between two moments; 0 when the end is not after the start."""
        first, last = utc(start).timestamp(), utc(end).timestamp()
        total = 0.0
        for number in range(int(first // WEEK_SECONDS), int(last // WEEK_SECONDS) + 1):
            for opens, closes in zip(*self._week(number), strict=True):
                total += max(0.0, min(closes, last) - max(opens, first))
        return total / 60

    def _week(self, number: int) -> tuple[list[int], list[int]]:
        """Starts and ends of the stretches of one week of UTC, cut at its borders."""
        found = self._weeks.get(number)
        if found is None:
            if len(self._weeks) >= _KEPT_WEEKS:
                self._weeks.clear()
            found = self._weeks[number] = self._compute_week(number)
        return found

    def _compute_week(self, number: int) -> tuple[list[int], list[int]]:
        first, last = number * WEEK_SECONDS, (number + 1) * WEEK_SECONDS
        monday = _moment(first).date()
        # A slot may end on the day after its own, and local days lie up to 14 hours beside those of UTC.
        days = [monday + timedelta(days=offset) for offset in range(-3, 9)]
        if self._without_leave and not any(_on_leave(leave, days[0], days[-1]) for leave in self._leave):
            return self._without_leave._week(number)  # noqa: SLF001  the same class
        starts: list[int] = []
        ends: list[int] = []
        for opens, closes in sorted(self._slots_of(days)):
            start, end = max(opens, first), min(closes, last)
            if end <= start:
                continue  # outside this week, or swallowed by a clock change
            if ends and start <= ends[-1]:
                ends[-1] = max(ends[-1], end)
            else:
                starts.append(start)
                ends.append(end)
        return starts, ends

    def _slots_of(self, days: list[date]) -> Iterator[Stretch]:
        for day in days:
            if any(day in holidays for holidays in self._holidays):
                continue
            if any(_on_leave(leave, day, day) for leave in self._leave):
                continue
            for slot in self._hours.slots_on(day):
                yield self._in_utc(day, slot)

    def _in_utc(self, day: date, slot: Slot) -> Stretch:
        midnight = datetime.combine(day, time())
        start, end = (
            (midnight + timedelta(minutes=minute)).replace(tzinfo=self._zone).timestamp()
            for minute in (slot.start_minute, slot.end_minute)
        )
        return int(start), int(end)

    def _end_over_weeks(self, number: int, end: int) -> int:
        for following in range(number + 1, number + HORIZON_WEEKS):
            if end != following * WEEK_SECONDS:
                break
            starts, ends = self._week(following)
            if not starts or starts[0] != end:
                break
            end = ends[0]
        return end


@lru_cache(maxsize=16_384)
def _shared(zone: str, hours: Hours, regions: tuple[str, ...], leave: tuple[Leave, ...]) -> WorkingTime:
    return WorkingTime(zone, hours, regions, leave)


def working_time(person: Person) -> WorkingTime:
    """A person's working time, shared with all who have the same. Raises ValueError for an unknown holiday region."""
    regions = (person.public_holidays,) if person.public_holidays else ()
    return _shared(person.time_zone, person.hours, regions, person.leave)


def opening_hours(calendar: Calendar) -> WorkingTime:
    """A brand's opening hours (F3). Raises ValueError for an unknown holiday region."""
    closed = tuple(Leave(first_day=day, last_day=day) for day in calendar.closed_on)
    return _shared(calendar.time_zone, calendar.hours, calendar.public_holidays, closed)


def _on_leave(leave: Leave, first: date, last: date) -> bool:
    return leave.first_day <= last and first <= leave.last_day


def _second(moment: datetime) -> int:
    return int(utc(moment).timestamp() // 1)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
