"""Where reviews are kept, one document per brand and day, and the courses of the cases that they are made of."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from schemas.base import milliseconds
from schemas.ids import derive
from services.chassis.documents import Collection, Document, Index, S
from services.chassis.mongo import Database
from services.followup.domain.review import Review, id_of
from services.followup.domain.review_course import Course


def _course_fields(course: Course) -> Mapping[str, str | int]:
    # A test contact's is never looked for: it has no brand here.
    return {} if course.test else {"brand": course.brand, "touched_ms": milliseconds(course.touched_at)}


COURSES = Collection("review_courses", Course, fields=_course_fields, indexes=(Index(("brand", "touched_ms")),))
REVIEWS = Collection(
    "reviews",
    Review,
    fields=lambda review: {"brand": review.brand, "day": review.day.isoformat()},
    indexes=(Index(("brand", "day")),),
)


def course_id(case_id: str) -> str:
    """The id of the case's course."""
    return derive("review-course", case_id)


async def course(database: Database, case_id: str) -> Course | None:
    """What happened in this case."""
    document = await database.get(COURSES, course_id(case_id))
    return document.state if document else None


async def touched_since(database: Database, brand: str, start: datetime, limit: int = 0) -> list[Course]:
    """The cases of a brand in which something happened since then."""
    query = {"brand": brand, "touched_ms": {"$gte": milliseconds(start)}}
    return _states(await database.find(COURSES, query, sort="touched_ms", limit=limit))


async def review(database: Database, brand: str, day: date) -> Review | None:
    """The review of one day."""
    document = await database.get(REVIEWS, id_of(brand, day))
    return document.state if document else None


async def reviews(database: Database, brand: str, first: date, last: date) -> list[Review]:
    """Those of these days that there are, both ends included, the earliest first."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = await database.find(REVIEWS, {"_id": {"$in": [id_of(brand, day) for day in days]}})
    return sorted(_states(found), key=lambda each: each.day)


def _states(documents: Iterable[Document[S]]) -> list[S]:
    return [each.state for each in documents if each.state]
