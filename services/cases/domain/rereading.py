"""Every message is read again in its conversation (U1): what the case as a whole is now, and who has to know of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, get_args

from schemas.base import Event
from schemas.events.message import Classification, Intent, Message, Sentiment, SignalKind, Urgency
from schemas.events.understanding import CaseReclassified, Cause, Judgement, RequestChanged
from schemas.ids import derive
from services.cases.domain.case import Case
from services.cases.domain.records import Frozen
from services.cases.domain.terms import Terms

_ORDER: Final[tuple[Urgency, ...]] = get_args(Urgency)
_OF_A_LABEL: Final = ("intent", "sentiment", "urgency", "topic", "skill")
_SURE: Final = 0.5
"""Below this a neutral tone does not take back a feeling that was heard before."""


class Understanding(Frozen):
    """What a case is about as a whole."""

    language: str
    intent: Intent
    sentiment: Sentiment
    urgency: Urgency
    topic: str
    skill: str


def understanding(case: Case) -> Understanding:
    """As it was before."""
    return Understanding.model_validate({name: getattr(case, name) for name in Understanding.model_fields})


def reread(case: Case, message: Message, label: Classification) -> Understanding:
    """The case with one more message; the first says everything. While the customer waits for an answer, urgency only rises;
    a message that was overtaken by a later one (rule 7) says nothing else; a remark, and a tone that nobody is sure of,
    change little."""
    before = understanding(case)
    if not case.messages:
        language = case.language if label.language == "und" else label.language
        return Understanding(language=language, **{name: getattr(label, name) for name in _OF_A_LABEL})
    urgency = max(before.urgency, label.urgency, key=_ORDER.index) if case.unanswered else label.urgency
    if case.last_message_at and message.sent_at < case.last_message_at:
        return before.model_copy(
            update={"urgency": urgency, "topic": before.topic or label.topic, "skill": before.skill or label.skill}
        )
    unsure = label.sentiment == "neutral" and label.sentiment_confidence < _SURE
    return Understanding(
        language=before.language if label.language == "und" else label.language,
        intent=before.intent if label.intent == "remark" else label.intent,
        sentiment=before.sentiment if unsure else label.sentiment,
        urgency=urgency,
        topic=label.topic or before.topic,
        skill=label.skill or before.skill,
    )


def set_right(case: Case, said: Mapping[str, str], skill: str) -> Understanding:
    """The case as a person says it is. A corrected topic brings the skill that it asks for."""
    changes = dict(said)
    if "topic" in said:
        changes["skill"] = skill
    return understanding(case).model_copy(update=changes)


def after_message(case: Case, message: Message, label: Classification, terms: Terms, now: datetime) -> list[Event]:
    """What follows when a message makes the case another one; nothing when it does not."""
    signals = tuple(signal.kind for signal in label.signals)
    return reclassified(case, reread(case, message, label), message, signals, terms, now)


def reclassified(
    case: Case,
    is_now: Understanding,
    message: Message,
    signals: Iterable[SignalKind],
    terms: Terms,
    now: datetime,
    by: str = "",
    cause: Cause = "message",
) -> list[Event]:
    """The case is understood otherwise; who looks for its owner goes by it. A more urgent case is due sooner (O4)."""
    before = understanding(case)
    changed = [name for name in get_args(Judgement) if getattr(before, name) != getattr(is_now, name)]
    if not changed:
        return []
    due_at = case.first_reply_due_at
    if is_now.urgency == "high" != before.urgency and not case.first_reply_sent:
        due_at = min(due_at, terms.on(message.channel).urgent_reply_due(message.received_at))
    event = CaseReclassified(
        case_id=case.id,
        conversation=case.conversation,
        brand=case.brand,
        cause="correction" if by else cause,
        message_id=message.id,
        by=by,
        **is_now.model_dump(),
        signals=tuple(signals),
        changed=tuple(changed),
        first_reply_due_at=due_at if due_at < case.first_reply_due_at else None,
        reclassified_at=now,
    )
    return [event, *_request_changed(case, is_now, due_at)]


def _request_changed(case: Case, is_now: Understanding, due_at: datetime) -> list[Event]:
    """Routing has one request for an owner at a time: the case's own, or that after a refused assignment."""
    if case.owner and not case.next_owner_request:
        return []
    changed = RequestChanged(
        request_id=case.next_owner_request or derive("owner", case.id),
        pool=case.pool,
        case_id=case.id,
        conversation=case.conversation,
        language=is_now.language,
        skill=is_now.skill,
        urgency=is_now.urgency,
        due_at=due_at,
    )
    return [changed]
