"""The follow-up service on a real broker and store: clocks fire once, whoever looks, whatever dies (F3)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseClosed, CaseOpened, CaseReopened, CaseResolved
from schemas.events.message import Author
from schemas.events.promise import PromiseKept, PromiseMade
from schemas.events.reply import ReplySent
from schemas.topics import key_of
from services.chassis import kafka
from services.chassis.documents import Outgoing
from services.chassis.ids import fresh
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.followup.app import build
from services.followup.handlers.ticking import MOST_BATCHES_A_TICK, Ticking
from services.followup.settings import Settings
from services.followup.store.clocks import CLOCKS, due
from tests.conftest import Backends, eventually

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
AFTER_A_DAY = ["first-response set", "first-response breached", "first-response escalated"]
BREACHED = ["first-response set", "first-response warned", *AFTER_A_DAY[1:]]


class HandClock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def pass_minutes(self, minutes: float) -> None:
        self.moment += timedelta(minutes=minutes)


def named(case_id: str) -> dict[str, Any]:
    return {"case_id": case_id, "conversation": f"conversation-{case_id}", "brand": "moccarel"}


def opened(case_id: str, due_minutes: float = 60) -> CaseOpened:
    return CaseOpened(
        **named(case_id),
        channel="moccarel-web",
        visibility="private",
        customer=Author(id="ana"),
        pool="care",
        language="es",
        opened_at=START,
        first_reply_due_at=START + timedelta(minutes=due_minutes),
    )


def sent(case_id: str) -> ReplySent:
    return ReplySent(**named(case_id), reply_id="r", kind="answer", author="kees", first=True, sent_at=START)


def promised(case_id: str) -> PromiseMade:
    due_at = START + timedelta(minutes=120)
    return PromiseMade(**named(case_id), promise_id=f"p-{case_id}", owner="kees", what="a part", due_at=due_at)


def kept(case_id: str) -> PromiseKept:
    return PromiseKept(**named(case_id), promise_id=f"p-{case_id}", owner="kees", reply_id="r", late=False)


def resolved(case_id: str) -> CaseResolved:
    return CaseResolved(**named(case_id), owner="kees", resolved_at=START, closes_at=START + timedelta(hours=48))


def outgoing(events: Sequence[Event]) -> list[Outgoing]:
    return [
        Outgoing.of(Envelope(fresh(), "test", key_of(event), START, key_of(event), event, sequence=number))
        for number, event in enumerate(events, 1)
    ]


def records(entries: Sequence[Outgoing]) -> list[Record]:
    """The entries as they come out of Kafka."""
    return [
        Record(
            each.topic,
            0,
            offset,
            0,
            each.key.encode(),
            each.value.encode(),
            tuple((name, text.encode()) for name, text in each.headers.items()),
        )
        for offset, each in enumerate(entries)
    ]


@asynccontextmanager
async def hearing(service: Service) -> AsyncIterator[list[Envelope]]:
    """What is said on followup.events, growing: each event once, in order."""
    heard: dict[str, Envelope] = {}
    envelopes: list[Envelope] = []

    async def listen() -> None:
        async for batch in kafka.follow(service.config.cluster, ["followup.events"]):
            heard.update({one.id: one for one in (record.envelope() for record in batch) if one.id not in heard})
            envelopes[:] = heard.values()

    task = asyncio.create_task(listen())
    yield envelopes
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def reaches(envelopes: list[Envelope], count: int) -> None:
    """Wait until so many events were heard."""

    async def enough() -> bool:
        return len(envelopes) >= count

    await eventually(enough, f"fewer than {count} events were heard")


def lines(envelopes: Sequence[Envelope], case_id: str) -> list[str]:
    """What was said about one case, in short."""
    mine = [each for each in envelopes if each.subject == case_id]
    assert [each.sequence for each in mine] == list(range(1, len(mine) + 1))
    return [f"{each.data.kind} {each.type.split('.')[1]}" for each in mine]  # type: ignore[attr-defined]


@asynccontextmanager
async def without_listening(backends: Backends, clock: HandClock, *, publishing: bool = True) -> AsyncIterator[Service]:
    """The service's own code on real store and broker, but fed by the test: no group to join, no clock that ticks."""
    service = build(Settings(**backends.settings()), clock)
    await service.database.prepare(CLOCKS)
    await service.parking.prepare()
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    if publishing:
        await service.outbox.start(service.collections)
    yield service
    await service.outbox.stop(patience_seconds=5 if publishing else 0)
    await service.publisher.stop()
    service.database.close()


def ticking(service: Service, batch: int = 200, most_batches: int = MOST_BATCHES_A_TICK) -> Ticking:
    organisation = service.api.state.organisation
    return Ticking(service.repository, service.clock, organisation, batch, most_batches)


