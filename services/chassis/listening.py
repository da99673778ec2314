"""One consumer for all topics of a service, in batches, acknowledged after handling (design 6): our way of using FastStream."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaRouter

from schemas.topics import consumed_by, retry_topic
from services.chassis import kafka
from services.chassis.config import ServiceConfig
from services.chassis.errors import Unavailable
from services.chassis.kafka import Record

MAX_POLL_INTERVAL_MS = 600_000
STOP_SECONDS = 8

Handle = Callable[[Sequence[Record]], Awaitable[None]]


def topics_of(service: str) -> list[str]:
    """What a service listens to."""
    return [*(topic.name for topic in consumed_by(service)), retry_topic(service)]


def listening(
    config: ServiceConfig,
    topics: Sequence[str],
    handle: Handle,
    assigned: Callable[[Sequence[str] | None], None],
) -> KafkaBroker:
    """A broker, not yet started, that gives every batch of these topics to `handle`; when that raises, the batch comes again.

    `assigned` hears the topic of each partition each time that Kafka has distributed them, and None before it does.
    """
    cluster, service = config.cluster, config.service
    broker = KafkaBroker(
        cluster.bootstrap, acks="all", graceful_timeout=STOP_SECONDS - 1, logger=None, client_id=service
    )
    if not topics:
        return broker
    # A policy set on the broker does not reach subscribers of a router, and the default acknowledges before handling.
    router = KafkaRouter(ack_policy=AckPolicy.NACK_ON_ERROR)

    @router.subscriber(
        *map(cluster.topic, topics),
        group_id=f"{cluster.prefix}{service}",
        batch=True,
        max_records=config.max_records,
        batch_timeout_ms=25,
        fetch_max_wait_ms=100,
        auto_offset_reset="earliest",
        session_timeout_ms=config.session_timeout_ms,
        heartbeat_interval_ms=config.session_timeout_ms // 3,
        max_poll_interval_ms=MAX_POLL_INTERVAL_MS,
        listener=kafka.assignment_listener(cluster, assigned),
        no_reply=True,
        decoder=_raw_body,
        parser=_keep_raw,
    )
    async def batch(_: list[Any]) -> None:  # no Context parameters: each costs a thread hop
        await handle([Record.of(each) for each in broker.context.get_local("message").raw_message])

    broker.include_router(router)
    return broker


async def start_listening(broker: KafkaBroker) -> None:
    """Join the group. Raises Unavailable."""
    try:
        await broker.start()
    except kafka.BROKER_ERRORS as error:
        raise Unavailable(f"the broker does not answer: {error!r}") from error


def consumer_of(broker: KafkaBroker) -> Any:
    """Kafka's own consumer, once there is one."""
    return next((getattr(each, "consumer", None) for each in broker.subscribers), None)


def holds_all(consumer: Any) -> bool:
    """Whether all partitions of all topics that it listens to are its own: then no other member of the group has any."""
    if consumer is None:
        return False
    topics = consumer.subscription()
    existing = {(topic, number) for topic in topics for number in consumer.partitions_for_topic(topic) or {-1}}
    return bool(topics) and existing == {(each.topic, each.partition) for each in consumer.assignment()}


async def _raw_body(message: Any) -> Any:
    return message.body


async def _keep_raw(message: Any, original: Callable[[Any], Awaitable[Any]]) -> Any:
    """Show FastStream's parser one record, without headers: it drops a whole batch silently when one is not UTF-8 text."""
    parsed = await original((replace(message[0], headers=()),))
    parsed.raw_message = message
    return parsed
