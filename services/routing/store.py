"""What routing stores: each request with who got it, each person, and how people answer. Loads are derived, never stored."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from schemas.base import UtcDatetime, milliseconds
from schemas.events.routing import (
    ApproverRequested,
    CoverRequested,
    InterpreterRequested,
    OwnerRequested,
    SpecialistRequested,
)
from schemas.events.staff import PersonGraduated
from schemas.organisation import Person
from services.chassis.documents import Collection, Index
from services.routing.domain.answering import Answering
from services.routing.domain.outcome import Request

OWN_TIME = ("leave", "shifts", "rostered", "time_off")
"""What of a person's time comes from rosters as well as from the organisation's files."""


class RequestState(BaseModel):
    """A request of the cases service and what became of it."""

    model_config = ConfigDict(frozen=True)

    owner: OwnerRequested | None = None
    specialist: SpecialistRequested | None = None
    cover: CoverRequested | None = None
    interpreter: InterpreterRequested | None = None
    approver: ApproverRequested | None = None
    status: Literal["waiting", "assigned", "done"]
    person: str = ""
    share: float = 1
    """Of the room asked for that it takes now."""
    assigned_at: UtcDatetime | None = None
    heard_at: UtcDatetime | None = None
    told_unserved: bool = False
    """While it waits: whether that was said; a crash may come before."""
    next_possible_at: UtcDatetime | None = None
    """What was said of it last: when somebody can."""
    unsettled: bool = False
    """Written by an instance that does not have the pool: the one that has it must hear of it from the store."""

    @property
    def request(self) -> Request:
        """What was asked."""
        found = self.owner or self.specialist or self.cover or self.interpreter or self.approver
        assert found is not None  # noqa: S101 - one of them is always set
        return found


class PersonState(BaseModel):
    """A person as known now. `from_file` is the person as last read from the organisation's files."""

    model_config = ConfigDict(frozen=True)

    person: Person
    available: bool = True
    absent_until: UtcDatetime | None = None
    """While absent: when they are there again by themselves; none: when somebody says so."""
    absence_reason: str = ""
    filed: bool = True
    """Whether the organisation's files have the person; else `from_file` is the first record of them."""
    left: bool = False
    """Of somebody whom the files do not have: whether they work here no more."""
    from_file: Person
    graduated: PersonGraduated | None = None
    """How the person came to their stage; none: it is from the files, or from a record."""
    changed_ms: int = 0
    """When this was recorded last, so that other instances find what is new."""

    def as_filed(self, person: Person) -> "PersonState":
        """The person as the files say now. A stage that a coach has given stays until the files name another one (P1).

        So do shifts, leave and hours off that came from elsewhere, while the files say nothing new of them.
        """
        own = {
            name: getattr(self.person, name)
            for name in OWN_TIME
            if getattr(person, name) == getattr(self.from_file, name)
        }
        if self.graduated and person.stage in (self.from_file.stage, self.person.stage):
            kept = person.model_copy(update={"stage": self.person.stage, **own})
            return PersonState(person=kept, from_file=person, graduated=self.graduated)
        return PersonState(person=person.model_copy(update=own), from_file=person)


class AnsweringState(BaseModel):
    """How one specialist answers what they are asked, as the cases have told."""

    model_config = ConfigDict(frozen=True)

    answering: Answering = Answering()
    changed_ms: int = 0


def _request_fields(state: RequestState) -> Mapping[str, Any]:
    fields: dict[str, Any] = {"status": state.status}
    if state.status == "assigned":
        fields["person"] = state.person
    if state.assigned_at:
        fields["assigned_ms"] = milliseconds(state.assigned_at)
    if state.unsettled:
        fields["unsettled"] = 1
    return fields


def _person_fields(state: PersonState) -> Mapping[str, Any]:
    fields = {"changed_ms": state.changed_ms}
    if state.absent_until:
        fields["absent_until_ms"] = milliseconds(state.absent_until)
    return fields


REQUESTS = Collection(
    "requests",
    RequestState,
    fields=_request_fields,
    indexes=(Index(("status", "assigned_ms")), Index(("person",)), Index(("unsettled",))),
)
PEOPLE = Collection(
    "people", PersonState, fields=_person_fields, indexes=(Index(("changed_ms",)), Index(("absent_until_ms",)))
)
ANSWERING = Collection(
    "answering",
    AnsweringState,
    fields=lambda state: {"changed_ms": state.changed_ms},
    indexes=(Index(("changed_ms",)),),
)
