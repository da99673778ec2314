"""Read models, folded anew from the topics that they were folded from, in place, while events go on flowing.

Each document is written guarded by its version and with the events that it was folded from, exactly as the service itself would
have done: whatever the service does meanwhile, each event has its effect once. What the topics do not hold from its beginning
any more stays as the store has it (docs/decisions/0021-read-models-are-rebuilt-in-place.md).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from heapq import merge
from itertools import islice
from math import ceil
from typing import Any, Generic
from zlib import crc32

from schemas.base import Event, milliseconds
from schemas.envelope import Envelope, InvalidEnvelope
from schemas.topics import BY_EVENT
from services.chassis import looking
from services.chassis.clock import Clock
from services.chassis.documents import SEEN_LIMIT, Collection, Context, Document, S
from services.chassis.errors import Rejected
from services.chassis.kafka import Cluster, Record
from services.chassis.looking import Reading
from services.chassis.mongo import Database
from services.chassis.table import Route, Table

ROUNDS = 5
PORTION = 250
EVERY_EVENTS = 1000
ROWS = "rebuilt"
AT_ONCE = 100_000
"""So many events are kept in memory at a time; for more, the topics are read several times, each time for some of the keys."""

Progress = Callable[[str, int, int], None]
"""Told what is done, how far it is, and of how many."""
Key = tuple[str, str]
"""A document's collection and id."""


def as_folded(_: S | None, folded: S, __: datetime) -> S:
    """What is stored, of a read model that holds nothing but what the topics tell."""
    return folded


@dataclass(frozen=True)
class ReadModel(Generic[S]):
    """Documents that are folded from topics by the handlers of a table."""

    collection: Collection[S]
    table: Table
    begins: type[Event] | None = None
    """The first event of each document; its topic numbers all of them. None: each event tells all there is to know."""
    settle: Callable[[S | None, S, datetime], S] = as_folded
    """What to store, given what is stored, what the topics tell, and the moment: for what is in a document and in no topic."""
    document: Callable[[str], str] = str
    """The document's id, from the subject of an event of the home topic that nothing is folded from."""

    @cached_property
    def routes(self) -> dict[str, Route[Any, Any]]:
        """By event type, how it is folded in."""
        return {
            type_: each
            for type_, routes in self.table.routes.items()
            for each in routes
            if each.collection.name == self.collection.name
        }

    @cached_property
    def topics(self) -> set[str]:
        """From which it is folded."""
        return {BY_EVENT[each.event].name for each in self.routes.values()}

    @cached_property
    def home(self) -> str:
        """The topic with the number of every event of a document; empty: there is none."""
        return BY_EVENT[self.begins].name if self.begins else ""


@dataclass
class Rebuilt:
    """What became of the documents."""

    documents: int = 0
    """Of which the topics tell."""
    changed: int = 0
    """Written, because the store had none or another; the rest was right."""
    incomplete: int = 0
    """Kept as they were: the topics do not hold them from their beginning any more."""
    lost: int = 0
    """The same, of which the store has nothing either: they are not there."""
    failed: int = 0
    """Kept as they were: one of their events meets an error in our code."""
    busy: int = 0
    """Kept as they were: events kept coming; the service has folded them."""
    forgotten: dict[str, int] = field(default_factory=dict)
    """Topics whose first records are gone, and since when they are whole, in milliseconds since 1970 UTC."""
    error: str = ""
    """The first of those that events met."""


