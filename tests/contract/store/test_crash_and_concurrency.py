"""What a store must keep when several processes write at once, and when it is killed while writes stream in."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import ConnectionFailure, DuplicateKeyError

from casekeeper.local.children import STORE_ENGINES, Child, StoreEngine, free_port, store, store_url

pytestmark = pytest.mark.asyncio(loop_scope="session")
Document = dict[str, Any]
WRITER = Path(__file__).with_name("writer.py")
PROCESSES = 3
ROUNDS = 3


async def writer(role: str, server: Child, database: str, number: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, WRITER, role, store_url(server.port), database, str(number), stdout=asyncio.subprocess.PIPE
    )


async def told(processes: list[asyncio.subprocess.Process]) -> list[int]:
    """What each process printed; all must have ended well."""
    answers = [(await process.communicate())[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return [int(answer) for answer in answers]


async def rows(server: Child, database: str, collection: str) -> dict[str, Document]:
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(store_url(server.port))
    try:
        return {row["_id"]: row async for row in client[database][collection].find({})}
    finally:
        client.close()


class TestSeveralProcesses:
    async def test_no_increment_is_lost_or_doubled(self, server: Child) -> None:
        processes = [await writer("increment", server, "counters", 200) for _ in range(PROCESSES)]
        assert await told(processes) == [200] * PROCESSES
        total = 200 * PROCESSES
        assert await rows(server, "counters", "aggregates") == {"hot": {"_id": "hot", "version": total, "total": total}}

    async def test_a_bulk_says_exactly_how_much_it_replaced(self, server: Child) -> None:
        processes = [await writer("bulk", server, "bulks", 10) for _ in range(PROCESSES)]
        replaced = sum(await told(processes))
        found = (await rows(server, "bulks", "aggregates")).values()
        assert [row["version"] for row in found] == [row["total"] for row in found]
        assert sum(row["total"] for row in found) == replaced

    async def test_a_document_has_one_creator(self, server: Child) -> None:
        processes = [await writer("create", server, "races", 50) for _ in range(PROCESSES)]
        assert sum(await told(processes)) == 50
        assert len(await rows(server, "races", "aggregates")) == 50


@pytest.mark.parametrize("engine", STORE_ENGINES)
async def test_what_was_acknowledged_is_there_after_kill_9(engine: StoreEngine, tmp_path: Path) -> None:
    server = store(engine, free_port(), tmp_path)
    acknowledged: dict[int, str] = {}
    await server.start()
    try:
        for round_number in range(ROUNDS):
            process = await writer("stream", server, "streamed", round_number * 1_000_000)
            assert process.stdout is not None
            for _ in range(4 + 3 * round_number):
                note(await process.stdout.readline(), acknowledged)
            server.kill()
            async for line in process.stdout:
                note(line, acknowledged)
            assert await process.wait() == 0
            await server.start()
            events = await rows(server, "streamed", "published")
            aggregates = await rows(server, "streamed", "aggregates")
            for batch, state in acknowledged.items():
                assert f"event-{batch}" in events
                found = [aggregates.get(f"{batch}-{number}", {}) for number in range(10)]
                check(batch, state, found)
    finally:
        await server.stop()


@pytest.mark.parametrize("engine", STORE_ENGINES)
async def test_a_client_lives_on_when_the_store_is_killed_and_comes_back(engine: StoreEngine, tmp_path: Path) -> None:
    server = store(engine, free_port(), tmp_path)
    await server.start()
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(store_url(server.port), serverSelectionTimeoutMS=200)
    try:
        documents = client.lives.documents
        await documents.create_index("handle", unique=True)
        await documents.insert_one({"_id": "a", "handle": "x"})
        server.kill()
        await server.wait()
        with pytest.raises(ConnectionFailure):
            await documents.find_one({"_id": "a"})
        await server.start()
        await documents.insert_one({"_id": "b", "handle": "y"})
        with pytest.raises(DuplicateKeyError):
            await documents.insert_one({"_id": "c", "handle": "x"})
        assert await documents.count_documents({}) == 2
    finally:
        client.close()
        await server.stop()


def note(line: bytes, acknowledged: dict[int, str]) -> None:
    batch, state = line.split()
    acknowledged[int(batch)] = state.decode()


def check(batch: int, state: str, found: list[Document]) -> None:
    """A batch that was said to be cleared is; one that was said to be replaced may have been cleared unheard."""
    versions = {row.get("version") for row in found}
    assert versions <= ({3} if state == "cleared" else {2, 3}), f"batch {batch} {state}: {versions}"
    assert all(("pending" in row) == (row["version"] == 2) for row in found)
