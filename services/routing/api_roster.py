"""Rosters over HTTP: shifts, leave and breaks of many people at once, as they come from a calendar or a table."""

from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel, Field

from schemas.ids import derive
from schemas.organisation import Person
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.ids import fresh
from services.routing.domain.rostering import Entry, EntryInvalid, by_person, rostered
from services.routing.staff import Change, Staff

router = internal_router()
BODY_BYTES = 8_388_608
MOST_ENTRIES = 50_000
MOST_PROBLEMS = 100
"""So many are named; the rest are counted."""


class Planned(BaseModel):
    """What is to be known of people's time. All of it is right, or nothing changes."""

    entries: Annotated[list[Entry], Field(min_length=1, max_length=MOST_ENTRIES)]
    dry_run: bool = Field(default=False, description="Check, and say who would change; change nothing.")


class Imported(BaseModel):
    """Whose time is known differently now, and whose was so already."""

    changed: list[str]
    unchanged: list[str]


@router.post("/roster")
async def take_roster(body: Planned, request: Request, idempotency_key: Annotated[str, Header()] = "") -> Imported:
    """Take over a roster. Each person is one step; a repeat after a failure does what is left and changes nothing else."""
    staff: Staff = request.app.state.staff
    people = {person.id: person for person in await staff.people()}
    found, problems = by_person(body.entries, people.values())
    planned: dict[str, Person] = {}
    for id_, entries in found.items():
        try:
            planned[id_] = rostered(people[id_], entries, staff.now())
        except EntryInvalid as error:
            problems.append(str(error))
    if problems:
        more = f" and {len(problems) - MOST_PROBLEMS} more" if len(problems) > MOST_PROBLEMS else ""
        named = problems[:MOST_PROBLEMS]
        raise Problem(422, "invalid-roster", "; ".join(named[:3]) + more, problems=named, count=len(problems))
    changed = sorted(id_ for id_, person in planned.items() if person != people[id_])
    for id_ in changed if not body.dry_run else ():
        await staff.change(id_, derive("roster", id_, idempotency_key or fresh()), _with(found[id_]))
    return Imported(changed=changed, unchanged=sorted(set(planned) - set(changed)))


def _with(entries: list[Entry]) -> Change:
    return lambda state, now: state.model_copy(update={"person": rostered(state.person, entries, now)})