@dataclass
class Told:
    """What the topics tell of one document."""

    first_ms: int
    """When Kafka got the first of it."""
    events: dict[tuple[str, int], list[tuple[int, Envelope]]] = field(default_factory=dict)
    """By partition, in its order, with the moment at which Kafka got them."""
    numbers: set[int] = field(default_factory=set)
    """Those that the home topic holds of it."""
    passed_over: set[str] = field(default_factory=set)
    """What the stored document has seen and was in no topic when that was read."""

    def take(self, model: ReadModel[Any], place: tuple[str, int], moment_ms: int, envelope: Envelope) -> None:
        """One more of its events, from a partition in its order."""
        self.first_ms = min(self.first_ms, moment_ms)
        if BY_EVENT[type(envelope.data)].name == model.home:
            self.numbers.add(envelope.sequence)
        if envelope.type in model.routes:
            self.events.setdefault(place, []).append((moment_ms, envelope))

    def whole(self, model: ReadModel[Any], cut_ms: dict[str, int]) -> bool:
        """Whether the topics hold all of it, from its first event on."""
        if not model.home:
            return True
        others = [moment for topic, moment in cut_ms.items() if topic in model.topics - {model.home}]
        return len(self.numbers) == max(self.numbers, default=-1) and self.first_ms >= max(others, default=0)

    def folded(self, model: ReadModel[S]) -> tuple[S | None, list[str]]:
        """Its state, and the ids of its events, as they came: each partition in order, and by time where that leaves a choice.

        Raises what a handler raises but Rejected: then the service has put that event aside for good, too.
        """
        state: S | None = None
        ids = dict[str, None]()
        for _, each in merge(*self.events.values(), key=lambda pair: pair[0]):
            if each.id in ids:
                continue
            ids[each.id] = None
            context = Context(each.time, each.id, () if state is None else (state,), each.time)
            try:
                decision = model.routes[each.type].handler(state, each.data, context)
            except Rejected:
                continue
            state = decision.state if decision else state
        return state, list(ids)


async def rebuild(
    models: Sequence[ReadModel[Any]], cluster: Cluster, database: Database, clock: Clock, progress: Progress
) -> Rebuilt:
    """Fold every document of one service's read models anew. Raises Unavailable; it can be begun again at any time."""
    for model in models:
        await database.prepare(model.collection)
    work = _Rebuilding(models, database, clock, progress)
    topics = sorted({topic for model in models for topic in model.topics | {model.home} - {""}})
    part, parts = 0, 1
    while part < parts:
        async with looking.from_beginning(cluster, topics) as reading:
            parts = parts if part else max(1, ceil(reading.size / AT_ONCE))
            await work.some(reading, part, parts)
        part += 1
    for model in models:
        await _note(database, model.collection.name, milliseconds(clock.now()))
    return work.outcome


async def rebuilt_ms(database: Database, collection: str) -> int:
    """When a collection was rebuilt last, for who keeps what is in it in memory; 0: never. Raises Unavailable."""
    rows = await database.rows(ROWS, {"_id": collection})
    return int(rows[0]["at_ms"]) if rows else 0


async def _note(database: Database, collection: str, at_ms: int) -> None:
    if not await database.set(ROWS, collection, {"at_ms": at_ms}):
        await database.insert(ROWS, [{"_id": collection, "at_ms": at_ms}])


