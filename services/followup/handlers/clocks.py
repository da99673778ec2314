"""The events of cases that set and stop clocks (F1, F3)."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from schemas.events.approval import ApprovalGiven, ApprovalRefused, ApprovalRequested, ApprovalWithdrawn
from schemas.events.case import (
    CaseAbsorbed,
    CaseAssigned,
    CaseClosed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseEvent,
    CaseMessageAdded,
    CaseOpened,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseUnmerged,
)
from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultDeclined,
    ConsultOfferExpired,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.promise import PromiseKept, PromiseMade, PromiseWithdrawn
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from schemas.organisation import Organisation
from services.chassis.documents import Context, Decision
from services.chassis.table import Table
from services.followup import domain
from services.followup.domain import CaseClocks, Change, ClockTerms
from services.followup.store.clocks import CLOCKS

E = TypeVar("E", bound=CaseEvent)
Rule = Callable[[CaseClocks | None, E, ClockTerms, datetime], Change | None]
TimedRule = Callable[[CaseClocks | None, E, ClockTerms, datetime, datetime], Change | None]
"""A rule that needs to know when the event happened, which is not in the event itself."""

RULES: tuple[tuple[type[CaseEvent], Rule[Any]], ...] = (
    (CaseOpened, domain.case_opened),
    (CaseMessageAdded, domain.message_added),
    (CaseAssigned, domain.case_owned),
    (CaseOwnerChanged, domain.case_owned),
    (CaseCoverNamed, domain.cover_changed),
    (CaseCoverEnded, domain.cover_changed),
    (CaseReclassified, domain.case_reclassified),
    (CaseResolved, domain.case_resolved),
    (CaseClosed, domain.case_closed),
    (CaseUnmerged, domain.case_unmerged),
    (CaseAbsorbed, domain.case_absorbed),
    (ReplySent, domain.reply_sent),
    (PromiseMade, domain.promise_made),
    (PromiseKept, domain.promise_kept),
    (PromiseWithdrawn, domain.promise_withdrawn),
    (ApprovalRequested, domain.approval_requested),
)
TIMED_RULES: tuple[tuple[type[CaseEvent], TimedRule[Any]], ...] = (
    (CaseReopened, domain.case_reopened),
    (ConsultRequested, domain.consult_waits),
    (ConsultAnswered, domain.consult_waits),
    (ConsultWithdrawn, domain.consult_waits),
    (ConsultAccepted, domain.consult_worked_on),
    (ConsultDeclined, domain.consult_worked_on),
    (ConsultOfferExpired, domain.consult_worked_on),
    (ConsultAskedBack, domain.consult_worked_on),
    (ConsultClarified, domain.consult_worked_on),
    (ApprovalGiven, domain.approval_ended),
    (ApprovalRefused, domain.approval_ended),
    (ApprovalWithdrawn, domain.approval_ended),
)


def listen(table: Table, organisation: Organisation) -> None:
    """Put into the table what sets and stops clocks."""
    terms_of = lru_cache(maxsize=1024)(lambda brand: domain.clock_terms(organisation, brand))
    for event, rule in RULES:
        _hear(table, event, rule, terms_of)
    for event, timed_rule in TIMED_RULES:
        _hear_of_when(table, event, timed_rule, terms_of)


def _hear(table: Table, kind: type[CaseEvent], rule: Rule[Any], terms_of: Callable[[str], ClockTerms]) -> None:
    @table.on(kind, CLOCKS, id=lambda event: event.case_id)
    def heard(state: CaseClocks | None, event: CaseEvent, context: Context) -> Decision[CaseClocks] | None:
        return _decision(rule(state, event, terms_of(event.brand), context.now))


def _hear_of_when(
    table: Table, kind: type[CaseEvent], rule: TimedRule[Any], terms_of: Callable[[str], ClockTerms]
) -> None:
    @table.on(kind, CLOCKS, id=lambda event: event.case_id)
    def heard(state: CaseClocks | None, event: CaseEvent, context: Context) -> Decision[CaseClocks] | None:
        at = min(context.occurred_at or context.now, context.now)
        return _decision(rule(state, event, terms_of(event.brand), context.now, at))


def _decision(change: Change | None) -> Decision[CaseClocks] | None:
    return None if change is None else Decision(*change)
