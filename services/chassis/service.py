"""A service and its life: connect, declare, listen, work, stop in order."""

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any

import uvicorn
from fastapi import APIRouter, FastAPI

from services.chassis import kafka, logs, telemetry
from services.chassis.clock import Clock, ShiftedClock, SystemClock
from services.chassis.config import ServiceConfig
from services.chassis.documents import Collection
from services.chassis.errors import Unavailable
from services.chassis.gauges import LOOK_EVERY_SECONDS, Gauges, trouble_of
from services.chassis.http import application, include, listener, serving
from services.chassis.kafka import Publisher, Record
from services.chassis.listening import STOP_SECONDS, consumer_of, holds_all, listening, start_listening, topics_of
from services.chassis.mongo import Database
from services.chassis.outbox import Outbox
from services.chassis.parking import Parking
from services.chassis.processor import Processor
from services.chassis.repository import Repository
from services.chassis.table import Table
from services.chassis.tasks import end
from services.chassis.waiting import waiting_router

BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
RETRY_PARKED_SECONDS = 0.5
OUTBOX_AGE_LIMIT_SECONDS = 30
QUIET_SECONDS = 1.0
CATCH_UP_SECONDS = 30.0
TIDYING_SECONDS = 8.0
"""Recurring work that is stopped has so long to let end what it has in hand."""

Work = Callable[[], Awaitable[None]]


