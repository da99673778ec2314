"""One hop of each kind: events that are all there before the service starts, timed from the first batch in hand to the end.

The end is when every event is handled, what follows is published, and the outboxes are empty again. Joining the group is no
part of it. The service runs in this process, as on the one-machine stack, and is watched where batches come in.
"""

import asyncio
import cProfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from casekeeper.local.stack import Stack
from schemas.base import Event
from schemas.envelope import Envelope
from schemas.topics import BY_EVENT, Topic, key_of
from services.chassis import kafka
from services.chassis.documents import Outgoing
from services.chassis.ids import fresh
from services.chassis.kafka import Cluster, Publisher, Record
from services.chassis.service import Service
from tests.benchmarks import bare
from tests.benchmarks.building import built
from tests.benchmarks.events import Samples
from tests.benchmarks.machine import Processors
from tests.benchmarks.recording import Recording, Replay, forget

ARRIVAL_SECONDS = 120.0
EMPTY_SECONDS = 0.002


@dataclass(frozen=True)
class Hop:
    """A kind of hop: who takes which events, and what must have come of so many of them."""

    name: str
    service: str
    events: Callable[[Samples, int, str], list[Event]]
    published: Callable[[int], dict[str, int]]
    stored: tuple[str, Callable[[int], int]] | None = None
    work: Callable[[Samples, Sequence[Event]], object] | None = None
    """What the hop computes for its events, where that is most of what it does."""


