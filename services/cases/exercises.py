"""Exercises as they are stored: on their own, without the case; they publish nothing (P6)."""

from collections.abc import Callable, Iterable, Mapping

from services.cases.domain.practice import Exercise
from services.cases.store import milliseconds
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.mongo import Database
from services.chassis.repository import Repository

MOST_SHOWN = 100


def _fields(exercise: Exercise) -> Mapping[str, str | int]:
    return {
        "brand": exercise.brand,
        "language": exercise.language,
        "open": "no" if exercise.withdrawn else "yes",
        "made_ms": milliseconds(exercise.made_at),
    }


EXERCISES = Collection("exercises", Exercise, _fields, (Index(("brand", "open", "language", "made_ms")),))


async def find_exercises(database: Database, brands: Iterable[str], language: str) -> list[Exercise]:
    """Those of these brands that can be answered, in one language or in all, the latest first."""
    query: dict[str, object] = {"brand": {"$in": sorted(brands)}, "open": "yes"}
    if language:
        query["language"] = language
    found = await database.find(EXERCISES, query, sort="made_ms", limit=MOST_SHOWN, descending=True)
    return [document.state for document in found if document.state]


async def change_exercise(
    repository: Repository, id_: str, cause: str, change: Callable[[Exercise | None, Context], Exercise]
) -> Exercise:
    """Change one exercise. There are no events: nothing of it is told to anybody. Raises what `change` raises."""

    def decide(known: Exercise | None, context: Context) -> Decision[Exercise]:
        return Decision(change(known, context))

    document = await repository.execute(EXERCISES, id_, cause, decide)
    assert document.state is not None  # noqa: S101 - decide() has set it
    return document.state
