"""What tests of services need: a clock that stands still until told, and records as Kafka would hand them over."""

from datetime import UTC, datetime, timedelta

from schemas.base import Event, utc
from schemas.envelope import Envelope
from schemas.topics import BY_EVENT, key_of
from services.chassis.ids import fresh
from services.chassis.kafka import Record

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class ManualClock:
    """A clock that is moved by hand."""

    def __init__(self, start: datetime = START) -> None:
        self._now = utc(start)

    def now(self) -> datetime:
        return self._now

    def forward(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> datetime:
        """Move on, and tell the new time."""
        self._now += timedelta(seconds=seconds, minutes=minutes, hours=hours)
        return self._now


def envelope(event: Event, id: str = "", **changes: object) -> Envelope:
    """The event in an envelope, with a fresh id unless one is given."""
    values: dict[str, object] = {"source": "test", "subject": "test", "time": START, "key": key_of(event)}
    return Envelope(id=id or fresh(), data=event, **(values | changes))  # type: ignore[arg-type]


def record(event: Event | Envelope, offset: int = 0, **changes: object) -> Record:
    """The event as a record of its topic."""
    whole = event if isinstance(event, Envelope) else envelope(event, **changes)  # type: ignore[arg-type]
    topic = BY_EVENT[type(whole.data)].name
    return Record(topic, 0, offset, 0, whole.key.encode(), whole.value(), tuple(whole.headers()))
