"""Who works when, with which skills: one compacted record per person (P4)."""

from typing import ClassVar

from pydantic import Field

from schemas.base import Event, Identifier
from schemas.organisation import Person


class PersonRecorded(Event):
    """The person as known from now on; replaces all earlier records of the same person."""

    type: ClassVar[str] = "person.recorded.v1"
    person_id: Identifier
    person: Person
    available: bool = Field(default=True)
    """False while a person is marked absent by hand, whatever the working hours say."""
