"""Looking at topics from outside: how far they reach, how far their readers have come, and what was written since a moment."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.partitioner import DefaultPartitioner

from services.chassis.errors import Unavailable
from services.chassis.kafka import BROKER_ERRORS, Cluster, Record, until_end

NOTHING_YET = -1
"""What Kafka says of a group that has acknowledged nothing of a partition."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far everything is at one moment, in records; topics and groups without the cluster's prefix."""

    ends: Mapping[str, int]
    """Topic to the sum of its partitions' ends: it grows by one with each record."""
    done: Mapping[tuple[str, str], int]
    """Group and topic to the sum of what the group has acknowledged."""
    lag: Mapping[tuple[str, str], tuple[int, ...]]
    """Group and topic to what lies beyond that, partition by partition."""


class Lookout:
    """Looks again and again over connections of its own; `close` ends them."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._admin: AIOKafkaAdminClient | None = None
        self._consumer: AIOKafkaConsumer | None = None

    async def look(self, topics: Sequence[str], groups: Mapping[str, Sequence[str]]) -> Reached:
        """These topics, and these groups with what each listens to; what is not there is left out. Raises Unavailable.

        The local broker's ends are too low by part of the last batch (docs/decisions/0002); what somebody has acknowledged
        corrects them.
        """
        try:
            admin, consumer = await self._connected()
            parts = await _partitions(
                admin, self._cluster, {*topics, *(each for mine in groups.values() for each in mine)}
            )
            return await self._reached(admin, consumer, parts, groups)
        except BROKER_ERRORS as error:
            await self.close()
            raise Unavailable(f"the broker at {self._cluster.bootstrap} does not answer: {error!r}") from error

    async def _reached(
        self,
        admin: AIOKafkaAdminClient,
        consumer: AIOKafkaConsumer,
        parts: Mapping[str, Sequence[TopicPartition]],
        groups: Mapping[str, Sequence[str]],
    ) -> Reached:
        every = [each for mine in parts.values() for each in mine]
        ends, starts = await consumer.end_offsets(every), await consumer.beginning_offsets(every)
        committed = {group: await self._committed(admin, group, parts, mine) for group, mine in groups.items()}
        for mine in committed.values():
            ends |= {each: max(ends[each], offset) for each, offset in mine.items()}
        known = {(group, topic): parts[topic] for group, mine in groups.items() for topic in mine if topic in parts}
        done = {
            (group, each): max(committed[group].get(each, NOTHING_YET), starts[each])
            for (group, _), mine in known.items()
            for each in mine
        }
        return Reached(
            {topic: sum(ends[each] for each in mine) for topic, mine in parts.items()},
            {(group, topic): sum(done[group, each] for each in mine) for (group, topic), mine in known.items()},
            {
                (group, topic): tuple(ends[each] - done[group, each] for each in mine)
                for (group, topic), mine in known.items()
            },
        )

    async def _committed(
        self,
        admin: AIOKafkaAdminClient,
        group: str,
        parts: Mapping[str, Sequence[TopicPartition]],
        topics: Sequence[str],
    ) -> dict[TopicPartition, int]:
        wanted = [each for topic in topics for each in parts.get(topic, ())]
        if not wanted:
            return {}
        # Always with the partitions: the local broker can not be asked for all of a group.
        found = await admin.list_consumer_group_offsets(self._cluster.topic(group), partitions=wanted)
        return {partition: each.offset for partition, each in found.items()}

    async def _connected(self) -> tuple[AIOKafkaAdminClient, AIOKafkaConsumer]:
        if self._admin is None:
            self._admin = AIOKafkaAdminClient(bootstrap_servers=self._cluster.bootstrap)
            await self._admin.start()
        if self._consumer is None:
            self._consumer = AIOKafkaConsumer(bootstrap_servers=self._cluster.bootstrap, enable_auto_commit=False)
            await self._consumer.start()
        return self._admin, self._consumer

    async def close(self) -> None:
        """Let go of the broker."""
        admin, consumer, self._admin, self._consumer = self._admin, self._consumer, None, None
        if consumer:
            await consumer.stop()
        if admin:
            await admin.close()


NOTHING_LEFT_MS = 2**52
"""In place of the moment of a first record where none is left: after all that were."""


@dataclass
class Reading:
    """Topics from the first record that they still hold."""

    size: int
    """How many records there were at the beginning."""
    _consumer: AIOKafkaConsumer
    _prefix: str
    _cut: dict[TopicPartition, int]
    """Partitions that do not begin with the first record there ever was, and at which they do."""
    cut_ms: dict[str, int] = field(default_factory=dict)
    """Topics that Kafka has begun to forget, and since when all of their partitions are whole; known once they were read."""

    async def rest(self) -> AsyncIterator[Record]:
        """What was not read yet, up to their end now; each partition in order. Raises Unavailable."""
        try:
            async for record in until_end(self._consumer):
                place = TopicPartition(record.topic, record.partition)
                if self._cut.get(place) == record.offset:
                    self._note(record.topic, record.timestamp_ms)
                    del self._cut[place]
                yield record
        except BROKER_ERRORS as error:
            raise Unavailable(f"the broker does not answer any more: {error!r}") from error
        for place in self._cut:
            self._note(place.topic, NOTHING_LEFT_MS)

    def _note(self, topic: str, moment_ms: int) -> None:
        name = topic.removeprefix(self._prefix)
        self.cut_ms[name] = max(moment_ms, self.cut_ms.get(name, 0))


@asynccontextmanager
async def from_beginning(cluster: Cluster, topics: Sequence[str]) -> AsyncIterator[Reading]:
    """These topics, to be read from their beginning; one that is not there holds nothing. Raises Unavailable."""
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        try:
            await admin.start()
            await consumer.start()
            places = [each for mine in (await _partitions(admin, cluster, topics)).values() for each in mine]
            starts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
            _place(consumer, starts)
        except BROKER_ERRORS as error:
            raise Unavailable(f"the broker at {cluster.bootstrap} does not answer: {error!r}") from error
        size = sum(ends[each] - starts[each] for each in places)
        cut = {each: first for each, first in starts.items() if first}
        yield Reading(size, consumer, cluster.prefix, cut)
    finally:
        await consumer.stop()
        await admin.close()


async def since(
    cluster: Cluster, topics: Sequence[str], since_ms: int, *, key: bytes | None = None, last: int = 0
) -> AsyncGenerator[Record, None]:
    """What was written to these topics since a moment (milliseconds since 1970 UTC), up to now; each partition in order.

    With a `key` only the partitions where it lies, and only its records. With `last` at most so many of each partition, the
    latest. Raises Unavailable.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=cluster.bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    try:
        await admin.start()
        await consumer.start()
        parts = (await _partitions(admin, cluster, topics)).values()
        wanted = [each for mine in parts for each in (mine if key is None else [_of_key(key, mine)])]
        if not wanted:
            return
        _place(consumer, await _firsts(consumer, wanted, since_ms, last))
        async for record in until_end(consumer):
            if record.timestamp_ms >= since_ms and (key is None or record.key == key):
                yield record
    except BROKER_ERRORS as error:
        raise Unavailable(f"the broker at {cluster.bootstrap} does not answer: {error!r}") from error
    finally:
        await consumer.stop()
        await admin.close()


