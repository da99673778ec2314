"""When things happened in one case: what the steering figures are made of (F4). Moments are milliseconds since 1970, UTC.

Each fact has a place of its own, so that the same facts in any order, or twice, make the same timings. Absent is the default
and is not stored.
"""

from pydantic import Field

from schemas.base import Model
from schemas.events.message import Urgency

FOR_EVER_MS = 2**53 - 1
"""Later than any moment, and exact in every store."""


class Done(Model):
    """Somebody did something at a moment."""

    at_ms: int
    by: str = ""
    holding: bool = False
    """Of a reply: one without substance (O5)."""


class Span(Model):
    """Something that was begun and has a due time: a consult, a promise."""

    begun_ms: int | None = None
    due_ms: int | None = None
    ended_ms: int | None = None
    by: str = ""
    left_ms: int | None = None
    """From then on nobody waits for it."""
    withdrawn_ms: int | None = None


class Step(Model):
    """A specialist took a consult, or gave it back."""

    at_ms: int
    who: str
    gave_back: bool = False


class Consult(Span):
    """A consult, and who worked on it."""

    steps: tuple[Step, ...] = ()
    asked_back: tuple[int, ...] = ()
    """When the specialist needed to know more."""
    clarified: tuple[int, ...] = ()


class Heard(Model):
    """How urgent a case was understood to be from a moment on."""

    at_ms: int
    urgency: Urgency

    @property
    def place(self) -> tuple[int, str]:
        """Its place in time; the word only decides between two of the same moment."""
        return self.at_ms, self.urgency


class Timings(Model):
    """One case. It counts once it is known when it was opened."""

    case_id: str
    brand: str
    channel: str = ""
    pool: str = ""
    language: str = "und"
    owner: str = ""
    test: bool = False
    """A test contact of our own: kept out of every figure (F11)."""
    opened_ms: int | None = None
    reply_due_ms: int | None = None
    """When the customer has to have heard from us: the earliest such moment that was set."""
    closed_ms: int | None = None
    picked_up: Done | None = None
    replies: dict[str, Done] = Field(default_factory=dict)
    """Sent replies, by id."""
    resolved: tuple[Done, ...] = ()
    reopened: dict[str, int] = Field(default_factory=dict)
    """Moments, by the message that reopened the case."""
    consults: dict[str, Consult] = Field(default_factory=dict)
    promises: dict[str, Span] = Field(default_factory=dict)
    messages: dict[str, int] = Field(default_factory=dict)
    """When each message of the customer was received, by its id."""
    intents: dict[str, str] = Field(default_factory=dict)
    """What each message is, where that is a compliment, or a person said that it is not (U3, V4)."""
    time_zone: str = ""
    """The customer's, where it is known."""
    first_heard: Heard | None = None
    """As the earliest message was understood."""
    reread: Heard | None = None
    """As it was read again last."""
    folded_ms: int = 0
    """When this was last written, by the clock of whoever wrote it; no figure depends on it."""

    @property
    def urgency(self) -> Urgency:
        found = self.reread or self.first_heard
        return found.urgency if found else "normal"

    @property
    def counts(self) -> bool:
        return self.opened_ms is not None and not self.test
