"""Stages of people over HTTP: graduate, and see how long somebody has been where they are (P1)."""

from datetime import datetime
from typing import Annotated

from fastapi import Header, Request
from pydantic import BaseModel, Field, StringConstraints

from schemas.base import UtcDatetime
from schemas.ids import derive
from schemas.organisation import Organisation, Stage
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.routing.domain.stages import GraduationRefused, usual_days, usual_until
from services.routing.staff import Staff
from services.routing.store import PersonState

router = internal_router()
MOST_REASON = 2000


class Graduate(BaseModel):
    """How far the person may go alone from now on, and why."""

    stage: Stage
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MOST_REASON)]


class StageNow(BaseModel):
    """How far a person may go alone, and since when."""

    person_id: str
    stage: Stage
    since: UtcDatetime | None = Field(description="None: as in the organisation's files, nobody knows since when.")
    by: str
    reason: str
    usual_days: int
    usual_until: UtcDatetime | None
    usual_period_passed: bool | None


@router.post("/people/{person_id}/graduation", status_code=202)
async def graduate(
    person_id: str,
    command: Graduate,
    request: Request,
    acting_person: Annotated[str, Header(min_length=1, max_length=200)],
    idempotency_key: Annotated[str, Header(min_length=1, max_length=255)],
) -> StageNow:
    """Let somebody go on alone further than before, or less far; every service acts on it at once."""
    staff: Staff = request.app.state.staff
    cause = derive("command", request.url.path, acting_person, idempotency_key)
    try:
        state = await staff.graduate(person_id, command.stage, acting_person, command.reason, cause)
    except GraduationRefused as error:
        raise Problem(error.status, error.kind, str(error)) from error
    return _shown(state, request.app.state.organisation, staff.now())


@router.get("/people/{person_id}/stage")
async def stage_of(person_id: str, request: Request) -> StageNow:
    """Where somebody is, since when, and whether the usual period has passed."""
    staff: Staff = request.app.state.staff
    state = await staff.known(person_id)
    if state is None:
        raise Problem(404, "person-not-found", f"there is no person {person_id!r}")
    return _shown(state, request.app.state.organisation, staff.now())


def _shown(state: PersonState, organisation: Organisation, now: datetime) -> StageNow:
    person, graduated = state.person, state.graduated
    days = usual_days(person, organisation.brands)
    until = usual_until(graduated.graduated_at, days) if graduated else None
    return StageNow(
        person_id=person.id,
        stage=person.stage,
        since=graduated.graduated_at if graduated else None,
        by=graduated.by if graduated else "",
        reason=graduated.reason if graduated else "",
        usual_days=days,
        usual_until=until,
        usual_period_passed=now >= until if until else None,
    )
