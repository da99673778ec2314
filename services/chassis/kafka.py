"""A producer that keeps order, topics, and reading a topic from end to end. Besides `looking` nothing imports aiokafka."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from schemas.envelope import Envelope, parse
from schemas.topics import DAY_MILLISECONDS, TOPICS, Topic, dead_topic, retry_topic
from services.chassis import telemetry
from services.chassis.documents import Outgoing
from services.chassis.errors import Unavailable

MAX_BATCH_BYTES = 786_432
RECORD_OVERHEAD_BYTES = 100
MAX_REQUEST_BYTES = 4_194_304
REQUEST_TIMEOUT_MS = 10_000
BROKER_ERRORS = (KafkaError, OSError)
QUIET_MS = 300
BUSY_SECONDS = 3.0
"""How long `read` goes on past the end of topics that keep growing."""
ASIDE_RETENTION_MS = 90 * DAY_MILLISECONDS


Sendable = tuple[str, bytes | None, bytes | None, Sequence[tuple[str, bytes]]]
"""Topic, key, value and headers."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where our topics live. `prefix` goes before every topic and group, so that several installations can share a cluster."""

    bootstrap: str
    prefix: str = ""
    idempotent: bool = True
    replication: int = 1

    def topic(self, name: str) -> str:
        """The name of a topic of the registry in this cluster."""
        return f"{self.prefix}{name}"


@dataclass(frozen=True, slots=True)
class Record:
    """One Kafka record as it came."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, raw: Any) -> "Record":
        """From aiokafka's own record."""
        return cls(raw.topic, raw.partition, raw.offset, raw.timestamp, raw.key, raw.value, tuple(raw.headers or ()))

    def envelope(self) -> Envelope:
        """The event in it. Raises InvalidEnvelope."""
        return parse(self.key, self.value, self.headers)

    def readable_headers(self) -> dict[str, str]:
        """Headers as text, whatever they hold."""
        return {name: (value or b"").decode(errors="replace") for name, value in self.headers}


