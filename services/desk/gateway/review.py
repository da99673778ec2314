"""What follow-up answers about daily reviews and tests of channels, as far as the pages show it."""

from datetime import date

from pydantic import BaseModel

from schemas.base import UtcDatetime
from schemas.events.review import Light, Measure, Reason


class Note(BaseModel):
    """What somebody said about a case."""

    by: str
    text: str
    learned: str = ""
    at: UtcDatetime


class Talked(BaseModel):
    """A case of a review."""

    case_id: str
    light: Light
    reasons: tuple[Reason, ...]
    topic: str = ""
    language: str = "und"
    channel: str = ""
    notes: tuple[Note, ...] = ()


class Ratio(BaseModel):
    """One share as a multiple of another, with its interval; `high` None: without bound."""

    value: float
    low: float
    high: float | None


class Effect(BaseModel):
    """Whether a lesson helped."""

    verdict: str
    days_before: int
    days_after: int
    cases_before: int
    cases_after: int
    share_before: float | None = None
    share_after: float | None = None
    ratio: Ratio | None = None


class Lesson(BaseModel):
    """Something that is done differently."""

    by: str
    text: str
    measure: Measure | None = None
    at: UtcDatetime
    effect: Effect | None = None


class Review(BaseModel):
    """One day of one brand."""

    brand: str
    day: date
    state: str
    finished: int
    cases: list[Talked]
    lessons: list[Lesson]


class Day(BaseModel):
    """A day that there is a review of."""

    day: date
    cases: int
    discussed: int
    lessons: int


class Days(BaseModel):
    """The latest first."""

    today: date
    items: list[Day]


class Tried(BaseModel):
    """One test of a channel."""

    stage: str
    planned_at: UtcDatetime
    case_id: str
    seconds: dict[str, float]
    reason: str


class Channel(BaseModel):
    """How a channel did in its latest tests."""

    brand: str
    channel: str
    obstacle: str
    every_hours: float | None
    failing: int
    passed: int
    failed: int
    usual_seconds: dict[str, float]
    latest: list[Tried]


class Channels(BaseModel):
    items: list[Channel]


class Begun(BaseModel):
    """What became of the wish to test a channel."""

    channel: str
    test_id: str = ""
    obstacle: str = ""


class Started(BaseModel):
    items: list[Begun]
