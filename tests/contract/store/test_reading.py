"""What reading from a store must do: by id, by ids, by equality and range, sorted, limited; counting and deleting."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING, ReplaceOne

pytestmark = pytest.mark.asyncio(loop_scope="session")
Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
NOON = datetime(2026, 3, 29, 12, 0, 0, 123000, tzinfo=UTC)


def aggregate(name: object, version: int, /, **fields: object) -> Document:
    return {"_id": name, "version": version, **fields}


async def everything(documents: Collection) -> dict[Any, Document]:
    return {found["_id"]: found async for found in documents.find({})}


class TestFind:
    async def test_by_id(self, documents: Collection) -> None:
        await documents.insert_many([aggregate("a", 1, text="one"), aggregate("b", 2)])
        assert await documents.find_one({"_id": "a"}) == aggregate("a", 1, text="one")
        assert await documents.find_one({"_id": "c"}) is None

    @pytest.mark.parametrize("wanted", [[], ["a"], ["a", "nobody", "c"], ["nobody"], ["a", "a"]])
    async def test_by_several_ids(self, documents: Collection, wanted: list[str]) -> None:
        await documents.insert_many([aggregate(name, 1) for name in "abc"])
        found = [row["_id"] async for row in documents.find({"_id": {"$in": wanted}})]
        assert sorted(found) == sorted(set(wanted) & set("abc"))

    async def test_by_many_ids(self, documents: Collection) -> None:
        names = [str(uuid.uuid4()) for _ in range(1200)]
        await documents.insert_many([aggregate(name, 1, text="x" * 200) for name in names])
        found = [row["_id"] async for row in documents.find({"_id": {"$in": names[:1000]}})]
        assert sorted(found) == sorted(names[:1000])

    async def test_a_result_of_many_batches_is_whole(self, documents: Collection) -> None:
        names = [f"{number:05d}" for number in range(1500)]
        await documents.insert_many([aggregate(name, 1) for name in reversed(names)])
        found = [row["_id"] async for row in documents.find({"version": 1}).sort("_id", ASCENDING).batch_size(100)]
        assert found == names

    async def test_a_page_after_an_id(self, documents: Collection) -> None:
        await documents.insert_many([aggregate(name, 1, brand="a") for name in "fbdace"])
        page = documents.find({"brand": "a", "_id": {"$gt": "b"}}).sort("_id", ASCENDING).limit(3)
        assert [row["_id"] async for row in page] == ["c", "d", "e"]

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ({"due": NOON}, {3}),
            ({"due": {"$lte": NOON}}, {0, 1, 2, 3}),
            ({"due": {"$lt": NOON}}, {0, 1, 2}),
            ({"due": {"$gt": NOON}}, {4, 5}),
            ({"due": {"$gte": NOON, "$lt": NOON + timedelta(hours=2)}}, {3, 4}),
            ({"brand": "kalder"}, {0, 2, 4}),
            ({"brand": "kalder", "due": {"$lte": NOON}}, {0, 2}),
            ({"brand": "KALDER"}, set()),
            ({"pending": {"$gt": 0}}, {1, 2, 3, 4, 5}),
            ({"pending": 0}, {0}),
            ({"pending": {"$gte": 2, "$lte": 4}, "open": True}, {2, 4}),
            ({"open": False}, {1, 3, 5}),
            ({"brand": {"$in": ["kalder", "nobody"]}, "open": True}, {0, 2, 4}),
            ({"name": {"$gte": "person-2", "$lt": "person-4"}}, {2, 3}),
            ({"nothing": 1}, set()),
        ],
    )
    @pytest.mark.parametrize("indexed", [True, False])
    async def test_by_equality_and_range(
        self, documents: Collection, query: Document, expected: set[int], indexed: bool
    ) -> None:
        if indexed:
            for key in ("due", "pending", "name"):
                await documents.create_index(key)
            await documents.create_index([("brand", ASCENDING), ("due", ASCENDING)])
        rows = [self.row(number) for number in range(6)]
        await documents.insert_many(rows)
        assert {found["_id"] async for found in documents.find(query)} == expected

    @staticmethod
    def row(number: int) -> Document:
        due = NOON + timedelta(hours=number - 3)
        even = number % 2 == 0
        brand = "kalder" if even else "vonk"
        return aggregate(number, 1, due=due, brand=brand, pending=number, open=even, name=f"person-{number}")

    async def test_sorted_and_limited(self, documents: Collection) -> None:
        await documents.create_index([("brand", ASCENDING), ("due", DESCENDING)])
        rows = [aggregate(n, 1, brand="ab"[n % 2], due=NOON + timedelta(seconds=n // 2)) for n in range(20)]
        await documents.insert_many(rows)
        newest = documents.find({"brand": "a"}).sort("due", DESCENDING).limit(3)
        assert [row["_id"] async for row in newest] == [18, 16, 14]
        oldest = documents.find({}).sort([("due", ASCENDING), ("brand", DESCENDING)]).limit(4)
        assert [row["_id"] async for row in oldest] == [1, 0, 3, 2]
        page = documents.find({"brand": "b", "due": {"$gt": NOON}}).sort([("due", ASCENDING)]).limit(100)
        assert [row["_id"] async for row in page] == [3, 5, 7, 9, 11, 13, 15, 17, 19]

    async def test_a_range_does_not_match_a_missing_or_removed_field(self, documents: Collection) -> None:
        await documents.create_index("due")
        await documents.insert_many(
            [aggregate("never", 1), aggregate("null", 1, due=None), aggregate("now", 1, due=NOON)]
        )
        await documents.update_one({"_id": "now"}, {"$unset": {"due": ""}})
        assert [row["_id"] async for row in documents.find({"due": {"$lte": NOON}})] == []


class TestDeleteAndCount:
    async def test_delete_under_a_guard(self, documents: Collection) -> None:
        await documents.insert_many([aggregate("a", 1), aggregate("b", 1)])
        assert (await documents.delete_one({"_id": "a", "version": 2})).deleted_count == 0
        assert (await documents.delete_one({"_id": "a", "version": 1})).deleted_count == 1
        assert (await documents.delete_one({"_id": "a", "version": 1})).deleted_count == 0
        assert set(await everything(documents)) == {"b"}

    async def test_delete_many_by_range_and_by_ids(self, documents: Collection) -> None:
        await documents.insert_many([aggregate(f"d{n}", 1, at=NOON + timedelta(days=n)) for n in range(10)])
        assert (await documents.delete_many({"at": {"$lt": NOON + timedelta(days=3)}})).deleted_count == 3
        assert (await documents.delete_many({"_id": {"$in": ["d3", "d4", "nobody"]}})).deleted_count == 2
        assert set(await everything(documents)) == {"d5", "d6", "d7", "d8", "d9"}

    async def test_a_deleted_id_can_be_used_again(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 4))
        await documents.delete_one({"_id": "a"})
        reply = await documents.bulk_write(
            [ReplaceOne({"_id": "a", "version": 0}, aggregate("a", 1), upsert=True)], ordered=False
        )
        assert reply.upserted_count == 1

    async def test_count(self, documents: Collection) -> None:
        assert await documents.count_documents({}) == 0
        await documents.insert_many(
            [aggregate(n, 1, brand="ab"[n % 2], due=NOON + timedelta(hours=n)) for n in range(10)]
        )
        assert await documents.count_documents({}) == 10
        assert await documents.count_documents({"brand": "a"}) == 5
        assert await documents.count_documents({"brand": "a", "due": {"$gte": NOON + timedelta(hours=4)}}) == 3
        assert await documents.count_documents({"brand": "z"}) == 0
