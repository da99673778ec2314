"""A service that takes its events from the real broker: joins, handles, stops, comes back; and outages of the store.

Joining a group takes seconds on the local broker, so each test tells a longer story with one service.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from httpx2 import AsyncClient

from casekeeper.local import children
from services.chassis import dead
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.chassis.testing import envelope
from tests.conftest import STORE_ENGINE, Backends, eventually
from tests.integration.chassis.probe import (
    Moods,
    closed,
    lanes_in_order,
    noted,
    probe,
    publish,
    told_events,
    topic_of,
    word,
)

PARTITIONS = 4


async def acknowledged(service: Service, topic: str) -> int:
    """How many records of a topic the service has acknowledged."""
    cluster = service.config.cluster
    consumer = AIOKafkaConsumer(
        bootstrap_servers=cluster.bootstrap, group_id=f"{cluster.prefix}{service.name}", enable_auto_commit=False
    )
    await consumer.start()
    try:
        places = [TopicPartition(cluster.topic(topic), number) for number in range(PARTITIONS)]
        return sum([await consumer.committed(place) or 0 for place in places])
    finally:
        await consumer.stop()


async def has_noted(service: Service, expected: dict[str, tuple[str, ...]]) -> None:
    async def same() -> bool:
        return await noted(service) == expected

    await eventually(same, f"not handled: {expected}")


async def readiness(service: Service) -> tuple[int, dict[str, str]]:
    async with AsyncClient() as client:
        response = await client.get(f"{service.url}/readyz", timeout=30)
    return response.status_code, response.json()["checks"]


async def becomes(service: Service, status: int) -> dict[str, str]:
    checks: dict[str, str] = {}

    async def right() -> bool:
        found, answered = await readiness(service)
        checks.update(answered)
        return found == status

    await eventually(right, f"readiness never became {status}")
    return checks


async def send_poison(service: Service) -> None:
    """Four records that nobody can handle, and a good one."""
    one, other, good = (envelope(word("a", "1")) for _ in range(3))
    topic, key, value = topic_of(good.data), good.key.encode(), good.value()
    records = [
        (topic, key, value, [*one.headers(), ("other", None)]),
        (topic, key, value, [*other.headers(), ("other", b"\xff")]),
        (topic, key, b"{", [("content-type", b"application/json")]),
        (topic, key, None, []),
        (topic, key, value, good.headers()),
    ]
    await service.publisher.send(records)  # type: ignore[arg-type]


async def buried(service: Service, count: int) -> list[dead.Letter]:
    async def enough() -> list[dead.Letter]:
        found = await dead.letters(service.config.cluster, [service.name])
        return found if len(found) == count else []

    letters = await eventually(enough, f"there are not {count} dead letters")
    assert isinstance(letters, list)
    return letters


def mended(letter: dead.Letter) -> dead.Letter:
    """The letter with an event in it that can be handled."""
    good = envelope(word("b", "mended"), id=letter.id)
    record = Record("cases.events", 0, 0, 0, good.key.encode(), good.value(), tuple(good.headers()))
    return replace(letter, record=record)


async def test_a_life_with_poison_a_bug_a_replay_and_a_graceful_stop(backends: Backends) -> None:
    moods = Moods(broken={"later"})
    service = probe(backends, moods)
    await service.start()
    assert (await readiness(service))[0] == 200

    # Poison on the wire: FastStream alone would drop the whole batch, or repeat it for ever.
    await send_poison(service)
    await publish(service, [word("a", "2"), word("b", "refused"), word("b", "later"), word("b", "next"), closed("a")])
    await has_noted(service, {"a": ("1", "2")})

    assert service.alone  # nobody else has partitions

    # The bug is mended: what waited goes on, in order.
    moods.broken.clear()
    await has_noted(service, {"a": ("1", "2"), "b": ("later", "next")})

    letters = await buried(service, 5)
    assert sorted(letter.reason for letter in letters) == [
        "header ce_id is missing",
        "header ce_id is missing",
        "header other is not UTF-8 text",
        "header other is not UTF-8 text",
        "this is refused",
    ]

    # A replay comes through the retry topic, and is handled once however often it is asked for.
    corrected = [mended(letter) for letter in letters if letter.reason == "this is refused"]
    await dead.replay(service.publisher, corrected, service.clock.now())
    await dead.replay(service.publisher, corrected, service.clock.now())
    await publish(service, [word("c", "after")])
    await has_noted(service, {"a": ("1", "2"), "b": ("later", "next", "mended"), "c": ("after",)})

    # Stopped in the middle of a batch: it is finished, published and acknowledged.
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        if "d" not in await noted(service):
            return  # the second replay, which changes nothing
        reached.set()
        await go_on.wait()

    service.on_batch(hold)
    await publish(service, [word("d", "in hand")])
    await asyncio.wait_for(reached.wait(), 30)
    stopping = asyncio.create_task(service.stop())
    go_on.set()
    await stopping

    after = probe(backends)
    assert (await noted(after))["d"] == ("in hand",)
    assert lanes_in_order(await told_events(after)) == {"a": [1, 2], "b": [1, 2, 3], "c": [1], "d": [1]}
    assert await acknowledged(after, "cases.events") == 12
    await after.database.ping()
    after.database.close()


@pytest.fixture
async def own_store(tmp_path: Path) -> AsyncIterator[children.Child]:
    store = children.store(STORE_ENGINE, children.free_port(), tmp_path)
    await store.start()
    yield store
    if store.pid:
        os.kill(store.pid, signal.SIGCONT)
    await store.stop()


async def test_outages_of_the_store(
    backends: Backends, own_store: children.Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.chassis.mongo.SOCKET_TIMEOUT_MS", 2000)
    service = probe(backends, mongo=children.store_url(own_store.port))
    await service.start()
    await publish(service, [word("a", "1")])
    await has_noted(service, {"a": ("1",)})

    async def all_acknowledged() -> bool:
        return await acknowledged(service, "cases.events") == 1

    await eventually(all_acknowledged, "the first event was not acknowledged")

    # It hangs: no answers, and no refusals either.
    assert own_store.pid
    os.kill(own_store.pid, signal.SIGSTOP)
    await publish(service, [word(case, "2") for case in "abcdefgh"])
    checks = await becomes(service, 503)
    assert checks["store"] != "ok"
    assert await acknowledged(service, "cases.events") == 1
    os.kill(own_store.pid, signal.SIGCONT)
    await has_noted(service, {"a": ("1", "2")} | dict.fromkeys("bcdefgh", ("2",)))
    await becomes(service, 200)

    # It is killed, and comes back with what it had.
    own_store.kill()
    await own_store.wait()
    await publish(service, [word("a", "3")])
    await becomes(service, 503)
    await own_store.start()
    await has_noted(service, {"a": ("1", "2", "3")} | dict.fromkeys("bcdefgh", ("2",)))
    await becomes(service, 200)

    async def told() -> bool:
        return len({each.envelope().id for each in await told_events(service)}) == 10

    await eventually(told, "not everything was published")
    assert lanes_in_order(await told_events(service)) == {"a": [1, 2, 3]} | {case: [1] for case in "bcdefgh"}
    assert await dead.letters(service.config.cluster, [service.name]) == []
    await service.stop()
