"""What writing to a store must do: insert, guarded replace and guarded update, one by one and in bulk."""

from datetime import UTC, datetime
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

pytestmark = pytest.mark.asyncio(loop_scope="session")
Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
NOON = datetime(2026, 3, 29, 12, 0, 0, 123000, tzinfo=UTC)


def aggregate(name: object, version: int, /, **fields: object) -> Document:
    return {"_id": name, "version": version, **fields}


def guarded(name: object, old: int, /, **fields: object) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": name, "version": old}, aggregate(name, old + 1, **fields), upsert=old == 0)


async def everything(documents: Collection) -> dict[Any, Document]:
    return {found["_id"]: found async for found in documents.find({})}


class TestInsert:
    async def test_the_same_id_twice_is_refused(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1, text="first"))
        with pytest.raises(DuplicateKeyError) as refused:
            await documents.insert_one(aggregate("a", 1, text="second"))
        assert refused.value.code == 11000
        assert await everything(documents) == {"a": aggregate("a", 1, text="first")}

    async def test_a_bulk_keeps_what_is_new_and_names_what_is_not(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("b", 1))
        with pytest.raises(BulkWriteError) as refused:
            await documents.bulk_write([InsertOne(aggregate(name, 2)) for name in "abc"], ordered=False)
        details = refused.value.details
        assert details["nInserted"] == 2
        assert [(error["index"], error["code"]) for error in details["writeErrors"]] == [(1, 11000)]
        assert {name: row["version"] for name, row in (await everything(documents)).items()} == {"a": 2, "b": 1, "c": 2}


class TestGuardedReplace:
    async def test_the_first_write_creates(self, documents: Collection) -> None:
        reply = await documents.replace_one({"_id": "a", "version": 0}, aggregate("a", 1), upsert=True)
        assert (reply.matched_count, reply.upserted_id) == (0, "a")
        assert await everything(documents) == {"a": aggregate("a", 1)}

    async def test_the_first_write_of_a_document_that_exists_is_refused(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 3))
        with pytest.raises(DuplicateKeyError) as refused:
            await documents.replace_one({"_id": "a", "version": 0}, aggregate("a", 1), upsert=True)
        assert refused.value.code == 11000
        assert await everything(documents) == {"a": aggregate("a", 3)}

    async def test_the_right_version_replaces_the_whole_document(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1, old="gone", kept={"x": 1}))
        reply = await documents.replace_one({"_id": "a", "version": 1}, aggregate("a", 2, kept={"y": 2}))
        assert (reply.matched_count, reply.modified_count, reply.upserted_id) == (1, 1, None)
        assert await everything(documents) == {"a": aggregate("a", 2, kept={"y": 2})}

    @pytest.mark.parametrize("version", [1, 3])
    async def test_another_version_changes_nothing(self, documents: Collection, version: int) -> None:
        await documents.insert_one(aggregate("a", 2, text="stays"))
        reply = await documents.replace_one({"_id": "a", "version": version}, aggregate("a", version + 1))
        assert (reply.matched_count, reply.modified_count, reply.upserted_id) == (0, 0, None)
        assert await everything(documents) == {"a": aggregate("a", 2, text="stays")}

    async def test_replacing_by_the_same_counts_as_matched(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1))
        reply = await documents.replace_one({"_id": "a", "version": 1}, aggregate("a", 1))
        assert reply.matched_count == 1

    async def test_a_bulk_counts_new_moved_and_stale(self, documents: Collection) -> None:
        await documents.insert_many([aggregate("at-1", 1), aggregate("at-2", 2), aggregate("at-5", 5)])
        operations = [
            guarded("new-1", 0, n=1),
            guarded("at-1", 1, n=1),
            guarded("at-2", 1, n=1),  # stale
            guarded("gone", 4, n=1),  # does not exist
            guarded("at-5", 5, n=1),
            guarded("new-2", 0, n=1),
        ]
        reply = await documents.bulk_write(operations, ordered=False)
        assert (reply.matched_count, reply.upserted_count) == (2, 2)
        assert reply.upserted_ids == {0: "new-1", 5: "new-2"}
        versions = {name: row["version"] for name, row in (await everything(documents)).items()}
        assert versions == {"new-1": 1, "at-1": 2, "at-2": 2, "at-5": 6, "new-2": 1}
        assert "n" not in (await everything(documents))["at-2"]

    async def test_a_bulk_with_a_lost_first_write_does_the_rest(self, documents: Collection) -> None:
        await documents.insert_many([aggregate("mine", 1), aggregate("taken", 7), aggregate("stale", 3)])
        operations = [guarded("new", 0), guarded("taken", 0), guarded("stale", 1), guarded("mine", 1)]
        with pytest.raises(BulkWriteError) as refused:
            await documents.bulk_write(operations, ordered=False)
        details = refused.value.details
        assert (details["nMatched"], details["nUpserted"]) == (1, 1)
        assert [(error["index"], error["code"]) for error in details["writeErrors"]] == [(1, 11000)]
        versions = {name: row["version"] for name, row in (await everything(documents)).items()}
        assert versions == {"mine": 2, "taken": 7, "stale": 3, "new": 1}

    async def test_a_bulk_of_five_hundred_repeated_is_all_stale(self, documents: Collection) -> None:
        first = [guarded(number, 0, text="x" * 2000) for number in range(500)]
        assert (await documents.bulk_write(first, ordered=False)).upserted_count == 500
        second = [guarded(number, 1, text="y" * 2000) for number in range(500)]
        assert (await documents.bulk_write(second, ordered=False)).matched_count == 500
        again = await documents.bulk_write(second, ordered=False)
        assert (again.matched_count, again.upserted_count) == (0, 0)
        assert await documents.count_documents({"version": 2}) == 500


