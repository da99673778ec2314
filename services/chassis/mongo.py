"""The only module that imports motor and pymongo: documents in and out of the store.

Uses just the operations that design 5 lists (find by id, `$in` or indexed field, guarded replace or `$set`, insert, delete,
indexes), so that every MongoDB-compatible server will do.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import ASCENDING, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError

from services.chassis.documents import Collection, Document, Index, S, with_lane
from services.chassis.errors import Unavailable

DUPLICATE_KEY = 11000
SELECTION_TIMEOUT_MS = 3000
SOCKET_TIMEOUT_MS = 20_000
"""A server that took a request and is silent for so long does not answer any more."""
ASKED_ONE_BY_ONE = 8
"""Up to so many values of a field are asked for each by itself: a supported store reads all documents for an `$in`, other than
of ids, which takes longer from about 250 documents a value on."""


@asynccontextmanager
async def _available() -> AsyncIterator[None]:
    try:
        yield
    except (BulkWriteError, DuplicateKeyError):
        raise
    except PyMongoError as error:
        raise Unavailable(f"the document store does not answer: {error}") from error


class Database:
    """One service's documents."""

    def __init__(self, uri: str, name: str) -> None:
        self._client: Any = AsyncIOMotorClient(
            uri,
            tz_aware=True,
            serverSelectionTimeoutMS=SELECTION_TIMEOUT_MS,
            connectTimeoutMS=SELECTION_TIMEOUT_MS,
            socketTimeoutMS=SOCKET_TIMEOUT_MS,
        )
        self._database = self._client[name]

    async def ping(self) -> None:
        """Raises Unavailable when the store does not answer."""
        async with _available():
            await self._client.admin.command("ping")

    async def prepare(self, collection: Collection[Any]) -> None:
        """Create the collection's indexes where they are missing."""
        for index in with_lane(collection).indexes:
            await self.create_index(collection.name, index)

    async def create_index(self, name: str, index: Index) -> None:
        """Create one index where it is missing."""
        options: dict[str, Any] = {"unique": True} if index.unique else {}
        if index.only:
            options["partialFilterExpression"] = {index.only[0]: index.only[1]}
        if index.expire_after_seconds is not None:
            options["expireAfterSeconds"] = index.expire_after_seconds
        async with _available():
            await self._database[name].create_index([(field, ASCENDING) for field in index.fields], **options)

    async def lanes(self, collection: Collection[S], lanes: Iterable[str]) -> list[Document[S]]:
        """All documents of these lanes."""
        return await self.find(collection, {"lane": {"$in": list(lanes)}})

    async def own_lanes(self, collection: Collection[S], ids: Iterable[str]) -> list[Document[S]]:
        """The documents with these ids that are each their own lane."""
        found = await self.find(collection, {"_id": {"$in": list(ids)}})
        return [each for each in found if each.lane == each.id]

    async def get(self, collection: Collection[S], id: str) -> Document[S] | None:
        """The document with this id."""
        found = await self.find(collection, {"_id": id}, limit=1)
        return found[0] if found else None

    async def find(
        self,
        collection: Collection[S],
        query: Mapping[str, Any],
        *,
        sort: str = "",
        limit: int = 0,
        descending: bool = False,
    ) -> list[Document[S]]:
        """Documents by equality, `$in` or range on indexed top-level fields."""
        return [
            Document.loaded(collection, each)
            for each in await self.rows(collection.name, query, sort, limit, descending)
        ]

    async def rows(
        self, name: str, query: Mapping[str, Any], sort: str = "", limit: int = 0, descending: bool = False
    ) -> list[dict[str, Any]]:
        """The same as stored, for collections that are not aggregates too."""
        field = _field_of_few(query)
        if not field:
            return await self._rows(name, query, sort, limit, descending)
        each = (self._rows(name, {**query, field: value}, sort, limit, descending) for value in {*query[field]["$in"]})
        rows = [row for found in await asyncio.gather(*each) for row in found]
        if sort:  # what lacks the field comes first, as in the store
            rows.sort(key=lambda row: (True, row[sort]) if sort in row else (False,), reverse=descending)
        return rows[:limit] if limit else rows

    async def _rows(
        self, name: str, query: Mapping[str, Any], sort: str, limit: int, descending: bool
    ) -> list[dict[str, Any]]:
        async with _available():
            cursor = self._database[name].find(_by_operators(query))
            if sort:
                cursor = cursor.sort(sort, -1 if descending else 1)
            rows: list[dict[str, Any]] = await (cursor.limit(limit) if limit else cursor).to_list(None)
            return rows

    async def all_rows(
        self, name: str, at_once: int, sort: str = "_id", *, descending: bool = False
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """All rows in order, some at a time."""
        async with _available():
            cursor = self._database[name].find({}).sort(sort, -1 if descending else 1).batch_size(at_once)
            while rows := await cursor.to_list(at_once):
                yield rows

    async def replace(self, documents: Sequence[Document[Any]]) -> bool:
        """Write all documents, each guarded by its version. False when at least one guard failed (then some are written)."""
        complete = True
        for name in {document.collection.name for document in documents}:
            mine = [document for document in documents if document.collection.name == name]
            writes = [
                ReplaceOne({"_id": each.id, "version": each.version}, each.next(), upsert=each.version == 0)
                for each in mine
            ]
            complete &= await self._bulk(name, writes) == len(writes)
        return complete

    async def versions(self, documents: Sequence[Document[Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
        """What is stored now for these documents, by collection and id."""
        stored: dict[tuple[str, str], Mapping[str, Any]] = {}
        for name in {document.collection.name for document in documents}:
            ids = [document.id for document in documents if document.collection.name == name]
            stored |= {(name, row["_id"]): row for row in await self.rows(name, {"_id": {"$in": ids}})}
        return stored

    async def clear_outboxes(self, name: str, versions: Mapping[str, int]) -> None:
        """Empty the outboxes of these documents where they still have these versions."""
        writes = [
            UpdateOne({"_id": id, "version": version}, {"$set": {"outbox": [], "pending": 0}})
            for id, version in versions.items()
        ]
        if writes:
            await self._bulk(name, writes)

    async def insert(self, name: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Insert what is not there yet; returns how many were new."""
        return await self._bulk(name, [InsertOne(dict(row)) for row in rows]) if rows else 0

    async def set(self, name: str, id: str, values: Mapping[str, Any]) -> bool:
        """Set top-level fields to texts or numbers; False when there is no such row.

        Raises TypeError for other values: a compatible store was found to keep times and truth values as something else.
        """
        if wrong := [
            field
            for field, value in values.items()
            if isinstance(value, bool) or not isinstance(value, int | float | str)
        ]:
            raise TypeError(f"{wrong[0]} is neither a text nor a number")
        async with _available():
            result = await self._database[name].update_one({"_id": id}, {"$set": dict(values)})
            return bool(result.matched_count)

    async def delete(self, name: str, ids: Iterable[str]) -> int:
        """Delete rows by id."""
        async with _available():
            result = await self._database[name].delete_many({"_id": {"$in": list(ids)}})
            return int(result.deleted_count)

    async def count(self, name: str, query: Mapping[str, Any]) -> int:
        """How many rows match."""
        async with _available():  # by this command, because a supported store reads all documents for an aggregation
            return int((await self._database.command("count", name, query=_by_operators(query)))["n"])

    async def _bulk(self, name: str, writes: Sequence[Any]) -> int:
        """How many writes took effect; duplicate keys count as not."""
        async with _available():
            try:
                result = await self._database[name].bulk_write(writes, ordered=False)
            except BulkWriteError as error:
                others = [each for each in error.details["writeErrors"] if each["code"] != DUPLICATE_KEY]
                if others:
                    raise Unavailable(f"the document store refused a write: {others[0]['errmsg']}") from error
                counts = error.details
                return int(counts["nMatched"] + counts["nUpserted"] + counts["nInserted"])
            return int(result.matched_count + result.upserted_count + result.inserted_count)

    def close(self) -> None:
        self._client.close()


def _field_of_few(query: Mapping[str, Any]) -> str:
    """The first field of which one of few values is asked; empty when there is none."""
    for field, asked in query.items():
        if field != "_id" and isinstance(asked, Mapping) and 0 < len(asked.get("$in", ())) <= ASKED_ONE_BY_ONE:
            return field
    return ""


def _by_operators(query: Mapping[str, Any]) -> dict[str, Any]:
    """The same query, with `$eq` for what is to be equal: without, a supported store does not use an index of several fields.

    Texts that begin with a digit stay as they are: that store takes some for moments, and compares them as such.
    """
    return {
        field: {"$eq": asked}
        if field != "_id" and (isinstance(asked, int) or (isinstance(asked, str) and not asked[:1].isdigit()))
        else asked
        for field, asked in query.items()
    }
