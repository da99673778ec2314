"""A crash at any point of the commit protocol loses nothing and doubles nothing; neither do two writers at once."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis import dead, kafka
from services.chassis.documents import Context, Decision, Document, Outgoing
from services.chassis.errors import Unavailable
from services.chassis.journal import republish
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from tests.conftest import Backends, eventually
from tests.integration.chassis.probe import (
    NOTES,
    Moods,
    Notes,
    lanes_in_order,
    noted,
    probe,
    told,
    told_events,
    word,
)

BATCH = [record(word(f"c{number % 3}", str(number)), number) for number in range(12)]
EXPECTED = {f"c{case}": tuple(str(number) for number in range(case, 12, 3)) for case in range(3)}


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


async def published(service: Service, count: int) -> list[Record]:
    async def enough() -> list[Record]:
        found = await told_events(service)
        return found if len(found) >= count else []

    found = await eventually(enough, f"fewer than {count} events were published")
    assert isinstance(found, list)
    return found


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
        assert await republish([service.database], service.publisher) == 12
        twice = await published(service, 24)
        assert sorted(each.envelope().id for each in twice) == sorted([each.envelope().id for each in once] * 2)
        assert lanes_in_order(twice[:]) == {case: [1, 2, 3, 4] for case in EXPECTED}
        await service.processor.process(BATCH)
        assert await noted(service) == EXPECTED
        await service.stop()


class TestTwoWriters:
    async def test_of_one_document_both_have_their_effect(
        self, backends: Backends, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, other = probe(backends), probe(backends)
        await one.start(listen=False)
        await other.start(listen=False)
        whole = one.database.replace
        rivals = [record(word("c0", "rival")), record(word("c1", "rival"))]

        async def after_the_rival(documents: Sequence[Document[Any]]) -> bool:
            if rivals:
                await other.processor.process([rivals.pop()])
            return await whole(documents)

        monkeypatch.setattr(one.database, "replace", after_the_rival)
        await one.processor.process(BATCH)
        found = await noted(one)
        assert {case: sorted(words) for case, words in found.items()} == {
            "c0": sorted([*EXPECTED["c0"], "rival"]),
            "c1": sorted([*EXPECTED["c1"], "rival"]),
            "c2": sorted(EXPECTED["c2"]),
        }
        for case, words in found.items():
            assert tuple(each for each in words if each != "rival") == EXPECTED[case]
        told = await published(one, 14)
        assert len({each.envelope().id for each in told}) == 14
        assert {case: sorted(order) for case, order in lanes_in_order(told).items()} == {
            "c0": [1, 2, 3, 4, 5],
            "c1": [1, 2, 3, 4, 5],
            "c2": [1, 2, 3, 4],
        }
        await one.stop()
        await other.stop()

    async def test_of_the_same_events_have_one_effect(self, backends: Backends) -> None:
        one, other = probe(backends), probe(backends)
        await one.start(listen=False)
        await other.start(listen=False)
        await asyncio.gather(
            *(service.processor.process(BATCH[start : start + 4]) for start in (0, 4, 8) for service in (one, other))
        )
        found = await noted(one)
        assert {case: sorted(words) for case, words in found.items()} == {
            case: sorted(words) for case, words in EXPECTED.items()
        }
        assert len({each.envelope().id for each in await published(one, 12)}) == 12
        await one.stop()
        await other.stop()


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


class TestCommands:
    @staticmethod
    def adding(text: str) -> Any:
        def decide(state: Notes | None, context: Context) -> Decision[Notes]:
            words = (*(state or Notes()).words, text)
            return Decision(Notes(words=words), (told(word("c", text), len(words)),))

        return decide

    async def test_fifty_at_once_on_one_document(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        texts = [f"w{number}" for number in range(50)]
        await asyncio.gather(
            *(service.repository.execute(NOTES, "c", f"cause-{text}", self.adding(text)) for text in texts)
        )
        assert sorted((await noted(service))["c"]) == sorted(texts)
        assert lanes_in_order(await published(service, 50)) == {"c": list(range(1, 51))}
        await service.stop()

    async def test_beside_a_batch_that_changes_the_same_document(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        texts = [f"w{number}" for number in range(10)]
        await asyncio.gather(
            service.processor.process(BATCH),
            *(service.repository.execute(NOTES, "c0", f"cause-{text}", self.adding(text)) for text in texts),
            service.processor.process([record(word("c0", "late"))]),
        )
        assert sorted((await noted(service))["c0"]) == sorted([*EXPECTED["c0"], *texts, "late"])
        assert len({each.envelope().id for each in await published(service, 23)}) == 23
        await service.stop()

    async def test_the_same_cause_twice_has_one_effect(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        results = await asyncio.gather(
            *(service.repository.execute(NOTES, "c", "key-1", self.adding("once")) for _ in range(5))
        )
        assert {each.state.words for each in results if each.state} == {("once",)}
        again = await service.repository.execute(NOTES, "c", "key-1", self.adding("once"))
        assert again.state == Notes(words=("once",))
        assert len(await published(service, 1)) == 1
        await service.stop()

    async def test_one_that_the_store_refuses_harms_no_other(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)

        def unwritable(state: Notes | None, context: Context) -> Decision[Notes]:
            return Decision(Notes(number=2**70))

        results = await asyncio.gather(
            *(service.repository.execute(NOTES, f"good-{number}", "x", self.adding("fine")) for number in range(5)),
            service.repository.execute(NOTES, "bad", "x", unwritable),
            return_exceptions=True,
        )
        assert isinstance(results[-1], OverflowError)
        assert set(await noted(service)) == {f"good-{number}" for number in range(5)}
        await service.stop()

    async def test_a_refusal_changes_nothing(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)

        def refuse(state: Notes | None, context: Context) -> Decision[Notes]:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await service.repository.execute(NOTES, "c", "x", refuse)
        assert await noted(service) == {}
        assert await dead.letters(service.config.cluster, [service.name]) == []
        await service.stop()
