"""What a customer says to a survey, in the conversation or on its page, and when that does not count (F5). Pure."""

from datetime import datetime
from typing import Any

from schemas.events.message import Classification
from schemas.events.survey import (
    AnswerRefusal,
    SurveyAnswered,
    SurveyAnswerRefused,
    SurveyClassified,
    SurveyDeclined,
    SurveyReplied,
)
from schemas.survey_scales import LONGEST_COMMENT, SCALES
from services.followup.domain.surveys import Survey, SurveyChange

REASONS: dict[AnswerRefusal, str] = {
    "somebody-else": "only the customer who was asked can answer",
    "answered-already": "this survey was answered already; the first answer counts",
    "declined-already": "the customer has said that they want no surveys",
    "out-of-range": "the answers to this survey are the whole numbers from {low} to {high}",
    "expired": "this survey took answers until {expires_at}",
}


class AnswerRefused(Exception):
    """An answer that does not count. Nothing changes by it."""

    def __init__(self, reason: AnswerRefusal, survey: Survey) -> None:
        low, high = SCALES[survey.kind]
        until = survey.expires_at.isoformat() if survey.expires_at else ""
        super().__init__(REASONS[reason].format(low=low, high=high, expires_at=until))
        self.reason = reason


def answer(state: Survey, score: int, comment: str, now: datetime) -> SurveyChange:
    """The customer answers on the survey's page. Raises AnswerRefused."""
    _require_open(state, now)
    _require_in_range(state, score)
    return _answered(state, score, comment.strip()[:LONGEST_COMMENT], "link", now)


def decline(state: Survey, now: datetime) -> SurveyChange | None:
    """The customer wants no surveys, whatever became of this one: that is never too late. None when it is known."""
    return _declined(state, "link", now)


def replied(state: Survey | None, event: SurveyReplied, now: datetime) -> SurveyChange | None:
    """The customer wrote in the conversation. What does not count is told with its reason."""
    if state is None or state.requested_at is None:
        return None
    try:
        return _heard(state, event, now)
    except AnswerRefused as refused:
        told = SurveyAnswerRefused(
            **state.facts,
            reason=refused.reason,
            detail=str(refused),
            message_id=event.message.id,
            refused_at=now,
        )
        return state.model_copy(update={"refused": state.refused + 1}), (told,)


def classified(state: Survey | None, event: SurveyClassified) -> Survey | None:
    """What the words on the page say, as the classifier reads them; None when there are none, or it is known."""
    if state is None or not state.comment or state.sentiment:
        return None
    return state.model_copy(update=_understood(event.classification))


def _heard(state: Survey, event: SurveyReplied, now: datetime) -> SurveyChange | None:
    message = event.message
    if message.author.id != state.customer.id:
        raise AnswerRefused("somebody-else", state)
    if event.declined or event.score is None:
        return _declined(state, "conversation", now)
    # What was written in time is in time, however long it took to reach us; no clock of a channel puts it before the question.
    written_at = max(min(message.sent_at, message.received_at), state.requested_at or message.received_at)
    _require_open(state, written_at)
    _require_in_range(state, event.score)
    understood = _understood(event.classification) if event.comment else {}
    return _answered(state.model_copy(update=understood), event.score, event.comment, "conversation", written_at)


def _understood(label: Classification) -> dict[str, Any]:
    found = {"sentiment": label.sentiment, "topic": label.topic, "comment_language": label.language}
    return found | {"comment_intent": label.intent, "comment_signals": tuple(each.kind for each in label.signals)}


def _require_open(state: Survey, now: datetime) -> None:
    if state.status == "answered":
        raise AnswerRefused("answered-already", state)
    if state.status == "declined":
        raise AnswerRefused("declined-already", state)
    if state.expires_at is None or now >= state.expires_at:
        raise AnswerRefused("expired", state)


def _require_in_range(state: Survey, score: int) -> None:
    low, high = SCALES[state.kind]
    if not low <= score <= high:
        raise AnswerRefused("out-of-range", state)


def _answered(state: Survey, score: int, comment: str, way: Any, at: datetime) -> SurveyChange:
    said = {"score": score, "comment": comment, "way": way, "ended_at": at}
    ended = state.model_copy(update={"status": "answered", "next_at": None, **said})
    event = SurveyAnswered(
        **ended.told_apart,
        score=score,
        comment=comment,
        way=way,
        requested_at=state.requested_at,
        answered_at=at,
    )
    return ended, (event,)


def _declined(state: Survey, way: Any, now: datetime) -> SurveyChange | None:
    """An answer that was given stays one; only no further survey is sent."""
    if state.declined_at:
        return None
    event = SurveyDeclined(**state.facts, way=way, declined_at=now)
    ended = {} if state.status == "answered" else {"status": "declined", "next_at": None, "ended_at": now}
    return state.model_copy(update={"declined_at": now, **ended}), (event,)
