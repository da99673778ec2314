"""One judged run: start a private stack, send, let the autopilot work it to the end, read everything back, judge."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from casekeeper.autopilot import Autopilot
from casekeeper.checker import Verdict, check
from casekeeper.demo.receiver import Receiver
from casekeeper.demo.sender import Sender
from casekeeper.demo.source import Thread
from casekeeper.local.demonstration_clock import to_workday
from casekeeper.local.stack import Plan, Stack
from schemas.topics import TOPICS
from services.cases.domain import Case
from services.chassis.clock import ShiftedClock
from services.chassis.kafka import Record, read

STALLED_SECONDS = 90.0
POLL_SECONDS = 0.1
DOUBLED, SWAPPED = 0.1, 0.1


Meanwhile = Callable[[Stack], Coroutine[None, None, None]]
"""Something that happens to the stack while it works."""


class Stalled(RuntimeError):
    """Nothing has moved for a long time, although there is work left."""


@dataclass
class Progress:
    """How far a run is; `report` is called with (what, done, of)."""

    report: Callable[[str, int, int], None] = field(default=lambda _what, _done, _of: None)


@dataclass
class Outcome:
    """What a run led to."""

    verdict: Verdict
    seconds: float
    refused: list[str]
    forged: int
    restarts: list[tuple[str, float]]
    stalled: str = ""
    """What was still to do when nothing moved any more."""


@asynccontextmanager
async def arena(plan: Plan, receiver: Receiver) -> AsyncIterator[tuple[Stack, Sender, Autopilot]]:
    """A running stack whose channels are played by us."""
    stack = Stack(plan)
    webhooks = [channel for channel in stack.organisation.channels if channel.kind == "webhook"]
    for channel in webhooks:
        if channel.reply_url_env:
            plan.environment[channel.reply_url_env] = receiver.url(channel.id)
    await receiver.start({channel.id: stack.secrets.channels[channel.secret_env or ""] for channel in webhooks})
    await stack.start()
    clock = ShiftedClock(plan.clock_offset_seconds)
    sender = Sender(stack.url("ingestion"), stack.organisation, stack.secrets.channels, clock)
    autopilot = Autopilot(stack.cluster, stack.url("cases"), stack.secrets.internal_token, stack.organisation, clock)
    stack.on_broker_restart.append(autopilot.start)
    autopilot.start()
    try:
        yield stack, sender, autopilot
    finally:
        await autopilot.stop()
        await sender.close()
        await stack.stop()
        await receiver.stop()


async def run(
    plan: Plan, threads: list[Thread], seed: int, progress: Progress, meanwhile: Meanwhile | None = None
) -> Outcome:
    """The whole run. `meanwhile` may disturb the stack while it works. Raises ChildError."""
    began = time.monotonic()
    plan.clock_offset_seconds = to_workday(datetime.now(UTC))
    plan.channel_tests = True
    receiver = Receiver()
    progress.report("starting", 0, 1)
    async with arena(plan, receiver) as (stack, sender, autopilot):
        total = sum(len(thread.messages) for thread in threads)
        done = 0

        def sent(count: int) -> None:
            nonlocal done
            done += count
            progress.report("sending", done, total)

        progress.report("starting", 1, 1)
        disturbing = asyncio.create_task(meanwhile(stack)) if meanwhile else None
        await sender.send_all(threads, doubled=DOUBLED, swapped=SWAPPED, seed=seed, progress=sent)
        stalled = ""
        try:
            await _worked_off(stack, autopilot, total, progress)
            if disturbing:
                await disturbing
                await _worked_off(stack, autopilot, total, progress)
        except Stalled as error:
            stalled = str(error)
        progress.report("checking", 0, 1)
        records = await _settled(stack, receiver)
        verdict = check(list(sender.sent.messages.values()), records, receiver.received)
        progress.report("checking", 1, 1)
        return Outcome(verdict, time.monotonic() - began, sender.sent.refused, receiver.forged, stack.restarts, stalled)


async def _worked_off(stack: Stack, autopilot: Autopilot, messages: int, progress: Progress) -> None:
    """Until every message is in a case and every case is resolved."""
    last, moved_at = -1, time.monotonic()
    while True:
        cases = [case for case in autopilot.cases.values() if not _is_test(case)]
        taken = sum(case.messages for case in cases)
        resolved = sum(case.messages for case in cases if case.resolved)
        progress.report("working", resolved, messages)
        if resolved >= messages and all(case.resolved for case in autopilot.cases.values() if _is_test(case)):
            return
        if stack.problem.done():
            raise Stalled(stack.problem.result())
        if taken + resolved != last:
            last, moved_at = taken + resolved, time.monotonic()
        elif time.monotonic() - moved_at > STALLED_SECONDS:
            raise Stalled(
                f"{taken} of {messages} messages are in cases, {resolved} in resolved ones, and nothing moves"
            )
        await asyncio.sleep(POLL_SECONDS)


def _is_test(case: Case) -> bool:
    """Whether it is a test contact's (F11): a real case, and none of the messages that the run sends."""
    return any(heard.message.test for heard in case.heard)


async def _settled(stack: Stack, receiver: Receiver) -> list[Record]:
    """All records, once there are no more coming: two readings in a row of the same size."""
    names = [topic.name for topic in TOPICS]
    before = -1
    while True:
        records = [record async for record in read(stack.cluster, names)]
        if len(records) + len(receiver.received) == before:
            return records
        before = len(records) + len(receiver.received)
        await asyncio.sleep(3 * POLL_SECONDS)
