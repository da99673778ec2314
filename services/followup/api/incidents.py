"""Incidents over HTTP: what rises, whose it is, the one answer and who let it out (F8)."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Language
from schemas.events.incident import IncidentOutcome
from schemas.organisation import NotInOrganisation, Organisation
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asker, Asking, InService
from services.followup.domain import incidents
from services.followup.domain.incidents import Change, Incident, IncidentCase, Refused
from services.followup.store.incidents import INCIDENTS, cases_of, incidents_of, incidents_with, size_of

router = internal_router()

MAX_TEXT = 20_000
SHOWN = 100
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT)]
IncidentId = Annotated[str, Path(max_length=200)]
State = Literal["", "open", "closed"]


class Listed(BaseModel):
    """Incidents, the latest first, and how often the radar was right and wrong so far."""

    items: list[Incident]
    sizes: dict[str, int]
    """How many cases each of them has."""
    closed_as: dict[IncidentOutcome, int]
    """Of all that were closed: what they turned out to be. Alarms by mistake teach by being counted; see the policy."""


class Shown(BaseModel):
    """One incident with its cases."""

    incident: Incident
    cases: list[IncidentCase]
    waiting: dict[str, int]
    """Cases whose owners were not offered the answer yet, by language."""


class Owner(BaseModel):
    """Who takes care of it; empty: whoever asks."""

    owner: str = Field(default="", max_length=200)


class NewNote(BaseModel):
    text: Words


class NewAnswer(BaseModel):
    """The one answer, in each language in which customers are to get it."""

    texts: dict[Language, Words] = Field(min_length=1, max_length=40)


class Verdict(BaseModel):
    """On a version of the answer; a refusal says why."""

    version: int = Field(ge=1)
    text: str = Field(default="", max_length=MAX_TEXT)


class Ending(BaseModel):
    """How it ended: over, or a false alarm."""

    outcome: Literal["over", "false-alarm"]
    text: str = Field(default="", max_length=MAX_TEXT)


class Merging(BaseModel):
    """The incident that it goes on in."""

    into: str = Field(max_length=200)


@router.get("/incidents")
async def list_incidents(
    asker: Asking, service: InService, state: State = "", brand: Annotated[str, Query(max_length=60)] = ""
) -> Listed:
    """Incidents of the brands that the person serves."""
    _require_team(asker)
    if brand:
        asker.require_brand(brand)
    found = await incidents_of(service.database, [brand] if brand else sorted(asker.person.brands))
    outcomes = [each.outcome for each in found if each.outcome]
    items = [each for each in found if not state or each.open == (state == "open")][:SHOWN]
    closed_as = {each: outcomes.count(each) for each in dict.fromkeys(outcomes)}
    return Listed(items=items, sizes=await _sizes(items, service), closed_as=closed_as)


@router.get("/incidents/{incident_id}")
async def show_incident(incident_id: IncidentId, asker: Asking, service: InService) -> Shown:
    """One incident."""
    incident = await visible_incident(incident_id, asker, service)
    return await _shown(incident, service)


@router.get("/cases/{case_id}/incidents")
async def list_case_incidents(
    case_id: Annotated[str, Path(max_length=200)], asker: Asking, service: InService
) -> Listed:
    """The open incidents that a case belongs to."""
    _require_team(asker)
    found = [await service.database.get(INCIDENTS, each) for each in await incidents_with(service.database, case_id)]
    mine = [each.state for each in found if each and each.state and each.state.brand in asker.person.brands]
    items = [each for each in mine if each.open]
    return Listed(items=items, sizes=await _sizes(items, service), closed_as={})


@router.post("/incidents/{incident_id}/owner", status_code=202)
async def hand_incident(incident_id: IncidentId, command: Owner, asker: Asking, service: InService) -> Shown:
    """Take care of it. Coaches and leads may also name somebody else of the brand."""
    owner = command.owner or asker.person.id
    if owner != asker.person.id:
        asker.require_role("coach", "lead")
        incident = await visible_incident(incident_id, asker, service)
        _require_serves(owner, incident.brand, service)
    return await _carry_out(
        incident_id, asker, service, lambda state, context: incidents.own(state, owner, asker.person.id, context.now)
    )


@router.post("/incidents/{incident_id}/notes", status_code=202)
async def note_incident(incident_id: IncidentId, command: NewNote, asker: Asking, service: InService) -> Shown:
    """Write down what is known."""
    return await _carry_out(
        incident_id,
        asker,
        service,
        lambda state, context: incidents.add_note(state, command.text, asker.person.id, context.now),
    )


@router.post("/incidents/{incident_id}/answer", status_code=202)
async def propose_incident_answer(
    incident_id: IncidentId, command: NewAnswer, asker: Asking, service: InService
) -> Shown:
    """The owner writes the answer; nobody gets it before somebody else has approved it."""
    return await _carry_out(
        incident_id,
        asker,
        service,
        lambda state, context: incidents.propose(state, command.texts, asker.person.id, context.now),
    )


@router.post("/incidents/{incident_id}/answer/approval", status_code=202)
async def approve_incident_answer(
    incident_id: IncidentId, command: Verdict, asker: Asking, service: InService
) -> Shown:
    """Four eyes: a coach or lead who did not write it. The owners of the cases find it as a draft within seconds."""
    _require_coach(asker)
    return await _carry_out(
        incident_id,
        asker,
        service,
        lambda state, context: incidents.approve(state, command.version, asker.person.id, context.now),
    )


@router.post("/incidents/{incident_id}/answer/refusal", status_code=202)
async def refuse_incident_answer(incident_id: IncidentId, command: Verdict, asker: Asking, service: InService) -> Shown:
    """It goes back to its author, with the reason."""
    _require_coach(asker)
    if not command.text.strip():
        raise Problem(400, "reason-missing", "text: say what has to be better")
    return await _carry_out(
        incident_id,
        asker,
        service,
        lambda state, context: incidents.refuse(
            state, command.version, command.text.strip(), asker.person.id, context.now
        ),
    )


@router.post("/incidents/{incident_id}/closing", status_code=202)
async def close_incident(incident_id: IncidentId, command: Ending, asker: Asking, service: InService) -> Shown:
    """It is over, or was a false alarm: by its owner, a coach or a lead. No more cases join."""

    def change(state: Incident, context: Context) -> Change:
        if asker.person.id != state.owner:
            _require_coach(asker)
        return incidents.close(state, command.outcome, command.text.strip(), asker.person.id, context.now)

    return await _carry_out(incident_id, asker, service, change)


@router.post("/incidents/{incident_id}/merging", status_code=202)
async def merge_incident(incident_id: IncidentId, command: Merging, asker: Asking, service: InService) -> Shown:
    """It is the same as another one: what is known of it, and its cases, go on there."""
    _require_coach(asker)
    source = await visible_incident(incident_id, asker, service)
    if source.open:
        await _carry_out(
            command.into,
            asker,
            service,
            lambda state, context: incidents.absorb(state, source, asker.person.id, context.now),
        )
    return await _carry_out(
        incident_id,
        asker,
        service,
        lambda state, context: incidents.close(
            state, "merged", "", asker.person.id, context.now, merged_into=command.into
        ),
    )


async def _carry_out(
    incident_id: str, asker: Asker, service: Service, change: Callable[[Incident, Context], Change]
) -> Shown:
    """Carry the command out, once. Raises Problem: not there, not allowed, not possible; then nothing has changed."""
    await visible_incident(incident_id, asker, service)

    def decide(state: Incident | None, context: Context) -> Decision[Incident] | None:
        assert state is not None  # noqa: S101 - an incident is never deleted
        try:
            after, events = change(state, context)
        except Refused as error:
            raise Problem(error.status, error.kind, str(error)) from error
        return Decision(after, events)

    document = await service.repository.execute(INCIDENTS, incident_id, asker.command, decide, actor=asker.person.id)
    assert document.state is not None  # noqa: S101
    return await _shown(document.state, service)


async def visible_incident(incident_id: str, asker: Asker, service: Service) -> Incident:
    """Raises Problem 404 for one of a brand that the person does not serve."""
    _require_team(asker)
    document = await service.database.get(INCIDENTS, incident_id)
    if document is None or document.state is None or document.state.brand not in asker.person.brands:
        raise Problem(404, "not-found", f"there is no incident {incident_id!r}")
    return document.state


async def _sizes(items: Sequence[Incident], service: Service) -> dict[str, int]:
    counts = await asyncio.gather(*(size_of(service.database, each.id) for each in items))
    return {each.id: count for each, count in zip(items, counts, strict=True)}


async def _shown(incident: Incident, service: Service) -> Shown:
    cases = sorted(await cases_of(service.database, incident.id), key=lambda each: each.joined_at)
    waiting = [each.language for each in cases if not each.offered]
    return Shown(incident=incident, cases=cases, waiting={each: waiting.count(each) for each in sorted(set(waiting))})


def _require_serves(owner: str, brand: str, service: Service) -> None:
    organisation: Organisation = service.api.state.organisation
    try:
        person = organisation.person(owner)
    except NotInOrganisation as error:
        raise Problem(404, "not-found", str(error)) from error
    if brand not in person.brands or person.role == "specialist":
        raise Problem(422, "not-of-the-brand", f"{person.name} does not answer customers of this brand")


def _require_team(asker: Asker) -> None:
    asker.require_role("agent", "coach", "lead")


def _require_coach(asker: Asker) -> None:
    if asker.person.stage != "coach":
        asker.require_role("coach", "lead")
