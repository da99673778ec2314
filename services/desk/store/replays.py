"""Who gave which dead letters another chance, and when: written down before it is done (I4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from schemas.base import Model, UtcDatetime
from schemas.ids import derive
from services.chassis.documents import Collection, Context, Decision, Index
from services.chassis.repository import Repository

SHOWN = 20


class LetterNamed(Model):
    """A dead letter, by who could not handle it and its id there."""

    consumer: str
    id: str


class Replay(Model):
    """One command to replay. `given`: letters that went to their consumers again; None: it was broken off before."""

    by: str
    at: UtcDatetime
    why: str
    """What was chosen, in words: one letter, or all of a kind."""
    letters: tuple[LetterNamed, ...]
    given: int | None = None


def _fields(replay: Replay) -> Mapping[str, Any]:
    return {"at_ms": int(replay.at.timestamp() * 1000)}


REPLAYS = Collection("replays", Replay, fields=_fields, indexes=(Index(("at_ms",)),))


class Replays:
    """Writes and reads the record."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def begin(self, key: str, by: str, why: str, letters: Sequence[LetterNamed]) -> bool:
        """Write down that somebody is about to. False: the command of this name was given before."""
        new: list[bool] = []

        def decide(known: Replay | None, context: Context) -> Decision[Replay] | None:
            if known:
                return None
            new.append(True)
            return Decision(Replay(by=by, at=context.now, why=why, letters=tuple(letters)))

        await self._repository.execute(REPLAYS, _name(key, by), "begin", decide, actor=by)
        return bool(new)

    async def done(self, key: str, by: str, given: int) -> None:
        """Write down what became of it."""

        def decide(known: Replay | None, _: Context) -> Decision[Replay] | None:
            return Decision(known.model_copy(update={"given": given})) if known else None

        await self._repository.execute(REPLAYS, _name(key, by), "done", decide, actor=by)

    async def given(self, key: str, by: str) -> int | None:
        """How many letters the command gave; None: it is not known, or was broken off."""
        document = await self._repository.database.get(REPLAYS, _name(key, by))
        return document.state.given if document and document.state else None

    async def latest(self) -> list[Replay]:
        """The latest commands, the last one first."""
        find = self._repository.database.find
        documents = await find(REPLAYS, {"at_ms": {"$gte": 0}}, sort="at_ms", limit=SHOWN, descending=True)
        return [each.state for each in documents if each.state]


def _name(key: str, by: str) -> str:
    return derive("replay", by, key)
