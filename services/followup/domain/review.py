"""The review of one day of one brand: proposed once, changed by people, with what was said and learned (P2). Pure."""

from collections.abc import Sequence
from datetime import date, datetime

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.events.review import (
    Figure,
    LessonRecorded,
    Light,
    Measure,
    PickedCase,
    Reason,
    ReviewCaseAdded,
    ReviewCaseDiscussed,
    ReviewCaseDropped,
    ReviewEvent,
    ReviewProposed,
)
from schemas.ids import derive
from services.followup.domain.review_seen import Seen
from services.followup.domain.review_unusual import Habits, habits

Change = tuple["Review", tuple[ReviewEvent, ...]]
FIGURES: tuple[Figure, ...] = (
    "late",
    "reopened",
    "handed-over",
    "turned-negative",
    "escalated",
    "consulted",
    "corrected",
    "thanked",
)
MOST_CASES, MOST_NOTES, MOST_LESSONS = 60, 100, 50


class ReviewRefused(ValueError):
    """A command that can not be carried out; nothing has changed. `kind` is stable."""

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class Note(Model):
    """What somebody said about a case, and what was learned from it."""

    id: Identifier
    by: Identifier
    text: str
    learned: str = ""
    at: UtcDatetime


class Talked(Model):
    """A case of the review."""

    case_id: Identifier
    light: Light
    reasons: tuple[Reason, ...]
    topic: str = ""
    language: str = "und"
    channel: str = ""
    added_by: str = ""
    dropped: bool = False
    notes: tuple[Note, ...] = ()


class Lesson(Model):
    """Something that is done differently from then on."""

    id: Identifier
    case_id: str = ""
    by: Identifier
    text: str
    measure: Measure | None = None
    at: UtcDatetime


class Tally(Model):
    """Of the cases closed on a day, on one topic: how many there were, and of how many each figure is true."""

    cases: int = 0
    figures: dict[Figure, int] = Field(default_factory=dict)


class Review(Model):
    """One day. `proposed_at` is None while there is no proposal yet, and people have only added cases."""

    brand: Identifier
    day: date
    proposed_at: UtcDatetime | None = None
    finished: int = 0
    cases: tuple[Talked, ...] = ()
    lessons: tuple[Lesson, ...] = ()
    tallies: dict[str, Tally] = Field(default_factory=dict)
    """By topic."""
    habits: Habits = Field(default_factory=dict)
    """What the day adds to what is usual."""

    @property
    def id(self) -> str:
        return id_of(self.brand, self.day)

    def find(self, case_id: str) -> Talked | None:
        return next((each for each in self.cases if each.case_id == case_id), None)

    def put(self, case: Talked) -> "Review":
        """The same with this case, new or changed."""
        if self.find(case.case_id) is None:
            return self.model_copy(update={"cases": (*self.cases, case)})
        return self.model_copy(
            update={"cases": tuple(case if each.case_id == case.case_id else each for each in self.cases)}
        )


def id_of(brand: str, day: date) -> str:
    """The id of the review of this day."""
    return derive("review", brand, day.isoformat())


def proposed(
    review: Review | None, brand: str, day: date, picked: Sequence[PickedCase], cases: Sequence[Seen], now: datetime
) -> Change | None:
    """The day's proposal, beside what people added before; None when there is one already."""
    known = review or Review(brand=brand, day=day)
    if known.proposed_at:
        return None
    closed = [case for case in cases if case.closed_today]
    known = known.model_copy(
        update={"proposed_at": now, "finished": len(closed), "tallies": _tallies(closed), "habits": habits(cases)}
    )
    for each in picked:
        added = known.find(each.case_id)
        found = Talked(**each.model_dump())
        known = known.put(
            found.model_copy(update={"added_by": added.added_by, "notes": added.notes, "dropped": added.dropped})
            if added
            else found
        )
    said = ReviewProposed(**_named(known), cases=tuple(picked), finished=len(closed), proposed_at=now)
    return known, (said,)


