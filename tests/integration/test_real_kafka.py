"""A real Apache Kafka, fetched by Maven: idempotent producer, a group of two, and what a kill -9 leaves.

Runs with CASEKEEPER_TEST_BROKER=kafka (`make test-kafka`).
"""
# mypy: disable-error-code="no-untyped-call"
# (aiokafka is only partly annotated)

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from casekeeper.local.children import Child, broker_address, free_port
from casekeeper.local.kafka import KafkaUnavailableError, fetch_kafka, kafka_broker

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        os.environ.get("CASEKEEPER_TEST_BROKER") != "kafka",
        reason="needs Java and Maven: set CASEKEEPER_TEST_BROKER=kafka (make test-kafka)",
    ),
]
PARTITIONS = 4
MESSAGES = 400


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def kafka(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Child]:
    cache = Path(os.environ.get("CASEKEEPER_KAFKA_CACHE", Path(__file__).parents[2] / "build" / "kafka"))
    classpath = await asyncio.to_thread(fetch_kafka, cache)
    child = kafka_broker(free_port(), tmp_path_factory.mktemp("kafka"), classpath)
    await child.start()
    yield child
    await child.stop()


async def declare(kafka: Child, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker_address(kafka.port))
    await admin.start()
    try:
        reply: Any = await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
        assert [error for _, error, *_ in reply.topic_errors] == [0]
    finally:
        await admin.close()


async def send(kafka: Child, topic: str, values: range) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker_address(kafka.port), acks="all", enable_idempotence=True)
    async with producer:
        sent = [await producer.send(topic, str(value).encode(), key=str(value % 40).encode()) for value in values]
        await asyncio.gather(*sent)


def member(kafka: Child, topic: str, group: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker_address(kafka.port),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        metadata_max_age_ms=1000,
    )


async def read(consumer: AIOKafkaConsumer, into: list[tuple[bytes, int]]) -> None:
    for records in (await consumer.getmany(timeout_ms=100)).values():
        into += [(record.key or b"", int(record.value or b"")) for record in records]


@pytest.mark.asyncio(loop_scope="module")
async def test_a_group_of_two_reads_every_message_once_and_each_key_in_order(kafka: Child) -> None:
    await declare(kafka, "group-of-two")
    first, second = member(kafka, "group-of-two", "pair"), member(kafka, "group-of-two", "pair")
    received: list[tuple[bytes, int]] = []
    async with first, second, asyncio.timeout(60):
        # Positions only: messages are sent when both members hold their share.
        while {len(first.assignment()), len(second.assignment())} != {PARTITIONS // 2}:
            await asyncio.gather(first.getmany(timeout_ms=100), second.getmany(timeout_ms=100))
        await send(kafka, "group-of-two", range(MESSAGES))
        while len(received) < MESSAGES:
            await asyncio.gather(read(first, received), read(second, received))
        await asyncio.gather(first.commit(), second.commit())
    assert sorted(value for _, value in received) == list(range(MESSAGES))
    for key in {key for key, _ in received}:
        values = [value for other, value in received if other == key]
        assert values == sorted(values)


@pytest.mark.asyncio(loop_scope="module")
async def test_topics_messages_and_offsets_are_there_after_kill_9(kafka: Child) -> None:
    await declare(kafka, "survives")
    received: list[tuple[bytes, int]] = []
    await send(kafka, "survives", range(100))
    async with member(kafka, "survives", "survivor") as consumer, asyncio.timeout(60):
        while len(received) < 100:
            await read(consumer, received)
        await consumer.commit()
    await send(kafka, "survives", range(100, 200))

    kafka.kill()
    await kafka.wait()
    await kafka.start()

    async with member(kafka, "survives", "survivor") as consumer, asyncio.timeout(60):
        while len(received) < 200:
            await read(consumer, received)
        ends = await consumer.end_offsets([TopicPartition("survives", number) for number in range(PARTITIONS)])
    assert sorted(value for _, value in received) == list(range(200))
    assert sum(ends.values()) == 200


@pytest.mark.asyncio(loop_scope="module")
async def test_a_topic_that_nobody_declared_is_not_made(kafka: Child) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=broker_address(kafka.port), request_timeout_ms=2000)
    async with producer:
        with pytest.raises(KafkaError):
            await producer.send_and_wait("misspelt", b"lost")


def test_what_maven_can_not_deliver_is_said_with_its_words(tmp_path: Path) -> None:
    pom = tmp_path / "pom.xml"
    pom.write_text("<project><modelVersion>4.0.0</modelVersion></project>")
    with pytest.raises(KafkaUnavailableError, match=r"(?s)Maven could not deliver Kafka.*groupId"):
        fetch_kafka(tmp_path, pom=pom)


def test_a_missing_pom_is_said(tmp_path: Path) -> None:
    with pytest.raises(KafkaUnavailableError, match=r"nothing\.xml is missing"):
        fetch_kafka(tmp_path, pom=tmp_path / "nothing.xml")
