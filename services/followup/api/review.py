"""The daily review over HTTP (P2): what is proposed and why, what people add, drop, note and learn, and whether it helped.

Agents read it and note what they think; coaches and leads lead it. It never says who did better than whom.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, StringConstraints

from schemas.base import UtcDatetime
from schemas.organisation import Brand, Organisation
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.domain.review import Lesson, Review, Talked
from services.followup.domain.review_effect import Effect, effect
from services.followup.handlers.review import Reviewing
from services.followup.store import review as store

router = internal_router()
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
SHOWN_DAYS = 14
State = Literal["proposed", "so-far", "none"]


class LessonShown(Lesson):
    """A lesson, and what became of its measure."""

    effect: Effect | None = None
    """None: it has no measure."""


class ReviewShown(BaseModel):
    """One day of one brand. `so-far`: the day is not over, and the proposal may still change."""

    brand: str
    day: date
    state: State
    proposed_at: UtcDatetime | None
    finished: int
    cases: list[Talked]
    lessons: list[LessonShown]


class DayListed(BaseModel):
    """A day that there is a review of."""

    day: date
    cases: int
    discussed: int
    lessons: int


class Days(BaseModel):
    """The latest day first."""

    brand: str
    today: date
    items: list[DayListed]


@router.get("/reviews/{brand}")
async def list_reviews(
    brand: str, request: Request, asker: Asking, service: InService, organisation: InOrganisation
) -> Days:
    """The days of the last two weeks that there is a review of."""
    found = brand_of(brand, asker, organisation)
    today = reviewing_of(request).today(found)
    known = await store.reviews(service.database, brand, today - timedelta(days=SHOWN_DAYS), today)
    return Days(brand=brand, today=today, items=[_listed(each) for each in reversed(known)])


@router.get("/reviews/{brand}/lessons")
async def list_lessons(
    brand: str,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    since_days: Annotated[int, Query(ge=1, le=366)] = 90,
) -> list[LessonShown]:
    """What was learned lately, the latest first, and whether it helped."""
    found = brand_of(brand, asker, organisation)
    today = reviewing_of(request).today(found)
    span = since_days + found.policy.review.compared_days
    known = await store.reviews(service.database, brand, today - timedelta(days=span), today)
    recent = [each for each in known if each.day >= today - timedelta(days=since_days)]
    return [_lesson(each, review.day, known, found) for review in reversed(recent) for each in reversed(review.lessons)]


@router.get("/reviews/{brand}/{day}")
async def show_review(
    brand: str, day: date, request: Request, asker: Asking, service: InService, organisation: InOrganisation
) -> ReviewShown:
    """The review of one day; of a day that is not over, what would be proposed now."""
    found, reviewing = brand_of(brand, asker, organisation), reviewing_of(request)
    require_no_later(day, reviewing.today(found))
    kept = await store.review(service.database, brand, day)
    shown: Review | None = kept
    state: State = "proposed" if kept and kept.proposed_at else "none"
    if day == reviewing.today(found) and state == "none":
        shown, state = _together(kept, await reviewing.preview(found, day)), "so-far"
    review = shown or Review(brand=brand, day=day)
    compared = timedelta(days=found.policy.review.compared_days)
    around = await store.reviews(service.database, brand, day - compared, day + compared) if review.lessons else []
    return ReviewShown(
        brand=brand,
        day=day,
        state=state,
        proposed_at=review.proposed_at if state == "proposed" else None,
        finished=review.finished,
        cases=[each for each in review.cases if not each.dropped],
        lessons=[_lesson(each, day, around, found) for each in review.lessons],
    )


def brand_of(brand: str, asker: Asker, organisation: Organisation) -> Brand:
    """Raises Problem 404 for a brand that the asker does not serve, 403 for somebody who does not read cases."""
    asker.require_brand(brand)
    asker.require_role("agent", "coach", "lead")
    return organisation.brand(brand)


def require_no_later(day: date, today: date) -> None:
    """Raises Problem 404 for a day that has not begun."""
    if day > today:
        raise Problem(404, "not-found", f"{day} is yet to come")


def reviewing_of(request: Request) -> Reviewing:
    """What makes the proposals."""
    reviewing: Reviewing = request.app.state.reviewing
    return reviewing


def _listed(review: Review) -> DayListed:
    cases = [each for each in review.cases if not each.dropped]
    discussed = sum(bool(each.notes) for each in cases)
    return DayListed(day=review.day, cases=len(cases), discussed=discussed, lessons=len(review.lessons))


def _lesson(lesson: Lesson, day: date, around: Sequence[Review], brand: Brand) -> LessonShown:
    found = effect(lesson.measure, day, around, brand.policy.review.compared_days) if lesson.measure else None
    return LessonShown(**lesson.model_dump(), effect=found)


def _together(kept: Review | None, preview: Review) -> Review:
    """What would be proposed, with what people have added and noted so far."""
    review = preview.model_copy(update={"lessons": kept.lessons if kept else ()})
    for each in kept.cases if kept else ():
        review = review.put(each)
    return review