class TestGuardedUpdate:
    async def test_set_unset_and_inc_of_top_level_fields(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1, pending=2, due=NOON, outbox=[{"id": "e1"}], text="old"))
        change = {
            "$set": {"outbox": [], "text": "new"},
            "$unset": {"due": ""},
            "$inc": {"pending": -2, "version": 1},
        }
        reply = await documents.update_one({"_id": "a", "version": 1}, change)
        assert (reply.matched_count, reply.modified_count) == (1, 1)
        assert await everything(documents) == {"a": aggregate("a", 2, pending=0, outbox=[], text="new")}

    async def test_a_stale_guard_changes_nothing(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 2, pending=1))
        reply = await documents.update_one({"_id": "a", "version": 1}, {"$set": {"pending": 0}})
        assert (reply.matched_count, reply.modified_count) == (0, 0)
        assert await everything(documents) == {"a": aggregate("a", 2, pending=1)}

    async def test_set_can_add_and_replace_nested_values_whole(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1, story=[{"who": "ann", "said": ["x"]}]))
        story = [{"who": "bo", "said": [{"text": "hallo", "at": NOON}]}, {"who": "cy", "said": []}]
        await documents.update_one(
            {"_id": "a", "version": 1}, {"$set": {"story": story, "fresh": {"deep": [[1, [2]]]}}}
        )
        assert await everything(documents) == {"a": aggregate("a", 1, story=story, fresh={"deep": [[1, [2]]]})}

    async def test_inc_makes_a_missing_field_and_passes_32_bits(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1, big=2**31 - 1))
        await documents.update_one({"_id": "a"}, {"$inc": {"big": 1, "seen": 3}})
        assert await everything(documents) == {"a": aggregate("a", 1, big=2**31, seen=3)}

    async def test_unset_of_what_is_not_there_is_harmless(self, documents: Collection) -> None:
        await documents.insert_one(aggregate("a", 1))
        reply = await documents.update_one({"_id": "a", "version": 1}, {"$unset": {"due": ""}})
        assert reply.matched_count == 1
        assert await everything(documents) == {"a": aggregate("a", 1)}

    async def test_a_bulk_counts_only_what_matched(self, documents: Collection) -> None:
        await documents.insert_many([aggregate(n, 1 + n % 2, pending=1, outbox=[{"id": n}]) for n in range(10)])
        change = {"$set": {"outbox": []}, "$inc": {"version": 1}, "$unset": {"pending": ""}}
        operations = [UpdateOne({"_id": n, "version": 1}, change) for n in range(10)]
        reply = await documents.bulk_write(operations, ordered=False)
        assert (reply.matched_count, reply.modified_count, reply.upserted_count) == (5, 5, 0)
        for number, row in (await everything(documents)).items():
            stale = number % 2 == 1
            expected = (
                aggregate(number, 2, pending=1, outbox=[{"id": number}]) if stale else aggregate(number, 2, outbox=[])
            )
            assert row == expected
