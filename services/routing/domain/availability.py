"""When a person works: their own weekly slots, holidays and leave (`schemas.working_time`), asked by person."""

from datetime import datetime

from schemas.organisation import Person
from schemas.working_time import working_time


def is_open(person: Person, moment: datetime) -> bool:
    """Whether a person is at work by their own calendar."""
    return working_time(person).is_open(moment)


def open_until(person: Person, moment: datetime) -> datetime | None:
    """The end of the person's shift in force, None off shift."""
    return working_time(person).open_until(moment)


def next_open(person: Person, moment: datetime) -> datetime | None:
    """When the person is next at work: now, at the start of their next shift, or not within the horizon (None)."""
    return working_time(person).next_open(moment)


def working_minutes_between(person: Person, start: datetime, end: datetime) -> float:
    """How many of the person's own working minutes lie between two moments (the clock of a consult)."""
    return working_time(person).working_minutes_between(start, end)
