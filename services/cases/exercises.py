"""Exercises as they are stored: on their own, without the case; they publish nothing (P6)."""

from collections.abc import Callable, Iterable, Mapping

from schemas.base import milliseconds
from services.cases.domain.practice import Exercise
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.repository import Repository


def _fields(exercise: Exercise) -> Mapping[str, str | int]:
    return {
        "brand": exercise.brand,
        "language": exercise.language,
        "open": "no" if exercise.withdrawn else "yes",
        "made_ms": milliseconds(exercise.made_at),
    }


EXERCISES = Collection("exercises", Exercise, _fields, (Index(("brand", "open", "language", "made_ms")),))


def to_answer(brands: Iterable[str], language: str) -> dict[str, object]:
    """The query for those of these brands that can be answered, in one language or in all."""
    query: dict[str, object] = {"brand": {"$in": sorted(brands)}, "open": "yes"}
    return query | ({"language": language} if language else {})


async def change_exercise(
    repository: Repository, id_: str, cause: str, actor: str, change: Callable[[Exercise | None, Context], Exercise]
) -> Exercise:
    """Change one exercise. There are no events: nothing of it is told to anybody. Raises what `change` raises."""

    def decide(known: Exercise | None, context: Context) -> Decision[Exercise]:
        return Decision(change(known, context))

    document = await repository.execute(EXERCISES, id_, cause, decide, actor=actor)
    assert document.state is not None  # noqa: S101 - decide() has set it
    return document.state
