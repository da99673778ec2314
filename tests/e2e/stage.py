"""A running stack for the stories: in a thread of its own, so that a test may block, with the channels' receiving end.

Everything a story does goes the way that customers and staff go: signed webhooks, the desk's pages and forms.
"""

import asyncio
import json
import os
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from casekeeper.autopilot import Autopilot
from casekeeper.checker import SentMessage, Verdict, check
from casekeeper.demo.receiver import Receiver
from casekeeper.demo.sender import Sender
from casekeeper.demo.source import Said
from casekeeper.local import children, running
from casekeeper.local.demonstration_clock import offset_seconds
from casekeeper.local.stack import Plan, Stack
from schemas.base import Event
from schemas.events.message import Author
from schemas.topics import TOPICS
from services.chassis.clock import ShiftedClock
from services.chassis.ids import fresh
from services.chassis.kafka import Record, read
from services.chassis.tasks import end
from tests.conftest import REAL_KAFKA, STORE_ENGINE
from tests.e2e.colleague import Colleague

REPOSITORY = Path(__file__).parents[2]
ORGANISATION = REPOSITORY / "deploy" / "example-org"
PASSWORD = "a long password for stories"
START_SECONDS = 300
T = TypeVar("T")


def plan(folder: Path) -> Plan:
    """How tests lay a stack out: any free ports, a working day, broker and store as the environment says."""
    classpath = ""
    if REAL_KAFKA:
        from casekeeper.local.kafka import fetch_kafka

        classpath = fetch_kafka(Path(os.environ["CASEKEEPER_KAFKA_CACHE"]))
    offset = offset_seconds(folder, datetime.now(UTC))
    engine: children.StoreEngine = STORE_ENGINE  # type: ignore[assignment]  # the stack refuses another one
    return Plan(
        folder,
        ORGANISATION,
        store_engine=engine,
        kafka_classpath=classpath,
        clock_offset_seconds=offset,
        log_level="error",
    )


class Stage:
    """The stack of the stories."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan = plan(folder)
        self.clock = ShiftedClock(self.plan.clock_offset_seconds)
        self.receiver = Receiver()
        self.sent: dict[tuple[str, str, str], SentMessage] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stage", daemon=True)
        self._autopilots: list[Autopilot] = []
        self._known: set[str] = set()

    def start(self) -> None:
        """Raises ChildError."""
        self._thread.start()
        try:
            self._wait(self._start())
        except BaseException:
            self._end_loop()
            raise

    def stop(self) -> None:
        """Stop all of it; nothing is left running."""
        try:
            self._wait(self._stop())
        finally:
            self._end_loop()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the stack's own event loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def said(self, text: str, *, channel: str = "social", conversation: str = "", name: str = "Sam") -> Said:
        """A customer's new message, not sent yet."""
        brand = self.stack.organisation.channel(channel).brand
        conversation = conversation or fresh()
        return Said(brand, channel, conversation, fresh(), Author(id=f"customer-{conversation}", name=name), text, 3600)

    async def send(self, said: Said) -> tuple[int, dict[str, Any]]:
        """Through the signed webhook, once; how it was answered."""
        status, text = await self.run(self.sender.post(said))
        known = self.sent.get((said.brand, said.channel, said.external_id))
        if status in (200, 202):
            copies = (known.copies if known else 0) + 1
            sent = SentMessage(said.brand, said.channel, said.external_id, said.conversation, copies)
            self.sent[sent.key] = sent
        return status, json.loads(text)

    @asynccontextmanager
    async def colleague(self, person: str) -> AsyncIterator[Colleague]:
        """Somebody of the team, signed in at the desk."""
        await self.may_sign_in(person)
        async with httpx2.AsyncClient(base_url=self.stack.url("desk"), timeout=60, follow_redirects=True) as client:
            colleague = Colleague(person, client)
            await colleague.sign_in(PASSWORD)
            yield colleague

    async def may_sign_in(self, person: str) -> None:
        """Give this person the password of the stories."""
        if person not in self._known:
            await self.run(self.stack.create_logins({person: PASSWORD}))
            self._known.add(person)

    async def records(self) -> list[Record]:
        """Every record of every topic."""
        cluster, names = self.stack.cluster, [topic.name for topic in TOPICS]
        return await self.run(_read(cluster, names))

    async def events(self, kind: type[T], case_id: str) -> list[T]:
        """What the log tells of this kind about a case."""
        found: list[Event] = [each.envelope().data for each in await self.records() if _is(each, kind)]
        return [event for event in found if isinstance(event, kind) and getattr(event, "case_id", "") == case_id]

    async def command(self, *arguments: str) -> tuple[int, str]:
        """Run `casekeeper …` against this stack; its exit status and what it printed."""
        argv = [sys.executable, "-m", "casekeeper", *arguments, "--data-folder", str(self.folder)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe, cwd=REPOSITORY)
        out, errors = await process.communicate()
        return process.returncode or 0, (out + errors).decode()

    async def verdict(self) -> Verdict:
        """What the independent judge says of everything so far; stories need not be finished."""
        return check(list(self.sent.values()), await self.records(), self.receiver.received, expect_finished=False)

    async def autopilot(self, **how: Any) -> Autopilot:
        """Let an autopilot play from now on; it ends with `Autopilot.stop`."""
        stack = self.stack

        async def begin() -> Autopilot:
            token = stack.secrets.internal_token
            pilot = Autopilot(stack.cluster, stack.url("cases"), token, stack.organisation, self.clock, **how)
            stack.on_broker_restart.append(pilot.start)
            pilot.start()
            return pilot

        return await self.run(begin())

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    async def _start(self) -> None:
        self.stack = Stack(self.plan)
        webhooks = [channel for channel in self.stack.organisation.channels if channel.kind == "webhook"]
        secrets = self.stack.secrets.channels
        for channel in webhooks:
            self.plan.environment[channel.reply_url_env or ""] = self.receiver.url(channel.id)
        await self.receiver.start({channel.id: secrets[channel.secret_env or ""] for channel in webhooks})
        await self.stack.start()
        running.note(self.stack)
        self.sender = Sender(self.stack.url("ingestion"), self.stack.organisation, secrets, self.clock)

    async def _stop(self) -> None:
        running.forget(self.folder)
        try:
            await self.sender.close()
        finally:
            try:
                await self.stack.stop()
            finally:
                await self.receiver.stop()

    def _end_loop(self) -> None:
        self._wait(_end_all_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(START_SECONDS)
        self._loop.close()


async def _end_all_tasks() -> None:
    await end(task for task in asyncio.all_tasks() if task is not asyncio.current_task())


async def _read(cluster: Any, names: list[str]) -> list[Record]:
    return [record async for record in read(cluster, names)]


def _is(record: Record, kind: type[Any]) -> bool:
    return any(name == "ce_type" and value == kind.type.encode() for name, value in record.headers)
