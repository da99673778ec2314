"""How cases are stored: one document each; the lane is the conversation. And who has changed since the files were written."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.organisation import Person
from services.cases.domain import Case
from services.cases.domain.timers import wakes_at
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database


def milliseconds(moment: datetime) -> int:
    """Since 1970. A number, because one of the supported stores reads every document for a range of datetimes."""
    return int(moment.timestamp() * 1000)


def _fields(case: Case) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {"status": case.status, "owner": case.owner}
    if moment := wakes_at(case):  # left out when it waits for nothing: a missing field is in no range, on every store
        fields["wakes_ms"] = milliseconds(moment)
    return fields


CASES = Collection("cases", Case, fields=_fields, indexes=(Index(("owner", "status")), Index(("wakes_ms",))))


async def waking(database: Database, now: datetime, limit: int) -> list[Document[Case]]:
    """The cases to which time has something to say, the most overdue first."""
    return await database.find(CASES, {"wakes_ms": {"$lte": milliseconds(now)}}, sort="wakes_ms", limit=limit)


class Colleague(BaseModel):
    """A person as routing recorded them last, where that differs from the organisation's files (P1, P4)."""

    model_config = ConfigDict(frozen=True)

    person: Person


PEOPLE = Collection("people", Colleague)


class People:
    """People as they are now, whichever instance has heard of the change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, ids: Iterable[str]) -> dict[str, Person]:
        """Those of them who differ from the files."""
        found = await self._database.find(PEOPLE, {"_id": {"$in": sorted({*ids})}})
        return {each.id: each.state.person for each in found if each.state}
