"""Compares the store engines on the three operations of the hot path: bulk guarded replace, find by ids, single replace.

Run: python tests/benchmarks/store_engines.py [--engine NAME] [--json]. Needs nothing running; takes a few minutes.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
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


def cpu_seconds(pid: int) -> float:
    """Processor time that a server has used. Unlike the clock it says the same on a busy machine (Linux only)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass
class Stopwatch:
    """Times pieces of work against one server."""

    pid: int
    result: dict[str, dict[str, float]] = field(default_factory=dict)

    async def time(self, what: str, names: list[int], batch: int, work: Callable[[list[int]], Awaitable[None]]) -> None:
        started, used = time.perf_counter(), cpu_seconds(self.pid)
        for start in range(0, len(names), batch):
            await work(names[start : start + batch])
        seconds, cpu = time.perf_counter() - started, cpu_seconds(self.pid) - used
        self.result[what] = {
            "per_second": round(len(names) / seconds),
            "server_cpu_ms": round(cpu / len(names) * 1000, 2),
        }


async def measure(documents: Collection, pid: int, first: int) -> dict[str, dict[str, float]]:
    """Each operation on documents first ... first + SAMPLE, which do not exist yet, for each size of batch."""
    watch = Stopwatch(pid)
    for step, batch in enumerate(BATCHES):
        names = list(range(first + step * SAMPLE, first + (step + 1) * SAMPLE))
        await watch.time(f"create, bulk of {batch}", names, batch, lambda part: replace(documents, part, 0))
        random.Random(7).shuffle(names)
        await watch.time(f"replace, bulk of {batch}", names, batch, lambda part: replace(documents, part, 1))
        await watch.time(f"find, {batch} ids", names, batch, lambda part: find(documents, part))
    singles = list(range(first, first + SINGLES))
    await watch.time("replace, one by one", singles, 1, lambda part: replace_one(documents, part[0]))
    return watch.result


async def replace_one(documents: Collection, name: int) -> None:
    reply = await documents.replace_one({"_id": f"case-{name:07d}", "version": 2}, aggregate(name, 3))
    if reply.matched_count != 1:
        raise RuntimeError(f"case {name} was not replaced")


async def benchmark(engine: StoreEngine, grown: int) -> dict[str, dict[str, dict[str, float]]]:
    with tempfile.TemporaryDirectory() as folder:
        child = store(engine, free_port(), Path(folder))
        await child.start()
        pid = child.pid or 0
        client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(store_url(child.port), tz_aware=True)
        try:
            documents: Collection = client.benchmark.cases
            await documents.create_index("pending", partialFilterExpression={"pending": {"$gt": 0}})
            await documents.create_index([("status", 1), ("due", 1)])
            fresh = await measure(documents, pid, 0)
            for start in range(1_000_000, 1_000_000 + grown, 500):
                await replace(documents, list(range(start, start + 500)), 0)
            return {"fresh": fresh, f"after {grown}": await measure(documents, pid, 100_000)}
        finally:
            client.close()
            await child.stop()


def table(results: dict[str, dict[str, dict[str, dict[str, float]]]]) -> str:
    columns = [(engine, phase) for engine, phases in results.items() for phase in phases]
    first = next(iter(next(iter(results.values())).values()))
    head = "documents a second (ms)".ljust(24) + "".join(f"{engine} {phase}".rjust(26) for engine, phase in columns)
    lines = [head]
    for row in first:
        cells = [results[engine][phase][row] for engine, phase in columns]
        texts = [f"{cell['per_second']:,.0f} ({cell['server_cpu_ms']:.2f})".rjust(26) for cell in cells]
        lines.append(row.ljust(24) + "".join(texts))
    lines.append("in brackets: processor time of the server for one document, in milliseconds")
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
