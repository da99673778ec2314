"""The desk with 500 open cases: how long a page takes, and whether it stays live for 100 browsers at 50 events a second.

The desk runs in a process of its own; broker, store and browsers share what is left. Each event writes its number into a line
that every browser has on its page, so that it can be said of each event and each browser whether it came, and how late.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from casekeeper.local.children import StoreEngine
from casekeeper.local.stack import Plan, Stack
from services.chassis.kafka import Publisher
from tests.benchmarks.browsers import Looker
from tests.benchmarks.machine import Processors
from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.unit.desk.stories import Story, outgoing, several

PASSWORD = "a long enough password"
PEOPLE = ("fleur.visser", "joost.smit", "maaike.postma", "sem.jansen", "femke.vos")
"""A lead, a coach and agents; every browser has one of their sessions, and looks at everybody's cases."""
PAGE = "/?whose=all"
LINE = re.compile(r'id="case-(case-(\d+))"')
MARK = re.compile(r"mark-(\d+)\b")
BEFORE = timedelta(minutes=2)
GRACE_SECONDS = 15.0


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    cases: int
    browsers: int
    events_per_second: int
    seconds: int
    renders: int


FULL = Sizes(cases=500, browsers=100, events_per_second=50, seconds=60, renders=100)
QUICK = Sizes(cases=120, browsers=10, events_per_second=20, seconds=3, renders=10)


async def measure(folder: Path, organisation: Path, engine: StoreEngine, sizes: Sizes) -> dict[str, Any]:
    """Pages one after the other, then all browsers at once."""
    stack = Stack(Plan(folder, organisation, separate=True, store_engine=engine, services=("desk",)))
    await stack.start()
    publisher = Publisher(stack.cluster, "benchmark")
    await publisher.start()
    try:
        await stack.create_logins(dict.fromkeys(PEOPLE, PASSWORD))
        sessions = [await _signed_in(stack, person) for person in PEOPLE]
        stories = several(sizes.cases, datetime.now(UTC) - BEFORE)
        await publisher.publish(outgoing([event for story in stories for event in story.events], stories[0].start))
        await eventually(lambda: _open(stack, sessions[0], sizes.cases), "the cases did not come onto the page")
        page = await _renders(stack, sessions[0], sizes.renders)
        return {"cases": sizes.cases, "page": page, "live": await _live(stack, publisher, sessions, stories, sizes)}
    finally:
        await publisher.stop()
        await stack.stop()


async def _signed_in(stack: Stack, person: str) -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=stack.url("desk"), timeout=60, follow_redirects=True) as client:
        await Colleague(person, client).sign_in(PASSWORD)
        return dict(client.cookies)


async def _open(stack: Stack, cookies: dict[str, str], cases: int) -> bool:
    async with httpx2.AsyncClient(base_url=stack.url("desk"), cookies=cookies, timeout=60) as client:
        listed = (await client.get("/api/cases")).json()
        return bool(listed["counts"]["open"] == cases and all(case["owner"] for case in listed["cases"]))


async def _renders(stack: Stack, cookies: dict[str, str], count: int) -> dict[str, Any]:
    """A page and its changing part, asked for one after the other on one connection; what is not the desk's is little."""
    found: dict[str, Any] = {}
    async with httpx2.AsyncClient(base_url=stack.url("desk"), cookies=cookies, timeout=60) as client:
        for name, headers in (("whole", {}), ("part", {"hx-request": "true"})):
            taken, processors = [], Processors(stack)
            for _ in range(count):
                began = time.perf_counter()
                answer = await client.get(PAGE, headers=headers)
                taken.append(time.perf_counter() - began)
                answer.raise_for_status()
            found[f"{name}_p50_milliseconds"] = _milliseconds(taken, 0.5)
            found[f"{name}_p95_milliseconds"] = _milliseconds(taken, 0.95)
            found[f"{name}_cpu_milliseconds"] = processors.milliseconds(count).get("desk")
            found[f"{name}_bytes"] = len(answer.content)
        found["lines"] = len(LINE.findall(answer.text))
    return found


