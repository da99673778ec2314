"""Customers across channels: linked and unlinked by people, and what is known of them (U2)."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from schemas.events.customer import Identity
from services.cases.api.acting import Acting, Actor, All, Reading, may
from services.cases.customers import Customers
from services.cases.domain import Refused
from services.cases.domain.customers import LinkIdentities, UnlinkIdentity
from services.cases.domain.profile import Profile, profile
from services.chassis.errors import Problem
from services.chassis.http import internal_router

router = internal_router()


class Linked(BaseModel):
    """Who is one customer from now on."""

    customer_id: str
    identities: tuple[Identity, ...]


class Unlinked(BaseModel):
    """An identity on its own."""

    identity: Identity


def _customers(request: Request) -> Customers:
    found: Customers = request.app.state.customers
    return found


AllCustomers = Annotated[Customers, Depends(_customers)]


@router.post("/customers/links", status_code=202)
@may("colleague")
async def link_identities(command: LinkIdentities, actor: Acting, cases: All, customers: AllCustomers) -> Linked:
    """Say that two identities are the same customer, and why. Never done by a program."""
    brands = await _require_serves(actor, cases, *command.identities)
    try:
        customer = await customers.link(command, actor.person, actor.cause)
    except Refused as error:
        raise Problem(error.status, error.kind, str(error)) from error
    found = await customers.of(command.identities[0])
    return Linked(customer_id=customer, identities=tuple(each for each in found if each.brand in brands))


@router.post("/customers/unlinks", status_code=202)
@may("colleague")
async def unlink_identity(command: UnlinkIdentity, actor: Acting, cases: All, customers: AllCustomers) -> Unlinked:
    """Say that an identity is somebody else after all, and why."""
    await _require_serves(actor, cases, command.identity)
    try:
        await customers.unlink(command, actor.person, actor.cause)
    except Refused as error:
        raise Problem(error.status, error.kind, str(error)) from error
    return Unlinked(identity=command.identity)


@router.get("/customers/{brand}/{channel}/{author_id:path}")
@may("colleague")
async def show_customer(
    brand: str, channel: str, author_id: str, actor: Reading, cases: All, customers: AllCustomers
) -> Profile:
    """Who this customer is to us, over all linked identities of the brands that you serve (M7)."""
    if not 1 <= len(author_id) <= 200:  # as long as an author's id can be
        raise Problem(400, "invalid-request", "author_id has between 1 and 200 characters")
    identity = Identity(brand=brand, channel=channel, author=author_id)
    brands = await _require_serves(actor, cases, identity)
    identities = [each for each in await customers.of(identity) if each.brand in brands]
    return profile(identities, await customers.cases(identities))


async def _require_serves(actor: Actor, cases: All, *identities: Identity) -> frozenset[str]:
    """The brands of who acts. Raises Problem 403 for a customer of another brand (M7), 422 for a channel that is not there."""
    brands = (await cases.standing(actor)).brands
    for identity in identities:
        if identity.brand not in brands:
            raise Problem(403, "not-allowed", f"{actor.person} does not serve the brand {identity.brand}")
        channel = cases.organisation.by_id["channels"].get(identity.channel)
        if channel is None or channel.brand != identity.brand:
            raise Problem(422, "unknown-channel", f"{identity.brand} has no channel {identity.channel!r}")
    return brands
