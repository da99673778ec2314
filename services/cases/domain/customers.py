"""One customer on several channels: identities that people have linked, never a program silently (U2).

Each identity is a document of its own that names its customer, so it is never in two. A link is written to the identity that
already has a customer first (the anchor), then to the one that joins it: whoever is stopped in between repeats the command.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from schemas.base import Event, Identifier
from schemas.events.customer import Identity, IdentityLinked, IdentityUnlinked
from services.cases.domain.commands.acting import Words
from services.cases.domain.merging_refusals import LinkedElsewhere, NotLinked, SameIdentity, TooManyIdentities
from services.cases.domain.records import Frozen

MOST_IDENTITIES = 50
"""More than this is no customer but a mistake."""
Reason = Annotated[Words, StringConstraints(max_length=500)]


class LinkIdentities(BaseModel):
    """Say that two identities are the same customer, and how you know."""

    identities: tuple[Identity, ...] = Field(min_length=2, max_length=2)
    reason: Reason


class UnlinkIdentity(BaseModel):
    """Say that an identity is somebody else after all."""

    identity: Identity
    reason: Reason


class KnownIdentity(Frozen):
    """An identity and the customer it belongs to, if anybody has said so."""

    identity: Identity
    customer: Identifier | None = None
    linked_with: tuple[str, ...] = ()
    """The identities that somebody named together with this one."""


@dataclass(frozen=True, slots=True)
class Linking:
    """Who says what about two identities."""

    by: str
    reason: str
    now: datetime


def key_of(identity: Identity) -> str:
    """The identity as one text."""
    return f"{identity.brand}/{identity.channel}/{identity.author}"


def in_order(pair: tuple[Identity, ...], known: Mapping[str, KnownIdentity]) -> tuple[Identity, Identity]:
    """The anchor and who joins it; two people who link the same pair at once take the same order.

    Raises SameIdentity.
    """
    first, second = sorted(pair, key=key_of)
    if key_of(first) == key_of(second):
        raise SameIdentity("these are the same identity; name two")
    taken = known.get(key_of(second))
    other = known.get(key_of(first))
    if taken and taken.customer and not _belongs_with_others(other):
        return second, first
    return first, second


def anchored(
    state: KnownIdentity | None, identity: Identity, joiner: Identity, new_customer: str, linking: Linking
) -> tuple[KnownIdentity, list[Event]]:
    """The anchor, with its customer, as somebody joins it. Raises TooManyIdentities."""
    state = state or KnownIdentity(identity=identity)
    if len(state.linked_with) >= MOST_IDENTITIES:
        raise TooManyIdentities(f"{key_of(identity)} is linked with {MOST_IDENTITIES} identities already")
    events: list[Event] = [] if state.customer else [_linked(identity, new_customer, linking)]
    return _with(state, key_of(joiner), customer=state.customer or new_customer), events


def joined(
    state: KnownIdentity | None, identity: Identity, anchor: Identity, customer: str, linking: Linking
) -> tuple[KnownIdentity, list[Event]]:
    """The identity that joins the anchor's customer. Raises LinkedElsewhere when it belongs to another one, with others."""
    state = state or KnownIdentity(identity=identity)
    events: list[Event] = []
    if state.customer != customer:
        if _belongs_with_others(state):
            others = ", ".join(state.linked_with)
            raise LinkedElsewhere(
                f"{key_of(identity)} belongs to another customer, with {others}; unlink it there first"
            )
        if state.customer:
            events.append(_unlinked(identity, state.customer, linking))
        events.append(_linked(identity, customer, linking))
    return _with(state, key_of(anchor), customer=customer), events


def let_go(state: KnownIdentity, other: str, linking: Linking, *, end: bool) -> tuple[KnownIdentity, list[Event]]:
    """The identity without its link to another one; with `end`, without a customer when nobody else is left."""
    left = tuple(each for each in state.linked_with if each != other)
    if end and not left and state.customer:
        events: list[Event] = [_unlinked(state.identity, state.customer, linking)]
        return state.model_copy(update={"linked_with": (), "customer": None}), events
    return state.model_copy(update={"linked_with": left}), []


def unlinked(state: KnownIdentity | None, identity: Identity, linking: Linking) -> tuple[KnownIdentity, list[Event]]:
    """The identity on its own again. Raises NotLinked."""
    if state is None or not state.customer:
        raise NotLinked(f"{key_of(identity)} is not linked to anybody")
    alone = state.model_copy(update={"customer": None, "linked_with": ()})
    return alone, [_unlinked(identity, state.customer, linking)]


def groups(known: Mapping[str, KnownIdentity]) -> list[list[str]]:
    """Which of these identities somebody has named together, directly or through others; each group in order."""
    found: list[list[str]] = []
    placed: set[str] = set()
    for start in sorted(known):
        if start in placed:
            continue
        group, ahead = {start}, [start]
        while ahead:
            near = {each for each in known[ahead.pop()].linked_with if each in known} - group
            group |= near
            ahead.extend(near)
        placed |= group
        found.append(sorted(group))
    return found


def moved(state: KnownIdentity, customer: str, linking: Linking) -> tuple[KnownIdentity, list[Event]]:
    """The identity, of another customer from now on."""
    if state.customer == customer:
        return state, []
    left = [_unlinked(state.identity, state.customer, linking)] if state.customer else []
    return state.model_copy(update={"customer": customer}), [*left, _linked(state.identity, customer, linking)]


def _belongs_with_others(state: KnownIdentity | None) -> bool:
    return bool(state and state.customer and state.linked_with)


def _with(state: KnownIdentity, other: str, customer: str) -> KnownIdentity:
    linked_with = tuple(dict.fromkeys((*state.linked_with, other)))
    return state.model_copy(update={"customer": customer, "linked_with": linked_with})


def _linked(identity: Identity, customer: str, linking: Linking) -> IdentityLinked:
    return IdentityLinked(
        customer_id=customer, identity=identity, by=linking.by, reason=linking.reason, linked_at=linking.now
    )


def _unlinked(identity: Identity, customer: str, linking: Linking) -> IdentityUnlinked:
    return IdentityUnlinked(
        customer_id=customer, identity=identity, by=linking.by, reason=linking.reason, unlinked_at=linking.now
    )
