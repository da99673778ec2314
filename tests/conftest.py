"""What tests share: one broker and one store for the whole run, and names of their own for each test.

`CASEKEEPER_TEST_BROKER=kafka` runs the same tests against a real Apache Kafka (see `make test-kafka`).
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uuid_utils
from aiokafka.admin import AIOKafkaAdminClient
from hypothesis import HealthCheck, settings

from casekeeper.local import children

REAL_KAFKA = os.environ.get("CASEKEEPER_TEST_BROKER") == "kafka"
STORE_ENGINE = os.environ.get("CASEKEEPER_TEST_STORE", children.DEFAULT_STORE_ENGINE)

FORGOTTEN_TOGETHER = 5

SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.01, 0.2
"""Between two looks whether it has happened: what takes long is not made slower by asking all the time."""

SESSION_TIMEOUT_MS = 10_000 if REAL_KAFKA else 2000
"""The local broker lets the first member of a group wait for half of it, and Apache Kafka refuses less than six seconds."""

# No test asks a server with a public certificate; to read them all takes 50 ms for each of some thousand HTTP clients.
os.environ.pop("SSL_CERT_FILE", None)
os.environ["SSL_CERT_DIR"] = str(Path(__file__).parent)

# A machine that is busy with something else makes no rule wrong.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@dataclass(frozen=True)
class Backends:
    """Where a test finds broker and store, with names that no other test uses."""

    kafka: str
    mongo: str
    kafka_prefix: str
    database_prefix: str
    kafka_idempotent: bool

    def settings(self) -> dict[str, object]:
        """For any service's settings."""
        return {
            "kafka": self.kafka,
            "mongo": self.mongo,
            "kafka_prefix": self.kafka_prefix,
            "kafka_idempotent": self.kafka_idempotent,
            "database_prefix": self.database_prefix,
            "session_timeout_ms": SESSION_TIMEOUT_MS,
            "log_level": "error",
        }


@dataclass
class Servers:
    """A running broker and store, and the tests whose topics are still there."""

    kafka: str
    mongo: str
    runner: asyncio.Runner
    prefixes: list[str] = field(default_factory=list)

    def forget(self, prefix: str) -> None:
        """Delete the topics of tests that are over, some at a time: Kafka's clients read of every topic that there is."""
        self.prefixes.append(prefix)
        if len(self.prefixes) >= FORGOTTEN_TOGETHER:
            self.runner.run(_delete_topics(self.kafka, tuple(self.prefixes)))
            self.prefixes.clear()


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """A running broker and store."""
    folder = tmp_path_factory.mktemp("stack")
    with asyncio.Runner() as runner:
        broker, store = runner.run(_start(folder))
        yield Servers(f"127.0.0.1:{broker.port}", children.store_url(store.port), runner)
        runner.run(_stop(broker, store))


async def _start(folder: Path) -> tuple[children.Child, children.Child]:
    if REAL_KAFKA:
        from casekeeper.local.kafka import fetch_kafka, kafka_broker

        classpath = await asyncio.to_thread(fetch_kafka, Path(os.environ["CASEKEEPER_KAFKA_CACHE"]))
        broker = kafka_broker(children.free_port(), folder, classpath)
    else:
        broker = children.broker(children.free_port(), folder)
    store = children.store(STORE_ENGINE, children.free_port(), folder)
    await asyncio.gather(broker.start(), store.start())
    return broker, store


async def _delete_topics(kafka: str, prefixes: tuple[str, ...]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    try:
        await admin.start()
        if old := [name for name in await admin.list_topics() if name.startswith(prefixes)]:
            await admin.delete_topics(old)
    finally:
        await admin.close()


async def _stop(*running: children.Child) -> None:
    await asyncio.gather(*(child.stop() for child in running))


@pytest.fixture
def backends(servers: Servers) -> Iterator[Backends]:
    """Broker and store with names of this test's own."""
    name = f"t{str(uuid_utils.uuid7())[-12:]}"
    yield Backends(servers.kafka, servers.mongo, f"{name}.", f"{name}-", REAL_KAFKA)
    servers.forget(f"{name}.")


async def eventually(
    condition: Callable[[], Awaitable[object]], message: str = "it did not happen", timeout_seconds: float = 120
) -> object:
    """Wait until the condition gives something true, and return that; fail with the message when it never does."""
    value: object = None
    pause_seconds = SHORTEST_PAUSE_SECONDS
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_seconds):
            while not (value := await condition()):
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)
    if not value:
        pytest.fail(message)
    return value


@pytest.fixture(autouse=True, scope="session")
def _quiet_logs() -> AsyncIterator[None] | None:
    from services.chassis import logs

    logs.configure("error", "console")
    return None
