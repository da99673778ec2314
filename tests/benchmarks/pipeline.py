"""The whole pipeline, from signed webhooks to an owner on the desk's page, beside what the store alone allows for its writes.

All services run in this process, as on the one-machine stack; whoever posts is a process of its own. Afterwards exactly the
bulk writes that the services made are sent again to the same store, with nothing around them.
"""

import asyncio
import contextlib
import cProfile
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from casekeeper.demo.sender import Sender
from casekeeper.local.children import StoreEngine
from casekeeper.local.demonstration_clock import to_workday
from casekeeper.local.stack import Plan, Stack
from services.chassis.clock import ShiftedClock
from services.chassis.ids import fresh
from services.desk.domain.board import Board
from tests.benchmarks import load
from tests.benchmarks.events import Samples
from tests.benchmarks.machine import Processors
from tests.benchmarks.recording import Recording, seconds_bare

CONNECTIONS = 32
LOOK_SECONDS = 0.05
STALLED_SECONDS = 60.0


class Stalled(RuntimeError):
    """Nothing has moved for a long time, although there is work left."""


@dataclass
class Round:
    """One run of the pipeline and of its writes alone, in messages a second."""

    pipeline: float
    store_alone: float
    accepted_per_second: float
    not_2xx: int
    cpu: dict[str, float]
    writes: dict[str, dict[str, float]]


async def measure(
    folder: Path,
    organisation: Path,
    engine: StoreEngine,
    count: int,
    rounds: int,
    progress: Callable[[str], None],
    profile: cProfile.Profile | None = None,
) -> dict[str, Any]:
    """So many rounds, each on a fresh stack."""
    found = []
    for turn in range(rounds):
        progress(f"pipeline, round {turn + 1} of {rounds}")
        plan = Plan(folder / f"pipeline-{turn}", organisation, store_engine=engine)
        found.append(await _round(plan, count, profile))
        progress(f"  {found[-1].pipeline:.1f} messages a second; the same writes alone {found[-1].store_alone:.1f}")
    return _summary(found)


async def _round(plan: Plan, count: int, profile: cProfile.Profile | None) -> Round:
    plan.clock_offset_seconds = to_workday(datetime.now(UTC))
    stack = Stack(plan)
    await stack.start()
    try:
        recordings = {name: Recording.of(service) for name, service in stack.services.items()}
        requests = await _requests(stack, count)
        processors = Processors(stack)
        with profile or contextlib.nullcontext():
            seconds, answers = await _run(stack, requests, recordings)
        cpu = processors.milliseconds(count)
        services, stack.services = stack.services, {}
        await asyncio.gather(*(service.stop() for service in services.values()))
        alone = await seconds_bare(recordings.values(), stack.store_url, "alone-")
    finally:
        await stack.stop()
    writes = {name: _per_message(each, count) for name, each in recordings.items() if each.bulks}
    return Round(count / seconds, count / alone, answers.per_second, answers.refused, cpu, writes)


async def _requests(stack: Stack, count: int) -> list[bytes]:
    clock = ShiftedClock(stack.plan.clock_offset_seconds)
    samples = Samples(stack.plan.organisation, clock.now())
    sender = Sender(stack.url("ingestion"), stack.organisation, stack.secrets.channels, clock)
    try:
        return load.signed(sender, samples.said(count, fresh()[-12:]), stack.ports["ingestion"])
    finally:
        await sender.close()


async def _run(
    stack: Stack, requests: Sequence[bytes], recordings: Mapping[str, Recording]
) -> tuple[float, load.Answers]:
    """Seconds from the first request to the last case with its owner on the desk."""
    board: Board = stack.services["desk"].api.state.desk.board
    for recording in recordings.values():
        recording.on = True
    async with asyncio.TaskGroup() as both:  # when one fails, the other must not go on waiting
        posting = both.create_task(load.post_elsewhere(stack.ports["ingestion"], requests, CONNECTIONS))
        watching = both.create_task(_all_owned(board, len(requests)))
    for recording in recordings.values():
        recording.on = False
    answers = posting.result()
    return watching.result() - answers.began, answers


async def _all_owned(board: Board, count: int) -> float:
    """When the board shows so many cases with an owner. Raises Stalled."""
    last, moved_at = -1, time.monotonic()
    while last < count:
        owned = sum(bool(row.owner) for row in board.rows.values())
        if owned != last:
            last, moved_at = owned, time.monotonic()
        elif time.monotonic() - moved_at > STALLED_SECONDS:
            raise Stalled(f"{owned} of {count} cases have their owner on the desk, and nothing moves")
        await asyncio.sleep(LOOK_SECONDS)
    return time.perf_counter()


def _per_message(recording: Recording, count: int) -> dict[str, float]:
    counts = Counter(recording.counts())
    bulks = counts.pop("bulks")
    return {
        **{kind: round(number / count, 3) for kind, number in counts.items()},
        "documents_per_bulk": round(sum(counts.values()) / bulks, 1),
    }


def _summary(rounds: Sequence[Round]) -> dict[str, Any]:
    return {
        "messages_per_second": round(median(each.pipeline for each in rounds), 1),
        "store_alone_per_second": round(median(each.store_alone for each in rounds), 1),
        "of_store_alone": round(median(each.pipeline / each.store_alone for each in rounds), 3),
        "accepted_per_second": round(median(each.accepted_per_second for each in rounds), 1),
        "not_2xx": sum(each.not_2xx for each in rounds),
        "cpu_milliseconds_per_message": rounds[-1].cpu,
        "writes_per_message": rounds[-1].writes,
        "rounds": [[round(each.pipeline, 1), round(each.store_alone, 1)] for each in rounds],
    }