def case_added(review: Review | None, seen: Seen, place: tuple[str, date], by: str, why: str, now: datetime) -> Change:
    """Somebody adds a case, or takes one back in that was dropped. Raises ReviewRefused."""
    known = review or Review(brand=place[0], day=place[1])
    before = known.find(seen.case_id)
    if before and not before.dropped:
        raise ReviewRefused("already-in-review", "the case is in this review already")
    if len(known.cases) >= MOST_CASES:
        raise ReviewRefused("review-full", f"a review has at most {MOST_CASES} cases")
    reason = Reason(kind="added", detail=why)
    case = before or Talked(
        case_id=seen.case_id,
        light="added",
        reasons=(),
        topic=seen.topic,
        language=seen.language,
        channel=seen.channel,
        added_by=by,
    )
    case = case.model_copy(update={"dropped": False, "reasons": (*case.reasons, reason)})
    said = ReviewCaseAdded(**_named(known), case_id=seen.case_id, by=by, why=why, added_at=now)
    return known.put(case), (said,)


def case_dropped(review: Review | None, case_id: str, by: str, now: datetime) -> Change | None:
    """It is not talked about after all; None when that is so already. Raises ReviewRefused."""
    known, case = _case(review, case_id)
    if case.dropped:
        return None
    said = ReviewCaseDropped(**_named(known), case_id=case_id, by=by, dropped_at=now)
    return known.put(case.model_copy(update={"dropped": True})), (said,)


def case_discussed(review: Review | None, case_id: str, note: Note, so_far: Review | None = None) -> Change:
    """Somebody notes what was said about a case. Raises ReviewRefused.

    `so_far` is what would be proposed for a day that is not over: a case of it stays in the review once it was talked about.
    """
    joining = so_far.find(case_id) if so_far else None
    if so_far and joining and (review is None or review.find(case_id) is None):
        review = (review or Review(brand=so_far.brand, day=so_far.day)).put(joining)
    known, case = _case(review, case_id)
    if len(case.notes) >= MOST_NOTES:
        raise ReviewRefused("review-full", f"a case has at most {MOST_NOTES} notes in a review")
    said = ReviewCaseDiscussed(
        **_named(known),
        case_id=case_id,
        note_id=note.id,
        by=note.by,
        text=note.text,
        learned=note.learned,
        discussed_at=note.at,
    )
    return known.put(case.model_copy(update={"notes": (*case.notes, note)})), (said,)


def lesson_recorded(review: Review | None, place: tuple[str, date], lesson: Lesson) -> Change:
    """Something is done differently from now on. Raises ReviewRefused."""
    review = review or Review(brand=place[0], day=place[1])
    if lesson.case_id and review.find(lesson.case_id) is None:
        raise ReviewRefused("not-in-review", "the case is not in this review; add it first")
    if len(review.lessons) >= MOST_LESSONS:
        raise ReviewRefused("review-full", f"a review has at most {MOST_LESSONS} lessons")
    said = LessonRecorded(
        **_named(review),
        lesson_id=lesson.id,
        case_id=lesson.case_id,
        by=lesson.by,
        text=lesson.text,
        measure=lesson.measure,
        recorded_at=lesson.at,
    )
    return review.model_copy(update={"lessons": (*review.lessons, lesson)}), (said,)


def _case(review: Review | None, case_id: str) -> tuple[Review, Talked]:
    case = review.find(case_id) if review else None
    if review is None or case is None:
        raise ReviewRefused("not-in-review", "the case is not in this review; add it first")
    return review, case


def _tallies(closed: Sequence[Seen]) -> dict[str, Tally]:
    found: dict[str, Tally] = {}
    for topic in sorted({case.topic for case in closed}):
        mine = [case for case in closed if case.topic == topic]
        figures = {figure: count for figure in FIGURES if (count := sum(case.shows(figure) for case in mine))}
        found[topic] = Tally(cases=len(mine), figures=figures)
    return found


def _named(review: Review) -> dict[str, object]:
    return {"review_id": review.id, "brand": review.brand, "day": review.day}
