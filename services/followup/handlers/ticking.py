"""The passing of time: clocks speak when their moment has come, and move when the brand's terms have changed."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Sequence

from schemas.organisation import Organisation
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision, Document
from services.chassis.errors import Conflict
from services.chassis.ids import fresh
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.followup import domain
from services.followup.domain import CaseClocks, Change, ClockTerms
from services.followup.handlers.clocks_budget import granted, sum_up
from services.followup.store.clocks import CLOCKS, due, outdated

MOST_BATCHES_A_TICK = 50
"""After so many full batches a tick ends, so that one mountain of work does not keep the next look at the clock waiting."""

Rule = Callable[[CaseClocks | None, Context], Change | None]


class Ticking:
    """Lets the clocks speak when their moment has come, each once, however many instances look at them.

    What makes it once is the document: a clock that has spoken says so in the same write that holds its event.
    """

    def __init__(
        self,
        repository: Repository,
        clock: Clock,
        organisation: Organisation,
        batch: int,
        most_batches: int = MOST_BATCHES_A_TICK,
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._batch = batch
        self._most_batches = most_batches
        self._terms = {brand.id: domain.clock_terms(organisation, brand.id) for brand in organisation.brands}
        self._outdated = True
        self._log = logger("followup")

    async def tick(self) -> None:
        """Fire all that is due, in bounded batches, those first where most harm is done. Raises Unavailable."""
        await self._move()
        for _ in range(self._most_batches):
            now = self._clock.now()
            cases = await due(self._repository.database, now, self._batch)
            summed_up = await self._summed_up(cases)
            spoken = await asyncio.gather(*(self._speak(case.id, summed_up) for case in cases))
            if len(cases) < self._batch or not any(spoken):
                break
        await self._carefully(sum_up(self._repository, self._clock), "sums")

    async def _speak(self, case_id: str, summed_up: Collection[str]) -> bool:
        """Whether everything that was due in this case has been said, by us or by another instance."""
        return await self._changed(case_id, lambda state, context: domain.speak(state, context.now, summed_up))

    async def _summed_up(self, cases: Sequence[Document[CaseClocks]]) -> frozenset[str]:
        """The clocks whose escalations go beyond what people of their brand may be told of one by one."""
        now = self._clock.now()
        loud = [
            (case.state.brand, clock.id)
            for case in cases
            if case.state
            for clock in case.state.due(now)
            if clock.escalates(now)
        ]
        found: set[str] = set()
        for brand, wanted in Counter(brand for brand, _ in loud).items():
            clocks = self._terms[brand].clocks if brand in self._terms else None
            may = await granted(self._repository, brand, wanted, clocks.most_escalations_an_hour) if clocks else 0
            found |= set([id_ for of, id_ in loud if of == brand][may:])
        return frozenset(found)

    async def _move(self) -> None:
        """Bring clocks in line that were set by other terms than those of now; once all are, it costs nothing more."""
        versions = [each.version for each in self._terms.values()]
        for _ in range(self._most_batches if self._outdated else 0):
            cases = await outdated(self._repository.database, versions, self._batch)
            mine = [each for each in cases if each.state and each.state.brand in self._terms]
            if not mine:
                self._outdated = False
                return
            await asyncio.gather(*(self._moved(each.id, self._terms[each.state.brand]) for each in mine if each.state))

    async def _moved(self, case_id: str, terms: ClockTerms) -> bool:
        def rule(state: CaseClocks | None, context: Context) -> Change | None:
            if state is None or state.terms == terms.version:
                return None
            return domain.with_terms(state, terms, context.now)

        return await self._changed(case_id, rule)

    async def _changed(self, case_id: str, rule: Rule) -> bool:
        def decide(state: CaseClocks | None, context: Context) -> Decision[CaseClocks] | None:
            change = rule(state, context)
            return None if change is None else Decision(*change)

        work = self._repository.execute(CLOCKS, case_id, fresh(), decide)
        return await self._carefully(work, "clocks", case_id=case_id)

    async def _carefully(self, work: Awaitable[object], what: str, **names: str) -> bool:
        try:
            await work
        except Conflict as error:
            self._log.warning(f"{what} wait for the next tick", reason=str(error), **names)
            return False
        return True
