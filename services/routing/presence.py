"""Who is there over HTTP: presence and leave, from now on (P4)."""

from collections.abc import Callable
from typing import Annotated, NoReturn

from fastapi import Header, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from schemas.base import UtcDatetime
from schemas.ids import derive
from schemas.organisation import Person
from schemas.organisation_roster import Days
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.ids import fresh
from services.routing.domain.rostering import Entry, EntryInvalid, back_at_work, rostered
from services.routing.staff import Change, PersonUnknown, Staff
from services.routing.store import PersonState

router = internal_router()
LONGEST_REASON = 200
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=255)]


class Presence(BaseModel):
    """Whether somebody is there; absence outranks working hours."""

    present: bool
    until: UtcDatetime | None = Field(
        default=None, description="While absent: when they are there again by themselves. None: when somebody says so."
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_REASON)] = Field(
        default="", description="What colleagues may read of an absence."
    )


class PresenceNow(BaseModel):
    """The same, as it is now."""

    person_id: str
    present: bool
    until: UtcDatetime | None
    reason: str

    @classmethod
    def of(cls, state: PersonState) -> "PresenceNow":
        """From what is stored."""
        return cls(
            person_id=state.person.id,
            present=state.available,
            until=state.absent_until,
            reason=state.absence_reason,
        )


class LeaveNow(BaseModel):
    """All days off that are known of somebody."""

    person_id: str
    leave: list[Days]

    @classmethod
    def of(cls, state: PersonState) -> "LeaveNow":
        """From what is stored."""
        days = [Days(first_day=each.first_day, last_day=each.last_day) for each in state.person.leave]
        return cls(person_id=state.person.id, leave=days)


@router.put("/people/{person_id}/presence")
async def set_presence(person_id: str, body: Presence, request: Request, idempotency_key: Key = "") -> PresenceNow:
    """Somebody is there, or not, from now on; the next decision counts with it."""
    staff: Staff = request.app.state.staff
    if body.present and (body.until or body.reason):
        raise Problem(422, "invalid-presence", "until and reason belong to an absence: who is present has neither")
    if body.until and body.until <= staff.now():
        raise Problem(422, "invalid-presence", f"until: {body.until.isoformat()} is not ahead; now is {staff.now()}")
    said = {"available": body.present, "absent_until": body.until, "absence_reason": body.reason}
    try:
        state = await staff.change(
            person_id, _cause(request, idempotency_key), lambda state, _: state.model_copy(update=said)
        )
    except PersonUnknown as error:
        _refuse(error)
    return PresenceNow.of(state)


@router.post("/people/{person_id}/leave", status_code=201)
async def give_leave(person_id: str, body: Days, request: Request, idempotency_key: Key = "") -> LeaveNow:
    """Days off, both ends included, local dates of the person; days that are off already stay so."""
    staff: Staff = request.app.state.staff
    entry = Entry(person=person_id, kind="leave", start=body.first_day, end=body.last_day)
    try:
        cause = _cause(request, idempotency_key)
        state = await staff.change(person_id, cause, _person(lambda person: rostered(person, [entry], staff.now())))
    except PersonUnknown as error:
        _refuse(error)
    except EntryInvalid as error:
        raise Problem(422, "invalid-leave", str(error)) from error
    return LeaveNow.of(state)


@router.delete("/people/{person_id}/leave/{first_day}/{last_day}", status_code=204)
async def take_leave_back(
    person_id: str, first_day: str, last_day: str, request: Request, idempotency_key: Key = ""
) -> Response:
    """These days are worked after all. Days that were not off stay as they were: asking twice is the same as once."""
    staff: Staff = request.app.state.staff
    try:
        days = Days.model_validate({"first_day": first_day, "last_day": last_day})
    except ValueError as error:
        raise Problem(
            422, "invalid-leave", f"from {first_day} to {last_day} are no days, such as from 2026-12-24 to 2026-12-31"
        ) from error
    try:
        cause = _cause(request, idempotency_key)
        await staff.change(person_id, cause, _person(lambda person: back_at_work(person, days)))
    except PersonUnknown as error:
        _refuse(error)
    return Response(status_code=204)


def _person(change: Callable[[Person], Person]) -> Change:
    return lambda state, _: state.model_copy(update={"person": change(state.person)})


def _cause(request: Request, key: str) -> str:
    return derive("command", request.method, request.url.path, key or fresh())


def _refuse(error: PersonUnknown) -> NoReturn:
    raise Problem(404, "person-not-found", str(error)) from error
