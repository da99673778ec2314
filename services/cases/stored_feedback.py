"""Feedback by author: the case has it too; here it is found without knowing the case (P3)."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from schemas.base import milliseconds
from schemas.events.coaching import FeedbackGiven
from services.chassis.documents import Collection, Index


class StoredFeedback(BaseModel):
    """One comment, and whether its author has seen it."""

    model_config = ConfigDict(frozen=True)

    given: FeedbackGiven
    seen: bool = False


def _fields(stored: StoredFeedback) -> Mapping[str, str | int]:
    return {
        "author": stored.given.author,
        "seen_by_author": "yes" if stored.seen else "no",
        "given_ms": milliseconds(stored.given.given_at),
    }


FEEDBACK = Collection("feedback", StoredFeedback, _fields, (Index(("author", "seen_by_author", "given_ms")),))


def feedback_for(author: str, seen: bool | None) -> dict[str, str]:
    """The query for what this person was told; with `seen` only what has been read, or only what has not."""
    return {"author": author} | ({} if seen is None else {"seen_by_author": "yes" if seen else "no"})
