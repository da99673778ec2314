"""The daily review: which cases are worth talking about, what was said, what was learned, and whether it helped (P2, F6)."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from schemas.base import Event, Identifier, Model, UtcDatetime

Light = Literal["story", "learn-from", "went-well", "surprising", "added"]
"""In which light a case is worth talking about; `added`: a person thought so."""
ReasonKind = Literal[
    "marked",
    "late",
    "escalated",
    "turned-negative",
    "handed-over",
    "reopened",
    "low-score",
    "thanked",
    "high-score",
    "turned-positive",
    "fast",
    "promise-kept",
    "helped-by-specialist",
    "unusual",
    "added",
]
Figure = Literal["late", "reopened", "handed-over", "turned-negative", "escalated", "consulted", "corrected", "thanked"]
"""What a lesson may change: the share of finished cases of which this is true."""
Wanted = Literal["less", "more"]


class Reason(Model):
    """Why a case was picked. `number` and `detail` say how much and what, in the terms of the kind (docs/review.md)."""

    kind: ReasonKind
    number: float = 0
    detail: str = ""


class PickedCase(Model):
    """One case that is proposed."""

    case_id: Identifier
    light: Light
    reasons: tuple[Reason, ...] = Field(min_length=1)
    topic: str = ""
    language: str = "und"
    channel: str = ""


class Measure(Model):
    """What one will see change if a lesson helps."""

    figure: Figure
    wanted: Wanted
    topic: str = ""
    """Of cases on this topic only; empty: of all."""


class ReviewEvent(Event):
    """Common to all facts about the review of one day of one brand. The day is one of the brand's calendar."""

    review_id: Identifier
    brand: Identifier
    day: date


class ReviewProposed(ReviewEvent):
    """These cases of the day are worth talking about; perhaps none."""

    type: ClassVar[str] = "review.proposed.v1"
    cases: tuple[PickedCase, ...] = ()
    finished: int
    """How many cases were finished that day."""
    proposed_at: UtcDatetime


class ReviewCaseAdded(ReviewEvent):
    """Somebody thinks that this case is worth talking about too."""

    type: ClassVar[str] = "review.case-added.v1"
    case_id: Identifier
    by: Identifier
    why: str
    added_at: UtcDatetime


class ReviewCaseDropped(ReviewEvent):
    """It is not talked about after all."""

    type: ClassVar[str] = "review.case-dropped.v1"
    case_id: Identifier
    by: Identifier
    dropped_at: UtcDatetime


class ReviewCaseDiscussed(ReviewEvent):
    """What was said about a case, and what was learned from it, if anything."""

    type: ClassVar[str] = "review.case-discussed.v1"
    case_id: Identifier
    note_id: Identifier
    by: Identifier
    text: str
    learned: str = ""
    discussed_at: UtcDatetime


class LessonRecorded(ReviewEvent):
    """Something that is done differently from now on, and what one will see change."""

    type: ClassVar[str] = "lesson.recorded.v1"
    lesson_id: Identifier
    case_id: str = ""
    by: Identifier
    text: str
    measure: Measure | None = None
    recorded_at: UtcDatetime
