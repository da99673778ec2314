"""Lists in pages on the real store: every row once, in one order, whatever the size of a page and whatever comes and goes."""

import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.chassis.documents import Index
from services.chassis.errors import Problem
from services.chassis.mongo import Database
from services.chassis.paging import page_rows
from tests.conftest import Backends

ROWS = "rows"


@pytest.fixture
async def database(backends: Backends) -> AsyncIterator[Database]:
    found = Database(backends.mongo, f"{backends.database_prefix}paging")
    await found.create_index(ROWS, Index(("owner", "at")))
    yield found
    found.close()


async def walk(database: Database, limit: int, sort: str = "at", **options: Any) -> list[str]:
    """The ids of all pages of Anna's list, one after the other."""
    shown, cursor = [], ""
    while True:
        found = await page_rows(database, ROWS, {"owner": "anna"}, sort, cursor, limit, **options)
        assert len(found.rows) <= limit
        shown += [row["_id"] for row in found.rows]
        cursor = found.cursor
        if not cursor:
            return shown


async def test_every_row_once_in_a_stable_order_though_many_share_a_moment(database: Database) -> None:
    chance = random.Random(4)
    rows = [
        {"_id": f"{number:03}", "owner": chance.choice(["anna", "bob"]), "at": chance.randrange(-3, 4)}
        for number in range(60)
    ]
    await database.insert(ROWS, [*rows, {"_id": "without a moment", "owner": "anna"}])
    anna = [row for row in rows if row["owner"] == "anna"]
    oldest = [row["_id"] for row in sorted(anna, key=lambda row: (row["at"], row["_id"]))]
    newest = [row["_id"] for row in sorted(anna, key=lambda row: (-row["at"], row["_id"]))]
    for limit in (1, 2, 3, 5, 7, 11, len(anna) - 1, len(anna), len(anna) + 1):
        assert await walk(database, limit) == oldest
        assert await walk(database, limit, descending=True) == newest
    ids = sorted([*oldest, "without a moment"])
    assert await walk(database, 4, "_id") == ids
    assert await walk(database, 4, "_id", descending=True) == ids[::-1]


async def test_what_comes_and_goes_meanwhile_moves_nothing(database: Database) -> None:
    await database.insert(ROWS, [{"_id": str(number), "owner": "anna", "at": number} for number in range(6)])
    first = await page_rows(database, ROWS, {"owner": "anna"}, "at", "", 3)
    await database.delete(ROWS, ["2"])
    await database.insert(ROWS, [{"_id": "new", "owner": "anna", "at": 1}])
    rest = await page_rows(database, ROWS, {"owner": "anna"}, "at", first.cursor, 3)
    assert [row["_id"] for row in rest.rows] == ["3", "4", "5"]
    assert rest.cursor == ""


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%",
        "bnVsbA",
        "WzEsMiwzXQ",
        "é",
        "WyJcdWQ4MDAiLCJcdWQ4MDAiLCIiXQ",
        "W1tbW1tb" * 200,
    ],
)
async def test_a_cursor_that_is_none_is_refused(database: Database, cursor: str) -> None:
    with pytest.raises(Problem, match="does not belong to this list") as refused:
        await page_rows(database, ROWS, {"owner": "anna"}, "at", cursor, 3)
    assert (refused.value.status, refused.value.kind) == (400, "invalid-cursor")


async def test_a_cursor_of_another_list_is_refused(database: Database) -> None:
    await database.insert(ROWS, [{"_id": str(number), "owner": "anna", "at": number} for number in range(3)])
    cursor = (await page_rows(database, ROWS, {"owner": "anna"}, "at", "", 1)).cursor
    for query, sort, descending in (({"owner": "bob"}, "at", False), ({"owner": "anna"}, "_id", False)):
        with pytest.raises(Problem, match="does not belong"):
            await page_rows(database, ROWS, query, sort, cursor, 1, descending=descending)
    with pytest.raises(Problem, match="does not belong"):
        await page_rows(database, ROWS, {"owner": "anna"}, "at", cursor, 1, descending=True)
