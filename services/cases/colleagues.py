"""People as they are now, in memory, for what happens without anybody asking: messages, clocks, time."""

from datetime import timedelta

from schemas.base import milliseconds
from schemas.organisation import Organisation, Person
from services.cases.store import PEOPLE
from services.chassis.clock import Clock
from services.chassis.mongo import Database

OVERLAP = timedelta(seconds=30)
"""Changes that other instances have heard of are looked for so far back: their clocks differ, and a write takes its time."""


class Colleagues:
    """Those who differ from the organisation's files, read again and again; all others are as in the files."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._known: dict[str, Person] = {}
        self._since_ms = -1

    def person(self, id_: str) -> Person:
        """Somebody as known now. Raises NotInOrganisation."""
        return self._known.get(id_) or self._organisation.person(id_)

    async def refresh(self, database: Database, clock: Clock) -> None:
        """Take in what is new. Raises Unavailable."""
        until = milliseconds(clock.now() - OVERLAP)
        for document in await database.find(
            PEOPLE, {"changed_ms": {"$gt": self._since_ms}} if self._since_ms >= 0 else {}
        ):
            if document.state:
                self._known[document.id] = document.state.person
        self._since_ms = until
