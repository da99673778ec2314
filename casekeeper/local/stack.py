"""The one-machine stack (design 8): broker and store as children, the services in this process or each in its own.

The local broker keeps nothing. When it dies, the services stop, everything published is published again from the journals,
and the services go on; what they know already they recognise. When the store dies, it is started again and they wait for it.
"""

import asyncio
import contextlib
import functools
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from casekeeper.local import children, secrets
from casekeeper.local.environment import told
from casekeeper.local.process import Child, ChildError, PortInUseError, Spec
from casekeeper.services import PORTS, build
from schemas.organisation import Organisation
from schemas.organisation_file import load
from schemas.services import SERVICES
from services.chassis import kafka, memory
from services.chassis.errors import PortInUse, Unavailable
from services.chassis.journal import republish
from services.chassis.kafka import Cluster, Publisher
from services.chassis.logs import logger
from services.chassis.mongo import Database
from services.chassis.service import Service
from services.chassis.tasks import end

DATABASE_PREFIX = "casekeeper-"
BROKER_OFFSET, STORE_OFFSET = 11, 12
START_TIMEOUT_SECONDS = 60.0
ABANDON_SECONDS = 1.0
REPAIRS = 5


@dataclass
class Plan:
    """How to lay the stack out."""

    folder: Path
    organisation: Path
    base_port: int = 0
    """The desk's port; the others follow it. 0: any free ports."""
    host: str = "127.0.0.1"
    separate: bool = False
    """Each service in a process of its own, as on a cluster."""
    store_engine: children.StoreEngine = children.DEFAULT_STORE_ENGINE
    kafka_classpath: str = ""
    """Run a real Apache Kafka from these jars instead of the local broker."""
    environment: dict[str, str] = field(default_factory=dict)
    clock_offset_seconds: float = 0
    log_level: str = "warning"
    services: Sequence[str] = SERVICES
    channel_tests: bool = False
    """Whether test contacts write by themselves, as the brands' policies say (F11)."""


