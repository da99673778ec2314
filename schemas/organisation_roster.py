"""What is particular to one person's time, beside their weekly hours: breaks, single shifts, leave, hours off.

Days are local dates of the person. Moments are local times too, as their wall clock shows them; one that is written with
an offset from UTC is that moment, for the hour that a clock change repeats.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import model_validator

from schemas.organisation_hours import Frozen, Week

LONGEST_HOURS = 36
"""No shift, break or absence by the hour is longer; whoever is away longer has leave."""


Stretch = tuple[int, int]
"""First second and first second after it, in seconds since 1970 UTC."""


class Days(Frozen):
    """Whole days, both ends included, local dates of the person."""

    first_day: date
    last_day: date

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last_day < self.first_day:
            raise ValueError(f"it ends on {self.last_day}, before it begins on {self.first_day}")
        return self

    def overlaps(self, first: date, last: date) -> bool:
        """Whether any day is in both."""
        return self.first_day <= last and first <= self.last_day


class Leave(Days):
    """Days off: a slot or a shift that begins on one of them is off as a whole."""


class Period(Frozen):
    """From one moment to another, local times of the person or with an offset."""

    start: datetime
    end: datetime

    @model_validator(mode="after")
    def _has_a_length(self) -> Self:
        if (self.start.tzinfo is None) != (self.end.tzinfo is None):
            raise ValueError("write both start and end with an offset from UTC, or neither")
        if not timedelta() < self.end - self.start <= timedelta(hours=LONGEST_HOURS):
            raise ValueError(
                f"from {self.start} to {self.end} is no time of more than 0 and at most {LONGEST_HOURS} hours"
            )
        return self

    def day(self, zone: ZoneInfo) -> date:
        """The local day on which it begins."""
        return (self.start.astimezone(zone) if self.start.tzinfo else self.start).date()

    def seconds(self, zone: ZoneInfo) -> Stretch:
        """Its first second and the first after it, since 1970 UTC; a repeated local time is its first occurrence."""
        start, end = (each if each.tzinfo else each.replace(tzinfo=zone) for each in (self.start, self.end))
        return int(start.timestamp()), int(end.timestamp())


class Shift(Period):
    """A single shift. It is worked instead of the weekly hours that begin on its day, also on a public holiday."""

    extra: bool = False
    """Beside the weekly hours of that day, not instead of them."""
    breaks: tuple[Period, ...] = ()

    def work(self, zone: ZoneInfo) -> list[Stretch]:
        """The shift less its breaks."""
        return without([self.seconds(zone)], [each.seconds(zone) for each in self.breaks])


class PersonalTime(Frozen):
    """The part of a person that this page is about."""

    breaks: Week = Week()
    """What the weekly hours leave out, such as a lunch; nobody is given work in it."""
    leave: tuple[Leave, ...] = ()
    shifts: tuple[Shift, ...] = ()
    """Single shifts, instead of the weekly hours of their day or beside them."""
    rostered: tuple[Days, ...] = ()
    """Days for which `shifts` say all there is: without a shift the day is off, whatever the weekly hours."""
    time_off: tuple[Period, ...] = ()
    """Hours off from whatever was planned, such as a visit to the dentist."""


class OwnTime(NamedTuple):
    """All that differs from the weekly hours."""

    leave: tuple[Leave, ...] = ()
    shifts: tuple[Shift, ...] = ()
    rostered: tuple[Days, ...] = ()
    time_off: tuple[Period, ...] = ()


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time in order, each second once; what a clock change swallows is left out."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def without(stretches: Iterable[Stretch], taken: Iterable[Stretch]) -> list[Stretch]:
    """What is left of the time after the other has been taken away; both in any order."""
    left = joined(stretches)
    for off, on in joined(taken):
        parts = [((start, min(end, off)), (max(start, on), end)) for start, end in left]
        left = [part for pair in parts for part in pair if part[0] < part[1]]
    return left
