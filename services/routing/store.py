"""What routing stores: each request with who got it, and each person. Loads are derived from these, never stored."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from schemas.events.routing import OwnerRequested, SpecialistRequested
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


REQUESTS = Collection(
    "requests",
    RequestState,
    fields=lambda state: {"status": state.status, "due_at": state.request.due_at},
    indexes=(Index(("status", "due_at")),),
)
PEOPLE = Collection("people", PersonState)
