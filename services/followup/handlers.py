"""What follow-up does with the events of cases, and with the passing of time."""

import asyncio
from datetime import timedelta

from schemas.events.case import CaseAbsorbed, CaseClosed, CaseOpened, CaseReopened, CaseResolved, CaseUnmerged
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation, Policy
from services.chassis.clock import Clock
from services.chassis.documents import Context, Decision
from services.chassis.errors import Conflict
from services.chassis.logs import logger
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.followup import domain
from services.followup.domain import CaseClocks, Change, Firing
from services.followup.store import CLOCKS, due

MOST_BATCHES_A_TICK = 50
"""After so many full batches a tick ends, so that one mountain of work does not keep the next look at the clock waiting."""


def listening(organisation: Organisation) -> Table:
    """The table of the events that set and stop clocks."""
    table = Table()

    @table.on(CaseOpened, CLOCKS, id=lambda event: event.case_id)
    def case_opened(state: CaseClocks | None, event: CaseOpened, context: Context) -> Decision[CaseClocks] | None:
        warn_before = timedelta(minutes=_policy(organisation, event.brand).warn_before_minutes)
        return _decision(domain.case_opened(state, event, warn_before, context.now))

    @table.on(PromiseMade, CLOCKS, id=lambda event: event.case_id)
    def promise_made(state: CaseClocks | None, event: PromiseMade, context: Context) -> Decision[CaseClocks] | None:
        warn_before = timedelta(minutes=_policy(organisation, event.brand).promise_warn_before_minutes)
        return _decision(domain.promise_made(state, event, warn_before, context.now))

    @table.on(ReplySent, CLOCKS, id=lambda event: event.case_id)
    def reply_sent(state: CaseClocks | None, event: ReplySent, context: Context) -> Decision[CaseClocks] | None:
        return _decision(domain.reply_sent(state, event, context.now))

    @table.on(PromiseKept, CLOCKS, id=lambda event: event.case_id)
    def promise_kept(state: CaseClocks | None, event: PromiseKept, context: Context) -> Decision[CaseClocks] | None:
        return _decision(domain.promise_kept(state, event, context.now))

    @table.on(PromiseWithdrawn, CLOCKS, id=lambda event: event.case_id)
    def promise_withdrawn(
        state: CaseClocks | None, event: PromiseWithdrawn, context: Context
    ) -> Decision[CaseClocks] | None:
        return _decision(domain.promise_withdrawn(state, event, context.now))

    @table.on(CaseReclassified, CLOCKS, id=lambda event: event.case_id)
    def case_reclassified(
        state: CaseClocks | None, event: CaseReclassified, context: Context
    ) -> Decision[CaseClocks] | None:
        warn_before = timedelta(minutes=_policy(organisation, event.brand).warn_before_minutes)
        return _decision(domain.case_reclassified(state, event, warn_before, context.now))

    _listen_to_endings(table, organisation)
    return table


def _listen_to_endings(table: Table, organisation: Organisation) -> None:
    """What ends a case, and what lets one go on."""

    @table.on(CaseResolved, CLOCKS, id=lambda event: event.case_id)
    def case_resolved(state: CaseClocks | None, event: CaseResolved, context: Context) -> Decision[CaseClocks] | None:
        return _decision(domain.case_resolved(state, event, context.now))

    @table.on(CaseReopened, CLOCKS, id=lambda event: event.case_id)
    def case_reopened(state: CaseClocks | None, event: CaseReopened, context: Context) -> Decision[CaseClocks] | None:
        return _decision(domain.case_reopened(state, event, context.now))

    @table.on(CaseClosed, CLOCKS, id=lambda event: event.case_id)
    def case_closed(state: CaseClocks | None, event: CaseClosed, context: Context) -> Decision[CaseClocks] | None:
        return _decision(domain.case_closed(state, event, context.now))

    @table.on(CaseUnmerged, CLOCKS, id=lambda event: event.case_id)
    def case_unmerged(state: CaseClocks | None, event: CaseUnmerged, context: Context) -> Decision[CaseClocks] | None:
        warn_before = timedelta(minutes=_policy(organisation, event.brand).warn_before_minutes)
        return _decision(domain.case_unmerged(state, event, warn_before, context.now))

    @table.on(CaseAbsorbed, CLOCKS, id=lambda event: event.case_id)
    def case_absorbed(state: CaseClocks | None, event: CaseAbsorbed, context: Context) -> Decision[CaseClocks] | None:
        warn_before = timedelta(minutes=_policy(organisation, event.brand).warn_before_minutes)
        return _decision(domain.case_absorbed(state, event, warn_before, context.now))


def _policy(organisation: Organisation, brand: str) -> Policy:
    try:
        return organisation.brand(brand).policy
    except NotInOrganisation:
        # A brand newer than our copy of the organisation: the deadline is in the event, only the warning is by default.
        return Policy()


def _decision(change: Change | None) -> Decision[CaseClocks] | None:
    return None if change is None else Decision(*change)


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
            return _decision(domain.fire(state, clock_id, firing, context.now))

        await self._repository.execute(CLOCKS, case_id, derive("clock", clock_id, firing), decide)