async def test_a_case_is_followed_from_its_first_message_to_its_end(backends: Backends) -> None:
    clock = HandClock()
    service = build(Settings(**backends.settings(), tick_seconds=0.05), clock)
    await service.start()
    try:
        async with hearing(service) as heard:

            async def have(case_id: str, *expected: str) -> None:
                async def as_expected() -> bool:
                    return lines(heard, case_id) == list(expected)

                await eventually(as_expected, f"case {case_id} did not say {expected}")

            await service.publisher.publish(outgoing([opened("a"), promised("a"), opened("b")]))
            await have("a", "first-response set", "promise set")
            await have("b", "first-response set")
            await service.publisher.publish(outgoing([sent("a"), kept("a"), resolved("a")]))
            ended = ["first-response set", "promise set", "first-response stopped", "promise stopped", "closing set"]
            await have("a", *ended)
            clock.pass_minutes(46)
            await have("b", "first-response set", "first-response warned")
            clock.pass_minutes(48 * 60)
            await have("b", *BREACHED)
            await have("a", *ended, "closing breached")
            await service.publisher.publish(outgoing([CaseClosed(**named("a"), owner="kees")]))
            await eventually(lambda: _closed(service, "a"), "the closing was not heard")
            await have("a", *ended, "closing breached")
    finally:
        await service.stop()


async def _closed(service: Service, case_id: str) -> bool:
    document = await service.database.get(CLOCKS, case_id)
    return bool(document and document.state and document.state.closed)


async def test_every_event_twice_has_the_effect_of_once(backends: Backends) -> None:
    clock = HandClock()
    reopened = CaseReopened(**named("a"), owner="kees", message_id="m2")
    closed = CaseClosed(**named("a"), owner="kees")
    events = [opened("a"), promised("a"), sent("a"), kept("a"), resolved("a"), reopened, resolved("a"), closed]
    async with without_listening(backends, clock) as service:
        batch = records(outgoing(events))
        for record in batch:
            await service.processor.process([record])
            before = await service.database.get(CLOCKS, "a")
            await service.processor.process([record])
            await service.processor.process(batch[: record.offset + 1])
            after = await service.database.get(CLOCKS, "a")
            assert before
            assert after
            assert (after.state, after.sequences) == (before.state, before.sequences)


async def test_two_instances_fire_each_clock_once(backends: Backends) -> None:
    clock = HandClock()
    cases = [f"c{number}" for number in range(40)]
    async with without_listening(backends, clock) as one, without_listening(backends, clock) as other:
        await one.processor.process(records(outgoing([opened(case) for case in cases])))
        async with hearing(one) as heard:
            for _ in range(2):
                clock.pass_minutes(50)
                await asyncio.gather(*(ticking(each, batch=7).tick() for each in (one, other, one, other)))
            await reaches(heard, 4 * len(cases))
        documents = await one.database.find(CLOCKS, {})
    assert {case: lines(heard, case) for case in cases} == dict.fromkeys(cases, BREACHED)
    assert [each.sequences for each in documents] == [{"followup-events": 4}] * len(cases)


async def test_after_a_day_of_downtime_what_is_overdue_breaches_once_the_most_overdue_first(backends: Backends) -> None:
    clock = HandClock()
    minutes_of = {f"c{number}": 60 + 10 * ((number * 4) % 9) for number in range(9)}
    async with without_listening(backends, clock) as service:
        await service.processor.process(
            records(outgoing([opened(case, minutes) for case, minutes in minutes_of.items()]))
        )
    clock.pass_minutes(24 * 60)
    async with without_listening(backends, clock, publishing=False) as service:
        for expected in (2, 4):
            await ticking(service, batch=2, most_batches=1).tick()
            left = await due(service.database, clock.now(), 100)
            assert [each.id for each in left] == sorted(minutes_of, key=minutes_of.__getitem__)[expected:]
    async with without_listening(backends, clock) as service, hearing(service) as heard:
        await ticking(service, batch=2).tick()
        await ticking(service, batch=2).tick()
        await reaches(heard, 3 * len(minutes_of))
        assert await due(service.database, clock.now(), 1) == []
    assert all(lines(heard, case) == AFTER_A_DAY for case in minutes_of)


async def test_a_crash_between_commit_and_publish_loses_and_doubles_nothing(backends: Backends) -> None:
    clock = HandClock()
    async with without_listening(backends, clock, publishing=False) as service:
        await service.processor.process(records(outgoing([opened("a")])))
        clock.pass_minutes(61)
        await ticking(service).tick()  # committed, and dead before anything was published
    async with without_listening(backends, clock) as service, hearing(service) as heard:
        await ticking(service).tick()
        await reaches(heard, 3)
        document = await service.database.get(CLOCKS, "a")
    assert lines(heard, "a") == ["first-response set", "first-response breached", "first-response escalated"]
    assert document
    assert document.sequences == {"followup-events": 3}
