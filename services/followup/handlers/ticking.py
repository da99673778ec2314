"""The passing of time: clocks speak when their moment has come."""

import asyncio

from schemas.ids import derive
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.followup import domain
from services.followup.domain import CaseClocks, Firing
from services.followup.store.clocks import CLOCKS, due

MOST_BATCHES_A_TICK = 50
"""After so many full batches a tick ends, so that one mountain of work does not keep the next look at the clock waiting."""


class Ticking:
    """Lets the clocks speak when their moment has come, each once, however many instances look at them."""

    def __init__(
        self, repository: Repository, clock: Clock, batch: int, most_batches: int = MOST_BATCHES_A_TICK
    ) -> None:
        self._repository = repository
        self._clock = clock
        self._batch = batch
        self._most_batches = most_batches
        self._log = logger("followup")

    async def tick(self) -> None:
        """Fire all that is due, the most overdue first, in bounded batches. Raises Unavailable."""
        for _ in range(self._most_batches):
            cases = await due(self._repository.database, self._clock.now(), self._batch)
            fired = await asyncio.gather(*(self._speak(case.id, case.state) for case in cases))
            if len(cases) < self._batch or not any(fired):
                return

    async def _speak(self, case_id: str, state: CaseClocks | None) -> bool:
        """Whether everything that was due in this case has been said, by us or by another instance."""
        try:
            for clock_id, firing in state.due(self._clock.now()) if state else ():
                await self._fire(case_id, clock_id, firing)
        except Conflict as error:
            self._log.warning("clocks wait for the next tick", case_id=case_id, reason=str(error))
            return False
        return True

    async def _fire(self, case_id: str, clock_id: str, firing: Firing) -> None:
        def decide(state: CaseClocks | None, context: Context) -> Decision[CaseClocks] | None:
            change = domain.fire(state, clock_id, firing, context.now)
            return None if change is None else Decision(*change)

        await self._repository.execute(CLOCKS, case_id, derive("clock", clock_id, firing), decide)
