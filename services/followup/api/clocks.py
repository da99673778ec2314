"""The clocks that run, and what another policy would do to them (F3).

A person sees those of their brands. Without `Acting-Person` the services' own token reads all: that is for who runs the system.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Depends, Header, Query, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime, milliseconds
from schemas.events.followup import ClockKind, EscalationBy, EscalationTo
from schemas.organisation import Brand, Calendar, NotInOrganisation, Organisation
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.paging import DEFAULT_LIMIT, Cursor, Limit, Page, page
from services.chassis.service import Service
from services.followup.api.asking import PERSON, InService
from services.followup.domain import CaseClocks, Clock, ClockTerms, clock_terms, harm
from services.followup.domain.clocks_plan import Plan, Planned
from services.followup.store.clocks import CLOCKS

router = internal_router()
ClockState = Literal["running", "warned", "late", "paused"]
ShownState = Literal["running", "warned", "late", "paused", "stopped"]
PAGE_OF_PLAN = 500
MOST_PAGES_WITHOUT = 20
"""A page of a list that finds nothing in so many reads ends, with a cursor to go on."""


class StepShown(BaseModel):
    """A step of escalation."""

    at: UtcDatetime
    to: EscalationTo
    by: EscalationBy
    said: bool


class ClockShown(BaseModel):
    """One clock of a case, as it is now."""

    id: str
    case_id: str
    brand: str
    kind: ClockKind
    subject_id: str
    state: ShownState
    due_at: UtcDatetime | None = Field(description="Null while it stands still.")
    left_minutes: float | None = Field(description="What is left while it stands still, in the minutes it counts.")
    harm: float = Field(description="Minutes late by weight.")
    urgency: str
    language: str
    owner: str
    person: str
    steps: tuple[StepShown, ...]


class NewPolicy(BaseModel):
    """The part of an organisation's files on which clocks depend."""

    calendars: list[Calendar]
    brands: list[Brand]


class Answer(BaseModel):
    """What a policy would do to the clocks that run now."""

    clocks: int = Field(description="Open clocks that were looked at.")
    unchanged_brands: list[str] = Field(description="Brands whose terms are the same as now.")
    planned: tuple[Planned, ...]


def _brands(
    request: Request, acting_person: Annotated[str, Header(max_length=200, description=PERSON)] = ""
) -> tuple[str, ...]:
    """The brands that who asks may see."""
    organisation: Organisation = request.app.state.organisation
    if not acting_person:
        return tuple(brand.id for brand in organisation.brands)
    try:
        return tuple(organisation.person(acting_person).brands)
    except NotInOrganisation as error:
        raise Problem(403, "not-allowed", str(error)) from error


MyBrands = Annotated[tuple[str, ...], Depends(_brands)]


@router.get("/clocks")
async def list_clocks(
    request: Request,
    service: InService,
    mine: MyBrands,
    brand: Annotated[str, Query(max_length=60, description="Only of this brand.")] = "",
    kind: Annotated[list[ClockKind] | None, Query(description="Only of these kinds.")] = None,
    state: Annotated[list[ClockState] | None, Query(description="Only in one of these states.")] = None,
    cursor: Cursor = "",
    limit: Limit = DEFAULT_LIMIT,
) -> Page[ClockShown]:
    """Open clocks, by the case whose first one is due first. `limit` counts cases, each with its clocks that are asked for."""
    if brand and brand not in mine:
        raise Problem(404, "not-found", f"there is no brand {brand!r}")
    now = service.clock.now()
    query: dict[str, Any] = {"brand": {"$in": [brand] if brand else sorted(mine)}}
    late = {"$lte": milliseconds(now)} if state == ["late"] else {"$gte": 0}
    for _ in range(MOST_PAGES_WITHOUT):
        found = await page(service.database, CLOCKS, query, "due_ms", cursor, limit, within=late)
        states = (each.state for each in found.documents if each.state)
        items = [each for each in _shown(states, now) if _asked_for(each, kind, state)]
        cursor = found.cursor
        if items or not cursor:
            break
    return Page(items=items, **found.links(request))


