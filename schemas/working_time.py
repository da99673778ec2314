"""Working time in instants: weekly slots and single shifts in a zone, less holidays, breaks and leave, as stretches of UTC.

A slot or shift that begins on a day of leave is off as a whole, and so is a slot on a public holiday; one that began the
evening before is worked to its end. Breaks cut the weekly hours only, hours off cut everything. Local times that a clock
change skips or repeats are read as their first occurrence, so that shifts which follow each other still do so in the night
the clock changes.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from schemas.base import utc
from schemas.organisation import Calendar, Person
from schemas.organisation_hours import Hours, Slot, Week
from schemas.organisation_roster import Leave, OwnTime, Stretch, joined, without

WEEK_SECONDS = 7 * 86_400
HORIZON_WEEKS = 9
"""How far ahead we look: nobody plans later openings, and people who work around the clock need an end."""
_KEPT_WEEKS = 64

_NOTHING = OwnTime()
_NO_BREAKS = Week()


@lru_cache(maxsize=1024)
def public_holidays(region: str) -> HolidayBase:
    """The public holidays of a country or a subdivision (`NL`, `DE-BY`). Raises ValueError for an unknown one."""
    country, _, subdivision = region.partition("-")
    try:
        return country_holidays(country, subdiv=subdivision or None)
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for {region!r}: {error}") from error


class WorkingTime:
    """The working hours of everybody who has the same zone, hours, breaks, holidays and nothing particular, or of one."""

    __slots__ = ("_breaks", "_holidays", "_hours", "_off", "_own", "_replaced", "_shifts", "_usual", "_weeks", "_zone")

    def __init__(
        self, zone: str, hours: Hours, regions: tuple[str, ...] = (), own: OwnTime = _NOTHING, breaks: Week = _NO_BREAKS
    ) -> None:
        self._zone = ZoneInfo(zone)
        self._hours, self._breaks = hours, breaks
        self._holidays = tuple(public_holidays(region) for region in regions)
        self._own = own
        self._shifts = [(each.day(self._zone), part) for each in own.shifts for part in each.work(self._zone)]
        self._replaced = {each.day(self._zone) for each in own.shifts if not each.extra}
        self._off = [each.seconds(self._zone) for each in own.time_off]
        self._usual = _shared(zone, hours, regions, _NOTHING, breaks) if any(own) else None
        self._weeks: dict[int, tuple[list[int], list[int]]] = {}

    @property
    def hours(self) -> Hours:
        """The usual hours, the same object for all who have the same."""
        return (self._usual or self)._hours  # noqa: SLF001  the same class

    @property
    def breaks(self) -> Week:
        """The usual breaks, the same object for all who have the same."""
        return (self._usual or self)._breaks  # noqa: SLF001  the same class

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

    def is_open_on(self, day: date) -> bool:
        """Whether any work begins on that day of the zone of these hours."""
        return any(True for _ in self._slots_of([day]))

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

    def before(self, end: datetime, minutes: float) -> datetime:
        """The latest moment from which so many minutes of work pass until `end`.

        Raises ValueError when there was not that much work within the horizon.
        """
        second, left = utc(end).timestamp(), minutes * 60
        last = int(second // WEEK_SECONDS)
        for number in range(last, last - HORIZON_WEEKS, -1):
            starts, ends = self._week(number)
            for opens, closes in zip(reversed(starts), reversed(ends), strict=True):
                finish = min(closes, second)
                if finish < opens:
                    continue
                if left <= finish - opens:
                    return datetime.fromtimestamp(finish - left, UTC)
                left -= finish - opens
        raise ValueError(f"there were no {minutes} minutes of work before {end.isoformat()}")

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
        if self._usual and not self._is_particular(days[0], days[-1]):
            return self._usual._week(number)  # noqa: SLF001  the same class
        breaks = [self._in_utc(day, each) for day in days for each in self._breaks.day(day.weekday())]
        work = without(self._slots_of(days), breaks)
        shifts = [stretch for day, stretch in self._shifts if days[0] <= day <= days[-1] and not self._on_leave(day)]
        off = [each for each in self._off if each[0] < last and first < each[1]]
        cut = ((max(start, first), min(end, last)) for start, end in without([*work, *shifts], off))
        stretches = joined(cut)
        return [start for start, _ in stretches], [end for _, end in stretches]

    def _is_particular(self, first: date, last: date) -> bool:
        """Whether anything but the weekly hours has to do with these days."""
        if any(each.overlaps(first, last) for each in (*self._own.leave, *self._own.rostered)):
            return True
        if any(first <= day <= last for day, _ in self._shifts):
            return True
        start, end = _midnight(first), _midnight(last)
        return any(off < end and start < on for off, on in self._off)

    def _on_leave(self, day: date) -> bool:
        return any(leave.overlaps(day, day) for leave in self._own.leave)

    def _slots_of(self, days: list[date]) -> Iterator[Stretch]:
        for day in days:
            if any(day in holidays for holidays in self._holidays) or self._on_leave(day):
                continue
            if day in self._replaced or any(each.overlaps(day, day) for each in self._own.rostered):
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
def _shared(zone: str, hours: Hours, regions: tuple[str, ...], own: OwnTime, breaks: Week) -> WorkingTime:
    return WorkingTime(zone, hours, regions, own, breaks)


def working_time(person: Person) -> WorkingTime:
    """A person's working time, shared with all who have the same. Raises ValueError for an unknown holiday region."""
    regions = (person.public_holidays,) if person.public_holidays else ()
    own = OwnTime(person.leave, person.shifts, person.rostered, person.time_off)
    return _shared(person.time_zone, person.hours, regions, own, person.breaks)


def opening_hours(calendar: Calendar) -> WorkingTime:
    """A brand's opening hours (F3). Raises ValueError for an unknown holiday region."""
    closed = tuple(Leave(first_day=day, last_day=day) for day in calendar.closed_on)
    return _shared(calendar.time_zone, calendar.hours, calendar.public_holidays, OwnTime(leave=closed), _NO_BREAKS)


def _second(moment: datetime) -> int:
    return int(utc(moment).timestamp() // 1)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _midnight(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())
