"""What people do to the daily review (P2): add a case, drop one, note what was said, record what was learned."""

from collections.abc import Callable
from datetime import date
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, StringConstraints

from schemas.base import Identifier
from schemas.events.review import Measure
from schemas.ids import derive
from schemas.organisation import Brand, Organisation
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.followup.api.asking import Asker, Asking, InOrganisation, InService
from services.followup.api.review import brand_of, require_no_later, reviewing_of
from services.followup.domain import review as domain
from services.followup.domain.review import Change, Lesson, Note, Review, ReviewRefused
from services.followup.domain.review_seen import Seen, seen
from services.followup.store import review as store
from services.followup.store.review import REVIEWS

router = internal_router()
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]


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


@router.post("/reviews/{brand}/{day}/cases")
async def add_to_review(
    brand: str,
    day: date,
    body: AddCase,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
) -> Changed:
    """Add a case, or take one back in that was dropped. Coaches and leads."""
    found = _begun(brand, day, request, asker, organisation)
    _require_lead(asker)
    case = await _seen(request, service, found, day, body.case_id)

    def change(state: Review | None, context: Context) -> Change:
        return domain.case_added(state, case, (brand, day), asker.person.id, body.why, context.now)

    await _change(service, asker, (brand, day), change)
    return Changed(review_id=domain.id_of(brand, day), case_id=body.case_id)


@router.delete("/reviews/{brand}/{day}/cases/{case_id}")
async def drop_from_review(
    brand: str, day: date, case_id: str, asker: Asking, service: InService, organisation: InOrganisation
) -> Changed:
    """Leave a case out. Coaches and leads."""
    brand_of(brand, asker, organisation)
    _require_lead(asker)

    def change(state: Review | None, context: Context) -> Change | None:
        return domain.case_dropped(state, case_id, asker.person.id, context.now)

    await _change(service, asker, (brand, day), change)
    return Changed(review_id=domain.id_of(brand, day), case_id=case_id)


@router.post("/reviews/{brand}/{day}/cases/{case_id}/notes")
async def note_in_review(
    brand: str,
    day: date,
    case_id: str,
    body: WriteNote,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
) -> Changed:
    """Note what was said about a case. Everybody of the brand who reads cases."""
    found, reviewing = _begun(brand, day, request, asker, organisation), reviewing_of(request)
    so_far = await reviewing.preview(found, day) if day == reviewing.today(found) else None
    id_ = derive("review-note", asker.command)

    def change(state: Review | None, context: Context) -> Change:
        said = Note(id=id_, by=asker.person.id, text=body.text, learned=body.learned, at=context.now)
        return domain.case_discussed(state, case_id, said, so_far)

    await _change(service, asker, (brand, day), change)
    return Changed(review_id=domain.id_of(brand, day), case_id=case_id, id=id_)


@router.post("/reviews/{brand}/{day}/lessons")
async def record_lesson(
    brand: str,
    day: date,
    body: RecordLesson,
    request: Request,
    asker: Asking,
    service: InService,
    organisation: InOrganisation,
) -> Changed:
    """Record what is done differently from now on. Coaches and leads."""
    _begun(brand, day, request, asker, organisation)
    _require_lead(asker)
    if body.measure and body.measure.topic and body.measure.topic not in organisation.by_id["topics"]:
        raise Problem(400, "unknown-topic", f"measure.topic: there is no topic {body.measure.topic!r}")
    id_ = derive("lesson", asker.command)

    def change(state: Review | None, context: Context) -> Change:
        told = {"text": body.text, "case_id": body.case_id, "measure": body.measure}
        return domain.lesson_recorded(state, (brand, day), Lesson(id=id_, by=asker.person.id, at=context.now, **told))

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
        raise Problem(404 if error.kind == "not-in-review" else 409, error.kind, str(error)) from error


async def _seen(request: Request, service: Service, brand: Brand, day: date, case_id: str) -> Seen:
    """The case as it was at the end of that day. Raises Problem 404 for one of another brand, or a test contact's."""
    course = await store.course(service.database, case_id)
    found = seen(course, course.opened_at, reviewing_of(request).ends(brand, day)[1]) if course else None
    if course is None or found is None or course.brand != brand.id:
        raise Problem(404, "not-found", f"there was no case {case_id!r} of this brand by the end of {day}")
    return found


def _begun(brand: str, day: date, request: Request, asker: Asker, organisation: Organisation) -> Brand:
    """The brand, where it is this day or later."""
    found = brand_of(brand, asker, organisation)
    require_no_later(day, reviewing_of(request).today(found))
    return found


def _require_lead(asker: Asker) -> None:
    asker.require_role("coach", "lead")