@router.get("/cases/{case_id}/clocks")
async def list_case_clocks(case_id: str, service: InService, mine: MyBrands) -> list[ClockShown]:
    """All clocks that a case has had, in the order in which they began."""
    document = await service.database.get(CLOCKS, case_id)
    if document is None or document.state is None or document.state.brand not in mine:
        raise Problem(404, "not-found", f"there are no clocks of a case {case_id!r}")
    now = service.clock.now()
    return [_clock(document.state, clock, now) for clock in document.state.clocks]


@router.post("/clocks/plan")
async def plan_clocks(body: NewPolicy, request: Request, service: InService, mine: MyBrands) -> Answer:
    """Which open clocks this policy would move, and how far. Nothing changes: a policy holds from the next start on."""
    organisation: Organisation = request.app.state.organisation
    proposed = _proposed(organisation, body)
    found, unchanged = Plan(), []
    for brand in sorted({each.id for each in body.brands} & set(mine)):
        terms = clock_terms(proposed, brand)
        if terms.version == clock_terms(organisation, brand).version:
            unchanged.append(brand)
        else:
            await _look_at(service, brand, terms, found)
    return Answer(clocks=found.clocks, unchanged_brands=unchanged, planned=found.planned)


def _proposed(organisation: Organisation, body: NewPolicy) -> Organisation:
    calendars = {each.id for each in body.calendars}
    for brand in body.brands:
        if brand.calendar not in calendars:
            told = f"brand {brand.id!r} names the calendar {brand.calendar!r}, which is not among the calendars"
            raise Problem(422, "invalid-policy", told)
    # Built anew rather than copied: a copy would keep what the other one has looked up by id.
    fields = {name: getattr(organisation, name) for name in Organisation.model_fields}
    return Organisation.model_construct(**fields | {"calendars": tuple(body.calendars), "brands": tuple(body.brands)})


async def _look_at(service: Service, brand: str, terms: ClockTerms, plan: Plan) -> None:
    cursor = ""
    while True:
        found = await page(service.database, CLOCKS, {"brand": brand}, "due_ms", cursor, PAGE_OF_PLAN)
        for each in found.documents:
            if each.state:
                plan.look_at(each.state, terms, service.clock.now())
        cursor = found.cursor
        if not cursor:
            return


def _shown(states: Iterator[CaseClocks], now: datetime) -> Iterator[ClockShown]:
    for state in states:
        for clock in sorted(state.clocks, key=lambda each: (each.due_at, each.id)):
            if not clock.over:
                yield _clock(state, clock, now)


def _asked_for(clock: ClockShown, kinds: list[ClockKind] | None, states: list[ClockState] | None) -> bool:
    return (not kinds or clock.kind in kinds) and (not states or clock.state in states)


def _clock(state: CaseClocks, clock: Clock, now: datetime) -> ClockShown:
    return ClockShown(
        id=clock.id,
        case_id=state.case_id,
        brand=state.brand,
        kind=clock.kind,
        subject_id=clock.subject_id,
        due_at=None if clock.paused else clock.due_at,
        left_minutes=clock.left_minutes if clock.paused else None,
        urgency=state.urgency,
        language=state.language,
        owner=state.owner,
        person=clock.person,
        steps=tuple(StepShown(at=each.at, to=each.to, by=each.by, said=each.said) for each in clock.steps),
        state=_state(clock, now),
        harm=0.0 if clock.over else harm(clock, state.urgency, now),
    )


def _state(clock: Clock, now: datetime) -> ShownState:
    if clock.over:
        return "stopped"
    if clock.paused:
        return "paused"
    return "late" if now >= clock.due_at else "warned" if clock.warned else "running"
