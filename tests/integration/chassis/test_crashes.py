"""A crash at any point of the commit protocol loses nothing and doubles nothing."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis import kafka
from services.chassis.documents import Document, Outgoing
from services.chassis.errors import Unavailable
from services.chassis.journal import JOURNAL, republish
from services.chassis.service import Service
from services.chassis.testing import ManualClock
from tests.conftest import Backends, eventually
from tests.integration.chassis.probe import (
    BATCH,
    EXPECTED,
    NOTES,
    Moods,
    lanes_in_order,
    noted,
    probe,
    published,
    told_events,
)


async def half_alive(backends: Backends) -> Service:
    """A service that commits, and will never publish: as if it were killed right after each commit."""
    service = probe(backends)
    for collection in service.collections:
        await service.database.prepare(collection)
    await service.parking.prepare()
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    return service


async def killed(service: Service) -> None:
    """The process is gone: nothing is finished, published or cleared any more."""
    for task in service.outbox._tasks:
        task.cancel()
    await asyncio.gather(*service.outbox._tasks, return_exceptions=True)
    service.outbox._tasks = []
    service.outbox._waiting.clear()
    service.outbox._candidates.clear()
    await service.stop(0)


async def pending(service: Service) -> int:
    return await service.database.count("notes", {"pending": {"$gt": 0}})


async def as_at_first(service: Service) -> None:
    """One row of the journal is of an earlier version, which kept its events as a list."""
    row = (await service.database.rows(JOURNAL, {}, "_id", 1))[0]
    await service.database.delete(JOURNAL, [row["_id"]])
    await service.database.insert(JOURNAL, [row | {"events": json.loads(row["events"])}])


async def cleared(service: Service) -> None:
    async def empty() -> bool:
        return not await pending(service)

    await eventually(empty, "the outboxes were not emptied")


class TestCrash:
    async def test_between_commit_and_publish(self, backends: Backends) -> None:
        first = await half_alive(backends)
        await first.processor.process(BATCH)
        decided = [entry.id for each in await first.database.find(NOTES, {}) for entry in each.outbox]
        assert await told_events(first) == []
        await killed(first)

        second = probe(backends)
        await second.start(listen=False)  # sweeps
        told = await published(second, 12)
        assert sorted(each.envelope().id for each in told) == sorted(decided)
        assert lanes_in_order(told) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await second.processor.process(BATCH)  # Kafka delivers again what was not acknowledged
        assert await noted(second) == EXPECTED
        await cleared(second)
        await second.stop()
        assert len(await told_events(second)) == 12

    async def test_between_publish_and_clear(self, backends: Backends, monkeypatch: pytest.MonkeyPatch) -> None:
        first = probe(backends)

        async def not_now(*_: Any) -> None:
            raise Unavailable("killed before it could")

        monkeypatch.setattr(first.database, "clear_outboxes", not_now)
        await first.start(listen=False)
        await first.processor.process(BATCH)
        once = [each.envelope().id for each in await published(first, 12)]
        assert await pending(first) == 3
        await killed(first)

        second = probe(backends)
        await second.start(listen=False)
        told = await published(second, 24)
        assert sorted(each.envelope().id for each in told) == sorted(once * 2)
        assert lanes_in_order(told) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await cleared(second)
        await second.stop()

    async def test_in_the_middle_of_the_batchs_writes(
        self, backends: Backends, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = await half_alive(backends)
        whole = first.database.replace

        async def some(documents: Sequence[Document[Any]]) -> bool:
            await whole(documents[:1])
            raise Unavailable("killed in the middle")

        monkeypatch.setattr(first.database, "replace", some)
        with pytest.raises(Unavailable):
            await first.processor.process(BATCH)
        await killed(first)

        second = probe(backends)
        await second.start(listen=False)
        await second.processor.process(BATCH)
        assert await noted(second) == EXPECTED
        assert lanes_in_order(await published(second, 12)) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await second.stop()

    async def test_while_an_event_waits_for_another_try(self, backends: Backends) -> None:
        clock = ManualClock()
        first = probe(backends, Moods(broken={"3"}), clock)
        await first.start(listen=False)
        await first.processor.process(BATCH)
        await killed(first)

        second = probe(backends, clock=clock)
        await second.start(listen=False)
        assert await second.parking.count() == 3
        clock.forward(1)
        await second.processor.retry_parked()
        assert await noted(second) == EXPECTED
        assert await second.parking.count() == 0
        assert lanes_in_order(await published(second, 12)) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await second.stop()

    async def test_more_is_left_behind_than_the_queue_takes_at_once(
        self, backends: Backends, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.chassis.outbox.QUEUE_LIMIT", 5)
        first = await half_alive(backends)
        monkeypatch.setattr(first.outbox, "take", _nothing)
        await first.processor.process(BATCH)
        await killed(first)
        second = probe(backends)
        async with asyncio.timeout(30):
            await second.start(listen=False)
        await published(second, 12)
        await second.stop()


async def _nothing(_: Any) -> None: ...


class TestBrokerAway:
    async def test_nothing_leaves_an_outbox_before_the_broker_has_it(
        self, backends: Backends, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        service = probe(backends, journal=True)
        whole, away = service.publisher.publish, [True]

        async def half(events: Sequence[Outgoing]) -> None:
            if away:
                await whole(events[: len(events) // 2])
                raise Unavailable("the broker went away in the middle")
            await whole(events)

        monkeypatch.setattr(service.publisher, "publish", half)
        await service.start(listen=False)
        await service.processor.process(BATCH[:6])
        await published(service, 3)
        await service.outbox._clear()
        assert await pending(service) == 3
        await service.processor.process(BATCH[6:])
        await service.outbox._clear()
        assert [len(each.outbox) for each in await service.database.find(NOTES, {})] == [4, 4, 4]
        assert service.outbox.backlog == 12
        assert service.outbox.oldest_age_seconds > 0
        away.clear()
        await cleared(service)
        assert lanes_in_order(await told_events(service)) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await service.stop()

    async def test_what_the_broker_forgot_is_in_the_journal(self, backends: Backends) -> None:
        service = probe(backends, journal=True)
        await service.start(listen=False)
        await service.processor.process(BATCH)
        once = await published(service, 12)
        await cleared(service)
        await as_at_first(service)
        assert await republish([service.database], service.publisher) == 12
        twice = await published(service, 24)
        assert sorted(each.envelope().id for each in twice) == sorted([each.envelope().id for each in once] * 2)
        assert lanes_in_order(twice[:]) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await service.processor.process(BATCH)
        assert await noted(service) == EXPECTED
        await service.stop()


class TestStop:
    async def test_publishes_and_clears_what_is_in_hand(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        await service.processor.process(BATCH)
        await service.stop()
        after = probe(backends)
        assert lanes_in_order(await told_events(after)) == {case: [1, 2, 3, 4] for case in EXPECTED}
        assert await pending(after) == 0
        await after.stop(0)

    async def test_of_a_service_that_never_started_is_harmless(self, backends: Backends) -> None:
        await probe(backends).stop()

    async def test_a_start_without_a_broker_can_be_tried_again(self, backends: Backends, unused_tcp_port: int) -> None:
        service = probe(backends, kafka=f"127.0.0.1:{unused_tcp_port}")
        for _ in range(2):
            with pytest.raises(Unavailable, match="broker"):
                await service.start(listen=False)
        await service.stop()
