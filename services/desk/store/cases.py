"""Questions about cases, and the board kept in step with them."""

from collections.abc import AsyncIterator, Callable, Iterable

from schemas.base import milliseconds
from services.chassis.clock import Clock
from services.chassis.mongo import Database
from services.chassis.paging import page
from services.chassis.rebuilding import rebuilt_ms
from services.desk.domain import CaseView
from services.desk.domain.alike import traits, written_addresses
from services.desk.domain.board import Board, Filters, Row
from services.desk.domain.case_view import OPEN
from services.desk.store.alone import Alone
from services.desk.store.collections import CASES, CHANGED, about, changed_ms, customer_key

LOADED_AT_ONCE = 500
EARLIER_CASES = 20
SIMILAR_CASES = 30
CASES_OF_A_CONVERSATION = 20
MERGES_FOLLOWED = 10
OVERLAP_MS = 2_000
"""How far back to look again: another instance's clock and its last write may be a little behind."""


class Cases:
    """The cases as stored, and as lines on the board. `rebuilt` is called when all that is stored may be otherwise."""

    def __init__(self, database: Database, board: Board, clock: Clock, rebuilt: Callable[[], None]) -> None:
        self._database = database
        self._clock = clock
        self.board = board
        self._rebuilt = rebuilt
        self._seen_until_ms = 0
        self._rebuilt_ms = 0
        self._alone = Alone()

    async def find(self, case_id: str) -> CaseView | None:
        document = await self._database.get(CASES, case_id)
        return document.state if document else None

    async def among(self, case_ids: list[str]) -> dict[str, CaseView]:
        """These cases, by id."""
        documents = await self._database.find(CASES, {"_id": {"$in": case_ids}})
        return {document.id: document.state for document in documents if document.state}

    async def of_conversation(self, conversation: str) -> list[CaseView]:
        """The latest cases of a conversation, oldest first."""
        return await self._sorted({"conversation": conversation}, CASES_OF_A_CONVERSATION)

    async def telling(self, conversation: str) -> list[CaseView]:
        """The same, with the cases in which merged ones go on: together they hold all that was said there (M4)."""
        found = {view.id: view for view in await self.of_conversation(conversation)}
        for _ in range(MERGES_FOLLOWED):
            missing = sorted({view.merged_into for view in found.values() if view.merged_into} - found.keys())
            if not missing:
                break
            found |= await self.among(missing)
        return list(found.values())

    async def earlier(self, view: CaseView) -> list[CaseView]:
        """Other cases of the same customer, latest first."""
        if view.customer is None:
            return []
        query: dict[str, object] = {"customer": customer_key(view.channel, view.customer.id)}
        found = await self._sorted(query, EARLIER_CASES + 1)
        return [other for other in reversed(found) if other.id != view.id and other.brand == view.brand]

    async def of_identities(self, identities: Iterable[tuple[str, str]]) -> list[CaseView]:
        """The latest cases of those whom these channels call so, oldest first."""
        keys = sorted({customer_key(*each) for each in identities})
        return await self._sorted({"customer": {"$in": keys}}, EARLIER_CASES) if keys else []

    async def alike(self, view: CaseView) -> list[CaseView]:
        """Cases of whoever on any channel of the brand has something in common with the customer, the latest of each kind."""
        asked: dict[str, set[str]] = {trait: {value} for trait, value in traits(view).items()}
        asked.setdefault("reached", set()).update(f"{view.brand}/{each}" for each in written_addresses(view))
        found: dict[str, CaseView] = {}
        for trait, values in asked.items():
            some = await self._sorted({trait: {"$in": sorted(values)}}, EARLIER_CASES) if values else []
            found |= {each.id: each for each in some}
        return list(found.values())

    async def similar(self, view: CaseView) -> list[CaseView]:
        """Cases of other customers of the brand about the same topic: those in its language first, then who is further."""
        if not view.topic:
            return []
        found = await self._sorted({"about": about(view)}, SIMILAR_CASES)
        others = [each for each in reversed(found) if each.id != view.id and each.customer != view.customer]
        return sorted(others, key=lambda each: (each.language != view.language, each.status in OPEN))

    async def closed(self, filters: Filters, cursor: str, limit: int) -> tuple[list[Row], str]:
        """Closed cases, latest first, and the cursor of those that follow. Raises Problem 400 for a cursor of another list."""
        if filters.brand and filters.brand not in filters.brands:
            return [], ""
        query: dict[str, object] = {"status": "closed", "brand": {"$in": sorted(filters.brands)}}
        query |= {"brand": filters.brand} if filters.brand else {}
        query |= {"owner": filters.owner} if filters.owner else {}
        query |= {"language": filters.language} if filters.language else {}
        found = await page(self._database, CASES, query, CHANGED, cursor, limit, descending=True)
        return [Row.of(document.state) for document in found.documents if document.state], found.cursor

    async def load_board(self) -> None:
        """Fill the board with every case that is not closed; once, at the start."""
        await self._with_moments()
        self._rebuilt_ms = await rebuilt_ms(self._database, CASES.name)
        async for view in self._not_closed():
            self.board.take(view)
        self._seen_until_ms = milliseconds(self._clock.now())

    async def catch_up(self, *, alone: bool = False) -> list[CaseView]:
        """Bring what other instances stored onto the board; returns the cases whose lines changed.

        While this instance is `alone` in handling events there is nothing to read: its own are on the board. When the read
        models were rebuilt, all is read again.
        """
        nothing_of_others = self._alone.surely(alone=alone)
        if await self._was_rebuilt():
            return await self._read_again()
        if nothing_of_others:
            self._seen_until_ms = milliseconds(self._clock.now())
            return []
        query = {CHANGED: {"$gte": self._seen_until_ms - OVERLAP_MS}}
        documents = await self._database.find(CASES, query, sort=CHANGED, limit=LOADED_AT_ONCE)
        changed = [document.state for document in documents if document.state and self.board.take(document.state)]
        full = len(documents) == LOADED_AT_ONCE
        last = documents[-1].state if documents else None
        until = last.updated_at if full and last and last.updated_at else self._clock.now()
        self._seen_until_ms = milliseconds(until)
        return changed

    async def _was_rebuilt(self) -> bool:
        before, self._rebuilt_ms = self._rebuilt_ms, await rebuilt_ms(self._database, CASES.name)
        return self._rebuilt_ms != before

    async def _read_again(self) -> list[CaseView]:
        self._rebuilt()
        known = {*self.board.rows}
        found = [view async for view in self._not_closed()]
        closed = await self.among(sorted(known - {view.id for view in found}))
        return [view for view in (*found, *closed.values()) if self.board.take(view)]

    async def _not_closed(self) -> AsyncIterator[CaseView]:
        for status in (*OPEN, "resolved"):
            cursor = ""
            while True:
                found = await page(self._database, CASES, {"status": status}, CHANGED, cursor, LOADED_AT_ONCE)
                for document in found.documents:
                    if document.state:
                        yield document.state
                if not (cursor := found.cursor):
                    break

    async def _with_moments(self) -> None:
        """Give the field that the lists are ordered by to cases that an earlier version stored."""
        while rows := await self._database.rows(CASES.name, {}, sort=CHANGED, limit=LOADED_AT_ONCE):
            old = [row for row in rows if CHANGED not in row]  # what lacks the field comes first
            for row in old:
                view = CaseView.model_validate(row["state"])
                await self._database.set(CASES.name, row["_id"], {CHANGED: changed_ms(view)})
            if len(old) < len(rows):
                return

    async def _sorted(self, query: dict[str, object], limit: int) -> list[CaseView]:
        documents = await self._database.find(CASES, query, sort=CHANGED, descending=True, limit=limit)
        views = [document.state for document in documents if document.state and document.state.opened_at]
        return sorted(views, key=lambda view: (view.opened_at or self._clock.now(), view.id))
