"""What the indexes of a store must do: compound, unique, partial, with a time to live."""

from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING, ReplaceOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

pytestmark = pytest.mark.asyncio(loop_scope="session")
Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]


def aggregate(name: object, version: int, /, **fields: object) -> Document:
    return {"_id": name, "version": version, **fields}


def guarded(name: object, old: int, /, **fields: object) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": name, "version": old}, aggregate(name, old + 1, **fields), upsert=old == 0)


async def everything(documents: Collection) -> dict[Any, Document]:
    return {found["_id"]: found async for found in documents.find({})}


class TestIndexes:
    async def test_an_index_can_be_asked_for_at_every_start(self, documents: Collection) -> None:
        for _ in range(2):
            await documents.create_index([("brand", ASCENDING), ("due", ASCENDING)])
            await documents.create_index("handle", unique=True)
        keys = [index["key"] for index in (await documents.index_information()).values()]
        assert [("brand", 1), ("due", 1)] in keys
        assert [("handle", 1)] in keys
        assert len(keys) == 3

    async def test_an_index_keeps_its_name_and_direction(self, documents: Collection) -> None:
        await documents.create_index([("brand", ASCENDING), ("due", DESCENDING)], name="work")
        indexes = await documents.index_information()
        assert [(field, int(way)) for field, way in indexes["work"]["key"]] == [("brand", 1), ("due", -1)]

    async def test_unique_holds_for_every_way_of_writing(self, documents: Collection) -> None:
        await documents.create_index("handle", unique=True)
        await documents.insert_many([aggregate("a", 1, handle="x"), aggregate("b", 1, handle="y")])
        with pytest.raises(DuplicateKeyError):
            await documents.insert_one(aggregate("c", 1, handle="x"))
        with pytest.raises(DuplicateKeyError):
            await documents.replace_one({"_id": "b", "version": 1}, aggregate("b", 2, handle="x"))
        with pytest.raises(DuplicateKeyError):
            await documents.update_one({"_id": "b"}, {"$set": {"handle": "x"}})
        with pytest.raises(DuplicateKeyError):
            await documents.replace_one({"_id": "d", "version": 0}, aggregate("d", 1, handle="x"), upsert=True)
        assert await everything(documents) == {"a": aggregate("a", 1, handle="x"), "b": aggregate("b", 1, handle="y")}

    async def test_unique_in_a_bulk_names_the_loser(self, documents: Collection) -> None:
        await documents.create_index("handle", unique=True)
        operations = [guarded("a", 0, handle="x"), guarded("b", 0, handle="x"), guarded("c", 0, handle="z")]
        with pytest.raises(BulkWriteError) as refused:
            await documents.bulk_write(operations, ordered=False)
        assert [(error["index"], error["code"]) for error in refused.value.details["writeErrors"]] == [(1, 11000)]
        assert refused.value.details["nUpserted"] == 2
        assert set(await everything(documents)) == {"a", "c"}

    async def test_unique_compound(self, documents: Collection) -> None:
        await documents.create_index([("source", ASCENDING), ("external", ASCENDING)], unique=True)
        await documents.insert_many(
            [aggregate(1, 1, source="x", external="1"), aggregate(2, 1, source="x", external="2")]
        )
        await documents.insert_one(aggregate(3, 1, source="y", external="1"))
        with pytest.raises(DuplicateKeyError):
            await documents.insert_one(aggregate(4, 1, source="x", external="2"))

    async def test_partial_unique_holds_only_where_the_scalar_says_so(self, documents: Collection) -> None:
        await documents.create_index("conversation", unique=True, partialFilterExpression={"open": True})
        closed = [aggregate(n, 1, conversation="c", open=False) for n in range(3)]
        await documents.insert_many([*closed, aggregate("open", 1, conversation="c", open=True)])
        with pytest.raises(DuplicateKeyError):
            await documents.insert_one(aggregate("second", 1, conversation="c", open=True))
        await documents.replace_one({"_id": "open", "version": 1}, aggregate("open", 2, conversation="c", open=False))
        await documents.insert_one(aggregate("second", 1, conversation="c", open=True))
        found = {row["_id"] async for row in documents.find({"conversation": "c"})}
        assert found == {0, 1, 2, "open", "second"}

    async def test_partial_index_on_a_counter_finds_what_waits_to_be_published(self, documents: Collection) -> None:
        await documents.create_index("pending", partialFilterExpression={"pending": {"$gt": 0}})
        await documents.insert_many([aggregate(n, 1, pending=n % 3) for n in range(9)])
        await documents.update_one({"_id": 1}, {"$set": {"pending": 0}})
        await documents.update_one({"_id": 3}, {"$inc": {"pending": 1}})
        assert {row["_id"] async for row in documents.find({"pending": {"$gt": 0}})} == {2, 3, 4, 5, 7, 8}
        assert await documents.count_documents({}) == 9

    async def test_time_to_live_is_kept_with_the_index(self, documents: Collection) -> None:
        await documents.create_index("at", expireAfterSeconds=3600, name="expiry")
        await documents.create_index("at", expireAfterSeconds=3600, name="expiry")
        indexes = (await documents.index_information()).values()
        assert [index.get("expireAfterSeconds") for index in indexes if index["key"][0][0] == "at"] == [3600]
        await documents.insert_one(aggregate("a", 1, at=datetime.now(UTC)))
        assert set(await everything(documents)) == {"a"}
