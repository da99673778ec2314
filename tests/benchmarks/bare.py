"""The bare loop that each hop is compared with: consume, decode, produce, commit; on request with the hop's own writes.

The drivers are used directly, with the settings of the chassis, in one task and without anything that makes a service:
no group to join, no reading of documents, no outbox, no trace, no metrics, no errors.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.topics import BY_NAME
from services.chassis.kafka import MAX_BATCH_BYTES, MAX_REQUEST_BYTES, Cluster, Record
from tests.benchmarks.recording import Replay

BATCH = 500
OUT_TOPIC = "bare-out"
Work = Callable[[Sequence[Event]], object]


@dataclass(frozen=True)
class Lane:
    """Where the loop reads, how much is there, and whether it writes on."""

    cluster: Cluster
    topic: str
    count: int
    produces: bool


async def loop(lane: Lane, group: str, replay: Replay | None = None, work: Work | None = None) -> float:
    """Seconds from the first batch in hand to the last one committed; `work` is done on each batch, beside nothing else."""
    consumer, producer = _consumer(lane.cluster, group), _producer(lane.cluster)
    await producer.start()
    await consumer.start()
    # Partitions by hand: joining a group is no part of what is measured.
    partitions = range(BY_NAME[lane.topic].partitions)
    consumer.assign([TopicPartition(lane.cluster.topic(lane.topic), each) for each in partitions])
    began, handled = 0.0, 0
    try:
        while handled < lane.count:
            batches = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
            began = began or (time.perf_counter() if batches else 0.0)
            records = [Record.of(raw) for raws in batches.values() for raw in raws]
            envelopes = [record.envelope() for record in records]
            if work:
                await asyncio.to_thread(work, [envelope.data for envelope in envelopes])
            await _produced(lane, producer, envelopes)
            handled += len(records)
            if replay:
                await replay.up_to(handled / lane.count)
            if batches:
                await consumer.commit({partition: raws[-1].offset + 1 for partition, raws in batches.items()})
        return time.perf_counter() - began
    finally:
        await consumer.stop()
        await producer.stop()


async def _produced(lane: Lane, producer: AIOKafkaProducer, envelopes: Sequence[Envelope]) -> None:
    """Encode and send one record for each; nothing where the hop publishes nothing."""
    waiting = []
    for envelope in envelopes if lane.produces else ():
        topic, key = lane.cluster.topic(OUT_TOPIC), envelope.key.encode()
        waiting.append(await producer.send(topic, value=envelope.value(), key=key, headers=envelope.headers()))
    for each in waiting:
        await each


def _consumer(cluster: Cluster, group: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=cluster.bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        fetch_max_wait_ms=50,
    )


def _producer(cluster: Cluster) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=cluster.bootstrap,
        acks="all",
        enable_idempotence=cluster.idempotent,
        linger_ms=2,
        max_batch_size=MAX_BATCH_BYTES,
        max_request_size=MAX_REQUEST_BYTES,
    )
