"""How cases are stored: one document each; the lane is the conversation. And who has changed since the files were written."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.base import milliseconds
from schemas.organisation import Person
from services.cases.domain import Case, Status
from services.cases.domain.answers import contributed_at
from services.cases.domain.timers import wakes_at
from services.chassis.documents import Collection, Document, Index
from services.chassis.mongo import Database


def identity_key(brand: str, channel: str, author: str) -> str:
    """How one channel of a brand knows a customer, as one text (U2)."""
    return f"{brand}/{channel}/{author}"


def _fields(case: Case) -> Mapping[str, str | int]:
    fields: dict[str, str | int] = {"status": case.status, "owner": case.owner, "brand": case.brand}
    fields["opened_ms"] = milliseconds(case.opened_at)
    if moment := wakes_at(case):  # left out when it waits for nothing: a missing field is in no range, on every store
        fields["wakes_ms"] = milliseconds(moment)
    waiting = [] if case.closed else [each.due_at for each in case.approvals.values() if each.status == "waiting"]
    if waiting:
        fields["approval_due_ms"] = milliseconds(min(waiting))
    if pending := case.pending_handover:
        fields["offered_to"] = pending.to
    fields["customer"] = identity_key(case.brand, case.channel, case.customer.id)
    if moment := contributed_at(case):
        fields["answers_ms"] = milliseconds(moment)
    if case.special:
        fields["special"] = case.brand
        fields["special_ms"] = milliseconds(case.special.marked_at)
    return fields | _promises(case)


def _promises(case: Case) -> dict[str, str | int]:
    """What the ledger of promises asks for: how many there are in each state, and when the first was made or is due."""
    promises = case.promises.values()
    if not promises:
        return {}
    fields: dict[str, str | int] = {"promised": 1}
    fields["promise_ms"] = min(milliseconds(each.made_at or case.opened_at) for each in promises)
    for state, count in Counter(each.state for each in promises).items():
        fields[f"promises_{state}"] = count
        fields[f"promise_{state}_ms"] = min(milliseconds(each.due_at) for each in promises if each.state == state)
    return fields


CASES = Collection(
    "cases",
    Case,
    fields=_fields,
    indexes=(
        Index(("owner", "status")),
        Index(("brand", "opened_ms")),
        Index(("wakes_ms",)),
        Index(("brand", "approval_due_ms")),
        Index(("offered_to",)),
        Index(("answers_ms",)),
        Index(("customer", "opened_ms")),
        Index(("special", "special_ms")),
        Index(("brand", "promise_ms"), only=("promised", 1)),
        Index(("owner", "promise_ms"), only=("promised", 1)),
        Index(("customer", "promise_ms"), only=("promised", 1)),
    ),
)


async def waking(database: Database, now: datetime, limit: int) -> list[Document[Case]]:
    """The cases to which time has something to say, the most overdue first."""
    return await database.find(CASES, {"wakes_ms": {"$lte": milliseconds(now)}}, sort="wakes_ms", limit=limit)


OPEN: tuple[Status, ...] = ("owned", "waiting-for-specialist", "waiting-for-customer")
"""The states of a case in which its owner has something to do or to wait for."""


async def cases_of(database: Database, owner: str, *, resolved_too: bool = False) -> list[Case]:
    """Somebody's cases that are not closed, the oldest first."""
    statuses = [*OPEN, "resolved"] if resolved_too else [*OPEN]
    return _oldest_first(await database.find(CASES, {"owner": owner, "status": {"$in": statuses}}))


async def cases_with_ids(database: Database, ids: Iterable[str]) -> list[Case]:
    """Those of these cases that exist, the oldest first."""
    return _oldest_first(await database.find(CASES, {"_id": {"$in": sorted({*ids})}}))


async def cases_offered_to(database: Database, person: str, bulk_id: str = "") -> list[Case]:
    """The cases that wait for this person to take them over (of one bulk), the oldest first."""
    offered = _oldest_first(await database.find(CASES, {"offered_to": person}))
    return [case for case in offered if case.pending_handover and bulk_id in ("", case.pending_handover.bulk_id)]


def _oldest_first(documents: Iterable[Document[Case]]) -> list[Case]:
    cases = [document.state for document in documents if document.state]
    return sorted(cases, key=lambda case: (case.opened_at, case.id))


class Planned(BaseModel):
    """One case of a command on many, and the person whom it concerns."""

    model_config = ConfigDict(frozen=True)

    case_id: str
    person: str
    handover_id: str = ""


class RefusedPart(Planned):
    """Why it was not possible for this case; `kind` is that of a problem document."""

    kind: str
    detail: str


class Bulk(BaseModel):
    """A command on many cases. The plan is stored before the first step, so that a repeat does just the same."""

    model_config = ConfigDict(frozen=True)

    cause: str
    """The command: who, where, under which key, and what it said."""
    plan: tuple[Planned, ...]
    done: tuple[Planned, ...] = ()
    refused: tuple[RefusedPart, ...] = ()
    finished: bool = False


BULKS = Collection("bulks", Bulk)


class Colleague(BaseModel):
    """A person as routing recorded them last, where that differs from the organisation's files (P1, P4)."""

    model_config = ConfigDict(frozen=True)

    person: Person
    changed_ms: int = 0
    """When this was heard, so that every instance finds what is new."""


PEOPLE = Collection(
    "people", Colleague, fields=lambda state: {"changed_ms": state.changed_ms}, indexes=(Index(("changed_ms",)),)
)


class People:
    """People as they are now, whichever instance has heard of the change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, ids: Iterable[str]) -> dict[str, Person]:
        """Those of them who differ from the files."""
        found = await self._database.find(PEOPLE, {"_id": {"$in": sorted({*ids})}})
        return {each.id: each.state.person for each in found if each.state}