class _Rebuilding:
    """One run."""

    def __init__(self, models: Sequence[ReadModel[Any]], database: Database, clock: Clock, progress: Progress) -> None:
        self._models = {each.collection.name: each for each in models}
        self._database = database
        self._clock = clock
        self._progress = progress
        self._read = self._written = 0
        self.outcome = Rebuilt()

    async def some(self, reading: Reading, part: int, parts: int) -> None:
        """The documents of every so manieth key."""
        told: dict[Key, Told] = {}
        wanted: dict[str, list[str]] | None = None
        changed: set[Key] = set()
        for _ in range(ROUNDS):
            async for record in reading.rest():
                if crc32(record.key or b"") % parts == part:
                    self._take(told, record)
                self._read += 1
                if self._read % EVERY_EVENTS == 0:
                    self._progress("reading events", self._read, max(self._read, reading.size * parts))
            if wanted is None:
                wanted = await self._chosen(told, reading.cut_ms)
                self.outcome.documents += len(told)
            wanted = {name: await self._write(name, told, ids, changed) for name, ids in wanted.items()}
            if not any(wanted.values()):
                break
        left = {(name, id) for name, ids in (wanted or {}).items() for id in ids}
        self.outcome.busy += len(left)
        self.outcome.changed += len(changed - left)
        self._progress("reading events", self._read, max(self._read, reading.size * parts))

    def _take(self, told: dict[Key, Told], record: Record) -> None:
        try:
            envelope = record.envelope()
        except InvalidEnvelope:
            return  # it is none of ours; the services have put it aside
        place, moment_ms = (record.topic, record.partition), record.timestamp_ms
        for name, model in self._models.items():
            if route := model.routes.get(envelope.type):
                id_ = route.lane(envelope.data)
            elif BY_EVENT[type(envelope.data)].name == model.home:
                id_ = model.document(envelope.subject)
            else:
                continue
            told.setdefault((name, id_), Told(moment_ms)).take(model, place, moment_ms, envelope)

    async def _chosen(self, told: dict[Key, Told], cut_ms: dict[str, int]) -> dict[str, list[str]]:
        """The documents that can be rebuilt, by collection; of the others it is noted that they can not."""
        wanted: dict[str, list[str]] = {name: [] for name in self._models}
        for (name, id_), each in [*told.items()]:
            if not each.events:
                del told[name, id_]  # nothing that this service listens to
                continue
            wanted[name].append(id_)
        self.outcome.forgotten |= cut_ms
        for name, ids in wanted.items():
            cut = [id_ for id_ in ids if not told[name, id_].whole(self._models[name], cut_ms)]
            for some in _portions(cut):
                there = len(await self._database.rows(name, {"_id": {"$in": some}}))
                self.outcome.incomplete += there
                self.outcome.lost += len(some) - there
            wanted[name] = sorted({*ids} - {*cut})
        return wanted

    async def _write(self, name: str, told: dict[Key, Told], ids: Sequence[str], changed: set[Key]) -> list[str]:
        """Write what is not right; the documents for which another round is needed."""
        model = self._models[name]
        left: list[str] = []
        for some in _portions(ids):
            stored = {each.id: each for each in await self._database.find(model.collection, {"_id": {"$in": some}})}
            documents = []
            for id_ in some:
                document = stored.get(id_) or Document(model.collection, id_, id_)
                verdict = self._refolded(model, document, told[name, id_])
                if verdict == "later":
                    left.append(id_)
                elif verdict == "other":
                    documents.append(document)
            changed |= {(name, each.id) for each in documents}
            if documents and not await self._database.replace(documents):
                left += [each.id for each in documents]  # some of them: another round finds the others right
            self._written += len(some)
            self._progress(f"writing {name}", self._written, max(self._written, self.outcome.documents))
        return left

    def _refolded(self, model: ReadModel[Any], document: Document[Any], told: Told) -> str:
        """Give the document the state it should have: `other`; `same` if it has it, `later` if it may know more than we."""
        try:
            state, ids = told.folded(model)
        except Exception as error:  # whatever it is, the service has met it too, and waits or has put it aside
            self.outcome.failed += 1
            self.outcome.error = self.outcome.error or f"{model.collection.name} {document.id}: {error!r}"
            return "same"
        known = set(ids)
        unknown = [each for each in document.seen if each not in known]
        if not told.passed_over.issuperset(unknown):
            told.passed_over.update(unknown)  # what was seen before we read on and is not there then, no topic tells
            return "later"
        if state is None:  # its events led to nothing, as that somebody is there who was never away
            self.outcome.documents -= document.version == 0
            return "same"
        settled = model.settle(document.state, state, self._clock.now())
        if document.state == settled:
            return "same"
        document.state, document.seen = settled, [*unknown, *ids][-SEEN_LIMIT:]
        return "other"


def _portions(ids: Sequence[str]) -> Iterator[list[str]]:
    rest = iter(ids)
    while some := list(islice(rest, PORTION)):
        yield some
