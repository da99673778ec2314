"""Questions about cases, and the board kept in step with them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from services.chassis.clock import Clock
from services.chassis.mongo import Database
from services.desk.domain import CaseView
from services.desk.domain.alike import traits, written_addresses
from services.desk.domain.board import Board, Filters, Row
from services.desk.domain.case_view import OPEN
from services.desk.store.collections import CASES, about, customer_key

LOADED_AT_ONCE = 500
EARLIER_CASES = 20
SIMILAR_CASES = 30
CASES_OF_A_CONVERSATION = 20
MERGES_FOLLOWED = 10
OVERLAP = timedelta(seconds=2)
"""How far back to look again: another instance's clock and its last write may be a little behind."""
ALONE_LOOKS = 3
"""So many looks in a row nobody else had partitions: by then whoever had some has stored what was in hand."""


class Cases:
    """The cases as stored, and as lines on the board."""

    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.board = board
        self._seen_until: datetime | None = None
        self._alone_looks = 0

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

    async def closed(self, filters: Filters, before: datetime | None, limit: int) -> list[Row]:
        """Closed cases, latest first; `before` is where the page before ended."""
        query: dict[str, object] = {"status": "closed", "brand": {"$in": sorted(filters.brands)}}
        query |= {"brand": filters.brand} if filters.brand else {}
        query |= {"owner": filters.owner} if filters.owner else {}
        query |= {"language": filters.language} if filters.language else {}
        query |= {"updated_at": {"$lt": before}} if before else {}
        if filters.brand and filters.brand not in filters.brands:
            return []
        documents = await self._database.find(CASES, query, sort="updated_at", descending=True, limit=limit)
        return [Row.of(document.state) for document in documents if document.state]

    async def load_board(self) -> None:
        """Fill the board with every case that is not closed; once, at the start."""
        for status in (*OPEN, "resolved"):
            query: dict[str, object] = {"status": status}
            while True:
                documents = await self._database.find(CASES, query, sort="updated_at", limit=LOADED_AT_ONCE)
                for document in documents:
                    if document.state:
                        self.board.take(document.state)
                last = documents[-1].state if len(documents) == LOADED_AT_ONCE else None
                if last is None or query.get("updated_at") == {"$gte": last.updated_at}:
                    break
                query["updated_at"] = {"$gte": last.updated_at}
        self._seen_until = self._clock.now()

    async def catch_up(self, *, alone: bool = False) -> list[CaseView]:
        """Bring what other instances stored onto the board; returns the cases whose lines changed.

        While this instance is `alone` in handling events there is nothing to read: its own are on the board.
        """
        self._alone_looks = self._alone_looks + 1 if alone else 0
        if self._alone_looks > ALONE_LOOKS:
            self._seen_until = self._clock.now()
            return []
        since = (self._seen_until or self._clock.now()) - OVERLAP
        query = {"updated_at": {"$gte": since}}
        documents = await self._database.find(CASES, query, sort="updated_at", limit=LOADED_AT_ONCE)
        changed = [document.state for document in documents if document.state and self.board.take(document.state)]
        full = len(documents) == LOADED_AT_ONCE
        last = documents[-1].state if documents else None
        self._seen_until = last.updated_at if full and last and last.updated_at else self._clock.now()
        return changed

    async def _sorted(self, query: dict[str, object], limit: int) -> list[CaseView]:
        documents = await self._database.find(CASES, query, sort="updated_at", descending=True, limit=limit)
        views = [document.state for document in documents if document.state and document.state.opened_at]
        return sorted(views, key=lambda view: (view.opened_at or self._clock.now(), view.id))
