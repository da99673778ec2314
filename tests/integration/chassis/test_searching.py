"""What a search of the store finds is the same however it is put to the store."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.chassis.documents import Index
from services.chassis.mongo import ASKED_ONE_BY_ONE, Database
from tests.conftest import Backends

NAME = "things"
BRANDS = ["moccarel", "lumo", "7-of-9", "2026-11-22"]
"""The last looks like a moment, which one of the supported stores compares as such."""
ROWS: list[dict[str, Any]] = [
    {"_id": f"row-{number:02}", "brand": BRANDS[number % 4]} | ({"due_ms": 1000 - number} if number % 5 else {})
    for number in range(40)
]


@pytest.fixture
async def database(backends: Backends) -> AsyncIterator[Database]:
    database = Database(backends.mongo, f"{backends.database_prefix}searching")
    await database.create_index(NAME, Index(("brand", "due_ms")))
    await database.insert(NAME, ROWS)
    yield database
    database.close()


def ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["_id"] for row in rows]


async def test_one_of_few_and_one_of_many_values_find_the_same(database: Database) -> None:
    few = BRANDS[:3]
    many = [*few, *(f"none-{number}" for number in range(ASKED_ONE_BY_ONE))]
    meant = [row for row in ROWS if row["brand"] in few]
    for brands in (few, [*few, few[0]], many):
        query = {"brand": {"$in": brands}}
        assert sorted(ids(await database.rows(NAME, query))) == sorted(ids(meant))
        rising = await database.rows(NAME, query, sort="due_ms")
        assert [row.get("due_ms") for row in rising] == sorted(
            (row.get("due_ms") for row in meant), key=lambda due: due or 0
        )
        late = query | {"due_ms": {"$lte": 985}}
        expected = sorted((row for row in meant if row.get("due_ms", 9999) <= 985), key=lambda row: row["due_ms"])
        assert ids(await database.rows(NAME, late, sort="due_ms", limit=4)) == ids(expected[:4])
        assert ids(await database.rows(NAME, late, sort="due_ms", limit=4, descending=True)) == ids(expected[:-5:-1])
        assert await database.count(NAME, late) == len(expected)
    assert await database.rows(NAME, {"brand": {"$in": []}}) == []


@pytest.mark.parametrize("brand", BRANDS)
async def test_an_equality_beside_a_range(database: Database, brand: str) -> None:
    query = {"brand": brand, "due_ms": {"$gt": 970, "$lt": 990}}
    meant = [row for row in ROWS if row["brand"] == brand and 970 < row.get("due_ms", 0) < 990]
    assert sorted(ids(await database.rows(NAME, query))) == ids(meant)
    assert await database.count(NAME, query) == len(meant)
    assert await database.count(NAME, {}) == len(ROWS)


async def test_all_rows_come_once_and_in_order(database: Database) -> None:
    parts = [part async for part in database.all_rows(NAME, 7)]
    assert [row["_id"] for part in parts for row in part] == ids(ROWS)
    assert max(len(part) for part in parts) == 7
