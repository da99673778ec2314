"""Allowances as they are stored: room for a grant is reserved before its case is asked, and settled after it (M1).

Two documents can not change together. So the allowance gives room first, then the case decides, then the allowance hears
what it said. Whatever dies in between leaves a reservation, which the case settles when the allowance is next looked at.
"""

from collections.abc import Mapping

from schemas.organisation_mandates import MandateLimits
from schemas.organisation_values import Money
from services.cases.domain import Case
from services.cases.domain.allowance import Allowance, Reservation, allowance_id, left, reserved, said_by, settled
from services.cases.domain.commands.grants import Period
from services.cases.store import CASES
from services.chassis.clock import Clock
from services.chassis.documents import Collection, Context, Decision, Document
from services.chassis.ids import fresh
from services.chassis.repository import Decide, Repository

ALLOWANCES = Collection("allowances", Allowance)
Stale = Mapping[str, tuple[Reservation, Reservation | None]]


class Allowances:
    """What people may still grant in a period, each for one brand."""

    def __init__(self, repository: Repository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    async def reserve(self, case: Case, grant_id: str, person: str, amount: Money, limits: MandateLimits) -> Period:
        """Take room for a grant, if there is enough; the same grant takes its room once."""
        stale = await self._stale(await self._find(person, case.brand))
        answer: list[Period] = []

        def decide(allowance: Allowance | None, context: Context) -> Decision[Allowance] | None:
            before = _healed(allowance or Allowance(person=person, brand=case.brand), stale)
            room = left(settled(before, {grant_id: None}), limits, context.now)
            after = reserved(before, grant_id, case.id, amount, limits, context.now)
            assert room  # noqa: S101 - room is asked for where there is a limit
            answer[:] = [Period(room, context.now if after else None)]
            return Decision(after or before)

        await self._change(person, case.brand, decide)
        return answer[0]

    async def settle(self, case: Case | None, brand: str, grant_id: str, person: str) -> None:
        """Let the case say what became of a reservation; without a case, nothing was granted."""
        said = said_by(case, grant_id)

        def decide(allowance: Allowance | None, _: Context) -> Decision[Allowance] | None:
            before = allowance or Allowance(person=person, brand=brand)
            after = settled(before, {grant_id: said})
            return None if after == before else Decision(after)

        await self._change(person, brand, decide)

    async def look(self, person: str, brand: str) -> Allowance | None:
        """A person's allowance, with what was left behind taken as its case says."""
        document = await self._find(person, brand)
        allowance = document.state if document else None
        return _healed(allowance, await self._stale(document)) if allowance else None

    async def _find(self, person: str, brand: str) -> Document[Allowance] | None:
        return await self._repository.database.get(ALLOWANCES, allowance_id(person, brand))

    async def _change(self, person: str, brand: str, decide: Decide[Allowance]) -> None:
        id_ = allowance_id(person, brand)
        await self._repository.execute(ALLOWANCES, id_, fresh(), decide, lane=id_, actor=person)

    async def _stale(self, document: Document[Allowance] | None) -> Stale:
        """Reservations that nobody can be waiting for any more, each with what its case says."""
        found = document.state.stale(self._clock.now()) if document and document.state else {}
        if not found:
            return {}
        ids = sorted({each.case_id for each in found.values()})
        cases = {each.id: each.state for each in await self._repository.database.find(CASES, {"_id": {"$in": ids}})}
        return {id_: (each, said_by(cases.get(each.case_id), id_)) for id_, each in found.items()}


def _healed(allowance: Allowance, stale: Stale) -> Allowance:
    """Only those that are still as they were when the cases were asked."""
    return settled(allowance, {id_: said for id_, (was, said) in stale.items() if allowance.grants.get(id_) == was})
