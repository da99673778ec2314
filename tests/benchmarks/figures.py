"""Steering figures: how fast events are folded into the read model, and how long a question over many cases takes (F4)."""

import statistics
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from casekeeper.local import children
from casekeeper.local.children import StoreEngine
from schemas.base import milliseconds
from schemas.envelope import Envelope
from schemas.organisation_file import load
from schemas.topics import key_of
from services.chassis.clock import SystemClock
from services.chassis.documents import Document, Outgoing
from services.chassis.ids import fresh
from services.chassis.kafka import Cluster, Publisher, Record
from services.chassis.mongo import Database
from services.chassis.outbox import Outbox
from services.chassis.parking import Parking
from services.chassis.processor import Processor
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.followup.api.figures_answering import Question
from services.followup.domain.figures import Timings, fold
from services.followup.domain.figures.summing import Window
from services.followup.handlers import figures
from services.followup.store.figures import TIMINGS, Timetable
from tests.unit.followup.figures.world import START, Told, world

ORGANISATION = load(Path("deploy/example-org"))
DAYS = 60
BATCH = 500
CASES, CASES_QUICK = 100_000, 2_000
QUESTIONS = 20


async def measure(folder: Path, engine: StoreEngine, events: int, *, quick: bool) -> dict[str, Any]:
    """Events folded a second into an empty store; how long a question takes: the first, which reads the store, and later."""
    store = children.store(engine, children.free_port(), folder)
    await store.start()
    database = Database(children.store_url(store.port), "figures")
    try:
        await database.prepare(TIMINGS)
        return await _folding(database, events) | await _asking(database, CASES_QUICK if quick else CASES)
    finally:
        database.close()
        await store.stop()


async def _folding(database: Database, events: int) -> dict[str, Any]:
    table, clock = Table(), SystemClock()
    figures.listen(table, ORGANISATION)
    publisher, parking = Publisher(Cluster("none:1", idempotent=False), "bench"), Parking(database)
    await parking.prepare()
    repository = Repository(database, Outbox(database, publisher, clock, "bench", False), clock, "bench")
    processor = Processor("bench", table, repository, publisher, parking, clock)
    records = _records(world(1, events // 5)[:events])
    begun = time.perf_counter()
    for start in range(0, len(records), BATCH):
        await processor.process(records[start : start + BATCH])
    return {"events": len(records), "folded_per_second": round(len(records) / (time.perf_counter() - begun))}


async def _asking(database: Database, cases: int) -> dict[str, Any]:
    await _fill(database, cases)
    window = Window(milliseconds(START), milliseconds(START + timedelta(days=DAYS)))
    brands = [each.id for each in ORGANISATION.brands]
    question = Question(Timetable(database, ORGANISATION), window, ZoneInfo("Europe/Amsterdam"), brands, {})
    first = await _seconds(question)
    later = [await _seconds(question) for _ in range(QUESTIONS)]
    begun = time.perf_counter()
    await question.trend("first-reply", "day")
    return {
        "cases": cases,
        "first_question_seconds": round(first, 2),
        "question_p50_milliseconds": round(statistics.median(later) * 1000, 1),
        "question_longest_milliseconds": round(max(later) * 1000, 1),
        "trend_milliseconds": round((time.perf_counter() - begun) * 1000, 1),
    }


async def _seconds(question: Question) -> float:
    begun = time.perf_counter()
    await question.figures("language")
    return time.perf_counter() - begun


async def _fill(database: Database, cases: int) -> None:
    """Cases as the service would have folded them, the same few hundred again and again under other names."""
    folded: dict[str, Timings] = {}
    for told in world(2, BATCH, days=DAYS):
        known = fold(folded.get(told.event.case_id), told.event, told.at)
        folded[told.event.case_id] = known.model_copy(update={"folded_ms": milliseconds(told.at)})
    for portion in range(0, cases, BATCH):
        documents = []
        for state in folded.values():
            id = f"{state.case_id}-{portion}"
            document = Document(TIMINGS, id, id)
            document.state = state.model_copy(update={"case_id": id})
            documents.append(document)
        await database.replace(documents)


def _records(told: Sequence[Told]) -> list[Record]:
    found = []
    for number, each in enumerate(told):
        key = key_of(each.event)
        sent = Outgoing.of(Envelope(fresh(), "bench", each.event.case_id, each.at, key, each.event, sequence=1))
        headers = tuple((name, text.encode()) for name, text in sent.headers.items())
        found.append(Record(sent.topic, 0, number, 0, sent.key.encode(), sent.value.encode(), headers))
    return found
