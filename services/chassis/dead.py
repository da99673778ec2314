"""Dead letters: put aside with reason, stack and origin; listed, read and replayed.

Header names are Spring's, which most tools read, plus ours. A replay sends it to the consumer's retry topic and marks it in
the dead-letter topic; both are appended, nothing is removed.
"""

import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.topics import dead_topic, retry_topic
from services.chassis.kafka import Cluster, Publisher, Record, Sendable, headers_of, read

TOPIC = "kafka_dlt-original-topic"
PARTITION = "kafka_dlt-original-partition"
OFFSET = "kafka_dlt-original-offset"
TIMESTAMP = "kafka_dlt-original-timestamp"
CONSUMER = "kafka_dlt-original-consumer-group"
ERROR = "kafka_dlt-exception-fqcn"
REASON = "kafka_dlt-exception-message"
STACK = "kafka_dlt-exception-stacktrace"
FAILED_AT = "care-failed-at"
ATTEMPTS = "care-attempts"
REPLAYED = "care-replayed-at"
LETTER = "care-letter"
MAX_REASON_CHARACTERS = 2000
MAX_STACK_CHARACTERS = 8000
OURS = (TOPIC, PARTITION, OFFSET, TIMESTAMP, CONSUMER, ERROR, REASON, STACK, FAILED_AT, ATTEMPTS, REPLAYED, LETTER)


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. `id` names it for people: the event's id, or where it lay when it has none."""

    id: str
    consumer: str
    reason: str
    error: str
    failed_at: str
    attempts: int
    replayed_at: str
    record: Record

    @property
    def headers(self) -> dict[str, str]:
        return self.record.readable_headers()


def letter(record: Record, consumer: str, error: BaseException, now: datetime, attempts: int) -> Sendable:
    """The dead letter of a record, ready to send."""
    origin = {
        TOPIC: record.topic,
        PARTITION: str(record.partition),
        OFFSET: str(record.offset),
        TIMESTAMP: str(record.timestamp_ms),
        CONSUMER: consumer,
        ERROR: f"{type(error).__module__}.{type(error).__qualname__}",
        REASON: str(error)[:MAX_REASON_CHARACTERS],
        STACK: "".join(traceback.format_exception(error))[-MAX_STACK_CHARACTERS:],
        FAILED_AT: now.astimezone(UTC).isoformat(),
        ATTEMPTS: str(attempts),
    }
    kept = {name: text for name, text in record.readable_headers().items() if name not in OURS}
    kept[LETTER] = kept.get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}"
    key = b"" if record.key is None and record.value is None else record.key  # Kafka takes no record without both
    return dead_topic(consumer), key, record.value, headers_of(kept | origin)


async def letters(cluster: Cluster, consumers: Iterable[str]) -> list[Letter]:
    """All dead letters, oldest first, each once with its latest state. Raises Unavailable.

    The latest is the one that failed last, not the one read last: a replayed letter can fail again before its mark is written.
    """
    found: dict[tuple[str, str], Letter] = {}
    async for record in read(cluster, [dead_topic(consumer) for consumer in consumers]):
        headers = record.readable_headers()
        name = (headers.get(CONSUMER, ""), headers.get(LETTER, ""))
        replayed = headers.get(REPLAYED, "")
        seen = Letter(
            name[1],
            name[0],
            headers.get(REASON, ""),
            headers.get(ERROR, ""),
            headers.get(FAILED_AT, ""),
            int(attempts) if (attempts := headers.get(ATTEMPTS, "")).isdecimal() else 1,
            replayed,
            record,
        )
        found[name] = max(found.get(name, seen), seen, key=lambda each: (each.failed_at, each.replayed_at))
    return sorted(found.values(), key=lambda each: each.failed_at)


async def replay(publisher: Publisher, chosen: Sequence[Letter], now: datetime) -> int:
    """Give the letters to their consumers once more, and mark them as replayed. Safe to repeat (design 5)."""
    for each in chosen:
        original = headers_of({name: text for name, text in each.headers.items() if name not in OURS})
        marked = headers_of({**each.headers, REPLAYED: now.astimezone(UTC).isoformat()})
        key, value = each.record.key, each.record.value
        await publisher.send([(retry_topic(each.consumer), key, value, original)])
        await publisher.send([(dead_topic(each.consumer), key, value, marked)])
    return len(chosen)
