"""One batch of events: load the documents, decide in order, commit; what fails is put aside without sinking the batch."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.base import REGISTRY
from schemas.envelope import Envelope, InvalidEnvelope
from schemas.ids import derive
from schemas.topics import key_of
from services.chassis import dead, telemetry
from services.chassis.clock import Clock
from services.chassis.documents import Collection, Context, Document, Outgoing
from services.chassis.errors import Rejected, Unavailable
from services.chassis.kafka import Publisher, Record
from services.chassis.logs import logger
from services.chassis.parking import Parked, Parking, exhausted
from services.chassis.repository import Repository
from services.chassis.table import Route, Table

PASSES = 20
FLOOD_SHARE = 0.5
FLOOD_MINIMUM = 20


@dataclass(frozen=True, slots=True)
class Item:
    """One record that is an event of ours."""

    record: Record
    envelope: Envelope

    @property
    def lane(self) -> str:
        return self.envelope.key


@dataclass(slots=True)
class Failures:
    """What could not be handled in one pass over a batch."""

    rejected: list[tuple[Record, BaseException]] = field(default_factory=list)
    bugs: dict[str, BaseException] = field(default_factory=dict)
    """Lane to the error of its first failing event."""
    behind: dict[str, list[Record]] = field(default_factory=dict)
    """Lane to the records that have to wait: the failing one first."""

    def fail(self, item: Item, error: Exception) -> None:
        """Sort one failure into its kind."""
        if isinstance(error, Rejected):
            self.rejected.append((item.record, error))
        else:
            self.bug(item, error)

    def bug(self, item: Item, error: Exception) -> None:
        """The event met an error in our own code; or it comes after one that did."""
        self.bugs.setdefault(item.lane, error)
        self.behind.setdefault(item.lane, []).append(item.record)

    def take(self, others: "Failures") -> None:
        """Add what failed elsewhere."""
        self.rejected += others.rejected
        self.bugs = others.bugs | self.bugs
        for lane, records in others.behind.items():
            self.behind.setdefault(lane, []).extend(records)

    def copy(self) -> "Failures":
        return Failures([*self.rejected], dict(self.bugs), {lane: [*records] for lane, records in self.behind.items()})


class Processor:
    """Handles batches for one service."""

    def __init__(
        self, service: str, table: Table, repository: Repository, publisher: Publisher, parking: Parking, clock: Clock
    ) -> None:
        self._service = service
        self._table = table
        self._repository = repository
        self._publisher = publisher
        self._parking = parking
        self._clock = clock
        self._log = logger(service)

    async def process(self, records: Sequence[Record]) -> None:
        """Handle a batch; when this returns, every record has had its effect, waits in the store, or is a dead letter.

        Raises Unavailable when store or broker do not answer, or when so much of the batch is invalid that something else
        must be wrong; then the same batch has to be handled again.
        """
        items, invalid = self._parsed(records)
        if len(invalid) >= FLOOD_MINIMUM and len(invalid) > FLOOD_SHARE * len(records):
            raise Unavailable(
                f"{len(invalid)} of {len(records)} records are invalid ({invalid[0][1]}); not filling the dead letters"
            )
        waiting = await self._parking.lanes({item.lane for item in items}) if items else set()
        ready = [item for item in items if item.lane not in waiting]
        failures = await self._handle(ready)
        failures.rejected.extend(invalid)
        for item in items:
            if item.lane in waiting:
                failures.behind.setdefault(item.lane, []).append(item.record)
        await self._put_aside(failures)

    async def retry_parked(self) -> None:
        """Try the waiting events that are due again, lane by lane, in order."""
        for waiting in await self._parking.due(self._clock.now()):
            for parked in waiting:
                if not await self._retried(parked):
                    break

    async def _retried(self, parked: Parked) -> bool:
        items, invalid = self._parsed([parked.record])
        failures = await self._handle(items)
        rejected = [*invalid, *failures.rejected]
        for error in failures.bugs.values():
            attempts = await self._parking.failed(parked, self._clock.now(), _in_words(error))
            if not exhausted(attempts):
                return False
            rejected = [(parked.record, error)]
        await self._bury(rejected, parked.attempts + 1)
        await self._parking.remove(parked)
        return True

    def _parsed(self, records: Sequence[Record]) -> tuple[list[Item], list[tuple[Record, BaseException]]]:
        items: list[Item] = []
        invalid: list[tuple[Record, BaseException]] = []
        for record in records:
            if self._none_of_ours(record):
                continue
            try:
                items.append(Item(record, record.envelope()))
            except InvalidEnvelope as error:
                invalid.append((record, error))
        return items, invalid

    def _none_of_ours(self, record: Record) -> bool:
        """Whether it is an event that this service does not handle: not read at all, which saves a third of all reading."""
        kind = next((value for name, value in record.headers if name == "ce_type"), None)
        type_ = kind.decode(errors="replace") if kind else ""
        return type_ in REGISTRY and type_ not in self._table.routes and type_ not in self._table.transformations

    async def _handle(self, items: Sequence[Item]) -> Failures:
        """Handle events; an error that names no event (a document that can not be read or written) is put down to its lane."""
        try:
            return await self._handle_together(items)
        except Unavailable:
            raise
        except Exception as error:
            lanes: dict[str, list[Item]] = {}
            for item in items:
                lanes.setdefault(item.lane, []).append(item)
            failures = Failures()
            if len(lanes) == 1:
                for item in items:
                    failures.bug(item, error)
            else:
                for mine in lanes.values():
                    failures.take(await self._handle(mine))
            return failures

    async def _handle_together(self, items: Sequence[Item]) -> Failures:
        transformed = await self._transform(
            [item for item in items if item.envelope.type in self._table.transformations]
        )
        routed = [item for item in items if item.envelope.type in self._table.routes]
        for _ in range(PASSES):
            failures = transformed.copy()
            documents = await self._decided(routed, failures)
            if not await self._repository.commit(documents):
                return failures
        raise Unavailable("others keep changing the same documents")

    async def _decided(self, items: Sequence[Item], failures: Failures) -> list[Document[Any]]:
        loaded = await self._loaded(items)
        for item in items:
            if item.lane in failures.behind:
                failures.behind[item.lane].append(item.record)
                continue
            try:
                for route in self._table.routes[item.envelope.type]:
                    self._decide(item, route, loaded)
            except Unavailable:
                raise
            except Exception as error:
                failures.fail(item, error)
        return [document for lane in loaded.values() for document in lane]

    async def _loaded(self, items: Sequence[Item]) -> dict[tuple[str, str], list[Document[Any]]]:
        loaded: dict[tuple[str, str], list[Document[Any]]] = {}
        wanted: dict[tuple[str, bool], tuple[Collection[Any], set[str]]] = {}
        for item in items:
            for route in self._table.routes[item.envelope.type]:
                lane, name = route.lane(item.envelope.data), route.collection.name
                wanted.setdefault((name, route.by_id), (route.collection, set()))[1].add(lane)
                loaded[(name, lane)] = []
        database = self._repository.database
        for (name, by_id), (collection, lanes) in wanted.items():
            for document in await (database.own_lanes if by_id else database.lanes)(collection, lanes):
                others = loaded[(name, document.lane)]
                if all(each.id != document.id for each in others):  # asked for in both ways
                    others.append(document)
        for documents in loaded.values():
            documents.sort(key=lambda document: document.number)
        return loaded

    def _decide(self, item: Item, route: Route[Any, Any], loaded: dict[tuple[str, str], list[Document[Any]]]) -> None:
        envelope = item.envelope
        lane = route.lane(envelope.data)
        documents = loaded[(route.collection.name, lane)]
        if any(envelope.id in document.seen for document in documents):
            return
        siblings = tuple(document.state for document in documents)
        id = route.locate(envelope.data, siblings)
        document = next((each for each in documents if each.id == id), None)
        new = document is None
        document = document or Document(route.collection, id, lane, number=len(documents) + 1)
        context = Context(self._clock.now(), envelope.id, siblings, envelope.time)
        with telemetry.continued(
            self._service, item.record.topic, envelope.extra, envelope.id, envelope.key
        ) as carried:
            decision = route.handler(document.state, envelope.data, context)
            if decision is not None:
                document.apply(decision, context, self._repository.source, carried)
                if new:
                    documents.append(document)

    async def _transform(self, items: Sequence[Item]) -> Failures:
        failures = Failures()
        for type_ in dict.fromkeys(item.envelope.type for item in items):
            mine = [item for item in items if item.envelope.type == type_]
            if failures.behind or not await self._published(type_, mine, None):
                for item in mine:  # one by one, to find the culprit; what comes after it in its lane has to wait
                    if item.lane in failures.behind:
                        failures.behind[item.lane].append(item.record)
                    else:
                        await self._published(type_, [item], failures)
        return failures

    async def _published(self, type_: str, items: Sequence[Item], failures: Failures | None) -> bool:
        """Publish what follows from these events, or say no; with `failures`, the one event is noted there."""
        try:
            await self._publisher.publish(await self._transformed(type_, items))
        except Unavailable:
            raise
        except Exception as error:
            if failures is not None:
                failures.fail(items[0], error)
            return False
        return True

    async def _transformed(self, type_: str, items: Sequence[Item]) -> list[Outgoing]:
        outgoing: list[Outgoing] = []
        results = await self._table.transformations[type_].transform([item.envelope.data for item in items])
        for item, events in zip(items, results, strict=True):
            with telemetry.continued(
                self._service, item.record.topic, item.envelope.extra, item.envelope.id, item.lane
            ) as carried:
                outgoing.extend(
                    self._following(item.envelope, number, event, carried) for number, event in enumerate(events, 1)
                )
        return outgoing

    def _following(self, cause: Envelope, number: int, event: Any, carried: dict[str, str]) -> Outgoing:
        return Outgoing.of(
            Envelope(
                id=derive(cause.id, self._service, event.type, str(number)),
                source=self._repository.source,
                subject=cause.subject,
                time=self._clock.now(),
                key=key_of(event),
                data=event,
                sequence=cause.sequence,
                cause=cause.id,
                extra=carried,
            )
        )

    async def _put_aside(self, failures: Failures) -> None:
        for lane, records in failures.behind.items():
            error = failures.bugs.get(lane)
            if error is not None:
                self._log.error("an event failed and waits for another try", lane=lane, exc_info=error)
                telemetry.parked.add(1, {"service": self._service})
            tries, reason = (0, "") if error is None else (1, _in_words(error))
            await self._parking.add(lane, records, tries, self._clock.now(), reason)
        await self._bury(failures.rejected, 1)

    async def _bury(self, rejected: Sequence[tuple[Record, BaseException]], attempts: int) -> None:
        now = self._clock.now()
        for record, error in rejected:
            self._log.error(
                "dead letter", topic=record.topic, offset=record.offset, reason=str(error), attempts=attempts
            )
            telemetry.dead_letters.add(1, {"service": self._service, "reason": type(error).__name__})
        await self._publisher.send(
            [dead.letter(record, self._service, error, now, attempts) for record, error in rejected]
        )


def _in_words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
