"""The roster over HTTP: who is there, and what they can do, from now on (P4)."""

from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel

from schemas.organisation import Organisation, Person
from schemas.organisation_rules import broken_rules
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.ids import fresh
from services.routing.staff import PersonFiled, PersonUnknown, Staff

router = internal_router()


class Record(BaseModel):
    """A person, and whether they are there; absence outranks working hours."""

    person: Person
    available: bool = True


@router.put("/people/{person_id}", status_code=204)
async def record(
    person_id: str, body: Record, request: Request, idempotency_key: Annotated[str, Header()] = ""
) -> None:
    """Record a person as known from now on; the next decision counts with it."""
    staff: Staff = request.app.state.staff
    organisation: Organisation = request.app.state.organisation
    if person_id != body.person.id:
        raise Problem(422, "invalid-request", f"person.id: {body.person.id!r} is not {person_id!r} of the address")
    _require_valid(body.person, organisation)
    await staff.record(body.person, body.available, idempotency_key or fresh())


@router.delete("/people/{person_id}", status_code=204)
async def leave(person_id: str, request: Request, idempotency_key: Annotated[str, Header()] = "") -> None:
    """Somebody known by records alone works here no more: they get nothing, and sign in no more. A record brings them back."""
    staff: Staff = request.app.state.staff
    try:
        await staff.leave(person_id, idempotency_key or fresh())
    except PersonUnknown as error:
        raise Problem(404, "person-not-found", str(error)) from error
    except PersonFiled as error:
        raise Problem(409, "person-filed", str(error)) from error


def _require_valid(person: Person, organisation: Organisation) -> None:
    """What an organisation's files may not say of a person, a record may not either. Raises Problem 422."""
    alone = organisation.model_copy(update={"people": (person,)})
    for (section, _, *field), sentence in broken_rules(alone, organisation.by_id):
        if section == "people":
            kind = "unknown-brand" if field[:1] == ["brands"] else "invalid-person"
            raise Problem(422, kind, f"{'.'.join(map(str, ['person', *field]))}: {sentence}")
