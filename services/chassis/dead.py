"""Dead letters: put aside with reason, stack and origin; listed, read and replayed.

Header names are Spring's, which most tools read, plus ours. A replay sends it to the consumer's retry topic and marks it in
the dead-letter topic; both are appended, nothing is removed.
"""

import re
import traceback
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

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
REPLAYED_BY = "care-replayed-by"
LETTER = "care-letter"
MAX_REASON_CHARACTERS = 2000
MAX_STACK_CHARACTERS = 8000
OURS = (
    *(TOPIC, PARTITION, OFFSET, TIMESTAMP, CONSUMER, ERROR, REASON, STACK, FAILED_AT, ATTEMPTS),
    *(REPLAYED, REPLAYED_BY, LETTER),
)
_VARYING = re.compile(r"\b(?:[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{16,}|\d+)\b|'[^']*'|\"[^\"]*\"")
"""What differs between errors of one kind: ids, numbers, quoted words."""


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
    replayed_by: str = ""
    replays: int = 0
    """How often it was replayed; it lies here all the same when it failed again."""

    @property
    def headers(self) -> dict[str, str]:
        return self.record.readable_headers()

    @property
    def topic(self) -> str:
        """Where the event came from, as the cluster calls it."""
        return self.headers.get(TOPIC, "")

    @property
    def event_type(self) -> str:
        """The event's type; empty for what says none."""
        return self.headers.get("ce_type", "")

    @property
    def kind(self) -> str:
        """The reason without what differs between letters that died of the same."""
        return _VARYING.sub("…", self.reason)

    def summary(self) -> dict[str, Any]:
        """What a list tells of it, as JSON takes it."""
        fields = ("id", "consumer", "reason", "error", "failed_at", "attempts", "replayed_at", "replayed_by", "replays")
        told = {name: getattr(self, name) for name in (*fields, "topic", "event_type")}
        return told | {"key": (self.record.key or b"").decode(errors="replace")}


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
    marks: dict[tuple[str, str], set[str]] = {}
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
            headers.get(REPLAYED_BY, ""),
        )
        marks.setdefault(name, set()).update({replayed} - {""})
        found[name] = max(found.get(name, seen), seen, key=lambda each: (each.failed_at, each.replayed_at))
    counted = [replace(each, replays=len(marks[name])) for name, each in found.items()]
    return sorted(counted, key=lambda each: each.failed_at)


def waiting(found: Iterable[Letter], *, consumer: str = "", kind: str = "") -> list[Letter]:
    """Those that were not replayed since they failed; of one consumer, of one kind of reason."""
    return [
        each for each in found if not each.replayed_at and consumer in ("", each.consumer) and kind in ("", each.kind)
    ]


async def replay(publisher: Publisher, chosen: Sequence[Letter], now: datetime, by: str = "") -> int:
    """Give the letters to their consumers once more, and mark them as replayed by somebody. Safe to repeat (design 5)."""
    for each in chosen:
        original = headers_of({name: text for name, text in each.headers.items() if name not in OURS})
        mark = {REPLAYED: now.astimezone(UTC).isoformat()} | ({REPLAYED_BY: by} if by else {})
        marked = headers_of({**each.headers, **mark})
        key, value = each.record.key, each.record.value
        await publisher.send([(retry_topic(each.consumer), key, value, original)])
        await publisher.send([(dead_topic(each.consumer), key, value, marked)])
    return len(chosen)
