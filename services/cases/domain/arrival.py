"""A message arrives: it opens a case, joins one, reopens one, or goes on to where its case was merged (rules 6 and 7)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.events.case import (
    CaseClosed,
    CaseMessageAdded,
    CaseMessageForwarded,
    CaseOpened,
    CaseReopened,
    CaseThanked,
)
from schemas.events.message import Classification, Message, MessageClassified
from schemas.events.routing import CapacityTaken, OwnerRequested
from schemas.ids import derive
from services.cases.domain.answering_surveys import is_answer_only, replied
from services.cases.domain.case import Case
from services.cases.domain.commands.finding_covers import cover_after
from services.cases.domain.last_words import is_thanks
from services.cases.domain.rereading import after_message
from services.cases.domain.terms import Terms

THANKS_REMEMBERED = timedelta(days=14)
"""So long after a case has closed a word of thanks still belongs to it."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message in a lane: its own conversation's, or that of the case it was forwarded to."""

    lane: str
    message: Message
    classification: Classification
    through: tuple[str, ...] = ()
    """The merged cases that it came through."""


def case_for(event: MessageClassified, cases: Sequence[Case]) -> str:
    """The id of the case that the message belongs to, or of the merged one that forwards it."""
    return _place(_heard(event), cases)


def message_arrived(
    case: Case | None, event: MessageClassified, cases: Sequence[Case], terms: Terms, now: datetime
) -> list[Event]:
    """What follows from a customer's message. `cases` are all of its conversation, oldest first."""
    arrived = _heard(event)
    return _looked_after(case, arrived, _arrived(case, arrived, cases, terms, now), terms, now)


def case_for_forwarded(event: CaseMessageForwarded, cases: Sequence[Case]) -> str:
    """The case that the message was forwarded to, if that is open or passes it on; else the lane's, as for any message."""
    target = next((case for case in cases if case.id == event.case_id), None)
    if target and (not target.closed or _passes_on(target, event.through)):
        return target.id
    return _place(_passed_on(event), cases)


def message_forwarded(
    case: Case | None, event: CaseMessageForwarded, cases: Sequence[Case], terms: Terms, now: datetime
) -> list[Event]:
    """What follows from a message to a case that was merged into one of this lane. It is never lost."""
    arrived = _passed_on(event)
    return _looked_after(case, arrived, _arrived(case, arrived, cases, terms, now), terms, now)


def active_at(case: Case) -> datetime:
    """When the customer or we last said something in the case; what was split off does not count."""
    heard = [each.message.sent_at for each in case.heard if each.message.id not in case.split_off]
    sent = [reply.sent_at for reply in case.replies.values() if reply.sent_at]
    return max([*heard, *sent], default=case.opened_at)


def _heard(event: MessageClassified) -> Arrived:
    return Arrived(event.message.conversation, event.message, event.classification)


def _passed_on(event: CaseMessageForwarded) -> Arrived:
    return Arrived(event.conversation, event.message, event.classification, event.through)


def _place(arrived: Arrived, cases: Sequence[Case]) -> str:
    """Of several open cases (after a split) the one with the latest word, theirs or ours: people answer what was said last.

    An answer to a survey belongs to the case that it was about (F5), and so does a word of thanks (rule 6).
    """
    if still_open := [case for case in cases if not case.closed]:
        return max(reversed(still_open), key=active_at).id
    if cases and (
        _passes_on(cases[-1], arrived.through)
        or is_answer_only(arrived.message, cases)
        or _thanks_for(cases[-1], arrived)
    ):
        return cases[-1].id
    return derive("case", arrived.lane, str(len(cases) + 1))


def _thanks_for(case: Case, arrived: Arrived) -> bool:
    """Whether the customer of a closed case thanks and asks nothing: a new case would only be answered to be polite."""
    message = arrived.message
    if not case.closed_at or message.author.id != case.customer.id:
        return False
    return message.received_at <= case.closed_at + THANKS_REMEMBERED and is_thanks(message, arrived.classification)


def _passes_on(case: Case, through: Collection[str]) -> bool:
    """Whether messages to this case go on to another conversation; those that came through it before do not, for ever."""
    elsewhere = case.merged_into_conversation not in ("", case.conversation)
    return elsewhere and case.id not in through


