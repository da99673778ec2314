"""A customer's message arrives: it opens a case, joins one, or reopens one (rules 6 and 7)."""

from collections.abc import Sequence
from datetime import datetime

from schemas.base import Event
from schemas.events.case import CaseMessageAdded, CaseOpened, CaseReopened
from schemas.events.message import MessageClassified
from schemas.events.routing import CapacityTaken, OwnerRequested
from schemas.ids import derive
from services.cases.domain.case import Case
from services.cases.domain.terms import Terms


def case_for(event: MessageClassified, cases: Sequence[Case]) -> str:
    """The id of the case that the message belongs to: the latest of its conversation, or a new one after that is closed."""
    if cases and not cases[-1].closed:
        return cases[-1].id
    return derive("case", event.message.conversation, str(len(cases) + 1))


def message_arrived(
    case: Case | None, event: MessageClassified, cases: Sequence[Case], terms: Terms, now: datetime
) -> list[Event]:
    """What follows from a customer's message. `cases` are all of its conversation, oldest first."""
    case_id = case_for(event, cases)
    message, label = event.message, event.classification
    added = CaseMessageAdded(
        case_id=case_id, conversation=message.conversation, brand=message.brand, message=message, classification=label
    )
    if case is None:
        return _opening(case_id, event, cases[-1] if cases else None, terms, now, added)
    return [added, *_reopening(case, event)] if case.resolved else [added]


def _opening(
    case_id: str, event: MessageClassified, previous: Case | None, terms: Terms, now: datetime, added: Event
) -> list[Event]:
    message, label = event.message, event.classification
    due_at = terms.first_reply_due(message.received_at)
    opened = CaseOpened(
        case_id=case_id,
        conversation=message.conversation,
        brand=message.brand,
        channel=message.channel,
        visibility=message.visibility,
        customer=message.author,
        pool=terms.brand.pool,
        language=label.language,
        opened_at=now,
        first_reply_due_at=due_at,
        previous_case=previous.id if previous else "",
        previous_owner=previous.owner if previous else "",
    )
    wanted = OwnerRequested(
        request_id=derive("owner", case_id),
        pool=terms.brand.pool,
        case_id=case_id,
        conversation=message.conversation,
        brand=message.brand,
        language=label.language,
        skill=label.skill,
        urgency=label.urgency,
        due_at=due_at,
        preferred=previous.owner if previous else "",
    )
    return [opened, added, wanted]


def _reopening(case: Case, event: MessageClassified) -> list[Event]:
    facts = {"case_id": case.id, "conversation": case.conversation}
    reopened = CaseReopened(**facts, brand=case.brand, owner=case.owner, message_id=event.message.id)
    taken = CapacityTaken(**facts, request_id=case.owner_request, pool=case.pool, person=case.owner)
    return [reopened, taken]
