"""Compares the store engines on the three operations of the hot path: bulk guarded replace, find by ids, single replace.

Run: python tests/benchmarks/store_engines.py [--engine NAME] [--json]. Needs nothing running; takes about a minute.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ReplaceOne

from casekeeper.local.children import STORE_ENGINES, StoreEngine, free_port, store, store_url

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]
BATCHES = (100, 500)
SAMPLE = 2000
SINGLES = 300
NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)


def aggregate(name: int, version: int) -> Document:
    """About 2 KB of BSON, shaped like a case: a few indexed fields, a timeline, an outbox, the causes seen."""
    timeline = [
        {"id": f"{name}-{n}", "at": NOON, "who": "agent-17", "text": "thank you, I look into it " * 4} for n in range(8)
    ]
    outbox = [{"id": f"out-{name}-{version}", "topic": "cases.events", "body": "x" * 400}]
    return {
        "_id": f"case-{name:07d}",
        "version": version,
        "status": "owned",
        "pending": 1,
        "due": NOON,
        "timeline": timeline,
        "outbox": outbox,
        "seen": [f"cause-{name}-{n}" for n in range(10)],
    }


async def replace(documents: Collection, names: list[int], version: int) -> None:
    """One guarded bulk; raises if the store says that it did less than asked."""
    operations = [
        ReplaceOne({"_id": f"case-{name:07d}", "version": version}, aggregate(name, version + 1), upsert=version == 0)
        for name in names
    ]
    reply = await documents.bulk_write(operations, ordered=False)
    if reply.matched_count + reply.upserted_count != len(names):
        raise RuntimeError(f"{len(names)} sent, {reply.matched_count} matched, {reply.upserted_count} upserted")


async def find(documents: Collection, names: list[int]) -> None:
    found = await documents.find({"_id": {"$in": [f"case-{name:07d}" for name in names]}}).to_list(None)
    if len(found) != len(names):
        raise RuntimeError(f"{len(names)} asked, {len(found)} found")


async def rate(names: list[int], batch: int, work: Callable[[list[int]], Awaitable[None]]) -> float:
    started = time.perf_counter()
    for start in range(0, len(names), batch):
        await work(names[start : start + batch])
    return round(len(names) / (time.perf_counter() - started))


async def measure(documents: Collection, first: int) -> dict[str, float]:
    """Documents a second for each operation, on documents first ... first + SAMPLE that do not exist yet."""
    result: dict[str, float] = {}
    for step, batch in enumerate(BATCHES):
        names = list(range(first + step * SAMPLE, first + (step + 1) * SAMPLE))
        result[f"create, bulk of {batch}"] = await rate(names, batch, lambda part: replace(documents, part, 0))
        random.Random(7).shuffle(names)
        result[f"replace, bulk of {batch}"] = await rate(names, batch, lambda part: replace(documents, part, 1))
        result[f"find, {batch} ids"] = await rate(names, batch, lambda part: find(documents, part))
    singles = list(range(first, first + SINGLES))
    result["replace, one by one"] = await rate(singles, 1, lambda part: replace_one(documents, part[0]))
    return result


async def replace_one(documents: Collection, name: int) -> None:
    reply = await documents.replace_one({"_id": f"case-{name:07d}", "version": 2}, aggregate(name, 3))
    if reply.matched_count != 1:
        raise RuntimeError(f"case {name} was not replaced")


async def benchmark(engine: StoreEngine, grown: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        child = store(engine, free_port(), Path(folder))
        await child.start()
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(store_url(child.port), tz_aware=True)
        try:
            documents: Collection = client.benchmark.cases
            await documents.create_index("pending", partialFilterExpression={"pending": {"$gt": 0}})
            await documents.create_index([("status", 1), ("due", 1)])
            fresh = await measure(documents, 0)
            for start in range(1_000_000, 1_000_000 + grown, 500):
                await replace(documents, list(range(start, start + 500)), 0)
            return {"fresh": fresh, f"after {grown}": await measure(documents, 100_000)}
        finally:
            client.close()
            await child.stop()


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    columns = [(engine, phase) for engine, phases in results.items() for phase in phases]
    first = next(iter(next(iter(results.values())).values()))
    lines = ["documents a second".ljust(24) + "".join(f"{engine} {phase}".rjust(26) for engine, phase in columns)]
    for row in first:
        cells = "".join(f"{results[engine][phase][row]:,.0f}".rjust(26) for engine, phase in columns)
        lines.append(row.ljust(24) + cells)
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", action="append", choices=STORE_ENGINES)
    parser.add_argument("--grown", type=int, default=20_000, help="documents added before the second measurement")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    chosen = parser.parse_args()
    results = {engine: asyncio.run(benchmark(engine, chosen.grown)) for engine in chosen.engine or STORE_ENGINES}
    sys.stdout.write((json.dumps(results) if chosen.json else table(results)) + "\n")


if __name__ == "__main__":
    main()
