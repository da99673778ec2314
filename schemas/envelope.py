"""CloudEvents 1.0 in Kafka's binary mode: the event's data is the record's value, everything about it is in headers.

The headers are strings only: a null or non-UTF-8 header makes FastStream drop a whole batch without a word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from schemas.base import REGISTRY, Event

REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_time")
DATASCHEMA_ROOT = "urn:casekeeper:schema:"

Headers = Sequence[tuple[str, bytes]]


class InvalidEnvelope(ValueError):
    """The record is not one of our events, and never will be."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event on its way: the data and its context attributes.

    `key` is the Kafka key: the lane in which order holds. `sequence` counts the events of one aggregate
    (`subject`) from 1 without gaps. `cause` is the id of the event or command that led to this one,
    `actor` the person or integration who gave the command; empty where another service or time led to it.
    `extra` keeps headers that are not ours to interpret (`traceparent`, `care-…`).
    """

    id: str
    source: str
    subject: str
    time: datetime
    key: str
    data: Event
    sequence: int = 0
    cause: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    actor: str = ""

    @property
    def type(self) -> str:
        return self.data.type

    def headers(self) -> list[tuple[str, bytes]]:
        """The record's headers, in CloudEvents' Kafka binary mode."""
        return [(name, value.encode()) for name, value in self.named_headers().items()]

    def named_headers(self) -> dict[str, str]:
        """The same as text, by name."""
        return {
            "ce_specversion": "1.0",
            "ce_id": self.id,
            "ce_type": self.type,
            "ce_source": self.source,
            "ce_time": self.time.isoformat().replace("+00:00", "Z"),
            "ce_dataschema": f"{DATASCHEMA_ROOT}{self.type}",
            "content-type": "application/json",
            # CloudEvents leaves out what is not known: an attribute is never empty.
            **({"ce_subject": self.subject} if self.subject else {}),
            **({"ce_partitionkey": self.key} if self.key else {}),
            **({"ce_sequence": str(self.sequence)} if self.sequence else {}),
            **({"ce_causationid": self.cause} if self.cause else {}),
            **({"ce_actor": self.actor} if self.actor else {}),
            **self.extra,
        }

    def value(self) -> bytes:
        """The record's value: the data as JSON."""
        return self.text().encode()

    def text(self) -> str:
        """The same, not encoded."""
        return self.data.model_dump_json()


def parse(key: bytes | None, value: bytes | None, headers: Headers) -> Envelope:
    """The envelope of a record.

    Raises InvalidEnvelope naming what is wrong: a missing or unreadable header, an unknown type, data that does not
    fit its class.
    """
    named = text_headers(headers)
    missing = [name for name in REQUIRED if not named.get(name)]
    if missing:
        raise InvalidEnvelope(f"header {missing[0]} is missing")
    kind = REGISTRY.get(named["ce_type"])
    if kind is None:
        raise InvalidEnvelope(f"ce_type {named['ce_type']!r} is not in the registry")
    if not value:
        raise InvalidEnvelope("the record has no value")
    try:
        data = kind.model_validate_json(value)
        moment = datetime.fromisoformat(named["ce_time"])
        sequence = int(named.get("ce_sequence", "0"))
    except ValidationError as error:
        raise InvalidEnvelope(f"data of {kind.type} is not valid: {_first(error)}") from error
    except ValueError as error:
        raise InvalidEnvelope(f"ce_time or ce_sequence is not readable: {error}") from error
    if moment.tzinfo is None:
        raise InvalidEnvelope("ce_time has no time zone")
    return Envelope(
        id=named["ce_id"],
        source=named["ce_source"],
        subject=named.get("ce_subject", ""),
        time=moment,
        key=(key or b"").decode(errors="replace"),
        data=data,
        sequence=sequence,
        cause=named.get("ce_causationid", ""),
        actor=named.get("ce_actor", ""),
        extra={name: text for name, text in named.items() if not name.startswith("ce_") and name != "content-type"},
    )


def text_headers(headers: Iterable[tuple[str, Any]]) -> dict[str, str]:
    """Headers as text. Raises InvalidEnvelope for a null or non-UTF-8 value."""
    named: dict[str, str] = {}
    for name, value in headers or ():
        try:
            named[name] = value.decode()
        except (AttributeError, UnicodeDecodeError):
            raise InvalidEnvelope(f"header {name} is not UTF-8 text") from None
    return named


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, problem['loc'])) or 'value'}: {problem['msg']}"
