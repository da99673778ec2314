"""The approved answer of an incident comes to the owner of a case as a draft; whether it leaves, they decide (F8)."""

from datetime import datetime

from schemas.base import Event
from schemas.events.incident import IncidentAnswerOffered
from schemas.ids import derive
from services.cases.domain.case import Case
from services.cases.domain.commands.letters import Content
from services.cases.domain.commands.sending import drafted

ANSWERED = ("held", "scheduled", "queued", "sent", "uncertain")
"""What the customer has, or may get without anybody doing more for it."""


def answer_offered(case: Case, event: IncidentAnswerOffered, now: datetime) -> list[Event]:
    """A draft in the words that were approved. None where somebody has answered already, or nothing is left to do."""
    reply_id = derive("incident-answer", event.incident_id, case.id)
    answered = any(each.kind == "answer" and each.status in ANSWERED for each in case.replies.values())
    if reply_id in case.replies or answered or case.resolved or case.closed:
        return []
    return [drafted(case, reply_id, Content("answer", event.text), event.author, 1, now)]