async def _firsts(
    consumer: AIOKafkaConsumer, wanted: Sequence[TopicPartition], since_ms: int, last: int
) -> dict[TopicPartition, int]:
    """Where to begin in each of these partitions."""
    found = await consumer.offsets_for_times(dict.fromkeys(wanted, since_ms))
    ends = await consumer.end_offsets(list(wanted))
    firsts = {each: found[each].offset if found.get(each) else ends[each] for each in wanted}
    return {each: max(first, ends[each] - last) if last else first for each, first in firsts.items()}


def _place(consumer: AIOKafkaConsumer, firsts: Mapping[TopicPartition, int]) -> None:
    """Let it read these partitions from there on.

    In one step: it looks up where partitions end that it was given and not told where to begin, and may put that in place of
    what it is told meanwhile.
    """
    consumer.assign(list(firsts))
    for place, first in firsts.items():
        consumer.seek(place, first)


async def _partitions(
    admin: AIOKafkaAdminClient, cluster: Cluster, topics: Sequence[str] | set[str]
) -> dict[str, list[TopicPartition]]:
    """The partitions of those of these topics that are there, by the topic's name in the registry."""
    there: Sequence[Any] = await admin.describe_topics([cluster.topic(each) for each in sorted(topics)])
    return {
        each["topic"].removeprefix(cluster.prefix): [
            TopicPartition(each["topic"], number) for number in sorted(part["partition"] for part in each["partitions"])
        ]
        for each in there
        if not each["error_code"] and each["partitions"]
    }


def _of_key(key: bytes, mine: Sequence[TopicPartition]) -> TopicPartition:
    """Where our producers put a key."""
    numbers = [each.partition for each in mine]
    chosen = DefaultPartitioner()(key, numbers, numbers)
    return next(each for each in mine if each.partition == chosen)
