"""What follow-up decides: the clocks of a case, and the rules that set, warn, breach and stop them."""

from services.followup.domain.clocks import CaseClocks, Clock, Firing, clock_id
from services.followup.domain.rules import (
    Change,
    case_absorbed,
    case_closed,
    case_opened,
    case_reclassified,
    case_reopened,
    case_resolved,
    case_unmerged,
    fire,
    promise_kept,
    promise_made,
    promise_withdrawn,
    reply_sent,
)

__all__ = [
    "CaseClocks",
    "Change",
    "Clock",
    "Firing",
    "case_absorbed",
    "case_closed",
    "case_opened",
    "case_reclassified",
    "case_reopened",
    "case_resolved",
    "case_unmerged",
    "clock_id",
    "fire",
    "promise_kept",
    "promise_made",
    "promise_withdrawn",
    "reply_sent",
]
