"""Cases that became one, or two."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.case import CaseAbsorbed, CaseMerged, CaseSplit, CaseUnmerged
from services.cases.domain.case import Case
from services.cases.domain.records import Absorbed


def _merged(_: Case, event: CaseMerged) -> dict[str, Any]:
    return {
        "merged_into": event.into,
        "merged_into_conversation": event.into_conversation,
        "next_owner_request": "",
    }


def _unmerged(_: Case, __: CaseUnmerged) -> dict[str, Any]:
    return {"merged_into": "", "merged_into_conversation": "", "closed": False, "closed_at": None}


def _absorbed(case: Case, event: CaseAbsorbed) -> dict[str, Any]:
    absorbed = Absorbed(
        case_id=event.source_case,
        conversation=event.source_conversation,
        channel=event.source_channel,
        customer=event.source_customer,
        last_word=event.last_word,
    )
    due_at = event.first_reply_due_at
    waits = {"first_reply_due_at": due_at, "first_reply_sent": False} if due_at else {}
    # Counted, so that a reply that is on its way now does not pass for an answer to what it could not know of.
    return {
        "absorbed": case.absorbed | {absorbed.case_id: absorbed},
        "messages": case.messages + event.messages,
        "unanswered": case.unanswered or event.unanswered,
        **waits,
    }


def _split(case: Case, event: CaseSplit) -> dict[str, Any]:
    return {"split_off": case.split_off | dict.fromkeys(event.messages, event.new_case)}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {
    CaseMerged: _merged,
    CaseUnmerged: _unmerged,
    CaseAbsorbed: _absorbed,
    CaseSplit: _split,
}