HOPS = (
    Hop(
        "classification",
        "classification",
        Samples.received,
        lambda n: {"messages.classified": n},
        work=Samples.judge,
    ),
    Hop(
        "cases",
        "cases",
        Samples.classified,
        lambda n: {"cases.events": 2 * n, "routing.requests": n},
        ("cases", lambda n: n),
    ),
    Hop("routing", "routing", Samples.owners_wanted, lambda n: {"routing.decisions": n}, ("requests", lambda n: n)),
    Hop("followup", "followup", Samples.opened, lambda n: {"followup.events": n}, ("clocks", lambda n: n)),
    Hop("delivery", "delivery", Samples.replies, lambda n: {"deliveries.events": n}, ("deliveries", lambda n: n)),
    Hop("desk", "desk", Samples.case_events, lambda _: {}, ("cases", lambda n: -(-n // 3))),
)


@dataclass(frozen=True)
class Ground:
    """Where hops are run: a broker and a store, and the events' source."""

    stack: Stack
    samples: Samples
    profile: cProfile.Profile | None = None


@dataclass
class Round:
    """One hop beside its two loops, in events a second."""

    hop: float
    bare: float
    bare_with_writes: float
    bare_with_work: float
    """0 for a hop without such work."""
    batches: int
    cpu: dict[str, float] = field(default_factory=dict)
    """Processor time for one event, in milliseconds."""
    bare_cpu: dict[str, float] = field(default_factory=dict)
    """The same in the loop with the hop's writes."""
    writes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One hop in one round: names of its own on the common broker and store."""

    ground: Ground
    hop: Hop
    count: int
    name: str

    @property
    def cluster(self) -> Cluster:
        common = self.ground.stack.cluster
        return Cluster(common.bootstrap, f"{self.name}.", common.idempotent)


class Wrong(RuntimeError):
    """The hop did not do what it is timed for."""


class Watch:
    """Notes when a service begins with its first batch, and when it has handled so many events."""

    def __init__(self, service: Service, expected: int, ground: Ground) -> None:
        self.ground = ground
        self.recording = Recording.of(service)
        self.began = 0.0
        self.batches = 0
        self.handled = 0
        self.done = asyncio.Event()
        self._expected = expected
        self._process = service.processor.process
        service.processor.process = self._noted  # type: ignore[method-assign]
        self._turn = asyncio.Lock()
        self._clear = service.outbox._clear
        service.outbox._clear = self._one_clear  # type: ignore[method-assign]

    async def _noted(self, records: Sequence[Record]) -> None:
        if not self.began:
            self._begin()
        await self._process(records)
        self.batches += 1
        self.handled += len(records)
        if self.handled >= self._expected:
            self.done.set()

    async def _one_clear(self) -> None:
        async with self._turn:  # ours at the end must not repeat what the service's own is just doing
            await self._clear()

    def _begin(self) -> None:
        self.recording.on = True
        self._processors = Processors(self.ground.stack)
        if self.ground.profile:
            self.ground.profile.enable()
        self.began = time.perf_counter()

    def end(self) -> tuple[float, dict[str, float]]:
        """Seconds, and processor time for each event, since the first batch."""
        seconds = time.perf_counter() - self.began
        if self.ground.profile:
            self.ground.profile.disable()
        self.recording.on = False
        return seconds, self._processors.milliseconds(self._expected)


async def measure(ground: Ground, hop: Hop, count: int) -> Round:
    """One round: the hop, then the bare loop, then the loop with the writes that the hop has just made."""
    run = Run(ground, hop, count, f"b{fresh()[-12:]}")
    events = hop.events(ground.samples, count, run.name)
    await kafka.declare(run.cluster, [hop.service])
    await kafka.declare(run.cluster, topics=[Topic(bare.OUT_TOPIC, "", "", "", (), ())])
    await preload(run.cluster, events, ground)
    try:
        watch, seconds, cpu = await _hop_seconds(run)
        lane = bare.Lane(run.cluster, BY_EVENT[type(events[0])].name, count, bool(hop.published(count)))
        alone = await bare.loop(lane, f"{run.name}-a")
        worked = await bare.loop(lane, f"{run.name}-c", work=partial(hop.work, ground.samples)) if hop.work else 0.0
        written, bare_cpu = await _with_writes(run, lane, watch.recording)
    finally:
        await forget(ground.stack.store_url, run.name)
    per_event = {name: round(number / count, 3) for name, number in watch.recording.counts().items()}
    return Round(
        hop=count / seconds,
        bare=count / alone,
        bare_with_writes=count / written,
        bare_with_work=count / worked if worked else 0.0,
        batches=watch.batches,
        cpu=cpu,
        bare_cpu=bare_cpu,
        writes=per_event,
    )


async def _with_writes(run: Run, lane: bare.Lane, recording: Recording) -> tuple[float, dict[str, float]]:
    replay = Replay(recording, run.ground.stack.store_url, f"{run.name}-again")
    await replay.prepare()
    processors = Processors(run.ground.stack)
    seconds = await bare.loop(lane, f"{run.name}-b", replay)
    replay.close()
    return seconds, processors.milliseconds(run.count)


async def preload(cluster: Cluster, events: Sequence[Event], ground: Ground) -> None:
    """Publish these events as their service would."""
    envelopes = [
        Envelope(fresh(), "casekeeper/benchmark", key_of(event), ground.samples.now, key_of(event), event)
        for event in events
    ]
    publisher = Publisher(cluster, "benchmark")
    await publisher.start()
    try:
        await publisher.publish([Outgoing.of(each) for each in envelopes])
    finally:
        await publisher.stop()


async def _hop_seconds(run: Run) -> tuple[Watch, float, dict[str, float]]:
    service = built(run.ground.stack, run.hop.service, kafka_prefix=run.cluster.prefix, database_prefix=f"{run.name}-")
    watch = Watch(service, run.count, run.ground)
    await service.start()
    try:
        async with asyncio.timeout(ARRIVAL_SECONDS):
            await watch.done.wait()
        await emptied(service)
        seconds, cpu = watch.end()
        await _verify(service, run.cluster, run.hop, run.count)
    finally:
        await service.stop()
    return watch, seconds, cpu


async def emptied(service: Service) -> None:
    """Until everything is published and the outboxes are empty; at once rather than when the service next looks."""
    while service.outbox.backlog:  # noqa: ASYNC110 - the publisher empties it
        await asyncio.sleep(EMPTY_SECONDS)
    await service.outbox._clear()


async def _verify(service: Service, cluster: Cluster, hop: Hop, count: int) -> None:
    """Raises Wrong when the effects are not there, each once."""
    for topic, expected in hop.published(count).items():
        found = len({record.envelope().id async for record in kafka.read(cluster, [topic])})
        if found != expected:
            raise Wrong(f"{hop.name}: {found} events in {topic}, not {expected}")
    if hop.stored:
        name, wanted = hop.stored
        stored = await service.database.count(name, {})
        pending = await service.database.count(name, {"pending": {"$gt": 0}})
        if stored != wanted(count) or pending:
            raise Wrong(f"{hop.name}: {stored} documents in {name}, not {wanted(count)}; {pending} not published")


def summary(rounds: Sequence[Round]) -> dict[str, Any]:
    """Medians over the rounds, and the ratio to the loop with the same writes."""
    worked = rounds[0].bare_with_work and {
        "bare_loop_with_work_per_second": _rate([each.bare_with_work for each in rounds]),
        "of_bare_loop_with_work": round(median(each.hop / each.bare_with_work for each in rounds), 3),
    }
    return {
        "events_per_second": _rate([each.hop for each in rounds]),
        "bare_loop_per_second": _rate([each.bare for each in rounds]),
        "bare_loop_with_writes_per_second": _rate([each.bare_with_writes for each in rounds]),
        "of_bare_loop": round(median([each.hop / each.bare for each in rounds]), 3),
        "of_bare_loop_with_writes": round(median([each.hop / each.bare_with_writes for each in rounds]), 3),
        **(worked or {}),
        "cpu_milliseconds_per_event": rounds[-1].cpu,
        "cpu_milliseconds_per_event_bare_with_writes": rounds[-1].bare_cpu,
        "writes_per_event": rounds[-1].writes,
        "batches": rounds[-1].batches,
        "rounds": [[round(each.hop), round(each.bare), round(each.bare_with_writes)] for each in rounds],
    }


def _rate(values: Sequence[float]) -> int:
    return round(median(values))
