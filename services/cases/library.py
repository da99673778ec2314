"""The answer library: earlier answers, found again, and whom they are owed to (O2).

Each instance keeps the whole library in memory. What is in it follows from the stored cases alone: it is built from them at
the start, and before it is asked, the cases that have changed since are read again. So it outlives restarts, and all
instances know the same.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from statistics import median
from typing import Any

from pydantic import BaseModel, Field

from services.cases.domain.answers import Answer, Contribution, contribution
from services.cases.gateway import AnswerIndex, Hit
from services.cases.store import CASES
from services.chassis.documents import Document
from services.chassis.mongo import Database

READ_AT_ONCE = 500
OVERLAP_MS = 120_000
"""Cases are read again that changed so long before the latest we know: another instance's clock may be behind, or its write."""
SUGGESTED_MATCH, SUGGESTED_ALIKE = 0.45, 0.2
"""An answer is suggested when it speaks of this share of the question, and this share of its own question is asked again ..."""
SUGGESTED_WORDS = 2
"""... in at least so many words, unless the question has fewer ..."""
SUGGESTED_QUALITY = 0.5
"""... and when it has not been found useless."""


class Credit(BaseModel):
    """What owners owe to a specialist."""

    specialist: str
    answers: int = Field(description="Consults that they answered.")
    late_answers: int = Field(description="Answers that came when they were no longer waited for.")
    rated: int = Field(description="How many of the answers have stars.")
    median_stars: float | None = Field(description="Half of the rated answers have at least so many; null without any.")
    saved_consults: int = Field(
        description="How often an answer of theirs served again, so that nobody had to be asked."
    )


class Library:
    """The answers of all cases."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._index = AnswerIndex()
        self._known: dict[str, int] = {}
        """The version in which each case was read last."""
        self._contributions: dict[str, Contribution] = {}
        self._latest_ms = 0
        self._turn = asyncio.Lock()

    async def refresh(self) -> None:
        """Read what has changed. Raises Unavailable."""
        async with self._turn:
            await self._refresh()

    async def search(self, text: str, brands: Set[str], language: str, limit: int) -> list[Hit]:
        """The best answers of these brands, the best first. Raises Unavailable."""
        async with self._turn:
            await self._refresh()
            return await asyncio.to_thread(self._index.search, text, brands, language, limit)

    async def suggest(self, question: str, brand: str, language: str, limit: int, but: str = "") -> list[Hit]:
        """Earlier answers that may make a consult unnecessary, from other cases than `but`; none for what is new to us."""
        hits = await self.search(question, {brand}, language, limit * 3)
        return [hit for hit in hits if hit.answer.case_id != but and _is_of_use(hit)][:limit]

    async def answer(self, answer_id: str) -> Answer | None:
        """An answer by its id. Raises Unavailable."""
        await self.refresh()
        return self._index.get(answer_id)

    async def credit(self, specialist: str, brands: Set[str]) -> Credit:
        """What owners of these brands owe to a specialist. Raises Unavailable."""
        await self.refresh()
        mine = [each for each in self._answers(brands) if each.specialist == specialist]
        stars = [each.stars for each in mine if each.stars]
        return Credit(
            specialist=specialist,
            answers=sum(not each.late for each in mine),
            late_answers=sum(each.late for each in mine),
            rated=len(stars),
            median_stars=median(stars) if stars else None,
            saved_consults=(await self.saved(brands))[specialist],
        )

    async def saved(self, brands: Set[str]) -> Counter[str]:
        """How many consults the answers of each specialist have saved in cases of these brands. Raises Unavailable."""
        await self.refresh()
        kept = [each for each in self._contributions.values() if each.brand in brands]
        return Counter(saved.specialist for each in kept for saved in each.saved)

    def _answers(self, brands: Set[str]) -> list[Answer]:
        kept = [each for each in self._contributions.values() if each.brand in brands]
        return [answer for each in kept for answer in each.answers]

    async def _refresh(self) -> None:
        since, limit = self._latest_ms - OVERLAP_MS, READ_AT_ONCE
        while True:
            query = {"answers_ms": {"$gte": since}}
            rows = await self._database.rows(CASES.name, query, sort="answers_ms", limit=limit)
            if changed := [row for row in rows if self._known.get(row["_id"]) != row["version"]]:
                await asyncio.to_thread(self._take, changed)
            if rows:
                self._latest_ms = max(self._latest_ms, rows[-1]["answers_ms"])
            if len(rows) < limit:
                return
            if rows[-1]["answers_ms"] == since:
                limit *= 2  # more of one moment than fit: nothing else would ever come
            since = rows[-1]["answers_ms"]

    def _take(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what these rows of the store add. Versions last: what fails is read again."""
        states = [Document.loaded(CASES, row).state for row in rows]
        contributions = {state.id: contribution(state) for state in states if state}
        changed = {id: each for id, each in contributions.items() if self._contributions.get(id) != each}
        if changed:
            self._index.replace({id: each.answers for id, each in changed.items()})
        self._contributions.update(changed)
        self._known.update({row["_id"]: row["version"] for row in rows})


def _is_of_use(hit: Hit) -> bool:
    enough = hit.words >= SUGGESTED_WORDS or hit.match == 1
    fits = hit.match >= SUGGESTED_MATCH and hit.alike >= SUGGESTED_ALIKE
    return enough and fits and hit.answer.quality >= SUGGESTED_QUALITY
