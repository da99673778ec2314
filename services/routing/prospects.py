"""Who would be asked a question now and when an answer can be expected, for owners before they ask (O2). Decides nothing."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field

from schemas.base import UtcDatetime
from schemas.events.routing import Candidate, SpecialistRequested
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation
from schemas.working_time import working_time
from services.chassis.errors import Problem
from services.chassis.http import internal_router
from services.chassis.service import Service
from services.routing.dispatcher import Dispatcher
from services.routing.domain import Nobody
from services.routing.domain.answering import USUAL_SHARE
from services.routing.store import ANSWERING

router = internal_router()
LANGUAGE = r"^[a-z]{2,3}$"


class Prospect(BaseModel):
    """Somebody who may be asked now."""

    person: str
    score: float = Field(description="1.0 is one full load; the fewest win")
    terms: dict[str, float] = Field(description="what the score is made of")
    works_until: UtcDatetime | None = Field(description="the end of the shift in force")
    answers: float = Field(description="share of the next offers that will be answered, as far as one can tell")
    usual_minutes: float | None = Field(description="from an offer to the answer; null before the first")
    expected_at: UtcDatetime | None = Field(description="when that would be, in their working time; null: nobody knows")


class Prospects(BaseModel):
    """Who would be asked, the best first and at most three, and why the others would not."""

    best: list[Prospect]
    excluded: dict[str, int] = Field(description="by condition, how many it rules out")
    relaxed: list[str] = Field(description="wishes that would give way")
    next_possible_at: UtcDatetime | None = Field(description="when nobody can be asked now: when that may change")


@router.get("/prospects")
async def show_prospects(
    request: Request,
    brand: Annotated[str, Query(min_length=1, max_length=200)],
    language: Annotated[str, Query(pattern=LANGUAGE)] = "und",
    skill: Annotated[str, Query(max_length=200)] = "",
    due_minutes: Annotated[int, Query(ge=1, le=60 * 24 * 14)] = 120,
    excluded: Annotated[list[str] | None, Query(max_length=50, description="who is not to be asked")] = None,
) -> Prospects:
    """By the same rules as a question that is asked now. 503 at an instance that does not decide at this moment."""
    dispatcher: Dispatcher = request.app.state.dispatcher
    service: Service = request.app.state.service
    if not dispatcher.in_charge():
        raise Problem(503, "not-in-charge", "another instance of routing decides at this moment; ask again")
    now = service.clock.now()
    name = derive("prospects", brand, language, skill)  # the same for the same question: so equals keep their order
    wanted = SpecialistRequested(
        request_id=name,
        pool=_pool(request.app.state.organisation, brand),
        case_id=name,
        conversation=name,
        consult_id=name,
        brand=brand,
        language=language,
        skill=skill,
        due_at=now + timedelta(minutes=due_minutes),
        excluded=tuple(excluded or ()),
    )
    outcome = dispatcher.foresee(wanted, now)
    why = outcome.explanation
    chosen = () if isinstance(outcome, Nobody) else why.candidates
    return Prospects(
        best=[await _prospect(service, dispatcher, each, now) for each in chosen],
        excluded=dict(why.excluded),
        relaxed=list(why.relaxed),
        next_possible_at=outcome.next_possible_at if isinstance(outcome, Nobody) else None,
    )


def _pool(organisation: Organisation, brand: str) -> str:
    try:
        return str(organisation.brand(brand).pool)
    except NotInOrganisation as error:
        raise Problem(404, "unknown-brand", str(error)) from error


async def _prospect(service: Service, dispatcher: Dispatcher, candidate: Candidate, now: datetime) -> Prospect:
    document = await service.database.get(ANSWERING, candidate.person)
    known = document.state.answering if document and document.state else None
    hours = working_time(person) if (person := dispatcher.person(candidate.person)) else None
    usual = known.answer_minutes if known else None
    return Prospect(
        person=candidate.person,
        score=candidate.score,
        terms=dict(candidate.terms),
        works_until=hours.open_until(now) if hours else None,
        answers=round(known.share if known else USUAL_SHARE, 4),
        usual_minutes=None if usual is None else round(usual, 1),
        expected_at=hours.after(now, usual) if hours and usual is not None else None,
    )
