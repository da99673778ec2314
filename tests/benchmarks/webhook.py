"""The signed webhook under 16 and 64 connections, beside inserting the same documents into the same store and no more."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from casekeeper.demo.sender import Sender
from casekeeper.local.children import StoreEngine
from casekeeper.local.stack import Plan, Stack
from schemas.events.message import MessageReceived
from services.chassis.clock import SystemClock
from services.chassis.ids import fresh
from services.chassis.mongo import Database
from services.chassis.telemetry import TRACEPARENT, new_traceparent
from services.ingestion.store import MESSAGES, Intake
from tests.benchmarks import load
from tests.benchmarks.building import built
from tests.benchmarks.events import Samples
from tests.benchmarks.recording import forget

CONNECTIONS = (16, 64)
WARM_UP = 100
REMEMBERED = timedelta(days=30)


@dataclass
class Round:
    """One round with so many connections."""

    answers: load.Answers
    inserts_per_second: float


async def measure(
    folder: Path, samples: Samples, engine: StoreEngine, count: int, rounds: int, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Start ingestion in a process of its own, and take webhook and insert in turn."""
    plan = Plan(folder, samples.folder, separate=True, store_engine=engine, services=("ingestion",))
    stack = Stack(plan)
    await stack.start()
    sender = Sender(stack.url("ingestion"), stack.organisation, stack.secrets.channels, SystemClock())
    found: dict[int, list[Round]] = {number: [] for number in CONNECTIONS}
    try:
        await _posted(stack, sender, samples, WARM_UP, CONNECTIONS[0])
        for turn in range(rounds):
            for connections in CONNECTIONS:
                progress(f"webhook, {connections} connections, round {turn + 1} of {rounds}")
                answers = await _posted(stack, sender, samples, count, connections)
                found[connections].append(Round(answers, await _inserted(stack, samples, count, connections)))
    finally:
        await sender.close()
        await stack.stop()
    return {str(connections): _summary(each) for connections, each in found.items()}


async def _posted(stack: Stack, sender: Sender, samples: Samples, count: int, connections: int) -> load.Answers:
    port = stack.ports["ingestion"]
    return await load.post(port, load.signed(sender, samples.said(count, fresh()[-12:]), port), connections)


async def _inserted(stack: Stack, samples: Samples, count: int, connections: int) -> float:
    """Documents a second; as many at once as there are connections, which is what the webhook's bulks come to."""
    name = f"bare-{fresh()[-12:]}"
    service = built(stack, "ingestion")  # not started: it only makes the documents
    intake = Intake(service.repository, REMEMBERED, 10)
    events = samples.received(count, name)
    messages = [event.message for event in events if isinstance(event, MessageReceived)]
    documents = [intake._document(message, {TRACEPARENT: new_traceparent()}).next() for message in messages]
    database = Database(stack.store_url, name)
    try:
        await database.prepare(MESSAGES)
        began = time.perf_counter()
        for start in range(0, count, connections):
            await database.insert(MESSAGES.name, documents[start : start + connections])
        return count / (time.perf_counter() - began)
    finally:
        database.close()
        service.database.close()
        await forget(stack.store_url, name)


def _summary(rounds: list[Round]) -> dict[str, Any]:
    return {
        "requests_per_second": round(median(each.answers.per_second for each in rounds)),
        "p50_milliseconds": round(median(each.answers.milliseconds(0.5) for each in rounds), 1),
        "p99_milliseconds": round(median(each.answers.milliseconds(0.99) for each in rounds), 1),
        "not_2xx": sum(each.answers.refused for each in rounds),
        "bare_inserts_per_second": round(median(each.inserts_per_second for each in rounds)),
        "of_bare_inserts": round(median(each.answers.per_second / each.inserts_per_second for each in rounds), 3),
        "rounds": [[round(each.answers.per_second), round(each.inserts_per_second)] for each in rounds],
    }
