"""Lists in pages. A cursor names the last row that was shown, so that what comes and goes meanwhile moves nothing.

    found = await page(database, CASES, {"owner": person}, "opened_ms", cursor, limit)
    return Page(items=[shown(each) for each in found.documents], **found.links(request))

Rows that have the same value in the sort field are in the order of their ids. Only equality and ranges on top-level fields are
asked of the store, so that every supported store gives the same pages.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query, Request
from pydantic import BaseModel, Field

from services.chassis.documents import Collection, Document, S
from services.chassis.errors import Problem
from services.chassis.mongo import Database

T = TypeVar("T")
DEFAULT_LIMIT, MOST = 50, 200
LONGEST_CURSOR = 2000
WIDEST = 2**53
"""Numbers beyond it have no place in the order."""

Row = dict[str, Any]
Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str, Query(max_length=LONGEST_CURSOR, description="Goes on after an earlier page: the `cursor` of its answer.")
]


class Page(BaseModel, Generic[T]):
    """A part of a list, in a stable order."""

    items: list[T]
    cursor: str | None = Field(default=None, description="Give it back to go on; null on the last page.")
    next: str | None = Field(default=None, description="The address of the next page; null on the last one.")


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of rows as stored; `cursor` is empty on the last one."""

    rows: list[Row]
    cursor: str

    def links(self, request: Request) -> dict[str, str | None]:
        """`cursor` and `next` of a `Page`."""
        return _links(request, self.cursor)


@dataclass(frozen=True, slots=True)
class Found(Generic[S]):
    """A page of documents; `cursor` is empty on the last one."""

    documents: list[Document[S]]
    cursor: str

    def links(self, request: Request) -> dict[str, str | None]:
        """`cursor` and `next` of a `Page`."""
        return _links(request, self.cursor)


async def page(
    database: Database,
    collection: Collection[S],
    query: Mapping[str, Any],
    sort: str = "_id",
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
    *,
    descending: bool = False,
    within: Mapping[str, int] | None = None,
) -> Found[S]:
    """A page of documents. Raises Problem 400 for a cursor that is none of this list."""
    found = await page_rows(database, collection.name, query, sort, cursor, limit, descending=descending, within=within)
    return Found([Document.loaded(collection, row) for row in found.rows], found.cursor)


async def page_rows(
    database: Database,
    name: str,
    query: Mapping[str, Any],
    sort: str = "_id",
    cursor: str = "",
    limit: int = DEFAULT_LIMIT,
    *,
    descending: bool = False,
    within: Mapping[str, int] | None = None,
) -> Rows:
    """A page of rows. `query` holds equalities and `$in`; `sort`, not in it, is a field of numbers. Raises Problem 400.

    `within` are bounds of that field (`$gte`, `$lt`). They may move between two pages.
    """
    lists = _Lists(database, name, query, sort, descending, within or {})
    after = _read(cursor, lists.fingerprint) if cursor else None
    rows = await lists.after(after, limit + 1)
    if len(rows) <= limit:
        return Rows(rows, "")
    last = rows[limit - 1]
    return Rows(rows[:limit], _written([last[sort], last["_id"], lists.fingerprint]))


@dataclass(frozen=True, slots=True)
class _Lists:
    """One list: what is in it, and its order."""

    database: Database
    name: str
    query: Mapping[str, Any]
    sort: str
    descending: bool
    within: Mapping[str, int]

    @property
    def fingerprint(self) -> str:
        """Tells a cursor of this list from one of another."""
        told = json.dumps([self.name, self.query, self.sort, self.descending], sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    async def after(self, last: tuple[Any, str] | None, count: int) -> list[Row]:
        """The next `count` rows after the value and id that were shown last."""
        beyond = "$lt" if self.descending else "$gt"
        if self.sort == "_id":
            more = {"_id": {beyond: last[1]}} if last else {}
            return await self._rows(more, "_id", count, descending=self.descending)
        same = await self._rows({self.sort: last[0], "_id": {"$gt": last[1]}}, "_id", count) if last else []
        missing = count - len(same)
        if not missing:
            return same
        # A bound leaves out rows without the field, which can not be in the order.
        bound = {**self.within, **({beyond: last[0]} if last else {"$gt": -WIDEST})}
        later = await self._rows({self.sort: bound}, self.sort, missing, descending=self.descending)
        if len(later) < missing:
            return same + sorted(later, key=self._place)
        # Of the rows that share the last value any may have come: take them in the order of their ids instead.
        value = later[-1][self.sort]
        sure = sorted((row for row in later if row[self.sort] != value), key=self._place)
        return same + sure + await self._rows({self.sort: value}, "_id", missing - len(sure))

    def _place(self, row: Row) -> tuple[float, str]:
        return (-row[self.sort] if self.descending else row[self.sort], row["_id"])

    async def _rows(self, more: Row, sort: str, count: int, *, descending: bool = False) -> list[Row]:
        return await self.database.rows(self.name, {**self.query, **more}, sort, count, descending)


def _links(request: Request, cursor: str) -> dict[str, str | None]:
    if not cursor:
        return {"cursor": None, "next": None}
    address = request.url.include_query_params(cursor=cursor)
    return {"cursor": cursor, "next": f"{address.path}?{address.query}"}


def _written(value: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def _read(cursor: str, fingerprint: str) -> tuple[Any, str]:
    try:
        value, id_, of = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        id_.encode()
        fits = isinstance(value, str) or (isinstance(value, int) and abs(value) < WIDEST)
        known = of == fingerprint and fits
    except (AttributeError, RecursionError, TypeError, ValueError):
        known = False
    if not known:
        raise Problem(400, "invalid-cursor", "the cursor does not belong to this list; begin again without one")
    return value, id_
