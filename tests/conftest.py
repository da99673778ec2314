"""What tests share: one broker and one store for the whole run, and names of their own for each test.

`CASEKEEPER_TEST_BROKER=kafka` runs the same tests against a real Apache Kafka (see `make test-kafka`).
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uuid_utils
from hypothesis import HealthCheck, settings

from casekeeper.local import children

REAL_KAFKA = os.environ.get("CASEKEEPER_TEST_BROKER") == "kafka"
STORE_ENGINE = os.environ.get("CASEKEEPER_TEST_STORE", children.DEFAULT_STORE_ENGINE)

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
            "log_level": "error",
        }


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Addresses of a running broker and store."""
    folder = tmp_path_factory.mktemp("stack")
    with asyncio.Runner() as runner:
        broker, store = runner.run(_start(folder))
        yield f"127.0.0.1:{broker.port}", children.store_url(store.port)
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


async def _stop(*running: children.Child) -> None:
    await asyncio.gather(*(child.stop() for child in running))


@pytest.fixture
def backends(servers: tuple[str, str]) -> Backends:
    """Broker and store with names of this test's own."""
    name = f"t{str(uuid_utils.uuid7())[-12:]}"
    return Backends(servers[0], servers[1], f"{name}.", f"{name}-", REAL_KAFKA)


async def eventually(
    condition: Callable[[], Awaitable[object]], message: str = "it did not happen", timeout_seconds: float = 120
) -> object:
    """Wait until the condition gives something true, and return that; fail with the message when it never does."""
    value: object = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_seconds):
            while not (value := await condition()):  # noqa: ASYNC110 - what happens elsewhere has no event here
                await asyncio.sleep(0.02)
    if not value:
        pytest.fail(message)
    return value


@pytest.fixture(autouse=True, scope="session")
def _quiet_logs() -> AsyncIterator[None] | None:
    from services.chassis import logs

    logs.configure("error", "console")
    return None
