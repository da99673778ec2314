"""Feedback by author: the case has it too; here it is found without knowing the case (P3)."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from schemas.events.coaching import FeedbackGiven
from services.cases.store import milliseconds
from services.chassis.documents import Collection, Index
from services.chassis.mongo import Database

MOST_SHOWN = 200


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


async def feedback_for(database: Database, author: str, seen: bool | None) -> list[StoredFeedback]:
    """What this person was told, the latest first; with `seen` only what has been read, or only what has not."""
    query: dict[str, object] = {"author": author}
    if seen is not None:
        query["seen_by_author"] = "yes" if seen else "no"
    found = await database.find(FEEDBACK, query, sort="given_ms", limit=MOST_SHOWN, descending=True)
    return [document.state for document in found if document.state]
