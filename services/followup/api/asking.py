"""Who asks something of follow-up over HTTP, and which brands they may see (M6, M7)."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation, Person, Role
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.chassis.service import Service
from services.followup.store.people import recorded_person


@dataclass(frozen=True, slots=True)
class Asker:
    """A person of the organisation who reads or commands. `command` names a command: the same again has its effect once."""

    person: Person
    command: str

    def require_brand(self, brand: str) -> None:
        """Raises Problem 404 for a brand that this person does not serve: who may not see it need not know of it."""
        if brand not in self.person.brands:
            raise Problem(404, "not-found", f"there is no brand {brand!r}")

    def require_role(self, *roles: Role) -> None:
        """Raises Problem 403 for a person with another role."""
        if self.person.role not in roles:
            raise Problem(403, "not-allowed", f"this takes a {' or a '.join(roles)}")


PERSON: str = "The id of who asks."
KEY: str = "The command's name. The same again has the effect and answer of once."


async def _asker(
    request: Request,
    acting_person: Annotated[str, Header(min_length=1, max_length=200, description=PERSON)],
    idempotency_key: Annotated[str, Header(max_length=255, description=KEY)] = "",
) -> Asker:
    person = await _person(request, acting_person)
    if not idempotency_key and request.method not in ("GET", "HEAD"):
        raise Problem(400, "idempotency-key-missing", "a command needs the header Idempotency-Key, a name of its own")
    command = derive("command", request.url.path, person.id, idempotency_key) if idempotency_key else fresh()
    return Asker(person, command)


async def _person(request: Request, id_: str) -> Person:
    """By the organisation's files, else by the records of somebody whom they never had. Raises Problem 403."""
    organisation: Organisation = request.app.state.organisation
    try:
        return organisation.person(id_)
    except NotInOrganisation as error:
        recorded = await recorded_person(_service(request).database, id_)
        if recorded is None:
            raise Problem(403, "not-allowed", str(error)) from error
        return recorded


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _organisation(request: Request) -> Organisation:
    organisation: Organisation = request.app.state.organisation
    return organisation


Asking = Annotated[Asker, Depends(_asker)]
"""Who asks; a command has a key."""
InService = Annotated[Service, Depends(_service)]
"""The service: its repository, its database and its clock."""
InOrganisation = Annotated[Organisation, Depends(_organisation)]
"""The organisation, as the service read it when it started."""
