"""Who is on shift now and in the hours to come, by language: what has to be seen before a language is left alone (O4)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.base import Model, UtcDatetime
from schemas.organisation import Person
from schemas.organisation_values import CefrLevel
from schemas.working_time import WorkingTime, working_time

HOUR = timedelta(hours=1)
HOURS_AHEAD = 24
QUARTER = timedelta(minutes=15)
QUARTERS = 4
PAUSE = timedelta(minutes=90)
"""Who is back within this time has a break; a longer one is the end of the shift."""
LONGEST_SHIFT = timedelta(days=2)
FLUENT: CefrLevel = "B2"
"""From this level on somebody is said to speak a language, as routing has it."""
OWNERS = ("agent", "coach", "lead")
STAFF = (*OWNERS, "specialist")
"""Operators run the system and answer nobody."""
State = Literal["covered", "specialists", "nobody"]
Stretch = tuple[datetime, datetime]


class Absence(Model):
    """Whether somebody is away whatever their hours say, and until when; `until` None: until somebody says otherwise."""

    absent: bool
    until: UtcDatetime | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team, with when they are there."""

    person: Person
    absence: Absence | None = None

    @property
    def owns(self) -> bool:
        """Whether they own cases; specialists answer owners (O2)."""
        return self.person.role in OWNERS

    @property
    def time(self) -> WorkingTime:
        return working_time(self.person)

    def speaks(self, language: str) -> bool:
        return self.person.speaks(language, FLUENT)

    def there_from(self, moment: datetime) -> datetime | None:
        """The moment, or the later end of an absence; None for an absence without an end."""
        if self.absence is None or not self.absence.absent:
            return moment
        return None if self.absence.until is None else max(moment, self.absence.until)

    def is_absent(self, moment: datetime) -> bool:
        return self.there_from(moment) != moment

    def at_work(self, moment: datetime) -> bool:
        return not self.is_absent(moment) and self.time.is_open(moment)

    def leaves_at(self, moment: datetime) -> datetime | None:
        """The end of the shift in force, breaks looked over; None for who is not at work, nor in a break."""
        if self.is_absent(moment):
            return None
        end = self.time.open_until(moment)
        # Work around the clock has no end to be found.
        while (
            end is not None
            and end - moment < LONGEST_SHIFT
            and (again := self.time.next_open(end))
            and again - end <= PAUSE
        ):
            later = self.time.open_until(again)
            if later is None or later <= end:
                break
            end = later
        return end

    def back_at(self, moment: datetime) -> datetime | None:
        """When they are next at work from then on; None when nobody can tell."""
        there = self.there_from(moment)
        return self.time.next_open(there) if there else None

    def stretches(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """When they work between two moments."""
        found: list[Stretch] = []
        at = self.there_from(start)
        while at is not None and at < end:
            opens = self.time.next_open(at)
            closes = self.time.open_until(opens) if opens else None
            if opens is None or closes is None or opens >= end:
                break
            found.append((opens, min(closes, end)))
            at = closes
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour. The counts are the fewest that there are at any quarter of it that is still ahead."""

    start: datetime
    agents: int
    specialists: int

    @property
    def state(self) -> State:
        return state_of(self.agents, self.specialists)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch, to the quarter of an hour, without an agent who speaks the language."""

    language: str
    start: datetime
    end: datetime
    specialists: bool
    """Whether a specialist who speaks it is there all the time: they can interpret."""
    whole: bool = False
    """Whether it is as long as what was looked at."""


@dataclass(frozen=True, slots=True)
class LanguageAhead:
    """One language in the hours to come."""

    language: str
    hours: tuple[Hour, ...]
    gaps: tuple[Gap, ...]

    @property
    def left_alone(self) -> tuple[Gap, ...]:
        """When nobody at all speaks it."""
        return tuple(gap for gap in self.gaps if not gap.specialists)


def state_of(agents: int, specialists: int) -> State:
    return "covered" if agents else "specialists" if specialists else "nobody"


def ahead(members: Iterable[Member], languages: Sequence[str], now: datetime) -> tuple[LanguageAhead, ...]:
    """The 24 hours from the beginning of this one, for each of these languages."""
    start = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counts = _Counts(languages, start)
    for member in members:
        counts.add(member)
    first = (now - start) // QUARTER
    return tuple(counts.told(language, first) for language in languages)


class _Counts:
    """How many speak each language at each quarter of an hour."""

    def __init__(self, languages: Sequence[str], start: datetime) -> None:
        self._start = start
        self._size = HOURS_AHEAD * QUARTERS
        self._end = start + HOUR * HOURS_AHEAD
        self._counts = {(language, owns): [0] * self._size for language in languages for owns in (True, False)}
        self._known: dict[WorkingTime, tuple[Stretch, ...]] = {}

    def add(self, member: Member) -> None:
        spoken = [each for each in member.person.languages if (each, True) in self._counts and member.speaks(each)]
        for opens, closes in self._stretches(member) if spoken else ():
            first, last = self._number(opens), self._number(closes)
            for language in spoken:
                counts = self._counts[language, member.owns]
                for at in range(first, last):
                    counts[at] += 1

    def _stretches(self, member: Member) -> tuple[Stretch, ...]:
        """Those of people with the same hours are the same."""
        if member.is_absent(self._start):
            return member.stretches(self._start, self._end)
        time = member.time
        if time not in self._known:
            self._known[time] = member.stretches(self._start, self._end)
        return self._known[time]

    def _number(self, moment: datetime) -> int:
        return min(self._size, -((self._start - moment) // QUARTER))

    def told(self, language: str, first: int) -> LanguageAhead:
        agents, specialists = self._counts[language, True], self._counts[language, False]
        hours = []
        for number in range(HOURS_AHEAD):
            begin = max(number * QUARTERS, first)
            quarters = slice(begin, (number + 1) * QUARTERS)
            hours.append(Hour(self._start + HOUR * number, min(agents[quarters]), min(specialists[quarters])))
        states = [state_of(*each) for each in zip(agents, specialists, strict=True)]
        return LanguageAhead(language, tuple(hours), tuple(self._gaps(language, states, first)))

    def _gaps(self, language: str, states: Sequence[State], first: int) -> Iterable[Gap]:
        begin = first
        for at in range(first + 1, self._size + 1):
            if at < self._size and states[at] == states[begin]:
                continue
            if states[begin] != "covered":
                times = (self._start + QUARTER * begin, self._start + QUARTER * at)
                yield Gap(language, *times, states[begin] == "specialists", begin == first and at == self._size)
            begin = at


def languages_to_look_at(members: Iterable[Member], written: Iterable[str]) -> tuple[str, ...]:
    """The languages in which customers write now, the most used first, and then those that agents speak."""
    counts: dict[str, int] = {}
    for language in written:
        if language not in ("und", ""):
            counts[language] = counts.get(language, 0) + 1
    spoken = {each for member in members if member.owns for each in member.person.languages if member.speaks(each)}
    return tuple(sorted(counts.keys() | spoken, key=lambda each: (-counts.get(each, 0), each)))


@dataclass(frozen=True, slots=True)
class Place:
    """The people on shift where clocks show the same: `offset` from UTC, and their hour of the day."""

    offset: timedelta
    local: datetime
    agents: int
    specialists: int
    countries: tuple[str, ...]


def awake(members: Iterable[Member], now: datetime) -> tuple[Place, ...]:
    """Where people are on shift now, from west to east."""
    found: dict[timedelta, list[Member]] = {}
    for member in members:
        if member.at_work(now):
            offset = now.astimezone(ZoneInfo(member.person.time_zone)).utcoffset() or timedelta()
            found.setdefault(offset, []).append(member)
    return tuple(
        Place(
            offset,
            (now.astimezone(UTC) + offset).replace(tzinfo=None),
            sum(each.owns for each in there),
            sum(not each.owns for each in there),
            tuple(sorted({each.person.country for each in there})),
        )
        for offset, there in sorted(found.items())
    )
