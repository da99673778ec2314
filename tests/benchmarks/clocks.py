"""Clocks with few and with many open: what a look at the time costs, and how many are armed, fired and cancelled a second.

The cases that are open all the while are written by the real rules once, and copied with ids and moments of their own straight
into the store; what is measured then goes through the service's own code, its store and its broker, until all of it is
published. The two sizes have databases of their own on one store, and are measured in turn.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from casekeeper.local.stack import Plan, Stack
from schemas.base import Event, milliseconds
from schemas.events.case import CaseClosed, CaseMessageAdded, CaseOpened
from schemas.events.message import Author, Classification, Message
from services.chassis.documents import Document
from services.chassis.kafka import Record
from services.chassis.processor import Processor
from services.chassis.service import Service
from services.chassis.table import Table
from services.chassis.testing import ManualClock, record
from services.followup import domain
from services.followup.domain import CaseClocks, ClockTerms
from services.followup.handlers.clocks import listen
from services.followup.handlers.ticking import Ticking
from services.followup.store.clocks import CLOCKS
from tests.benchmarks.building import built

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
BRAND = "moccarel"
CLOCKS_A_CASE = 3
"""Of a case that was just opened: pick-up, first reply, resolution."""
FAR_AHEAD = timedelta(days=365)
LOAD_BULK = 2_000
BATCH = 500
LOOKS = 40
EMPTY_SECONDS = 0.002


@dataclass(frozen=True)
class Sizes:
    """Open clocks of the two sides, and cases that are armed, fired and cancelled in each round."""

    few: int
    many: int
    cases: int


FULL = Sizes(few=10_000, many=1_000_000, cases=1_000)
QUICK = Sizes(few=600, many=6_000, cases=100)


class Wrong(RuntimeError):
    """The clocks did not do what they are timed for."""


@dataclass
class Side:
    """One size: a service with so many open clocks."""

    service: Service
    processor: Processor
    """Of the clocks alone: follow-up's other concerns hear the same events."""
    clock: ManualClock
    ticking: Ticking
    open_clocks: int
    load_seconds: float


async def measure(
    folder: Path, organisation: Path, store: Any, sizes: Sizes, rounds: int, progress: Callable[[str], None]
) -> dict[str, Any]:
    """Both sizes side by side."""
    stack = Stack(Plan(folder, organisation, services=(), store_engine=store))
    await stack.start()
    try:
        async with (
            _side(stack, "few-", sizes.few, progress) as few,
            _side(stack, "many-", sizes.many, progress) as many,
        ):
            found: dict[str, list[dict[str, float]]] = {"few": [], "many": []}
            for turn in range(rounds):
                for name, side in (("few", few), ("many", many)):
                    progress(f"clocks, {side.open_clocks:,} open, round {turn + 1} of {rounds}")
                    found[name].append(await _round(side, turn, sizes.cases))
            return _summary(few, many, found)
    finally:
        await stack.stop()


