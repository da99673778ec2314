"""Identities of customers as they are stored, and what is known about a customer (U2)."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from schemas.base import Event
from schemas.events.customer import Identity
from schemas.ids import derive
from services.cases.domain import Case, customers
from services.cases.domain.customers import KnownIdentity, LinkIdentities, Linking, UnlinkIdentity, key_of
from services.cases.domain.merging_refusals import LinkedElsewhere
from services.cases.store import CASES
from services.chassis.clock import Clock
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.repository import Repository

MOST_CASES = 200
Change = tuple[KnownIdentity, Sequence[Event]]


def _fields(state: KnownIdentity) -> Mapping[str, str]:
    return {"customer": state.customer} if state.customer else {}


IDENTITIES = Collection("identities", KnownIdentity, _fields, (Index(("customer",)),))


class Customers:
    """Links and unlinks identities, and finds what belongs to one customer."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def link(self, command: LinkIdentities, by: str, cause: str) -> str:
        """Make two identities one customer; returns its id. Raises Refused; then they are linked as they were."""
        linking = Linking(by, command.reason, self._clock.now())
        keys = [key_of(identity) for identity in command.identities]
        anchor, joiner = customers.in_order(command.identities, await self._known(keys))
        new_customer = derive("customer", key_of(anchor), cause)
        first = await self._change(
            anchor, cause, by, lambda state: customers.anchored(state, anchor, joiner, new_customer, linking)
        )
        customer = first.customer or new_customer
        try:
            await self._change(
                joiner, cause, by, lambda state: customers.joined(state, joiner, anchor, customer, linking)
            )
        except LinkedElsewhere:
            await self._change(
                anchor,
                f"{cause}:undone",
                by,
                lambda state: customers.let_go(state or first, key_of(joiner), linking, end=customer == new_customer),
            )
            raise
        return customer

    async def unlink(self, command: UnlinkIdentity, by: str, cause: str) -> None:
        """Take an identity out of its customer. Raises Refused.

        It goes last: whoever is stopped in between repeats the command and finds what is left to do.
        """
        linking = Linking(by, command.reason, self._clock.now())
        name = key_of(command.identity)
        before = (await self._known([name])).get(name)
        for other in (await self._known(before.linked_with if before else ())).values():

            def without(state: KnownIdentity | None, other: KnownIdentity = other) -> Change:
                return customers.let_go(state or other, name, linking, end=True)

            await self._change(other.identity, cause, by, without)
        if before and before.customer:
            await self._part(before.customer, name, linking, cause)
        await self._change(
            command.identity, cause, by, lambda state: customers.unlinked(state, command.identity, linking)
        )

    async def _part(self, customer: str, leaving: str, linking: Linking, cause: str) -> None:
        """Those who were one customer only through the one that leaves are two customers from now on."""
        found = await self._repository.database.find(IDENTITIES, {"customer": customer})
        left = {document.id: document.state for document in found if document.state and document.id != leaving}
        for group in customers.groups(left)[1:]:
            new = derive("customer", group[0], cause)
            for key in group:

                def moved(state: KnownIdentity | None, was: KnownIdentity = left[key], new: str = new) -> Change:
                    return customers.moved(state or was, new, linking)

                await self._change(left[key].identity, f"{cause}:parted", linking.by, moved)

    async def of(self, identity: Identity) -> list[Identity]:
        """All identities of the same customer, this one first."""
        known = (await self._known([key_of(identity)])).get(key_of(identity))
        if known is None or not known.customer:
            return [identity]
        found = await self._repository.database.find(IDENTITIES, {"customer": known.customer})
        others = [document.state.identity for document in found if document.state and document.id != key_of(identity)]
        return [identity, *sorted(others, key=key_of)]

    async def cases(self, identities: Iterable[Identity]) -> list[Case]:
        """Their cases, the latest first, 200 at most."""
        query = {"customer": {"$in": [key_of(identity) for identity in identities]}}
        found = await self._repository.database.find(CASES, query, sort="opened_ms", limit=MOST_CASES, descending=True)
        return [document.state for document in found if document.state]

    async def are_one(self, one: Identity, other: Identity) -> bool:
        """Whether both are the same customer as far as anybody has said."""
        return key_of(other) in {key_of(each) for each in await self.of(one)}

    async def _known(self, keys: Iterable[str]) -> dict[str, KnownIdentity]:
        found = await self._repository.database.find(IDENTITIES, {"_id": {"$in": sorted({*keys})}})
        return {document.id: document.state for document in found if document.state}

    async def _change(
        self, identity: Identity, cause: str, actor: str, change: Callable[[KnownIdentity | None], Change]
    ) -> KnownIdentity:
        def decide(state: KnownIdentity | None, _: Context) -> Decision[KnownIdentity] | None:
            after, events = change(state)
            return None if after == state else Decision(after, events)

        document = await self._repository.execute(IDENTITIES, key_of(identity), cause, decide, actor=actor)
        assert document.state is not None  # noqa: S101 - the first change creates it
        return document.state
