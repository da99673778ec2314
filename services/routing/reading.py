"""The people over HTTP, to look at: who there is, who works now, and how much everybody holds."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from schemas.events.roster import RosterPerson
from schemas.working_time import working_time
from services.chassis.documents import Document
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.routing.staff import Staff
from services.routing.store import ANSWERING, PEOPLE, REQUESTS, AnsweringState, PersonState

router = internal_router()
READ_AT_ONCE = 200
MOST_SHOWN = 200


class PersonRow(BaseModel):
    """One person in a list."""

    person: RosterPerson
    present: bool
    absent_until: UtcDatetime | None
    absence_reason: str
    at_work: bool
    """On shift by their own hours, and not absent."""


class PeoplePage(BaseModel):
    """Some of the people, by id."""

    people: list[PersonRow]
    cursor: str | None = Field(description="Give it back to go on; null on the last page.")


class AnsweringNow(BaseModel):
    """How a specialist has answered of late; what is longer ago counts less."""

    share: float = Field(description="Share of the next offers that will be answered, as far as one can tell.")
    answered: float
    declined: float
    expired: float
    usual_minutes: float | None = Field(description="From the offer to the word, on the clock; null before the first.")


class PersonNow(PersonRow):
    """One person: what is known, when they work, what they hold."""

    works_until: UtcDatetime | None = Field(description="The end of the shift in force; null off shift.")
    works_next: UtcDatetime | None = Field(description="When they are next at work by their hours: now, on shift.")
    holds: list[str] = Field(description="The requests that are their work.")
    load: int
    capacity: int
    answering: AnsweringNow | None


@router.get("/people")
async def people(
    request: Request,
    brand: str = "",
    language: str = "",
    skill: str = "",
    on_shift: Annotated[bool, Query(description="Only who is at work at this moment.")] = False,
    cursor: Annotated[str, Query(max_length=200, description="Goes on after the page that gave it.")] = "",
    limit: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = 50,
) -> PeoplePage:
    """The people by id; `language` is one they speak well enough to work in it (B2)."""
    service: Service = request.app.state.service
    now = service.clock.now()
    shown: list[PersonRow] = []
    last = cursor
    while True:
        query: dict[str, Any] = {"_id": {"$gt": last}} if last else {}
        found = await service.database.find(PEOPLE, query, sort="_id", limit=READ_AT_ONCE)
        for row in _rows(found, now):
            person = row.person
            fits = (not brand or brand in person.brands) and (not skill or skill in person.skills)
            if fits and (not language or person.speaks(language, "B2")) and (row.at_work or not on_shift):
                if len(shown) == limit:
                    return PeoplePage(people=shown, cursor=shown[-1].person.id)
                shown.append(row)
        if len(found) < READ_AT_ONCE:
            return PeoplePage(people=shown, cursor=None)
        last = found[-1].id


@router.get("/people/{person_id}")
async def person(person_id: str, request: Request) -> PersonNow:
    """One person, as any instance knows them: read from the store."""
    staff: Staff = request.app.state.staff
    service: Service = request.app.state.service
    state = await staff.known(person_id)
    if state is None:
        raise Problem(404, "person-not-found", f"there is no person {person_id!r}")
    held = await service.database.find(REQUESTS, {"person": person_id})
    answering = await service.database.get(ANSWERING, person_id)
    now, hours = staff.now(), working_time(state.person)
    return PersonNow(
        **dict(_row(state, now)),
        works_until=hours.open_until(now),
        works_next=hours.next_open(now),
        holds=sorted(document.id for document in held),
        load=len(held),
        capacity=state.person.capacity,
        answering=_answering(answering.state) if answering and answering.state else None,
    )


def _rows(found: list[Document[PersonState]], now: datetime) -> Iterator[PersonRow]:
    for document in found:
        if document.state:
            yield _row(document.state, now)


def _row(state: PersonState, now: datetime) -> PersonRow:
    return PersonRow(
        person=RosterPerson.model_validate(state.person.model_dump()),
        present=state.available,
        absent_until=state.absent_until,
        absence_reason=state.absence_reason,
        at_work=state.available and working_time(state.person).is_open(now),
    )


def _answering(state: AnsweringState) -> AnsweringNow:
    known = state.answering
    counts = {name: round(getattr(known, name), 2) for name in ("answered", "declined", "expired")}
    minutes = None if known.usual_minutes is None else round(known.usual_minutes, 1)
    return AnsweringNow(share=round(known.share, 4), usual_minutes=minutes, **counts)
