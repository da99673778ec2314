"""An aggregate as one stored document: state, version, outbox and the causes it has seen (design 5). No I/O here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.ids import derive
from schemas.topics import BY_EVENT, key_of

SEEN_LIMIT = 600
"""Causes remembered per document: more than one batch (500) can redeliver for a single lane."""

RECENT_LIMIT = 12
"""Latest events remembered by version: enough to tell somebody who was slower what happened meanwhile."""

S = TypeVar("S", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Decision(Generic[S]):
    """What was decided: the new state, and the facts that follow from it, in order."""

    state: S
    events: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """What a decision may know besides the state and the event or command."""

    now: datetime
    cause: str
    siblings: tuple[Any, ...] = ()
    """The states of all documents in the same lane, oldest first."""
    occurred_at: datetime | None = None
    """When the event happened, as its producer says; none for a command, which happens now."""
    actor: str = ""
    """Who gives the command; none for an event."""
    document: "Document[Any] | None" = None
    """What a command is about to change; none for an event."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index on top-level fields. `only` restricts it to documents with that value in that field."""

    fields: tuple[str, ...]
    unique: bool = False
    only: tuple[str, Any] | None = None
    expire_after_seconds: int | None = None


def no_fields(_: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Collection(Generic[S]):
    """Documents of one kind. `fields` gives the top-level fields that are searched for (datetimes stay datetimes)."""

    name: str
    state: type[S]
    fields: Callable[[S], Mapping[str, Any]] = no_fields
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An event decided but not yet known to be published, as it stands in a document's outbox."""

    id: str
    topic: str
    key: str
    value: str
    headers: dict[str, str]

    @classmethod
    def of(cls, envelope: Envelope) -> "Outgoing":
        topic, headers = BY_EVENT[type(envelope.data)].name, envelope.named_headers()
        "".join(headers.values()).encode()  # what can not be sent must fail here, where it is decided
        return cls(envelope.id, topic, envelope.key, envelope.text(), headers)

    def stored(self) -> dict[str, Any]:
        return {"id": self.id, "topic": self.topic, "key": self.key, "value": self.value, "headers": self.headers}


@dataclass(slots=True)
class Document(Generic[S]):
    """One aggregate in hand. `version` 0 means: not stored yet."""

    collection: Collection[S]
    id: str
    lane: str
    number: int = 1
    """Its place among the documents of its lane, from the oldest."""
    version: int = 0
    state: S | None = None
    sequences: dict[str, int] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    outbox: list[Outgoing] = field(default_factory=list)
    recent: list[tuple[int, str]] = field(default_factory=list)
    """The latest events: the version that they led to, and their type."""
    trace: dict[str, str] = field(default_factory=dict)
    """The trace headers of the last cause that had some: what a person or a clock causes goes on with them."""
    changed: bool = False

    @classmethod
    def loaded(cls, collection: Collection[S], stored: Mapping[str, Any]) -> "Document[S]":
        return cls(
            collection,
            stored["_id"],
            stored["lane"],
            stored["number"],
            stored["version"],
            collection.state.model_validate(stored["state"]),
            dict(stored["sequences"]),
            list(stored["seen"]),
            [Outgoing(**entry) for entry in stored["outbox"]],
            [(int(version), kind) for version, _, kind in (each.partition(" ") for each in stored.get("recent", ()))],
            dict(stored["trace"]),
        )

    @classmethod
    def swept(cls, collection: Collection[S], stored: Mapping[str, Any]) -> "Document[S]":
        """Only what publishing its outbox needs; not to be written."""
        outbox = [Outgoing(**entry) for entry in stored["outbox"]]
        return cls(collection, stored["_id"], stored["lane"], version=stored["version"], outbox=outbox)

    def apply(self, decision: Decision[S], context: Context, source: str, carried: Mapping[str, str]) -> None:
        """Take the decision over: state, events into the outbox under derived ids, and the cause as seen.

        `carried` are headers that every event inherits from its cause (the trace); without any, those of the cause before. All
        or nothing: when an event can not be written, the document stays as it was.
        """
        trace = dict(carried) or self.trace
        sequences, outgoing = dict(self.sequences), []
        for event in decision.events:
            topic = BY_EVENT[type(event)].name.replace(".", "-")
            number = sequences[topic] = sequences.get(topic, 0) + 1
            envelope = Envelope(
                id=derive(context.cause, self.id, event.type, str(number)),
                source=source,
                subject=self.id,
                time=context.now,
                key=key_of(event),
                data=event,
                sequence=number,
                cause=context.cause,
                actor=context.actor,
                extra=trace,
            )
            outgoing.append(Outgoing.of(envelope))
        self.sequences, self.trace = sequences, trace
        self.outbox = [*self.outbox, *outgoing]
        news = [(self.version + 1, event.type) for event in decision.events]
        self.recent = [*self.recent, *news][-RECENT_LIMIT:]
        self.state = decision.state
        self.seen = [*self.seen, context.cause][-SEEN_LIMIT:]
        self.changed = True

    def next(self) -> dict[str, Any]:
        """The document to write: everything, under the next version.

        What a state has by default is left out: that is half of most of them, and a write costs what its document is long. So a
        state's default must not become another one later.
        """
        assert self.state is not None  # noqa: S101 - apply() has set it
        return {
            "_id": self.id,
            "lane": self.lane,
            "number": self.number,
            "version": self.version + 1,
            "pending": len(self.outbox),
            "state": self.state.model_dump(mode="json", exclude_defaults=True),
            "sequences": self.sequences,
            "seen": self.seen,
            "recent": [f"{version} {kind}" for version, kind in self.recent],
            "trace": self.trace,
            "outbox": [entry.stored() for entry in self.outbox],
            **self.collection.fields(self.state),
        }

    def written(self) -> None:
        """Note that the store has taken `next()`."""
        self.version += 1
        self.changed = False


def with_lane(collection: Collection[S]) -> Collection[S]:
    """The collection with the indexes that the commit protocol itself needs."""
    return replace(collection, indexes=(Index(("lane",)), Index(("pending",)), *collection.indexes))
