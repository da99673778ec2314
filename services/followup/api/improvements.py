"""Improvements over HTTP (F7): proposed by coaches and leads, kept up to date by them and by who owns them."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

from fastapi import Body, Query
from pydantic import Field

from schemas.base import Identifier, Model
from schemas.events.improvement import RootCause
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.api.insights import brands_asked
from services.followup.domain import improvements as domain
from services.followup.domain.improvements import Draft, Improvement, ImprovementChange, ImprovementRefused, Status
from services.followup.domain.improvements_effect import Effect
from services.followup.domain.windows import zone_of
from services.followup.store.improvements import IMPROVEMENTS, effect_of, of_brands

router = internal_router()
Said = Annotated[str, Field(max_length=domain.TEXT_CHARACTERS)]
Rule = Callable[[Improvement, datetime], ImprovementChange | None]


class WithEffect(Model):
    """An improvement, and what became of its cause's volume."""

    improvement: Improvement
    effect: Effect


class Improvements(Model):
    """Improvements, the latest first."""

    items: tuple[WithEffect, ...]


class Proposal(Model):
    """A cause that should go away."""

    brand: Identifier
    title: Said
    cause: RootCause
    owner: Identifier
    plan: Said = ""


class Edit(Model):
    """What should read differently; what is left out stays."""

    title: Said | None = None
    owner: Identifier | None = None
    plan: Said | None = None


class Completion(Model):
    """What was changed, and since when customers could notice: a day of the brand's calendar."""

    changed: Said
    effective_on: date


@router.get("/improvements")
async def list_improvements(
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    brand: Annotated[str, Query(max_length=60)] = "",
    status: Status | None = None,
) -> Improvements:
    """Those of the brands that the asker serves, each with its effect on volume."""
    brands = brands_asked(asker, organisation, brand)
    found = await of_brands(service.database, [each.id for each in brands])
    wanted = [each for each in found if status in (None, each.status)]
    return Improvements(items=tuple([await _with_effect(service, organisation, each) for each in wanted]))


@router.get("/improvements/{improvement_id}")
async def show_improvement(
    improvement_id: str, asker: Asking, service: InService, organisation: InOrganisation
) -> WithEffect:
    """One improvement, also for the agent who owns it."""
    found = await _find(service, improvement_id, asker)
    _require_mine(asker, found)
    return await _with_effect(service, organisation, found)


@router.post("/improvements", status_code=201)
async def propose_improvement(
    asker: Asking, service: InService, organisation: InOrganisation, proposal: Annotated[Proposal, Body()]
) -> Improvement:
    """A cause becomes an improvement."""
    asker.require_role("coach", "lead")
    asker.require_brand(proposal.brand)
    _require_cause(organisation, proposal.cause)
    _require_owner(organisation, proposal.owner, proposal.brand)
    draft = Draft(title=proposal.title, cause=proposal.cause, owner=proposal.owner, plan=proposal.plan)
    id_ = derive("improvement", asker.command)

    def decide(state: Improvement | None, context: Context) -> Decision[Improvement] | None:
        change = domain.propose(state, id_, proposal.brand, draft, asker.person.id, context.now)
        return None if change is None else Decision(*change)

    return await _execute(service, id_, asker, decide)


@router.post("/improvements/{improvement_id}/edit")
async def edit_improvement(
    improvement_id: str,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    wanted: Annotated[Edit, Body()],
) -> Improvement:
    """Another title, owner or plan."""
    if wanted.owner is not None:
        found = await _find(service, improvement_id, asker)
        _require_owner(organisation, wanted.owner, found.brand)
    fields = wanted.model_dump(exclude_none=True)
    return await _change(
        service, improvement_id, asker, lambda state, now: domain.edit(state, asker.person.id, now, **fields)
    )


@router.post("/improvements/{improvement_id}/agree")
async def agree_improvement(improvement_id: str, asker: Asking, service: InService) -> Improvement:
    """It will be done; a coach or a lead decides."""
    asker.require_role("coach", "lead")
    return await _change(service, improvement_id, asker, lambda state, now: domain.agree(state, asker.person.id, now))


@router.post("/improvements/{improvement_id}/done")
async def complete_improvement(
    improvement_id: str,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    wanted: Annotated[Completion, Body()],
) -> Improvement:
    """Something was changed; from then on its effect is measured."""

    def rule(state: Improvement, now: datetime) -> ImprovementChange:
        today = now.astimezone(zone_of(organisation, organisation.brand(state.brand))).date()
        return domain.complete(state, asker.person.id, wanted.changed, wanted.effective_on, today, now)

    return await _change(service, improvement_id, asker, rule)


@router.post("/improvements/{improvement_id}/drop")
async def drop_improvement(
    improvement_id: str, asker: Asking, service: InService, reason: Annotated[Said, Body(embed=True)]
) -> Improvement:
    """It will not be done, or was undone; a coach or a lead decides."""
    asker.require_role("coach", "lead")
    return await _change(
        service, improvement_id, asker, lambda state, now: domain.drop(state, asker.person.id, reason, now)
    )


async def _with_effect(service: Service, organisation: Organisation, improvement: Improvement) -> WithEffect:
    brand = organisation.brand(improvement.brand)
    zone, now = zone_of(organisation, brand), service.clock.now()
    effect = await effect_of(service.database, improvement, brand.policy.effort, zone, now)
    return WithEffect(improvement=improvement, effect=effect)


async def _find(service: Service, id_: str, asker: Asker) -> Improvement:
    document = await service.database.get(IMPROVEMENTS, id_)
    if document is None or document.state is None or document.state.brand not in asker.person.brands:
        raise Problem(404, "not-found", f"there is no improvement {id_!r}")
    return document.state


async def _change(service: Service, id_: str, asker: Asker, rule: Rule) -> Improvement:
    _require_mine(asker, await _find(service, id_, asker))

    def decide(state: Improvement | None, context: Context) -> Decision[Improvement] | None:
        assert state is not None  # noqa: S101 - found above, and nothing removes improvements
        change = rule(state, context.now)
        return None if change is None else Decision(*change)

    return await _execute(service, id_, asker, decide)


async def _execute(
    service: Service,
    id_: str,
    asker: Asker,
    decide: Callable[[Improvement | None, Context], Decision[Improvement] | None],
) -> Improvement:
    try:
        document = await service.repository.execute(IMPROVEMENTS, id_, asker.command, decide, actor=asker.person.id)
    except ImprovementRefused as error:
        raise Problem(409 if error.kind == "wrong-status" else 422, error.kind, str(error)) from error
    assert document.state is not None  # noqa: S101 - proposed above or found
    return document.state


def _require_mine(asker: Asker, improvement: Improvement) -> None:
    if asker.person.id != improvement.owner:
        asker.require_role("coach", "lead")


def _require_owner(organisation: Organisation, owner: str, brand: str) -> None:
    try:
        person = organisation.person(owner)
    except NotInOrganisation as error:
        raise Problem(422, "unknown-person", str(error)) from error
    if brand not in person.brands:
        raise Problem(422, "wrong-owner", f"{owner} does not work for the brand {brand}")


def _require_cause(organisation: Organisation, cause: RootCause) -> None:
    try:
        organisation.topic(cause.topic)
        if cause.product:
            organisation.topic(cause.product)
    except NotInOrganisation as error:
        raise Problem(422, "unknown-topic", str(error)) from error
