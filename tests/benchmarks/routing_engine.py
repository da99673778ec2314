"""The routing engine on one core: decisions with their explanation among few and many people, beside looking at everybody.

Timed in processor seconds, so that a busy machine blurs it less. The organisations are of `routing_people`.
"""

import gc
import random
import resource
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.events.routing import OwnerRequested
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine
from services.routing.domain.loads import Loads
from services.routing.domain.together import plan
from tests.benchmarks.routing_people import START, Asked, agent, people, requests
from tests.benchmarks.routing_scan import Scan

SIZES = {540: 6_000, 10_000: 3_000, 100_000: 900}
"""People to decisions measured a round."""
QUICK_SIZES = {540: 500, 10_000: 200}
SCANNED = {540: 240, 10_000: 24}
"""People to decisions by looking at everybody."""
WAITING, AT_HAND = 200, 500
ROUNDS = 2
LOOPS = 3_000_000
BYTES_PER_MEGABYTE = 1_000_000


def measure(quick: bool, progress: Callable[[str], None]) -> dict[str, Any]:
    """Decisions a second by number of people, starting up, memory, and deciding together. The best of a few rounds."""
    results: dict[str, Any] = {"decisions": {}}
    for count, decisions in (QUICK_SIZES if quick else SIZES).items():
        progress(f"routing engine, {count:,} people")
        engine, built = _built(count)
        work = requests(decisions, count, random.Random(2))
        results["decisions"][count] = built | {
            "bare_per_second": max(_run(engine, work, explain=False) for _ in range(1 if quick else ROUNDS)),
            "explained_per_second": max(_run(engine, work, explain=True) for _ in range(1 if quick else ROUNDS)),
            "told_per_second": max(_run(engine, work, explain=True, tell=True) for _ in range(1 if quick else ROUNDS)),
        }
        if count in SCANNED:
            each = SCANNED[count] // len(work)
            scanned = _scan(count, [item for part in work for item in part[:each]])
            results["decisions"][count]["scan_per_second"] = scanned
    progress("routing engine, deciding together")
    together = _together(1 if quick else ROUNDS)
    return results | {"together": together, "python_loops_per_second": _loops()}


def _built(count: int) -> tuple[Engine, dict[str, float]]:
    """An engine of so many people; the time to make it, beside that of reading their records; and its memory."""
    gc.collect()
    before, engine, dice = _memory(), Engine(), random.Random(1)
    first = time.process_time()
    building = 0.0
    for person in people(count, dice):
        began = time.process_time()
        engine.upsert(person)
        building += time.process_time() - began
    began = time.process_time()
    engine.people.advance(int(START.timestamp()), Loads())
    now = time.process_time()
    gc.collect()
    return engine, {
        "start_seconds": round(building + now - began, 3),
        "reading_people_seconds": round(now - first - building, 3),
        "megabytes": round((_memory() - before) / BYTES_PER_MEGABYTE, 1),
    }


def _run(engine: Engine, work: list[list[tuple[datetime, Asked]]], explain: bool, tell: bool = False) -> int:
    """Decisions a second, each assigned, with some held at a time. Going from one time of day to the next is not timed.

    `explain`: with all that the explanation says; `tell`: and with the part of the event made of it.
    """
    held: list[str] = []
    room = max(4, len(engine) * 20 // 540)
    seconds = 0.0
    for part in work:
        engine.decide(part[0][1], part[0][0], explain=False)
        began = time.process_time()
        for now, request in part:
            outcome = engine.decide(request, now, explain=explain)
            if tell:
                _ = outcome.explanation
            if isinstance(outcome, Chosen):
                engine.assign(request.request_id, outcome.person, at=now)
                held.append(request.request_id)
            if len(held) > room:
                engine.release(held.pop(0))
        seconds += time.process_time() - began
    for request_id in held:
        engine.release(request_id)
    return round(sum(len(part) for part in work) / seconds)


def _scan(count: int, work: list[tuple[datetime, Asked]]) -> float:
    """Decisions a second by looking at everybody."""
    scan = Scan(people(count, random.Random(1)))
    scan.decide(work[0][1], START)
    began = time.process_time()
    for now, request in work:
        if candidates := scan.decide(request, now).candidates:
            scan.assign(candidates[0].person)
    return round(len(work) / (time.process_time() - began), 1)


def _together(rounds: int) -> dict[str, float]:
    """200 owners wanted at once of 500 agents who are nearly all busy: the joint plan alone, and the whole decision."""
    dice = random.Random(3)
    engine = Engine()
    for number in range(AT_HAND):
        facts = agent(number, dice).model_dump() | {"hours": "24/7", "capacity": 2}
        engine.upsert(Person.model_validate(facts))
        for place in range(dice.choice((0, 1, 2, 2, 2, 2))):
            engine.assign(f"earlier-{number}-{place}", f"agent-{number}")
    wanted = [
        request
        for part in requests(WAITING * 2, AT_HAND, dice)
        for _, request in part
        if isinstance(request, OwnerRequested)
    ][:WAITING]
    waiting = [each.model_copy(update={"due_at": START + timedelta(minutes=dice.randrange(60))}) for each in wanted]
    searches = engine.searches(waiting, START)
    plan(searches, engine.people, 1000, START)  # loads the solver
    alone = min(_seconds(lambda: plan(searches, engine.people, 1000, START)) for _ in range(rounds))
    whole = []
    for _ in range(rounds):
        whole.append(_seconds(lambda: engine.decide_waiting(waiting, START)))
        for request in waiting:
            engine.withdraw(request.request_id)
    return {
        "requests": WAITING,
        "people": AT_HAND,
        "plan_milliseconds": round(alone * 1000, 1),
        "whole_milliseconds": round(min(whole) * 1000, 1),
    }


def _loops() -> int:
    """Rounds a second of a loop that does nothing: how fast the processor was just now."""
    seconds = _seconds(lambda: [None for _ in range(LOOPS)])
    return round(LOOPS / seconds)


def _seconds(what: Callable[[], Any]) -> float:
    began = time.process_time()
    what()
    return time.process_time() - began


def _memory() -> int:
    """Bytes this process holds now; where that is not told, the most it ever held."""
    if (statm := Path("/proc/self/statm")).exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
