"""Whom a question would reach, while it is being written: the best specialists and why, what time it is there (O2)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi import APIRouter, Request, Response

from schemas.organisation import Person
from services.chassis.errors import Problem
from services.desk.api.beside import DEFAULT_CONSULT_MINUTES, prospects_of
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.gateway.prospects import Prospects
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/prospects")
async def prospects(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Who would be asked with what the form says now. Nobody is asked."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    found = await _found(desk, view, reader, form)
    people = await desk.people.among(each.person for each in (found.best if found else ()))

    def there(person: Person) -> str:
        return local_time(desk.clock.now(), person.time_zone, pages.language)

    return await pages.render("_prospects.html", {"form": form, "found": found, "there": there}, people=people)


async def _found(desk: Parts, view: CaseView, reader: Reader, form: FormState) -> Prospects | None:
    """None while routing can not say; the question can be asked all the same."""
    skill, language = (form.values.get(name, "") for name in ("skill", "language"))
    minutes = form.values.get("due_minutes") or str(DEFAULT_CONSULT_MINUTES)
    try:
        return await prospects_of(desk, reader, view, skill, language, minutes)
    except Problem:
        return None


def local_time(now: datetime, zone: str, language: str) -> str:
    """The day and time that somebody reads on the clock in this zone."""
    return str(format_datetime(now, "EEE HH:mm", tzinfo=ZoneInfo(zone), locale=language))
