"""Rosters from elsewhere: shifts, leave and breaks by date, put into what is known of a person's time.

For each person and kind, an import replaces what was known between the first and the last day that it names. So the same
import twice is the same as once, and a shift that is no longer in it is gone. Where it has shifts, it says all there is:
a day between the first and the last of them without a shift is off.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from schemas.organisation import Person
from schemas.organisation_roster import Days, Leave, Period, Shift, Stretch, joined

P = TypeVar("P", bound=Period)
D = TypeVar("D", bound=Days)
Kind = Literal["shift", "leave", "break"]
KEPT_DAYS = 62
"""What lies further back than this is forgotten with the next import."""
_DATE_LENGTH = len("2026-11-24")


def _moment(value: object) -> object:
    if isinstance(value, str):
        text = value.strip()
        return date.fromisoformat(text) if len(text) <= _DATE_LENGTH else datetime.fromisoformat(text)
    return value


Moment = Annotated[date | datetime, BeforeValidator(_moment)]
"""A local date; or a moment, in the person's local time unless it has an offset from UTC."""


class Entry(BaseModel):
    """One line of a roster. The last day of whole days is included."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person: str = Field(min_length=1, max_length=254)
    """Id or mail address."""
    kind: Kind
    start: Moment
    end: Moment
    source: str = Field(default="", max_length=200)
    """Where it stands, for the words of an error: `line 3`."""


class EntryInvalid(ValueError):
    """An entry that can not be. Its text names the entry."""

    def __init__(self, entry: Entry, why: str) -> None:
        super().__init__(f"{entry.source}: {why}" if entry.source else why)


def by_person(entries: Iterable[Entry], people: Iterable[Person]) -> tuple[dict[str, list[Entry]], list[str]]:
    """The entries by the id of their person, and a sentence for each entry of somebody who is not known."""
    known = list(people)
    names = {person.id: person.id for person in known} | {person.email.lower(): person.id for person in known}
    found: dict[str, list[Entry]] = defaultdict(list)
    problems = []
    for entry in entries:
        id_ = names.get(entry.person) or names.get(entry.person.lower())
        if id_ is None:
            problems.append(str(EntryInvalid(entry, f"nobody has the id or the mail address {entry.person!r}")))
        else:
            found[id_].append(entry)
    return found, problems


def rostered(person: Person, entries: Sequence[Entry], now: datetime) -> Person:
    """The person with these entries. Raises EntryInvalid."""
    zone = ZoneInfo(person.time_zone)
    kinds: dict[Kind, list[Entry]] = defaultdict(list)
    for entry in entries:
        kinds[entry.kind].append(entry)
    changes: dict[str, object] = {}
    if shifts := _shifts(kinds["shift"], kinds["break"], zone):
        span = _span(shift.day(zone) for shift in shifts)
        kept = [each for each in person.shifts if not span.overlaps(each.day(zone), each.day(zone))]
        changes["shifts"] = _in_order([*kept, *shifts], zone)
        changes["rostered"] = _merged([*person.rostered, span])
    if kinds["leave"]:
        leave, time_off = _leave(kinds["leave"], zone)
        span = _span([*(day for each in leave for day in (each.first_day, each.last_day)), *_days(time_off, zone)])
        changes["leave"] = _merged([*_outside(person.leave, span), *leave])
        away = [each for each in person.time_off if not span.overlaps(each.day(zone), each.day(zone))]
        changes["time_off"] = _in_order([*away, *time_off], zone)
    return _forgetting(person.model_copy(update=changes), now.astimezone(zone).date() - timedelta(days=KEPT_DAYS), zone)


def back_at_work(person: Person, days: Days) -> Person:
    """The person without leave on these days; hours off stay."""
    return person.model_copy(update={"leave": tuple(_outside(person.leave, days))})


def _shifts(shifts: Sequence[Entry], breaks: Sequence[Entry], zone: ZoneInfo) -> list[Shift]:
    """The shifts, each with its breaks."""
    work = [_hours(entry, zone) for entry in shifts]
    pauses = [_hours(entry, zone) for entry in breaks]
    for entry, (start, end) in zip(breaks, pauses, strict=True):
        if not any(opens <= start and end <= closes for opens, closes in work):
            raise EntryInvalid(
                entry, "the break lies in no shift of this import; hours off from the usual week are leave"
            )
    return [Shift(**_local(each, zone), breaks=_breaks(each, pauses, zone)) for each in work]


def _breaks(shift: Stretch, pauses: Sequence[Stretch], zone: ZoneInfo) -> tuple[Period, ...]:
    mine = joined(each for each in pauses if shift[0] <= each[0] and each[1] <= shift[1])
    return tuple(Period(**_local(each, zone)) for each in mine)


def _hours(entry: Entry, zone: ZoneInfo) -> Stretch:
    start, end = entry.start, entry.end
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise EntryInvalid(entry, f"a {entry.kind} has times, such as 2026-11-24 09:00")
    try:
        found = Period(start=start, end=end).seconds(zone)
    except ValidationError as error:
        raise EntryInvalid(entry, error.errors()[0]["msg"].removeprefix("Value error, ")) from error
    if found[0] >= found[1]:
        raise EntryInvalid(entry, f"the clock change in {zone.key} leaves nothing of it")
    return found


def _leave(entries: Sequence[Entry], zone: ZoneInfo) -> tuple[list[Leave], list[Period]]:
    """Whole days, and the hours that are no whole day."""
    leave: list[Leave] = []
    time_off: list[Period] = []
    for entry in entries:
        start, end = entry.start, entry.end
        if isinstance(start, datetime) != isinstance(end, datetime):
            raise EntryInvalid(entry, "leave has a time at both ends or at neither")
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            if end < start:
                raise EntryInvalid(entry, f"it ends on {end}, before it begins on {start}")
            leave.append(Leave(first_day=start, last_day=end))
            continue
        if (start.tzinfo is None) != (end.tzinfo is None) or end <= start:
            raise EntryInvalid(
                entry, f"from {start} to {end} is no time: it has no length, or one end alone has an offset"
            )
        days, hours = _split(_wall(start, zone), _wall(end, zone), zone)
        leave += days
        time_off += hours
    return leave, time_off


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def _split(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[list[Leave], list[Period]]:
    """A time of any length as the whole days in it and the hours before and after them."""
    first = start.date() if start.time() == time() else start.date() + timedelta(days=1)
    last = end.date() - timedelta(days=1)
    if first > last:
        return [], [Period(**_local(_instants(start, end), zone))]
    opening, closing = (datetime.combine(day, time(), zone) for day in (first, end.date()))
    rest = [_instants(start, opening), _instants(closing, end)]
    return [Leave(first_day=first, last_day=last)], [Period(**_local(each, zone)) for each in rest if each[0] < each[1]]


def _instants(start: datetime, end: datetime) -> Stretch:
    return int(start.timestamp()), int(end.timestamp())


def _local(stretch: Stretch, zone: ZoneInfo) -> dict[str, datetime]:
    """As the wall clock shows it; with the offset where the wall clock alone would mean another moment."""
    walls = [datetime.fromtimestamp(second, UTC).astimezone(zone) for second in stretch]
    plain = all(int(wall.replace(fold=0).timestamp()) == second for wall, second in zip(walls, stretch, strict=True))
    shown = [wall.replace(tzinfo=None) if plain else datetime.fromisoformat(wall.isoformat()) for wall in walls]
    return {"start": shown[0], "end": shown[1]}


def _span(days: Iterable[date]) -> Days:
    found = sorted(days)
    return Days(first_day=found[0], last_day=found[-1])


def _days(periods: Iterable[Period], zone: ZoneInfo) -> list[date]:
    return [each.day(zone) for each in periods]


def _in_order(periods: Iterable[P], zone: ZoneInfo) -> tuple[P, ...]:
    return tuple(sorted(set(periods), key=lambda each: each.seconds(zone)))


def _outside(days: Iterable[D], span: Days) -> list[D]:
    """What is left of these days outside the span."""
    parts = (
        (each, first, last)
        for each in days
        for first, last in (
            (each.first_day, min(each.last_day, span.first_day - timedelta(days=1))),
            (max(each.first_day, span.last_day + timedelta(days=1)), each.last_day),
        )
    )
    return [
        each.model_copy(update={"first_day": first, "last_day": last}) for each, first, last in parts if first <= last
    ]


def _merged(days: Iterable[D]) -> tuple[D, ...]:
    """In order, each day once, and days that follow each other as one."""
    found: list[D] = []
    for each in sorted(days, key=lambda one: (one.first_day, one.last_day)):
        if found and each.first_day <= found[-1].last_day + timedelta(days=1):
            found[-1] = found[-1].model_copy(update={"last_day": max(found[-1].last_day, each.last_day)})
        else:
            found.append(each)
    return tuple(found)


def _forgetting(person: Person, before: date, zone: ZoneInfo) -> Person:
    """Without what lies further back."""
    whole: Mapping[str, Sequence[Days]] = {"leave": person.leave, "rostered": person.rostered}
    hours: Mapping[str, Sequence[Period]] = {"shifts": person.shifts, "time_off": person.time_off}
    kept: dict[str, object] = {
        name: tuple(each for each in found if each.last_day >= before) for name, found in whole.items()
    }
    kept |= {name: tuple(each for each in found if each.day(zone) >= before) for name, found in hours.items()}
    return person.model_copy(update=kept)
