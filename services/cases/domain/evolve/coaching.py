"""What coaches said about replies (P3)."""

from collections.abc import Callable
from typing import Any

from schemas.base import Event
from schemas.events.coaching import FeedbackGiven, FeedbackSeen
from services.cases.domain.case import Case
from services.cases.domain.records import Feedback


def _given(case: Case, event: FeedbackGiven) -> dict[str, Any]:
    feedback = Feedback(
        id=event.feedback_id,
        reply_id=event.reply_id,
        author=event.author,
        by=event.by,
        text=event.text,
        praise=event.praise,
        given_at=event.given_at,
    )
    return {"feedback": case.feedback | {feedback.id: feedback}}


def _seen(case: Case, event: FeedbackSeen) -> dict[str, Any]:
    seen = case.feedback[event.feedback_id].model_copy(update={"seen": True})
    return {"feedback": case.feedback | {seen.id: seen}}


CHANGES: dict[type[Event], Callable[[Case, Any], dict[str, Any]]] = {FeedbackGiven: _given, FeedbackSeen: _seen}
