"""kill -9 while clocks fire, again and again: no clock is lost, and none fires twice (F3).

`CASEKEEPER_KILL_ROUNDS` says how often: a few by default, 50 where there is time, 1,000 by hand.
"""

import asyncio
import json
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from schemas.envelope import Envelope
from schemas.events.followup import ClockBreached, ClockEscalated
from services.followup.store.clocks import CLOCKS
from tests.conftest import Backends, eventually
from tests.integration.followup.test_followup import (
    START,
    HandClock,
    hearing,
    opened,
    outgoing,
    records,
    ticking,
    without_listening,
)

ROUNDS = int(os.environ.get("CASEKEEPER_KILL_ROUNDS", "5"))
CASES_A_ROUND = 12
LONGEST_SECONDS = 0.4
"""A round is killed after up to so long, so that some die before the first write and some after the last."""


@pytest.mark.timeout(300 + 10 * ROUNDS)
async def test_no_clock_is_lost_and_none_fires_twice(backends: Backends) -> None:
    clock, chance = HandClock(), random.Random(11)
    cases = [f"c{number}" for number in range(ROUNDS * CASES_A_ROUND)]
    # The cases of one round are due an hour after those of the round before.
    due = [60 * (1 + number // CASES_A_ROUND) for number in range(len(cases))]
    deaths: Counter[str] = Counter()
    async with without_listening(backends, clock) as service, hearing(service) as heard:
        for first in range(0, len(cases), 200):
            some = zip(cases[first : first + 200], due[first : first + 200], strict=True)
            await service.processor.process(records(outgoing([opened(case, minutes) for case, minutes in some])))
        async with forks() as server:
            for round_ in range(1, ROUNDS + 1):
                now = START + timedelta(minutes=60 * round_ + 1)
                child = await forked(server, {"now": now.isoformat(), "settings": backends.settings()})
                await asyncio.sleep(chance.uniform(0, LONGEST_SECONDS))
                os.kill(child, signal.SIGKILL)
                fired = await service.database.count(CLOCKS.name, {"next_at_ms": {"$lte": int(now.timestamp() * 1000)}})
                deaths["before all" if fired == CASES_A_ROUND else "in the middle" if fired else "after all"] += 1
        clock.moment = START + timedelta(minutes=60 * ROUNDS + 1_000)
        await service.outbox.sweep()
        await ticking(service).tick()
        await ticking(service).tick()
        await eventually(lambda: _all_told(heard, len(cases)), "a clock was lost")
        assert await service.database.count(CLOCKS.name, {"next_at_ms": {"$gt": 0}}) == 0
    breaches = Counter(each.data.clock_id for each in heard if isinstance(each.data, ClockBreached))
    assert len(breaches) == len(cases)
    assert set(breaches.values()) == {1}
    steps = Counter((each.data.clock_id, each.data.step) for each in heard if isinstance(each.data, ClockEscalated))
    assert set(steps.values()) == {1}
    print(f"{ROUNDS} rounds: killed {dict(deaths)}")  # noqa: T201 - told with pytest -s
    assert deaths.total() == ROUNDS


async def _all_told(heard: list[Envelope], cases: int) -> bool:
    return len({each.subject for each in heard if isinstance(each.data, ClockBreached)}) == cases


@asynccontextmanager
async def forks() -> AsyncIterator[Process]:
    """The process that forks."""
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.followup.clock_child", stdin=PIPE, stdout=PIPE
    )
    assert server.stdout
    assert await server.stdout.readline() == b"ready\n"
    try:
        yield server
    finally:
        server.kill()
        await server.wait()


async def forked(server: Process, round_: dict[str, object]) -> int:
    """A new child's id."""
    assert server.stdin
    assert server.stdout
    server.stdin.write(json.dumps(round_).encode() + b"\n")
    await server.stdin.drain()
    return int(await server.stdout.readline())
