"""Who works when, with which skills: one compacted record per person (P4)."""

from typing import ClassVar

from pydantic import ConfigDict, Field

from schemas.base import Event, Identifier, UtcDatetime
from schemas.organisation import Person


class RosterPerson(Person):
    """A person of the organisation, deaf to fields of a later version as every contract is."""

    model_config = ConfigDict(extra="ignore")


class PersonRecorded(Event):
    """The person as known from now on; replaces all earlier records of the same person."""

    type: ClassVar[str] = "person.recorded.v1"
    person_id: Identifier
    person: RosterPerson
    available: bool = Field(default=True)
    """False while a person is marked absent by hand, whatever the working hours say."""
    absent_until: UtcDatetime | None = None
    """While absent: when they are there again by themselves; none: when somebody says so."""
    absence_reason: str = ""
    """What colleagues may read of it."""
    filed: bool = True
    """Whether the organisation's files have the person; who leaves them has left. Others are known by records alone."""
    left: bool = False
    """Of somebody known by records alone: whether they work here no more."""
