"""`casekeeper up`: the local stack for people to look at, with customers who write and an autopilot that answers."""

import asyncio
import logging
import random
import signal
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.table import Table

from casekeeper.autopilot import Autopilot, Pace
from casekeeper.demo.sender import Sender
from casekeeper.demo.source import Thread, renamed, threads
from casekeeper.local import running
from casekeeper.local.children import StoreEngine
from casekeeper.local.demonstration_clock import offset_seconds
from casekeeper.local.process import ChildError
from casekeeper.local.stack import Plan, Stack
from services.chassis import logs, telemetry
from services.chassis.clock import Clock, ShiftedClock

PACE = Pace(2.0, 12.0)


@dataclass(frozen=True)
class Options:
    """What the command was told."""

    folder: Path
    organisation: Path
    port: int
    host: str
    store: StoreEngine
    autopilot: bool
    samples: bool
    every_seconds: float
    workday: bool
    log_level: str


async def run_up(options: Options, out: Console) -> None:
    """Start, tell where things are, and go on until Ctrl-C. Raises ChildError when it can not go on."""
    logs.configure(options.log_level, "console")
    # When the local broker dies, the stack itself says so in one line; aiokafka would lament at length.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    telemetry.configure()
    ended = _asked_to_end()
    began = time.monotonic()
    stack = Stack(_plan(options))
    with out.status("starting") as status:
        await stack.start(status.update)
    running.note(stack)
    _introduce(stack, options, out, time.monotonic() - began)
    clock = ShiftedClock(stack.plan.clock_offset_seconds)
    sender = Sender(stack.url("ingestion"), stack.organisation, stack.secrets.channels, clock)
    autopilot = _autopilot(stack, clock)
    stack.on_broker_restart.append(autopilot.start)
    autopilot.start()
    streaming = asyncio.create_task(_stream(sender, stack, options)) if options.samples else None
    try:
        waiting: set[asyncio.Future[Any]] = {asyncio.ensure_future(ended.wait()), stack.problem}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        out.print("stopping …")
        running.forget(options.folder)
        if streaming:
            streaming.cancel()
        await autopilot.stop()
        await sender.close()
        await stack.stop()
    if stack.problem.done():
        raise ChildError(stack.problem.result())
    out.print("stopped; the data is kept in", str(options.folder))


def _plan(options: Options) -> Plan:
    environment = {"DESK_AUTOPILOT": str(options.autopilot).lower()}
    offset = offset_seconds(options.folder, datetime.now(UTC)) if options.workday else 0
    return Plan(
        options.folder,
        options.organisation,
        options.port,
        options.host,
        store_engine=options.store,
        environment=environment,
        clock_offset_seconds=offset,
        log_level=options.log_level,
        channel_tests=True,
    )


def _asked_to_end() -> asyncio.Event:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    return ended


def _introduce(stack: Stack, options: Options, out: Console, seconds: float) -> None:
    out.print(
        f"[bold]Casekeeper[/bold] is up after {seconds:.1f} s. Open [link]{stack.url('desk')}[/link]", highlight=False
    )
    for brand in stack.organisation.brands:
        out.print(f"  write as a customer of {brand.name}: {stack.url('desk')}/talk/{brand.id}", highlight=False)
    table = Table("sign in as", "role", "password", title="log-ins, made up at the first start")
    for person_id, password in stack.secrets.logins.items():
        table.add_row(person_id, stack.organisation.person(person_id).role, password)
    out.print(table)
    out.print(
        "The autopilot plays the staff; a lead can switch it off." if options.autopilot else "The autopilot is off."
    )
    if stack.plan.clock_offset_seconds:
        moment = ShiftedClock(stack.plan.clock_offset_seconds).now()
        out.print(
            f"Its clock is set to a working day: {moment:%A %d %B %Y, %H:%M} UTC (--real-time uses your own).",
            highlight=False,
        )
    out.print("Ctrl-C stops everything.")


def _autopilot(stack: Stack, clock: Clock) -> Autopilot:
    client = httpx2.AsyncClient(base_url=stack.url("desk"), timeout=5)
    headers = {"Authorization": f"Bearer {stack.secrets.internal_token}"}

    async def is_on() -> bool:
        try:
            answer = await client.get("/api/autopilot", headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200 and bool(answer.json()["on"])

    token = stack.secrets.internal_token
    return Autopilot(stack.cluster, stack.url("cases"), token, stack.organisation, clock, PACE, is_on)


async def _stream(sender: Sender, stack: Stack, options: Options) -> None:
    found = threads(stack.organisation, options.organisation / "samples")
    run = f"{int(time.time()):x}"  # new ids at every start: the same ones would be taken for repeats
    random.shuffle(found)
    for number in range(1_000_000):
        for thread in found:
            await _say(sender, renamed(thread, f"{run}-{number}"), options.every_seconds)


async def _say(sender: Sender, thread: Thread, every_seconds: float) -> None:
    for message in thread.messages:
        await sender.send(message)
        await asyncio.sleep(random.expovariate(1 / every_seconds))
