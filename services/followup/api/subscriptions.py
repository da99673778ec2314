"""Subscriptions of other departments over HTTP (F10): recorded, paused and ended by leads, seen by coaches too."""

import base64
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import Body, Query, Request

from schemas.base import Model
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation
from schemas.webhooks import SECRET_PREFIX
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.api.insights import brands_asked
from services.followup.domain import subscriptions as domain
from services.followup.domain.subscriptions import Interest, Subscription, SubscriptionRefused
from services.followup.domain.subscriptions_parcel import Parcel, test_parcel
from services.followup.store.subscriptions import PARCELS, SUBSCRIPTIONS, latest_parcels, of_brands

router = internal_router()
SECRET_BYTES = 32
Rule = Callable[[Subscription, datetime], Subscription]


class Subscriptions(Model):
    """Subscriptions, the latest first; without their secrets."""

    items: tuple[Subscription, ...]


class Told(Model):
    """One subscription, and what was last on its way to it."""

    subscription: Subscription
    parcels: tuple[Parcel, ...]
    """The latest first; what they say is left out."""


@router.get("/subscriptions")
async def list_subscriptions(
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    brand: Annotated[str, Query(max_length=60)] = "",
) -> Subscriptions:
    """Those to the brands that the asker serves."""
    brands = brands_asked(asker, organisation, brand)
    found = await of_brands(service.database, [each.id for each in brands])
    return Subscriptions(items=tuple(map(_without_secret, found)))


@router.get("/subscriptions/{subscription_id}")
async def show_subscription(subscription_id: str, asker: Asking, service: InService) -> Told:
    """One subscription, and whether telling it goes well."""
    asker.require_role("coach", "lead")
    found = await _find(service, subscription_id, asker)
    latest = await latest_parcels(service.database, subscription_id)
    unsaid = tuple(each.model_copy(update={"notices": (), "more": each.more + len(each.notices)}) for each in latest)
    return Told(subscription=_without_secret(found), parcels=unsaid)


@router.post("/subscriptions", status_code=201)
async def record_subscription(
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    interest: Annotated[Interest, Body()],
) -> Subscription:
    """A department wants to know. The answer holds the secret that signs its webhooks; it is not shown again."""
    asker.require_role("lead")
    asker.require_brand(interest.brand)
    _require_topics(organisation, interest.topics)
    id_ = derive("subscription", asker.command)
    secret = f"{SECRET_PREFIX}{base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"
    insecure: bool = request.app.state.insecure_subscribers

    def decide(state: Subscription | None, context: Context) -> Decision[Subscription] | None:
        if state:
            return None
        return Decision(domain.record(interest, id_, secret, asker.person.id, context.now, insecure=insecure))

    return await _execute(service, id_, asker, decide)


@router.post("/subscriptions/{subscription_id}/pause")
async def pause_subscription(
    subscription_id: str, asker: Asking, service: InService, why: Annotated[str, Body(embed=True, max_length=300)] = ""
) -> Subscription:
    """Nothing is told until it is resumed; what happens meanwhile is not told later."""
    return await _change(service, subscription_id, asker, lambda state, _: domain.pause(state, why))


@router.post("/subscriptions/{subscription_id}/resume")
async def resume_subscription(subscription_id: str, asker: Asking, service: InService) -> Subscription:
    """From now on it is told again."""
    return await _change(service, subscription_id, asker, domain.resume)


@router.post("/subscriptions/{subscription_id}/test", status_code=202)
async def test_subscription(subscription_id: str, asker: Asking, service: InService) -> Told:
    """Something is sent that says no more than that it arrives; what became of it stands among the parcels."""
    asker.require_role("lead")
    found = await _find(service, subscription_id, asker)
    id_ = derive("parcel", "test", asker.command)

    def decide(state: Parcel | None, context: Context) -> Decision[Parcel] | None:
        domain.require_testable(found)
        return None if state else Decision(test_parcel(id_, found, context.now))

    try:
        await service.repository.execute(PARCELS, id_, asker.command, decide, actor=asker.person.id)
    except SubscriptionRefused as error:
        raise _problem(error) from error
    return await show_subscription(subscription_id, asker, service)


@router.post("/subscriptions/{subscription_id}/end")
async def end_subscription(
    subscription_id: str, asker: Asking, service: InService, why: Annotated[str, Body(embed=True, max_length=300)] = ""
) -> Subscription:
    """It is not wanted any more."""
    return await _change(service, subscription_id, asker, lambda state, _: domain.end(state, why))


async def _find(service: Service, id_: str, asker: Asker) -> Subscription:
    document = await service.database.get(SUBSCRIPTIONS, id_)
    if document is None or document.state is None or document.state.brand not in asker.person.brands:
        raise Problem(404, "not-found", f"there is no subscription {id_!r}")
    return document.state


async def _change(service: Service, id_: str, asker: Asker, rule: Rule) -> Subscription:
    asker.require_role("lead")
    await _find(service, id_, asker)

    def decide(state: Subscription | None, context: Context) -> Decision[Subscription] | None:
        return Decision(rule(state, context.now)) if state else None

    return _without_secret(await _execute(service, id_, asker, decide))


async def _execute(
    service: Service,
    id_: str,
    asker: Asker,
    decide: Callable[[Subscription | None, Context], Decision[Subscription] | None],
) -> Subscription:
    try:
        document = await service.repository.execute(SUBSCRIPTIONS, id_, asker.command, decide, actor=asker.person.id)
    except SubscriptionRefused as error:
        raise _problem(error) from error
    assert document.state is not None  # noqa: S101 - recorded above or found
    return document.state


def _problem(error: SubscriptionRefused) -> Problem:
    return Problem(409 if error.kind in ("wrong-status", "declared") else 422, error.kind, str(error))


def _without_secret(subscription: Subscription) -> Subscription:
    return subscription.model_copy(update={"secret": ""})


def _require_topics(organisation: Organisation, topics: tuple[str, ...]) -> None:
    for each in topics:
        try:
            organisation.topic(each)
        except NotInOrganisation as error:
            raise Problem(422, "unknown-topic", str(error)) from error
