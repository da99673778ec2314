"""What happened in one case, as far as a review may want to talk about it: a list of dated facts (P2). Pure.

Facts are kept with their moments, so that a day's review comes out the same whenever it is made.
"""

from datetime import datetime
from typing import Literal

from schemas.base import Event, Identifier, Model, UtcDatetime
from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseEscalated,
    CaseMarked,
    CaseMerged,
    CaseMessageAdded,
    CaseOpened,
    CaseOwnerChanged,
    CaseReopened,
    CaseResolved,
    CaseUnmarked,
)
from schemas.events.consult import ConsultRated, ConsultRequested
from schemas.events.followup import ClockBreached
from schemas.events.promise import PromiseKept
from schemas.events.reply import ReplySent
from schemas.events.survey import SurveyAnswered
from schemas.events.understanding import CaseReclassified, ClassificationCorrected
from schemas.survey_scales import SCALES

FactKind = Literal[
    "message",
    "understood",
    "corrected",
    "owned",
    "handed-over",
    "replied",
    "consulted",
    "rated",
    "late",
    "escalated",
    "kept",
    "resolved",
    "reopened",
    "closed",
    "scored",
    "marked",
    "unmarked",
    "merged",
]
MOST_FACTS = 300
"""A longer story is known by its beginning; what comes later is not in the review."""
HEARD: tuple[type[Event], ...] = (
    CaseMessageAdded,
    CaseReclassified,
    ClassificationCorrected,
    CaseAssigned,
    CaseOwnerChanged,
    ReplySent,
    ConsultRequested,
    ConsultRated,
    ClockBreached,
    CaseEscalated,
    PromiseKept,
    CaseResolved,
    CaseReopened,
    CaseClosed,
    SurveyAnswered,
    CaseMarked,
    CaseUnmarked,
    CaseMerged,
)
"""What a course is folded from, beside `case.opened`."""


class Fact(Model):
    """Something that happened. What `detail` and `number` are, depends on the kind."""

    kind: FactKind
    at: UtcDatetime
    detail: str = ""
    number: float = 0


class Course(Model):
    """One case."""

    case_id: Identifier
    brand: Identifier
    channel: Identifier
    language: str
    opened_at: UtcDatetime
    reply_due_at: UtcDatetime
    test: bool = False
    """A test contact of our own: never in a review (F11)."""
    facts: tuple[Fact, ...] = ()

    @property
    def touched_at(self) -> datetime:
        return max((fact.at for fact in self.facts), default=self.opened_at)


def begun(event: CaseOpened) -> Course:
    """The case at its beginning."""
    return Course(
        case_id=event.case_id,
        brand=event.brand,
        channel=event.channel,
        language=event.language,
        opened_at=event.opened_at,
        reply_due_at=event.first_reply_due_at,
        test=event.test,
    )


def went_on(course: Course | None, event: Event, at: datetime) -> Course | None:
    """The same with what this event tells; None when it tells nothing new. `at` is when its producer said it."""
    if course is None or course.test or len(course.facts) >= MOST_FACTS:
        return None
    fact = _fact(event, at)
    if fact is None or fact in course.facts:
        return None
    return course.model_copy(update={"facts": (*course.facts, fact)})


def settled(stored: Course | None, folded: Course) -> Course:
    """The course as its events tell it, folded anew; facts of different topics may stay in the order in which they came."""
    if (
        stored
        and stored.model_copy(update={"facts": folded.facts}) == folded
        and set(stored.facts) == set(folded.facts)
    ):
        return stored
    return folded


def _fact(event: Event, at: datetime) -> Fact | None:
    match event:
        case CaseMessageAdded():
            label = event.classification
            return Fact(
                kind="message", at=at, detail=f"{label.sentiment} {label.topic}", number=label.urgency == "high"
            )
        case CaseReclassified():
            return Fact(kind="understood", at=at, detail=f"{event.sentiment} {event.topic}")
        case CaseAssigned() | CaseOwnerChanged():
            changed = isinstance(event, CaseOwnerChanged)
            return Fact(kind="handed-over" if changed else "owned", at=at, detail=event.owner)
        case ReplySent():
            return Fact(kind="replied", at=event.sent_at, detail=event.kind, number=event.first)
        case ClockBreached():
            return None if event.kind == "closing" else Fact(kind="late", at=event.due_at, detail=event.kind)
    return _fact_of_care(event, at) or _fact_of_the_end(event, at)


def _fact_of_care(event: Event, at: datetime) -> Fact | None:
    match event:
        case ClassificationCorrected():
            return Fact(kind="corrected", at=at)
        case ConsultRequested():
            return Fact(kind="consulted", at=at, detail="interpreter" if event.interpretation else "")
        case ConsultRated():
            return Fact(kind="rated", at=at, number=event.stars)
        case CaseEscalated():
            return Fact(kind="escalated", at=at, detail=event.cause)
        case PromiseKept():
            return None if event.late else Fact(kind="kept", at=at, detail=event.promise_id)
        case CaseMarked():
            return Fact(kind="marked", at=at, detail=event.text)
        case CaseUnmarked():
            return Fact(kind="unmarked", at=at)
    return None


def _fact_of_the_end(event: Event, at: datetime) -> Fact | None:
    match event:
        case CaseResolved():
            return Fact(kind="resolved", at=event.resolved_at)
        case CaseReopened():
            return Fact(kind="reopened", at=at)
        case CaseClosed():
            return Fact(kind="closed", at=event.closed_at or at, detail=event.cause)
        case CaseMerged():
            return Fact(kind="merged", at=at)
        case SurveyAnswered():
            low, high = SCALES[event.kind]
            return Fact(kind="scored", at=at, detail=event.kind, number=round((event.score - low) / (high - low), 4))
    return None
