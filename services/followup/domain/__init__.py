"""What follow-up decides: one module per concern. The clocks' are named here."""

from services.followup.domain.clocks import CaseClocks, Clock, ClockStep, clock_id
from services.followup.domain.clocks_course import Change, in_line, with_terms
from services.followup.domain.clocks_harm import case_harm, harm, weight
from services.followup.domain.clocks_speaking import speak
from services.followup.domain.clocks_terms import ClockTerms, clock_terms
from services.followup.domain.rules import (
    case_absorbed,
    case_closed,
    case_opened,
    case_reopened,
    case_resolved,
    case_unmerged,
    promise_kept,
    promise_made,
    promise_withdrawn,
    reply_sent,
)
from services.followup.domain.rules_course import (
    approval_ended,
    approval_requested,
    case_owned,
    case_reclassified,
    consult_waits,
    consult_worked_on,
    cover_changed,
    message_added,
)

__all__ = [
    "CaseClocks",
    "Change",
    "Clock",
    "ClockStep",
    "ClockTerms",
    "approval_ended",
    "approval_requested",
    "case_absorbed",
    "case_closed",
    "case_harm",
    "case_opened",
    "case_owned",
    "case_reclassified",
    "case_reopened",
    "case_resolved",
    "case_unmerged",
    "clock_id",
    "clock_terms",
    "consult_waits",
    "consult_worked_on",
    "cover_changed",
    "harm",
    "in_line",
    "message_added",
    "promise_kept",
    "promise_made",
    "promise_withdrawn",
    "reply_sent",
    "speak",
    "weight",
    "with_terms",
]
