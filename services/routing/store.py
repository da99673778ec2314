"""What routing stores: each request with who got it, and each person. Loads are derived from these, never stored."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.events.staff import PersonGraduated
from schemas.organisation import Person
from services.chassis.documents import Collection, Index


class RequestState(BaseModel):
    """A request of the cases service and what became of it."""

    model_config = ConfigDict(frozen=True)

    owner: OwnerRequested | None = None
    specialist: SpecialistRequested | None = None
    status: Literal["waiting", "assigned", "done"]
    person: str = ""

    @property
    def request(self) -> OwnerRequested | SpecialistRequested:
        """What was asked."""
        found = self.owner or self.specialist
        assert found is not None  # noqa: S101 - one of the two is always set
        return found


class PersonState(BaseModel):
    """A person as known now. `from_file` is the person as last read from the organisation's files."""

    model_config = ConfigDict(frozen=True)

    person: Person
    available: bool = True
    from_file: Person
    graduated: PersonGraduated | None = None
    """How the person came to their stage; none: it is from the files, or from a record."""

    def as_filed(self, person: Person) -> "PersonState":
        """The person as the files say now. A stage that a coach has given stays until the files name another one (P1)."""
        if self.graduated and person.stage in (self.from_file.stage, self.person.stage):
            kept = person.model_copy(update={"stage": self.person.stage})
            return PersonState(person=kept, from_file=person, graduated=self.graduated)
        return PersonState(person=person, from_file=person)


REQUESTS = Collection(
    "requests",
    RequestState,
    fields=lambda state: {"status": state.status, "due_at": state.request.due_at},
    indexes=(Index(("status", "due_at")),),
)
PEOPLE = Collection("people", PersonState)
