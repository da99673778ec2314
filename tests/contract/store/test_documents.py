"""What a document must come back as: exactly what was written, whatever is in it and however it was written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bson import Int64
from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo import ASCENDING, ReplaceOne

pytestmark = pytest.mark.asyncio(loop_scope="session")
Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
NOON = datetime(2026, 3, 29, 12, 0, 0, 123000, tzinfo=UTC)

VALUES: dict[str, Any] = {
    "text": "Ünïcødé 中文 עברית العربية 👩🏽‍🔧 \u200d\ufeff ﷽",
    "nul": "before\x00after\x00",
    "empty": "",
    "looks like json": '{"a": [1, 2]}',
    "looks like a list": "[1]",
    "looks like a number": "007",
    "looks like a boolean": "true",
    "looks like an object id": "507f1f77bcf86cd799439011",
    "looks like a time": "2026-03-29T12:00:00Z",
    "looks like an operator": "$set",
    "quotes": "'\"\\`;--%_\n\r\t",
    "none": None,
    "true": True,
    "false": False,
    "zero": 0,
    "int32": 2**31 - 1,
    "int33": 2**31,
    "int64": 2**63 - 1,
    "negative": -(2**63),
    "float": 0.1,
    "whole float": 5.0,
    "tiny": 5e-324,
    "time": NOON,
    "early": datetime(1, 1, 1, tzinfo=UTC),
    "late": datetime(9999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    "empty list": [],
    "empty map": {},
    "deep": {"a": [{"b": [{"c": [[], [{}], [None, ""]], "at": NOON}]}]},
    "events": [{"id": str(n), "at": NOON, "body": '{"x": "\\u0000"}', "headers": {"ce_id": "1"}} for n in range(5)],
    "mixed": [1, "1", 1.5, True, None, NOON, {"k": [1]}, ["x"]],
    "odd keys": {"with space": 1, "émoji 👍": 2, "-": 3, "id": 4, "type": 5, "quote'\"": 6},
}


def exact(value: object) -> object:
    """Equality in Python lets 1 == True == 1.0 through; this does not."""
    if isinstance(value, dict):
        return {key: exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    return (int if isinstance(value, Int64) else type(value), value)


def aggregate(name: object, version: int, /, **fields: object) -> Document:
    return {"_id": name, "version": version, **fields}


def guarded(name: object, old: int, /, **fields: object) -> ReplaceOne[Document]:
    return ReplaceOne({"_id": name, "version": old}, aggregate(name, old + 1, **fields), upsert=old == 0)


class TestDocuments:
    @pytest.mark.parametrize("name", VALUES)
    @pytest.mark.parametrize("way", ["insert", "replace", "bulk", "set"])
    async def test_a_value_comes_back_as_it_was(self, documents: Collection, name: str, way: str) -> None:
        document = aggregate("a", 2, value=VALUES[name])
        if way == "insert":
            await documents.insert_one(dict(document))
        else:
            await documents.insert_one(aggregate("a", 1))
        if way == "replace":
            await documents.replace_one({"_id": "a", "version": 1}, document)
        if way == "bulk":
            await documents.bulk_write([ReplaceOne({"_id": "a", "version": 1}, document)], ordered=False)
        if way == "set":
            await documents.update_one({"_id": "a", "version": 1}, {"$set": {"value": VALUES[name], "version": 2}})
        found = await documents.find_one({"_id": "a"})
        assert exact(found) == exact(document)

    @pytest.mark.parametrize("way", ["insert", "replace", "bulk", "set"])
    async def test_bytes_at_the_top_come_back_as_they_were(self, documents: Collection, way: str) -> None:
        blob = bytes(range(256)) * 40
        document = aggregate("a", 2, sealed=blob)
        await documents.insert_one(dict(document) if way == "insert" else aggregate("a", 1))
        if way == "replace":
            await documents.replace_one({"_id": "a", "version": 1}, document)
        if way == "bulk":
            await documents.bulk_write([ReplaceOne({"_id": "a", "version": 1}, document)], ordered=False)
        if way == "set":
            await documents.update_one({"_id": "a", "version": 1}, {"$set": {"sealed": blob, "version": 2}})
        assert await documents.find_one({"_id": "a"}) == document

    @pytest.mark.parametrize(
        "name", ["", "a", "0", "507f1f77bcf86cd799439011", "x:y/z?é 👍", "nul\x00", "'; drop", "A" * 900]
    )
    async def test_an_id_is_kept_exactly(self, documents: Collection, name: str) -> None:
        await documents.insert_many([aggregate("other", 1), aggregate(name, 1)])
        assert exact(await documents.find_one({"_id": name})) == exact(aggregate(name, 1))
        reply = await documents.bulk_write([guarded(name, 1)], ordered=False)
        assert reply.matched_count == 1
        assert [row["_id"] async for row in documents.find({"_id": {"$in": [name]}})] == [name]

    async def test_ids_of_another_spelling_are_other_documents(self, documents: Collection) -> None:
        names = ["a", "A", "1", "01", "1.0", "é", "e\u0301", "a "]
        await documents.insert_many([aggregate(name, 1) for name in names])
        assert (await documents.bulk_write([guarded("1", 1)], ordered=False)).matched_count == 1
        versions = {row["_id"]: row["version"] async for row in documents.find({})}
        assert versions == {name: 2 if name == "1" else 1 for name in names}

    async def test_a_number_and_its_text_are_different_ids(self, documents: Collection) -> None:
        await documents.insert_many([aggregate("1", 1), aggregate(1, 1), aggregate(2**40, 1), aggregate(9, 1)])
        found = [row["_id"] async for row in documents.find({"version": 1, "_id": {"$gt": 0}}).sort("_id", ASCENDING)]
        assert found == [1, 9, 2**40]

    async def test_fields_keep_their_order(self, documents: Collection) -> None:
        document = aggregate("a", 1, zebra=1, apple=2, mango={"z": 1, "a": 2})
        await documents.insert_one(dict(document))
        found = await documents.find_one({"_id": "a"})
        assert found is not None
        assert list(found) == ["_id", "version", "zebra", "apple", "mango"]
        assert list(found["mango"]) == ["z", "a"]

    async def test_a_document_of_a_megabyte(self, documents: Collection) -> None:
        story = [{"id": n, "text": "héé 👍" * 100, "at": NOON} for n in range(1000)]
        for version in range(2):
            reply = await documents.bulk_write([guarded("big", version, story=story, n=version)], ordered=False)
            assert reply.matched_count + reply.upserted_count == 1
        assert await documents.find_one({"_id": "big"}) == aggregate("big", 2, story=story, n=1)

    async def test_a_bulk_of_large_documents(self, documents: Collection) -> None:
        operations = [guarded(n, 0, text="x" * 200_000) for n in range(40)]
        assert (await documents.bulk_write(operations, ordered=False)).upserted_count == 40
        found = [row async for row in documents.find({"_id": {"$in": list(range(40))}})]
        assert {len(row["text"]) for row in found} == {200_000}
        assert len(found) == 40

    async def test_time_outside_utc_comes_back_as_the_same_instant(self, documents: Collection) -> None:
        amsterdam = datetime.fromisoformat("2026-03-29T14:00:00.123+02:00")
        await documents.insert_one(aggregate("a", 1, at=amsterdam, deep=[{"at": amsterdam}]))
        found = await documents.find_one({"at": amsterdam})
        assert found == aggregate("a", 1, at=NOON, deep=[{"at": NOON}])
        assert found["at"].utcoffset() == timedelta(0)