class Stack:
    """A running stack. `problem` is set when it can not go on."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.organisation: Organisation = load(plan.organisation)
        self.secrets = secrets.keep(plan.folder, self.organisation)
        self.ports = self._ports()
        self.broker = self._broker()
        self.store = children.store(plan.store_engine, self.ports["store"], plan.folder, port_setting="--port")
        self.services: dict[str, Service] = {}
        self.processes: dict[str, Child] = {}
        self.problem: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.restarts: list[tuple[str, float]] = []
        """What had to be started again, and how many seconds that took."""
        self.on_broker_restart: list[Callable[[], None]] = []
        self._log = logger("stack")
        self._lock = asyncio.Lock()
        self._stopping = False
        self._repairs: set[asyncio.Task[None]] = set()

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://{self.plan.host}:{self.ports[service]}"

    @property
    def cluster(self) -> Cluster:
        return Cluster(f"{children.HOST}:{self.ports['broker']}", idempotent=bool(self.plan.kafka_classpath))

    @property
    def store_url(self) -> str:
        return children.store_url(self.ports["store"])

    async def start(self, progress: Callable[[str], None] = lambda _: None) -> None:
        """Start everything. Raises ChildError with what to do about it."""
        self._require_free_ports()
        progress("starting broker and store")
        started = await asyncio.gather(self.broker.start(), self.store.start(), return_exceptions=True)
        for error in started:
            if isinstance(error, BaseException):
                await self.stop()
                raise error
        try:
            progress("preparing topics")
            await self._prepare_topics()
            self.broker.on_exit(self._ended)
            self.store.on_exit(self._ended)
            progress("starting services")
            await self._start_services()
            await self._create_logins()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything, services first."""
        self._stopping = True
        await end(self._repairs)
        await self._stop_services()
        await asyncio.gather(self.broker.stop(), self.store.stop())

    def environment(self) -> dict[str, str]:
        """What the services are told."""
        shared = {
            "KAFKA": self.cluster.bootstrap,
            "KAFKA_IDEMPOTENT": str(self.cluster.idempotent).lower(),
            "MONGO": self.store_url,
            "DATABASE_PREFIX": DATABASE_PREFIX,
            "JOURNAL": str(not self.plan.kafka_classpath).lower(),
            "ORGANISATION": str(self.plan.organisation.absolute()),
            "HTTP_HOST": self.plan.host,
            "INTERNAL_TOKEN": self.secrets.internal_token,
            "TEST_CONTACT_KEY": self.secrets.test_contact_key,
            "SESSION_TIMEOUT_MS": "6000",
            "LOG_LEVEL": self.plan.log_level,
            "CLOCK_OFFSET_SECONDS": str(self.plan.clock_offset_seconds),
        }
        own = {f"{name.upper()}_HTTP_PORT": str(self.ports[name]) for name in SERVICES}
        desk = {
            "DESK_CASES_URL": self.url("cases"),
            "DESK_INGESTION_URL": self.url("ingestion"),
            "DESK_FOLLOWUP_URL": self.url("followup"),
            "DESK_CLASSIFICATION_URL": self.url("classification"),
            "DESK_ROUTING_URL": self.url("routing"),
            "DESK_DELIVERY_URL": self.url("delivery"),
            "DESK_SECRET": self.secrets.desk_secret,
            "FOLLOWUP_INGESTION_URL": self.url("ingestion"),
            "FOLLOWUP_DESK_URL": self.url("desk"),
            "FOLLOWUP_CHANNEL_TESTS": str(self.plan.channel_tests).lower(),
        }
        named = {f"CASEKEEPER_{name}": value for name, value in shared.items()}
        return named | own | desk | self.secrets.channels | self.plan.environment

    async def create_logins(self, logins: Mapping[str, str]) -> None:
        """Let these people sign in at the desk with these passwords. Raises ChildError."""
        headers = {"Authorization": f"Bearer {self.secrets.internal_token}"}
        async with httpx2.AsyncClient(base_url=self.url("desk"), headers=headers, timeout=30) as client:
            for person, password in logins.items():
                answer = await client.post("/internal/accounts", json={"person": person, "password": password})
                if answer.status_code >= 300:
                    raise ChildError(f"the desk did not accept the log-in of {person}: {answer.text}")

    async def _create_logins(self) -> None:
        if "desk" in self.plan.services:
            await self.create_logins(self.secrets.logins)

    def _ports(self) -> dict[str, int]:
        base = self.plan.base_port
        if not base:
            return {name: children.free_port() for name in (*SERVICES, "broker", "store")}
        own = {name: base + port - PORTS["desk"] for name, port in PORTS.items()}
        return own | {"broker": base + BROKER_OFFSET, "store": base + STORE_OFFSET}

    def _broker(self) -> Child:
        if self.plan.kafka_classpath:
            from casekeeper.local.kafka import kafka_broker

            return kafka_broker(
                self.ports["broker"], self.plan.folder, self.plan.kafka_classpath, port_setting="--port"
            )
        return children.broker(self.ports["broker"], self.plan.folder, port_setting="--port")

    def _require_free_ports(self) -> None:
        for name in self.plan.services:
            if not children.port_is_free(self.ports[name]):
                raise PortInUseError(
                    f"the {name} cannot start: port {self.ports[name]} on {children.HOST} is already in use. "
                    "Stop the program that listens there, or choose another port with --port."
                )

    async def _prepare_topics(self) -> None:
        await kafka.declare(self.cluster, SERVICES)
        if self.plan.kafka_classpath:
            return
        publisher = Publisher(self.cluster, "stack")
        databases = [Database(self.store_url, f"{DATABASE_PREFIX}{name}") for name in SERVICES]
        await publisher.start()
        try:
            count = await republish(databases, publisher)
        finally:
            await publisher.stop()
            for database in databases:
                database.close()
        self._log.info("journals published again", events=count)

    async def _start_services(self) -> None:
        memory.tune()
        if self.plan.separate:
            await asyncio.gather(*(self._start_process(name) for name in self.plan.services))
            return
        with told(self.environment()):
            self.services = {name: build(name) for name in self.plan.services}
        started = await asyncio.gather(
            *(service.start() for service in self.services.values()), return_exceptions=True
        )  # all have come to rest before anybody stops them
        for error in started:
            if isinstance(error, BaseException):
                raise error

    async def _stop_services(self, patience_seconds: float = 5.0) -> None:
        await asyncio.gather(
            *(service.stop(patience_seconds) for service in self.services.values()), return_exceptions=True
        )
        await asyncio.gather(*(process.stop() for process in self.processes.values()), return_exceptions=True)
        self.services = {}

    async def _abandon_services(self) -> None:
        """Without a broker there is nothing to finish; what is in the outboxes is published after the restart."""
        stopping = asyncio.create_task(self._stop_services(patience_seconds=0))
        await asyncio.wait({stopping}, timeout=ABANDON_SECONDS)
        for process in self.processes.values():
            process.kill()
        await stopping

    async def _start_process(self, name: str) -> None:
        if name not in self.processes:
            spec = Spec(
                name=name,
                argv=[sys.executable, "-m", "casekeeper", "serve", name],
                port=self.ports[name],
                port_setting="--port",
                ready=functools.partial(_is_ready, self.url(name)),
                log_file=self.plan.folder / "logs" / f"{name}.log",
                directory=self.plan.folder,
                env=self.environment(),
                start_timeout_seconds=START_TIMEOUT_SECONDS,
            )
            self.processes[name] = Child(spec)
            self.processes[name].on_exit(self._ended)
        await self.processes[name].start()

    def _ended(self, child: Child) -> None:
        if self._stopping or child.stopped_on_purpose:
            return
        repair = asyncio.create_task(self._repair(child))
        self._repairs.add(repair)
        repair.add_done_callback(self._repairs.discard)

    async def _repair(self, child: Child) -> None:
        began = time.monotonic()
        self._log.warning("ended and is started again", child=child.name, exit_status=child.returncode)
        for attempt in range(1, REPAIRS + 1):
            try:
                async with self._lock:
                    await self._start_again(child)
                break
            except (ChildError, PortInUse, Unavailable) as error:  # something else may have died in the meantime
                self._log.warning("not started again yet", child=child.name, attempt=attempt, reason=str(error))
                if attempt == REPAIRS:
                    self._give_up(child, error)
            except Exception as error:
                self._log.exception("can not be started again", child=child.name)
                self._give_up(child, error)
                break
        seconds = time.monotonic() - began
        if child.running:
            self._log.warning("runs again", child=child.name, seconds=round(seconds, 1))
        self.restarts.append((child.name, seconds))

    def _give_up(self, child: Child, error: Exception) -> None:
        if not self.problem.done():
            self.problem.set_result(f"{child.name} ended and could not be started again: {error}")

    async def _start_again(self, child: Child) -> None:
        if child is not self.broker or self.plan.kafka_classpath:
            await child.start()
            return
        await self._abandon_services()
        await self.store.start()
        await self.broker.start()
        await self._prepare_topics()
        for callback in self.on_broker_restart:
            callback()
        await self._start_services()


async def _is_ready(url: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        async with httpx2.AsyncClient(timeout=2) as client:
            return (await client.get(f"{url}/readyz")).status_code == 200
    return False