@asynccontextmanager
async def _side(stack: Stack, prefix: str, count: int, progress: Callable[[str], None]) -> AsyncIterator[Side]:
    clock = ManualClock(START)
    service = built(stack, "followup", clock=clock, database_prefix=prefix, kafka_prefix=f"{prefix[:-1]}.")
    progress(f"clocks, writing {count:,} open ones")
    started = time.perf_counter()
    await _load(service, count // CLOCKS_A_CASE)
    seconds = time.perf_counter() - started
    await service.start(listen=False)
    ticking = Ticking(service.repository, clock, service.api.state.organisation, batch=200)
    table = Table()
    listen(table, service.api.state.organisation)
    processor = Processor(service.name, table, service.repository, service.publisher, service.parking, clock)
    try:
        yield Side(service, processor, clock, ticking, count // CLOCKS_A_CASE * CLOCKS_A_CASE, seconds)
    finally:
        await service.stop()


async def _load(service: Service, cases: int) -> None:
    """Open cases whose clocks are due far ahead, each at a moment of its own."""
    terms = domain.clock_terms(service.api.state.organisation, BRAND)
    template = _opened_state("the-case", START + FAR_AHEAD, terms)
    document = Document(CLOCKS, "the-case", "the-case", state=template)
    text = json.dumps(document.next())
    dues = sorted({each for clock in template.clocks for each in (clock.due_at, clock.warn_at)})
    written = [(each, each.isoformat().replace("+00:00", "Z"), milliseconds(each)) for each in dues]
    for first in range(0, cases, LOAD_BULK):
        rows = []
        for number in range(first, min(first + LOAD_BULK, cases)):
            row = text.replace("the-case", f"open-{number}")
            for due, told, number_told in written:
                moved = due + timedelta(seconds=number)
                row = row.replace(told, moved.isoformat().replace("+00:00", "Z"))
                row = row.replace(str(number_told), str(milliseconds(moved)))
            rows.append(json.loads(row))
        await service.database.insert(CLOCKS.name, rows)


def _opened_state(case_id: str, at: datetime, terms: ClockTerms) -> CaseClocks:
    opened, added = _opening(case_id, at)
    change = domain.case_opened(None, opened, terms, at)
    change = domain.message_added(change[0] if change else None, added, terms, at)
    if change is None:
        raise Wrong("an opened case has no clocks")
    return change[0]


def _opening(case_id: str, at: datetime) -> tuple[CaseOpened, CaseMessageAdded]:
    names = {"case_id": case_id, "conversation": f"conversation-{case_id}", "brand": BRAND}
    author = Author(id="ana")
    opened = CaseOpened(
        **names,
        channel="moccarel-web",
        visibility="private",
        customer=author,
        pool="care",
        language="es",
        opened_at=at,
        first_reply_due_at=at + timedelta(minutes=60),
    )
    message = Message(
        id=f"message-{case_id}",
        brand=BRAND,
        channel="moccarel-web",
        conversation=names["conversation"],
        external_id="1",
        author=author,
        text="No calienta.",
        sent_at=at,
        received_at=at,
    )
    sure = dict.fromkeys(
        ("language_confidence", "intent_confidence", "sentiment_confidence", "urgency_confidence"), 0.9
    )
    label = Classification(language="es", intent="question", sentiment="neutral", urgency="normal", **sure)
    return opened, CaseMessageAdded(**names, message=message, classification=label)


async def _round(side: Side, turn: int, cases: int) -> dict[str, float]:
    """Arm, look, fire, cancel."""
    found = {"idle_tick_milliseconds": await _looks(side)}
    ids = [f"round-{turn}-{number}" for number in range(cases)]
    now = side.clock.now()
    found["armed_per_second"] = await _timed(
        side, [event for id_ in ids for event in _opening(id_, now)], cases * CLOCKS_A_CASE
    )
    side.clock.forward(minutes=61)  # the pick-up and the first reply are due, the resolution is not
    found["fired_per_second"] = await _fired(side, 2 * cases)
    ended: list[Event] = [
        CaseClosed(case_id=id_, conversation=f"conversation-{id_}", brand=BRAND, owner="kees") for id_ in ids
    ]
    found["cancelled_per_second"] = await _timed(side, ended, cases * CLOCKS_A_CASE)
    return found


async def _looks(side: Side) -> float:
    """The median cost of a look at the time when nothing is due."""
    taken = []
    for _ in range(LOOKS):
        started = time.perf_counter()
        await side.ticking.tick()
        taken.append(time.perf_counter() - started)
    return round(1000 * median(taken), 2)


async def _timed(side: Side, events: Sequence[Event], clocks: int) -> float:
    """Clocks a second, from the first batch to the last event published."""
    batches: list[list[Record]] = [
        [record(event, offset) for offset, event in enumerate(events[first : first + BATCH])]
        for first in range(0, len(events), BATCH)
    ]

    async def work() -> None:
        for batch in batches:
            await side.processor.process(batch)

    return round(clocks / await _seconds(side, work))


async def _fired(side: Side, clocks: int) -> float:
    until = {"next_at_ms": {"$lte": milliseconds(side.clock.now())}}
    seconds = await _seconds(side, side.ticking.tick)
    if left := await side.service.database.count(CLOCKS.name, until):
        raise Wrong(f"{left} cases have clocks that are due and did not fire")
    return round(clocks / seconds)


async def _seconds(side: Side, work: Callable[[], Awaitable[None]]) -> float:
    started = time.perf_counter()
    await work()
    while side.service.outbox.backlog:  # noqa: ASYNC110 - the outbox has no event for it
        await asyncio.sleep(EMPTY_SECONDS)
    return time.perf_counter() - started


def _summary(few: Side, many: Side, found: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    names = found["few"][0]
    ratios = {
        name: round(median(b[name] / a[name] for a, b in zip(found["few"], found["many"], strict=True)), 3)
        for name in names
    }
    sides = {
        key: {"open_clocks": side.open_clocks, "load_seconds": round(side.load_seconds, 1)}
        | {name: median(each[name] for each in found[key]) for name in names}
        for key, side in (("few", few), ("many", many))
    }
    return sides | {"ratios": ratios, "rounds": found}
