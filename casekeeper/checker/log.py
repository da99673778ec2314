"""The event log as the judge reads it: every event once, in the order of the log."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from schemas.base import Event
from schemas.envelope import Envelope, InvalidEnvelope
from schemas.events.case import CaseEvent
from schemas.events.routing import CapacityReleased
from schemas.topics import BY_EVENT, BY_NAME
from services.chassis.kafka import Record

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event with the topic it belongs to."""

    topic: str
    envelope: Envelope


@dataclass(slots=True)
class Log:
    """All events. The same id a second time in a topic is the same event (at least once): the first one counts."""

    entries: list[Entry] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    _by_type: dict[type[Event], list[Event]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, records: Iterable[Record | Envelope]) -> "Log":
        log, seen = cls(), set[tuple[str, str]]()
        for record in records:
            envelope = log._read(record)
            if envelope is None:
                continue
            topic = BY_EVENT[type(envelope.data)].name
            if (topic, envelope.id) not in seen:
                seen.add((topic, envelope.id))
                log.entries.append(Entry(topic, envelope))
                log._by_type[type(envelope.data)].append(envelope.data)
        return log

    def _read(self, record: Record | Envelope) -> Envelope | None:
        if isinstance(record, Envelope):
            return record
        name = next((name for name in BY_NAME if record.topic == name or record.topic.endswith(f".{name}")), "")
        if not name:
            return None  # second chances and dead letters: copies of what is judged in its own topic
        try:
            envelope = record.envelope()
        except InvalidEnvelope as error:
            self.unreadable.append(f"{record.topic} {record.partition}:{record.offset}: {error}")
            return None
        if BY_EVENT[type(envelope.data)].name != name:
            self.unreadable.append(f"{record.topic} {record.partition}:{record.offset}: {envelope.type} is not of here")
            return None
        return envelope

    def all(self, kind: type[E]) -> list[E]:
        """The events of one type."""
        return self._by_type.get(kind, [])  # type: ignore[return-value]

    def released_again(self, requests: Collection[str]) -> Iterator[tuple[str, int]]:
        """Those of these requests whose room was given back more often than once, and how often."""
        times = Counter(each.request_id for each in self.all(CapacityReleased))
        return ((id, number) for id, number in times.items() if number > 1 and id in requests)

    def case_events(self) -> Iterator[CaseEvent]:
        """Everything on the topic of cases, in order."""
        return (each.envelope.data for each in self.entries if isinstance(each.envelope.data, CaseEvent))

    def by_case(self) -> dict[str, list[CaseEvent]]:
        """The same by case."""
        cases: dict[str, list[CaseEvent]] = defaultdict(list)
        for event in self.case_events():
            cases[event.case_id].append(event)
        return cases
