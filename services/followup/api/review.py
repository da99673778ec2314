"""The daily review over HTTP (P2): what is proposed and why, what people add, drop, note and learn, and whether it helped.

Agents read it and note what they think; coaches and leads lead it. It never says who did better than whom.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, StringConstraints

from schemas.base import Identifier, UtcDatetime
from schemas.events.review import Measure
from schemas.ids import derive
from schemas.organisation import Brand, Organisation
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.domain import review as domain
from services.followup.domain.review import Change, Lesson, Note, Review, ReviewRefused, Talked
from services.followup.domain.review_effect import Effect, effect
from services.followup.domain.review_seen import Seen, seen
from services.followup.handlers.review import Reviewing
from services.followup.store import review as store
from services.followup.store.review import REVIEWS

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


class AddCase(BaseModel):
    """A case that somebody thinks worth talking about, and why."""

    case_id: Identifier
    why: Words


class WriteNote(BaseModel):
    """What was said about a case, and what was learned from it, if anything."""

    text: Words
    learned: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)] = ""


class RecordLesson(BaseModel):
    """What is done differently from now on, and what one will see change."""

    text: Words
    case_id: Annotated[str, StringConstraints(max_length=200)] = ""
    measure: Measure | None = None


class Changed(BaseModel):
    """What a command led to."""

    review_id: str
    case_id: str = ""
    id: str = ""
    """Of the note or the lesson."""


@router.get("/reviews/{brand}")
async def days(brand: str, request: Request, asker: Asking, service: InService, organisation: InOrganisation) -> Days:
    """The days of the last two weeks that there is a review of."""
    found = _brand(brand, asker, organisation)
    today = _reviewing(request).today(found)
    known = await store.reviews(service.database, brand, today - timedelta(days=SHOWN_DAYS), today)
    return Days(brand=brand, today=today, items=[_listed(each) for each in reversed(known)])


@router.get("/reviews/{brand}/lessons")
async def lessons(
    brand: str,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
    since_days: Annotated[int, Query(ge=1, le=366)] = 90,
) -> list[LessonShown]:
    """What was learned lately, the latest first, and whether it helped."""
    found = _brand(brand, asker, organisation)
    today = _reviewing(request).today(found)
    span = since_days + found.policy.review.compared_days
    known = await store.reviews(service.database, brand, today - timedelta(days=span), today)
    recent = [each for each in known if each.day >= today - timedelta(days=since_days)]
    return [_lesson(each, review.day, known, found) for review in reversed(recent) for each in reversed(review.lessons)]


@router.get("/reviews/{brand}/{day}")
async def one_day(
    brand: str, day: date, request: Request, asker: Asking, service: InService, organisation: InOrganisation
) -> ReviewShown:
    """The review of one day; of a day that is not over, what would be proposed now."""
    found, reviewing = _brand(brand, asker, organisation), _reviewing(request)
    if day > reviewing.today(found):
        raise Problem(404, "not-found", f"{day} is yet to come")
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


@router.post("/reviews/{brand}/{day}/cases")
async def add(
    brand: str,
    day: date,
    body: AddCase,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
) -> Changed:
    """Add a case, or take one back in that was dropped. Coaches and leads."""
    found = _brand(brand, asker, organisation)
    _require_lead(asker)
    case = await _seen(request, service, found, day, body.case_id)
    person = asker.person.id
    await _change(
        service,
        asker,
        (brand, day),
        lambda state, context: domain.case_added(state, case, (brand, day), person, body.why, context.now),
    )
    return Changed(review_id=domain.id_of(brand, day), case_id=body.case_id)


@router.delete("/reviews/{brand}/{day}/cases/{case_id}")
async def drop(
    brand: str, day: date, case_id: str, asker: Asking, service: InService, organisation: InOrganisation
) -> Changed:
    """Leave a case out. Coaches and leads."""
    _brand(brand, asker, organisation)
    _require_lead(asker)
    person = asker.person.id
    await _change(
        service, asker, (brand, day), lambda state, context: domain.case_dropped(state, case_id, person, context.now)
    )
    return Changed(review_id=domain.id_of(brand, day), case_id=case_id)


@router.post("/reviews/{brand}/{day}/cases/{case_id}/notes")
async def note(
    brand: str,
    day: date,
    case_id: str,
    body: WriteNote,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
) -> Changed:
    """Note what was said about a case. Everybody of the brand who reads cases."""
    _brand(brand, asker, organisation)
    id_ = derive("review-note", asker.command)
    by, text, learned = asker.person.id, body.text, body.learned

    def change(state: Review | None, context: Context) -> Change:
        return domain.case_discussed(state, case_id, Note(id=id_, by=by, text=text, learned=learned, at=context.now))

    await _change(service, asker, (brand, day), change)
    return Changed(review_id=domain.id_of(brand, day), case_id=case_id, id=id_)


@router.post("/reviews/{brand}/{day}/lessons")
async def learn(
    brand: str, day: date, body: RecordLesson, asker: Asking, service: InService, organisation: InOrganisation
) -> Changed:
    """Record what is done differently from now on. Coaches and leads."""
    _brand(brand, asker, organisation)
    _require_lead(asker)
    if body.measure and body.measure.topic and body.measure.topic not in organisation.by_id["topics"]:
        raise Problem(400, "unknown-topic", f"measure.topic: there is no topic {body.measure.topic!r}")
    id_ = derive("lesson", asker.command)

    def change(state: Review | None, context: Context) -> Change:
        said = {"text": body.text, "case_id": body.case_id, "measure": body.measure}
        return domain.lesson_recorded(state, Lesson(id=id_, by=asker.person.id, at=context.now, **said))

    await _change(service, asker, (brand, day), change)
    return Changed(review_id=domain.id_of(brand, day), case_id=body.case_id, id=id_)


async def _change(
    service: Service, asker: Asker, place: tuple[str, date], change: Callable[[Review | None, Context], Change | None]
) -> None:
    """Raises Problem 404 or 409, and then nothing has changed."""

    def decide(state: Review | None, context: Context) -> Decision[Review] | None:
        changed = change(state, context)
        return None if changed is None else Decision(*changed)

    try:
        await service.repository.execute(REVIEWS, domain.id_of(*place), asker.command, decide, actor=asker.person.id)
    except ReviewRefused as error:
        raise Problem(404 if error.kind in ("no-review", "not-in-review") else 409, error.kind, str(error)) from error


async def _seen(request: Request, service: Service, brand: Brand, day: date, case_id: str) -> Seen:
    """The case as it was at the end of that day. Raises Problem 404 for one of another brand, or a test contact's."""
    reviewing = _reviewing(request)
    if day > reviewing.today(brand):
        raise Problem(404, "not-found", f"{day} is yet to come")
    course = await store.course(service.database, case_id)
    found = seen(course, course.opened_at, reviewing.ends(brand, day)[1]) if course else None
    if course is None or found is None or course.brand != brand.id:
        raise Problem(404, "not-found", f"there was no case {case_id!r} of this brand by the end of {day}")
    return found


def _brand(brand: str, asker: Asker, organisation: Organisation) -> Brand:
    asker.require_brand(brand)
    asker.require_role("agent", "coach", "lead")
    return organisation.brand(brand)


def _require_lead(asker: Asker) -> None:
    asker.require_role("coach", "lead")


def _reviewing(request: Request) -> Reviewing:
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