def _arrived(case: Case | None, arrived: Arrived, cases: Sequence[Case], terms: Terms, now: datetime) -> list[Event]:
    if case is None:
        case_id = derive("case", arrived.lane, str(len(cases) + 1))
        opening = _opening(case_id, arrived, cases[-1] if cases else None, terms, now)
        return [*opening, *replied(arrived.message, arrived.classification, cases)]
    if case.closed:
        return _after_the_end(case, arrived, cases)
    added = _added(case.id, arrived)
    reread = after_message(case, arrived.message, arrived.classification, terms, now)
    if not case.resolved:
        return [added, *reread]
    on_its_way = any(reply.on_its_way for reply in case.replies.values())  # what waits would be lost with the case
    if is_thanks(arrived.message, arrived.classification) and not on_its_way:
        return [added, CaseClosed(**_facts(case), owner=case.owner, cause="thanks", closed_at=now)]
    return [added, *reread, *_reopening(case, arrived)]


def _after_the_end(case: Case, arrived: Arrived, cases: Sequence[Case]) -> list[Event]:
    """What a message means for a closed case: an answer to its survey, thanks, or words for the case it was merged into."""
    if answer := replied(arrived.message, arrived.classification, cases):
        return answer
    if _passes_on(case, arrived.through):
        return [_forwarded(case, arrived)]
    return [CaseThanked(**_facts(case), message=arrived.message, classification=arrived.classification)]


def _looked_after(case: Case | None, arrived: Arrived, events: list[Event], terms: Terms, now: datetime) -> list[Event]:
    """The same, with who sees to it while the owner is away (rule 1)."""
    return [*events, *cover_after(case, events, "message", arrived.message.id, terms, now)]


def _added(case_id: str, arrived: Arrived) -> CaseMessageAdded:
    return CaseMessageAdded(
        case_id=case_id,
        conversation=arrived.lane,
        brand=arrived.message.brand,
        message=arrived.message,
        classification=arrived.classification,
    )


def _forwarded(case: Case, arrived: Arrived) -> CaseMessageForwarded:
    """The message, said in the lane of the case where it belongs."""
    return CaseMessageForwarded(
        case_id=case.merged_into,
        conversation=case.merged_into_conversation,
        brand=case.brand,
        source_case=case.id,
        message=arrived.message,
        classification=arrived.classification,
        through=(*arrived.through, case.id),
    )


def _opening(case_id: str, arrived: Arrived, previous: Case | None, terms: Terms, now: datetime) -> list[Event]:
    message, label = arrived.message, arrived.classification
    due_at = terms.on(message.channel).reply_due(message.received_at, label.urgency)
    opened = CaseOpened(
        case_id=case_id,
        conversation=arrived.lane,
        brand=message.brand,
        channel=message.channel,
        visibility=message.visibility,
        customer=message.author,
        pool=terms.brand.pool,
        language=previous.language if previous and label.language == "und" else label.language,
        opened_at=now,
        first_reply_due_at=due_at,
        previous_case=previous.id if previous else "",
        previous_owner=previous.owner if previous else "",
        test=message.test,
    )
    preferred = previous.owner if previous else ""
    return [opened, _added(case_id, arrived), owner_wanted(opened, label, preferred, terms.weight(message.channel))]


def owner_wanted(opened: CaseOpened, label: Classification, preferred: str, weight: float) -> OwnerRequested:
    """What routing is asked for a new case (O1, O7); `weight` is the room it takes of its owner's capacity (P5)."""
    return OwnerRequested(
        request_id=derive("owner", opened.case_id),
        pool=opened.pool,
        case_id=opened.case_id,
        conversation=opened.conversation,
        brand=opened.brand,
        language=opened.language,
        skill=label.skill,
        urgency=label.urgency,
        due_at=opened.first_reply_due_at,
        preferred=preferred,
        requested_at=opened.opened_at,
        weight=weight,
    )


def _reopening(case: Case, arrived: Arrived) -> list[Event]:
    reopened = CaseReopened(**_facts(case), owner=case.owner, message_id=arrived.message.id)
    return [reopened, taken_again(case)]


def _facts(case: Case) -> dict[str, str]:
    return {"case_id": case.id, "conversation": case.conversation, "brand": case.brand}


def taken_again(case: Case) -> CapacityTaken:
    """The owner has the work again."""
    return CapacityTaken(
        request_id=case.owner_request,
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        person=case.owner,
        share=case.share,
    )