class Publisher:
    """Gives events to Kafka in the order given, and knows when they are safe there."""

    def __init__(self, cluster: Cluster, service: str) -> None:
        self._cluster = cluster
        self._service = service
        self._producer: AIOKafkaProducer | None = None
        self._turn = asyncio.Lock()

    async def start(self) -> None:
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._cluster.bootstrap,
            acks="all",
            enable_idempotence=self._cluster.idempotent,
            linger_ms=2,
            max_batch_size=MAX_BATCH_BYTES,
            max_request_size=MAX_REQUEST_BYTES,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            client_id=self._service,
        )
        try:
            await self._producer.start()
        except BROKER_ERRORS as error:
            raise Unavailable(f"the broker at {self._cluster.bootstrap} does not answer: {error}") from error

    async def stop(self) -> None:
        if self._producer:
            await self._producer.stop()
            self._producer = None

    async def ping(self) -> None:
        """Raises Unavailable when the broker does not answer."""
        if self._producer is None:
            raise Unavailable("the producer is not started")
        if not await self._producer.client.force_metadata_update():
            raise Unavailable(f"the broker at {self._cluster.bootstrap} does not answer")

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Send all and wait until the broker has them. Raises Unavailable; then some may have arrived."""
        await self.send(
            [
                (
                    each.topic,
                    each.key.encode(),
                    each.value.encode(),
                    [(name, text.encode()) for name, text in each.headers.items()],
                )
                for each in events
            ]
        )

    async def send(self, records: Iterable[Sendable]) -> None:
        """The same for topic, key, value and headers as they are."""
        if self._cluster.idempotent:
            await self._send(records)  # the producer keeps order by itself: it never gives a batch up
            return
        # Another producer gives a batch up after a while, and may then still deliver the next one: keep to one at a time.
        async with self._turn:
            for portion in _portions(records):
                await self._send(portion)

    async def _send(self, records: Iterable[Sendable]) -> None:
        if self._producer is None:
            raise Unavailable("the producer is not started")
        waiting = []
        try:
            for topic, key, value, headers in records:
                waiting.append(
                    await self._producer.send(self._cluster.topic(topic), value=value, key=key, headers=headers)
                )
            await asyncio.gather(*waiting)
        except BROKER_ERRORS as error:
            await asyncio.gather(*waiting, return_exceptions=True)
            raise Unavailable(f"the broker did not take our events: {error!r}") from error
        telemetry.sent.add(len(waiting), {telemetry.SYSTEM: "kafka", "service": self._service})


def _portions(records: Iterable[Sendable]) -> Iterator[list[Sendable]]:
    """The records in portions that fit into one batch of the producer each."""
    portion: list[Sendable] = []
    size = 0
    for record in records:
        _, key, value, headers = record
        more = RECORD_OVERHEAD_BYTES + len(key or b"") + len(value or b"")
        more += sum(len(name) + len(text or b"") + 4 for name, text in headers)
        if portion and size + more > MAX_BATCH_BYTES:
            yield portion
            portion, size = [], 0
        portion.append(record)
        size += more
    if portion:
        yield portion


async def declare(cluster: Cluster, services: Iterable[str] = (), topics: Sequence[Topic] = TOPICS) -> None:
    """Create the topics that are missing, with their partitions, and retry and dead-letter topics for these services.

    Raises Unavailable when the broker does not answer or refuses.
    """
    wanted = [_new(cluster, topic.name, topic.partitions, topic.compacted, topic.retention_ms) for topic in topics]
    extra = [name for service in services for name in (retry_topic(service), dead_topic(service))]
    wanted += [_new(cluster, name, 1, False, ASIDE_RETENTION_MS) for name in extra]
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    try:
        await admin.start()
        existing = set(await admin.list_topics())
        missing = [topic for topic in wanted if topic.name not in existing]
        if missing:
            _raise_for_errors(await admin.create_topics(missing))
    except TopicAlreadyExistsError:
        pass
    except BROKER_ERRORS as error:
        raise Unavailable(f"the broker at {cluster.bootstrap} did not create our topics: {error!r}") from error
    finally:
        await admin.close()


def _new(cluster: Cluster, name: str, partitions: int, compacted: bool, retention_ms: int) -> Any:
    settings = {
        "cleanup.policy": "compact" if compacted else "delete",
        "retention.ms": str(retention_ms),
        "max.message.bytes": str(MAX_REQUEST_BYTES),
    }
    return NewTopic(cluster.topic(name), partitions, cluster.replication, topic_configs=settings)


def _raise_for_errors(response: Any) -> None:
    for name, code, *_ in response.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise Unavailable(f"the broker did not create topic {name}: {for_code(code).__name__}")


async def read(cluster: Cluster, topics: Sequence[str]) -> AsyncIterator[Record]:
    """All records that these topics hold now, each partition in order; one that is not there holds none. Raises Unavailable.

    The local broker's end offsets count only the first record of the last batch (docs/decisions/0002), so reading goes on past
    the end until nothing more comes.
    """
    if not (there := await _existing(cluster, topics)):
        return
    consumer = AIOKafkaConsumer(
        *there,
        bootstrap_servers=cluster.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    try:
        await consumer.start()
        async for record in until_end(consumer):
            yield record
    except BROKER_ERRORS as error:
        raise Unavailable(f"the broker at {cluster.bootstrap} does not answer: {error!r}") from error
    finally:
        await consumer.stop()


async def until_end(consumer: AIOKafkaConsumer) -> AsyncIterator[Record]:
    """What a consumer's partitions hold from where it stands up to their end now."""
    ends = await consumer.end_offsets(consumer.assignment())
    passed_at = None
    while True:
        batches = await consumer.getmany(timeout_ms=QUIET_MS, max_records=2000)
        for raws in batches.values():
            for raw in raws:
                yield Record.of(raw)
        behind = [partition for partition, end in ends.items() if await consumer.position(partition) < end]
        now = asyncio.get_running_loop().time()
        passed_at = None if behind else passed_at or now
        if passed_at and (not batches or now - passed_at > BUSY_SECONDS):
            return


async def _existing(cluster: Cluster, topics: Sequence[str]) -> list[str]:
    """The names in the cluster of those of these topics that it has."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    try:
        await admin.start()
        known = set(await admin.list_topics())
    except BROKER_ERRORS as error:
        raise Unavailable(f"the broker at {cluster.bootstrap} does not answer: {error!r}") from error
    finally:
        await admin.close()
    return [name for name in map(cluster.topic, topics) if name in known]


async def follow(cluster: Cluster, topics: Sequence[str]) -> AsyncIterator[list[Record]]:
    """These topics from their beginning and then as they grow, without a consumer group. Raises Unavailable."""
    consumer = AIOKafkaConsumer(
        *map(cluster.topic, topics),
        bootstrap_servers=cluster.bootstrap,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )
    try:
        await consumer.start()
        while True:
            batches = await consumer.getmany(timeout_ms=100, max_records=2000)
            if records := [Record.of(raw) for raws in batches.values() for raw in raws]:
                yield records
    except BROKER_ERRORS as error:
        raise Unavailable(f"the broker at {cluster.bootstrap} does not answer: {error!r}") from error
    finally:
        await consumer.stop()


def assignment_listener(
    cluster: Cluster, assigned: Callable[[Sequence[str] | None], None]
) -> ConsumerRebalanceListener:
    """Tells the topic of each partition that this consumer has, each time that Kafka has distributed them anew.

    None says that Kafka is about to: all may go to others. What is in hand then is fenced by guards in the store.
    """

    class Listener(ConsumerRebalanceListener):
        def on_partitions_revoked(self, _: Iterable[Any]) -> None:
            assigned(None)

        def on_partitions_assigned(self, partitions: Iterable[Any]) -> None:
            assigned([each.topic.removeprefix(cluster.prefix) for each in partitions])

    return Listener()


def headers_of(named: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Text headers as Kafka wants them, whatever the text holds."""
    return [(name, text.encode(errors="replace")) for name, text in named.items()]
