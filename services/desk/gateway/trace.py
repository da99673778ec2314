"""Finds what a trace is made of in the topics: first where the message lies, then everything of its conversation (I4)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from schemas.topics import TOPICS
from services.chassis.dead import Letter
from services.chassis.kafka import Cluster, Record
from services.chassis.looking import since
from services.desk.domain.trace import Outcome, Seen, Trace, told, trace

ENTRANCES = ("messages.received", "cases.events")
"""Where an id is looked for, one after the other: all that belongs to a conversation begins in one of them."""
BY_CONVERSATION = tuple(each.name for each in TOPICS if each.key.endswith("conversation"))
BY_POOL = ("routing.requests",)
PATIENCE_SECONDS = 20.0
MARGIN_SECONDS = 900.0
"""Clocks of machines differ, and a message may have waited before its case was opened."""


@dataclass
class Found:
    """What came of looking. `complete`: whether the time was enough to read everything that was to be read."""

    trace: Trace | None = None
    records: int = 0
    complete: bool = True
    since_ms: int = 0


@dataclass
class Search:
    """One search. `letters` are the dead letters, `hours` how far back an id is looked for that no case is known for."""

    cluster: Cluster
    asked: str
    hours: float
    letters: Sequence[Letter] = ()
    parked: Sequence[Seen] = ()
    found: Found = field(default_factory=Found)

    async def run(self, conversation: str = "", age_seconds: float = 0.0) -> Found:
        """Look. Where the conversation is known, so is the age of what is asked for. Raises Unavailable."""
        key, began_ms = conversation.encode(), _ago(age_seconds)
        self.found.since_ms = began_ms if conversation else _ago(self.hours * 3600)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                if not conversation:
                    key, began_ms = await self._entrance()
                events = [each async for each in self._of(key, began_ms)] if key else []
        except TimeoutError:
            self.found.complete, events = False, []
        aside = [*(_dead(each) for each in self.letters), *self.parked]
        self.found.trace = trace(self.asked, [*events, *aside])
        return self.found

    async def _entrance(self) -> tuple[bytes, int]:
        """The key of the first record that has the id, and when it was written; an empty key when there is none."""
        name = self.asked.encode()
        for topic in ENTRANCES:
            async with aclosing(since(self.cluster, [topic], self.found.since_ms)) as records:
                async for record in records:
                    self.found.records += 1
                    if _names(record, name) and self.asked in seen(record).names and record.key:
                        return record.key, record.timestamp_ms
        return b"", 0

    async def _of(self, key: bytes, began_ms: int) -> AsyncIterator[Seen]:
        from_ms = began_ms - int(MARGIN_SECONDS * 1000)
        cases = set[bytes]()
        async for record in since(self.cluster, BY_CONVERSATION, from_ms, key=key):
            self.found.records += 1
            event = seen(record, self.cluster.prefix)
            cases.add(event.case_id.encode())
            yield event
        cases.discard(b"")
        async for record in since(self.cluster, BY_POOL, from_ms):
            self.found.records += 1
            if any(case in (record.value or b"") for case in cases):
                yield seen(record, self.cluster.prefix)


def seen(record: Record, prefix: str = "") -> Seen:
    """What a record tells of its way, whatever it holds."""
    headers = record.readable_headers()
    try:
        data = json.loads(record.value or b"")
    except ValueError:
        data = None
    attempts = data.get("attempts") if isinstance(data, dict) else 0
    return Seen(
        id=headers.get("ce_id") or f"{record.topic}-{record.partition}-{record.offset}",
        type=headers.get("ce_type", ""),
        topic=record.topic.removeprefix(prefix),
        service=headers.get("ce_source", "").rpartition("/")[2],
        at=_moment(headers.get("ce_time", ""), record.timestamp_ms),
        cause=headers.get("ce_causationid", ""),
        trace_id=trace_id_of(headers.get("traceparent", "")),
        actor=headers.get("ce_actor", ""),
        attempts=attempts if isinstance(attempts, int) else 0,
        partition=record.partition,
        offset=record.offset,
        **told(data),  # type: ignore[arg-type]
    )


def trace_id_of(traceparent: str) -> str:
    """The id of the trace that a W3C `traceparent` names; empty for none."""
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else ""


def _dead(letter: Letter) -> Seen:
    return aside(seen(letter.record), "dead", letter.consumer, letter.failed_at, letter.attempts)


def aside(event: Seen, outcome: Outcome, by: str, at: str, attempts: int) -> Seen:
    """The event as one that a service could not handle."""
    return replace(event, outcome=outcome, by=by, at=_moment(at, 0) if at else event.at, attempts=attempts)


def _names(record: Record, name: bytes) -> bool:
    """Whether the id stands in it at all: cheaper than reading it."""
    return name in (record.value or b"") or any(name in (text or b"") for _, text in record.headers)


def _moment(text: str, timestamp_ms: int) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC)


def _ago(seconds: float) -> int:
    """By the machine's clock, as Kafka's own times are."""
    return max(0, int((time.time() - seconds) * 1000))
