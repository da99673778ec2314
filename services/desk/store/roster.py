"""Everybody with when they work, kept in memory: pages about the hours to come look at all of them at once."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from schemas.organisation import Organisation, Person
from services.chassis.documents import Collection, Document
from services.chassis.mongo import Database
from services.desk.domain.coverage import STAFF, Absence, LanguageAhead, Member, ahead
from services.desk.store.alone import Alone
from services.desk.store.collections import ABSENCES, PEOPLE


class Roster:
    """As of the latest `refresh`: what the roster's events have told, and for people not told of yet what the files say."""

    def __init__(self, database: Database, organisation: Organisation) -> None:
        self._database = database
        self._filed = {person.id: person for person in organisation.people}
        self._told: dict[str, tuple[int, Person]] = {}
        self._absences: dict[str, tuple[int, Absence]] = {}
        self._members: dict[str, Member] = {}
        self._ahead: dict[tuple[frozenset[str], tuple[str, ...]], tuple[LanguageAhead, ...]] = {}
        self._noticed: set[str] = set()
        self._changed: set[str] = set()
        self._alone = Alone()

    def notice(self, person_id: str) -> None:
        """Somebody is about to be stored otherwise."""
        self._noticed.add(person_id)

    async def stored(self) -> None:
        """All that was noticed is stored now."""
        self._changed |= self._noticed
        self._noticed.clear()

    async def refresh(self, *, alone: bool = False) -> None:
        """Hear what has changed: of those whom this instance has stored, or unless it is `alone` in that, of everybody."""
        nothing_of_others = self._alone.surely(alone=alone)
        changed, self._changed = self._changed, set()
        query = {"_id": {"$in": sorted(changed)}} if nothing_of_others else {}
        if query and not changed:
            return
        try:
            await self._hear(PEOPLE, self._told, query)
            await self._hear(ABSENCES, self._absences, query)
        except BaseException:
            self._changed |= changed
            raise
        people = self._filed | {id: person for id, (_, person) in self._told.items()}
        known = self._absences
        self._members = {id: Member(each, known[id][1] if id in known else None) for id, each in people.items()}
        self._ahead.clear()

    def members(self, brands: Iterable[str]) -> dict[str, Member]:
        """Everybody who owns cases or answers owners for one of these brands, by id."""
        wanted = frozenset(brands)
        staff = ((id, each) for id, each in self._members.items() if each.person.role in STAFF)
        return {id: each for id, each in staff if not wanted.isdisjoint(each.person.brands)}

    async def ahead(
        self, brands: frozenset[str], languages: tuple[str, ...], now: datetime
    ) -> tuple[LanguageAhead, ...]:
        """The hours to come in these languages; worked out once for all who look, until the next `refresh`."""
        key = (brands, languages)
        if key not in self._ahead:
            members = list(self.members(brands).values())
            # In a thread: the first look at a year's holidays takes a third of a second.
            self._ahead[key] = await asyncio.to_thread(ahead, members, languages, now)
        return self._ahead[key]

    async def _hear(
        self, collection: Collection[Any], known: dict[str, tuple[int, Any]], query: Mapping[str, Any]
    ) -> None:
        for row in await self._database.rows(collection.name, query):
            if row["_id"] not in known or row["version"] != known[row["_id"]][0]:
                known[row["_id"]] = (row["version"], Document.loaded(collection, row).state)
