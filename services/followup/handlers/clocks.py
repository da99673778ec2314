"""The events of cases that set and stop clocks (F1, F3)."""

from datetime import timedelta

from schemas.events.case import CaseAbsorbed, CaseClosed, CaseOpened, CaseReopened, CaseResolved, CaseUnmerged
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.organisation import NotInOrganisation, Organisation, Policy
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup import domain
from services.followup.domain import CaseClocks, Change
from services.followup.store.clocks import CLOCKS


def listen(table: Table, organisation: Organisation) -> None:
    """Put into the table what sets and stops clocks."""

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