@dataclass
class Arrivals:
    """Which events every browser has seen, and how late each came there."""

    cases: list[str]
    published: list[float] = field(default_factory=list)
    """When each event was given to the broker, by its number; it is about the case at its number modulo their number."""
    delays: list[float] = field(default_factory=list)
    _next: dict[tuple[int, int], int] = field(default_factory=dict)

    def take(self, browser: Looker, part: str) -> None:
        """What a browser has now. A line shows the last event only, so those before it have come with it."""
        now = time.perf_counter()
        for mark in map(int, MARK.findall(part)):
            line = mark % len(self.cases)
            first = self._next.get((browser.number, line), line)
            self.delays += [now - self.published[each] for each in range(first, mark + 1, len(self.cases))]
            self._next[browser.number, line] = max(first, mark + len(self.cases))


async def _live(
    stack: Stack, publisher: Publisher, sessions: Sequence[dict[str, str]], stories: Sequence[Story], sizes: Sizes
) -> dict[str, Any]:
    async with httpx2.AsyncClient(base_url=stack.url("desk"), cookies=sessions[0], timeout=60) as client:
        arrivals = Arrivals([name for name, _ in LINE.findall((await client.get(PAGE)).text)])
    browsers = [
        Looker(
            stack.ports["desk"], _header(sessions[number % len(sessions)]), "/api/events", PAGE, arrivals.take, number
        )
        for number in range(sizes.browsers)
    ]
    for browser in browsers:
        browser.open()
    try:
        await eventually(_all(browsers, lambda each: each.fetched > 0), "not every browser got its page")
        before, processors, began = sum(each.fetched for each in browsers), Processors(stack), time.perf_counter()
        await _publish(publisher, arrivals, {story.case_id: story for story in stories}, sizes)
        seconds = time.perf_counter() - began
        shares = {name: each / 1000 / seconds for name, each in processors.milliseconds(1).items()}
        fetched = sum(each.fetched for each in browsers) - before
        expected = len(arrivals.published) * len(browsers)
        await _patiently(lambda: len(arrivals.delays) >= expected)
        failures = [str(each.failure) for each in browsers if each.failure]
    finally:
        await asyncio.gather(*(browser.close() for browser in browsers))
    return {
        "browsers": len(browsers),
        "events": len(arrivals.published),
        "events_per_second": round(len(arrivals.published) / seconds, 1),
        "delivered_share": round(len(arrivals.delays) / expected, 4),
        "delay_p50_milliseconds": _milliseconds(arrivals.delays, 0.5),
        "delay_p95_milliseconds": _milliseconds(arrivals.delays, 0.95),
        "delay_p99_milliseconds": _milliseconds(arrivals.delays, 0.99),
        "parts_per_second": round(fetched / seconds, 1),
        "cores": {name: round(share, 3) for name, share in shares.items()},
        "broken_connections": failures,
    }


async def _publish(publisher: Publisher, arrivals: Arrivals, stories: dict[str, Story], sizes: Sizes) -> None:
    """Evenly over the time, to the cases of the page in turn; the customer writes the event's number."""
    began = time.perf_counter()
    for number in range(sizes.events_per_second * sizes.seconds):
        await asyncio.sleep(max(0.0, began + number / sizes.events_per_second - time.perf_counter()))
        story = stories[arrivals.cases[number % len(arrivals.cases)]]
        known = len(story.events)
        minutes = (datetime.now(UTC) - story.start) / timedelta(minutes=1)
        [event] = story.wrote(f"mark-{number}", minutes).events[known:]
        arrivals.published.append(time.perf_counter())
        await publisher.publish(outgoing([event], datetime.now(UTC)))


async def _patiently(reached: Callable[[], bool]) -> None:
    until = time.perf_counter() + GRACE_SECONDS
    while not reached() and time.perf_counter() < until:  # noqa: ASYNC110 - what happens elsewhere has no event here
        await asyncio.sleep(0.1)


def _all(browsers: Sequence[Looker], condition: Callable[[Looker], bool]) -> Callable[[], Any]:
    async def reached() -> bool:
        return all(condition(each) for each in browsers)

    return reached


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _milliseconds(seconds: Sequence[float], share: float) -> float | None:
    """The time within which this share of them ended; nothing where there is none."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    return round(
        1000 * (median(ordered) if share == 0.5 else ordered[min(len(ordered) - 1, int(share * len(ordered)))]), 1
    )