class Service:
    """One service: settings, what it listens to, what it owns, what it does by itself, and its HTTP face.

    A service module builds one in `app.py`: `table` says what it does with events; `every()` adds recurring work; `api` takes
    routers. All of it talks to the store through `repository` only.
    """

    def __init__(
        self,
        config: ServiceConfig,
        table: Table | None = None,
        *,
        clock: Clock | None = None,
        collections: Sequence[Collection[Any]] = (),
        body_limits: dict[str, int] | None = None,
    ) -> None:
        self.config = config
        self.name = config.service
        self.clock: Clock = clock or (
            ShiftedClock(config.clock_offset_seconds) if config.clock_offset_seconds else SystemClock()
        )
        self.table = table or Table()
        self.log = logs.logger(self.name)
        self.database = Database(config.mongo, config.database)
        self.publisher = Publisher(config.cluster, self.name)
        self.outbox = Outbox(self.database, self.publisher, self.clock, self.name, config.journal)
        self.repository = Repository(self.database, self.outbox, self.clock, f"casekeeper/{self.name}")
        self.parking = Parking(self.database)
        self.processor = Processor(self.name, self.table, self.repository, self.publisher, self.parking, self.clock)
        self.collections = tuple({each.name: each for each in (*self.table.collections, *collections)}.values())
        self.broker = listening(config, topics_of(self.name) if self.listens else (), self._handle, self._assigned)
        checks = {"store": self._store, "broker": self._broker, "outbox": self._outbox}
        self.api: FastAPI = application(self.name, checks, config.internal_token.get_secret_value(), body_limits)
        self.include(waiting_router(self.outbox, self.parking, self.clock))
        self.gauges = Gauges(self.name, checks, self.outbox, self.parking, partial(consumer_of, self.broker))
        self.port = config.http_port
        self._work: list[tuple[Work, float]] = []
        self._on_start, self._on_partitions = list[Work](), list[Work]()
        self._before_batch, self._on_batch = list[Work](), list[Work]()
        self._new_partitions = False
        self._taking_over = asyncio.Lock()
        self._caught_up = False
        self._assigned_at = self._last_batch_at = 0.0
        self.has_partitions = False
        self._held: frozenset[str] = frozenset()
        self._tasks: list[asyncio.Task[None]] = []
        self._server: uvicorn.Server | None = None
        self._trouble = "" if not self.listens else "not listening yet"
        self._stopping = asyncio.Event()

    @property
    def listens(self) -> bool:
        """Whether this service takes events at all."""
        return bool(self.table.routes or self.table.transformations)

    @property
    def url(self) -> str:
        return f"http://{self.config.http_host}:{self.port}"

    def include(self, router: APIRouter) -> None:
        include(self.api, router)

    def on_start(self, work: Work) -> None:
        """Do this once, after the store is ready and before events come in."""
        self._on_start.append(work)

    def on_partitions(self, work: Work) -> None:
        """Do this before the first batch after Kafka has given us partitions: another instance may have had them."""
        self._on_partitions.append(work)

    def before_batch(self, work: Work) -> None:
        """Do this before each batch is handled."""
        self._before_batch.append(work)

    def on_batch(self, work: Work) -> None:
        """Do this after each batch that was handled."""
        self._on_batch.append(work)

    def every(self, seconds: float, work: Work, *, caught_up: bool = False) -> None:
        """Do this again and again, with `seconds` between; an error is logged and does not end it.

        With `caught_up` only once what waited in Kafka is handled: after a day down, what happened in time is still there.
        """

        async def unless_behind() -> None:
            if self.caught_up:
                await work()

        self._work.append((unless_behind if caught_up else work, seconds))

    async def start(self, *, listen: bool = True) -> None:
        """Be ready to serve. Raises Unavailable when store or broker do not answer; then it can be tried again.

        With `listen=False` no events are taken from Kafka and no recurring work is done: `processor` is driven by hand.
        """
        try:
            await self._start(listen)
        except BaseException:
            await self._halt(0)
            raise

    async def _start(self, listen: bool) -> None:
        await self.database.ping()
        for collection in self.collections:
            await self.database.prepare(collection)
        await self.parking.prepare()
        await kafka.declare(self.config.cluster, [self.name] if self.listens else [])
        await self.publisher.start()
        for work in self._on_start:
            await work()
        await self.outbox.start(self.collections)
        await self._serve()
        telemetry.appear(self.name)
        works = [*self._work, (self.gauges.look, LOOK_EVERY_SECONDS)] if listen else []
        if self.listens and listen:
            await start_listening(self.broker)
            self._trouble = ""
            works.append((self.processor.retry_parked, RETRY_PARKED_SECONDS))
        self._tasks = [asyncio.create_task(self._repeat(work, seconds)) for work, seconds in works]
        self.log.info("ready", url=self.url)

    async def stop(self, patience_seconds: float = 5.0) -> None:
        """Finish the batch in hand, publish (as far as that goes in the given time), leave the group; within ten seconds."""
        self._stopping.set()
        self._trouble = "stopping"
        await self._halt(patience_seconds)
        self.database.close()
        self.log.info("stopped")

    async def _halt(self, patience_seconds: float) -> None:
        await end(self._tasks, TIDYING_SECONDS)
        self._tasks = []
        self.gauges.forget()
        with contextlib.suppress(Exception):
            await asyncio.wait_for(self.broker.stop(), STOP_SECONDS)
        if self._server:
            self._server.should_exit = True
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._serving, STOP_SECONDS)
            self._server = None
        await self.outbox.stop(patience_seconds)
        await self.publisher.stop()

    async def take_over(self) -> None:
        """Do what is to be done after Kafka has given us partitions, if it has not been done yet."""
        async with self._taking_over:
            if self._new_partitions:
                self._new_partitions = False
                self.parking.look_again()
                self.outbox.look_again()
                try:
                    for work in self._on_partitions:
                        await work()
                except BaseException:
                    self._new_partitions = True
                    raise

    def holds(self, topic: str) -> bool:
        """Whether partitions of this topic are ours: neither about to go to others, nor before `on_partitions` is done."""
        return topic in self._held and not self._new_partitions and not self._taking_over.locked()

    @property
    def caught_up(self) -> bool:
        """Whether what waited in Kafka when we were given our partitions has been handled: once nothing came for a while.

        Where something comes all the time, it is taken to be so after half a minute.
        """
        if not self._caught_up and self.has_partitions:
            now = asyncio.get_running_loop().time()
            self._caught_up = now - self._last_batch_at > QUIET_SECONDS or now - self._assigned_at > CATCH_UP_SECONDS
        return self._caught_up

    async def _handle(self, records: Sequence[Record]) -> None:
        started = asyncio.get_running_loop().time()
        attempt = 0
        while not self._stopping.is_set():
            try:
                await self.take_over()
                for work in self._before_batch:
                    await work()
                await self.processor.process(records)
                for work in self._on_batch:
                    await work()
            except Exception as error:
                # What is not Unavailable is a bug outside of any handler: FastStream would repeat it without a pause.
                if not isinstance(error, Unavailable):
                    self.log.exception("a batch failed as a whole")
                await self._wait(str(error) or repr(error), attempt)
                attempt += 1
                continue
            self._trouble = ""
            self._last_batch_at = asyncio.get_running_loop().time()
            seconds = asyncio.get_running_loop().time() - started
            telemetry.handled(self.name, len(records), seconds, min(record.timestamp_ms for record in records))
            return
        raise Unavailable("stopping; the batch is not acknowledged and comes again")

    async def _wait(self, reason: str, attempt: int) -> None:
        self._trouble = reason
        telemetry.unavailable.add(1, {"service": self.name})
        delay = BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        self.log.warning("waiting", reason=reason, seconds=round(delay, 2))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), delay)

    def _assigned(self, topics: Sequence[str] | None) -> None:
        self._held = frozenset(topics or ())
        if topics is None:
            return  # they are being distributed anew
        self.has_partitions = bool(topics)
        self._new_partitions = True
        self._caught_up = False
        self._assigned_at = self._last_batch_at = asyncio.get_running_loop().time()

    @property
    def alone(self) -> bool:
        """Whether every event that comes now comes to us: all partitions of all our topics are ours."""
        return not self._new_partitions and holds_all(consumer_of(self.broker))

    async def _repeat(self, work: Work, seconds: float) -> None:
        while not self._stopping.is_set():
            await asyncio.sleep(seconds)
            try:
                await work()
            except Unavailable as error:
                self.log.warning("recurring work waits", reason=str(error))
            except Exception:
                self.log.exception("recurring work failed")

    async def _serve(self) -> None:
        bound = listener(self.config.http_host, self.config.http_port, self.name)
        self.port = bound.getsockname()[1]
        self._server, self._serving = await serving(self.api, bound)

    async def _store(self) -> str:
        return await trouble_of(self.database.ping())

    async def _broker(self) -> str:
        return await trouble_of(self.publisher.ping()) or self._trouble

    async def _outbox(self) -> str:
        age = self.outbox.oldest_age_seconds
        return f"the oldest event waits for {age:.0f} s" if age > OUTBOX_AGE_LIMIT_SECONDS else ""


async def run(service: Service) -> None:
    """Start, serve until SIGTERM or SIGINT, stop."""
    loop = asyncio.get_running_loop()
    wanted = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, wanted.set)
    attempt = 0
    while True:
        try:
            await service.start()
            break
        except Unavailable as error:
            service.log.warning("can not start yet", reason=str(error))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wanted.wait(), BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS) - 1)])
            if wanted.is_set():
                break
            attempt += 1
    await wanted.wait()
    await service.stop()
