"""Taking a file away for good, with the record of who did it and why: for the leads of the brand."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import ValidationError

from services.chassis.errors import Problem
from services.desk.api.erasing import LONGEST_REASON, ErasureWanted, erase, erased_of
from services.desk.api.parts import InParts
from services.desk.domain.access import Reader
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/erasures", route_class=PageRoute, include_in_schema=False)


@router.get("")
async def erasures(pages: TeamPages, file: Annotated[str, Query(max_length=2000)] = "") -> Response:
    """The form, about one file if its page led here, and the record."""
    return await _page(pages, _lead(pages), FormState({"file": file}))


@router.post("")
async def erase_file(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Do it."""
    lead, form = _lead(pages), await submitted(request, desk)
    try:
        gone = await erase(desk, _wanted(form), lead.id, lead.brands)
    except Problem as problem:
        return await _page(pages, lead, form.failed(problem))
    return await _page(pages, lead, FormState(), gone)


def _wanted(form: FormState) -> ErasureWanted:
    values = {name: form.values.get(name, "") for name in ("file", "reason")}
    try:
        return ErasureWanted.model_validate(values | {"all_of_sender": bool(form.values.get("all_of_sender"))})
    except ValidationError as error:
        raise Problem(
            400, "erasure-incomplete", f"{error.errors()[0]['loc'][0]}: {error.errors()[0]['msg']}"
        ) from error


async def _page(pages: Pages, lead: Reader, form: FormState, gone: int | None = None) -> Response:
    found = await erased_of(pages.desk, lead)
    context = {
        "form": form,
        "gone": gone,
        "found": found,
        "longest_reason": LONGEST_REASON,
        "problem_text": _words(pages, form.problem) if form.problem else "",
    }
    people = await pages.desk.people.among(each.by for each in found)
    return await pages.render(
        "erasures.html", context, status=form.problem.status if form.problem else 200, people=people
    )


def _words(pages: Pages, problem: Problem) -> str:
    if problem.kind == "file-unknown":
        return pages.gettext("This is not the address of a file that was sent to one of your brands.")
    if problem.kind == "erasure-incomplete":
        return pages.gettext("Give the file's address, and say why it goes.")
    return friendly(problem, pages.gettext)


def _lead(pages: Pages) -> Reader:
    reader = signed_in(pages)
    if not reader.is_lead:
        raise Problem(403, "not-allowed", pages.gettext("Files are erased by the leads of the brand."))
    return reader
