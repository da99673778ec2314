"""Dead letters and parked events: what could not be handled, why, and giving it another chance (I4)."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.chassis import dead
from services.chassis.errors import Problem
from services.desk.api import operating
from services.desk.api.operations import LetterShown, whole
from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.gateway.trace import trace_id_of
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import OperatingPages, PageRoute, signed_in

router = APIRouter(prefix="/operations/dead", route_class=PageRoute, include_in_schema=False)
Word = Annotated[str, Query(max_length=2_000)]


@router.get("")
async def letters(
    pages: OperatingPages, desk: InParts, consumer: Word = "", kind: Word = "", given: int = -1
) -> Response:
    """The list, and what waits in the services for another try."""
    return await _list(pages, desk, FormState(done=_done(pages, given)), consumer, kind)


@router.get("/{consumer}/{letter_id:path}")
async def letter(consumer: str, letter_id: str, pages: OperatingPages, desk: InParts, given: int = -1) -> Response:
    """One letter whole."""
    return await _whole(pages, desk, FormState(done=_done(pages, given)), consumer, letter_id)


@router.post("/replay")
async def replay(request: Request, pages: OperatingPages, desk: InParts) -> Response:
    """Give all of a kind, or one letter, another chance, once somebody has said that they mean it."""
    form = await submitted(request, desk)
    reader = signed_in(pages)
    consumer, kind, named = (form.values.get(name, "") for name in ("consumer", "kind", "letter"))
    try:
        _require_sure(form)
        found = await operating.letters_for(desk, reader)
        if named:
            chosen = [each for each in found if (each.consumer, each.id) == (consumer, named)]
        else:
            chosen = dead.waiting(found, consumer=consumer, kind=kind)
        why = named or operating.in_words(consumer, kind)
        given = await operating.replay(desk, reader, chosen, why, form.key)
    except Problem as problem:
        if named and problem.status != 404:
            return await _whole(pages, desk, form.failed(problem), consumer, named)
        return await _list(pages, desk, form.failed(problem), consumer, kind)
    if named:
        return RedirectResponse(f"/operations/dead/{quote(consumer)}/{quote(named, safe='')}?given={given}", 303)
    return RedirectResponse(f"/operations/dead?{urlencode({'given': given})}", 303)


def _require_sure(form: FormState) -> None:
    if form.values.get("sure") != "yes":
        raise Problem(400, "not-confirmed", "sure: say that the cause is repaired")


def _done(pages: Pages, given: int) -> str:
    if given < 0:
        return ""
    return pages.gettext("Given to their services again: {n}. What fails again comes back here.").format(n=given)


async def _list(pages: Pages, desk: Parts, form: FormState, consumer: str, kind: str) -> Response:
    reader = signed_in(pages)
    found = await operating.letters_for(desk, reader)
    mine = [each for each in found if consumer in ("", each.consumer) and kind in ("", each.kind)]
    services = await operating.services_for(desk, reader)
    context = {
        "here": "dead",
        "kinds": operating.kinds_of(found),
        "letters": [LetterShown.of(each) for each in mine[: operating.MOST_SHOWN]],
        "total": len(mine),
        "chosen": {"consumer": consumer, "kind": kind},
        "parked": [(each.service, event) for each in services if each.waiting for event in each.waiting.events],
        "replays": await operating.replays_for(desk, reader),
        "address": lambda **query: f"/operations/dead?{urlencode(query)}",
        **_of_form(pages, form),
    }
    people = await desk.people.among(each.by for each in context["replays"])
    return await pages.render("operations_dead.html", context, status=_status(form), people=people)


async def _whole(pages: Pages, desk: Parts, form: FormState, consumer: str, letter_id: str) -> Response:
    reader: Reader = signed_in(pages)
    found = await operating.letter_for(desk, reader, consumer, letter_id)
    shown = whole(found, words=not reader.is_operator)
    context = {
        "here": "dead",
        "letter": shown,
        "trace_id": trace_id_of(shown.headers.get("traceparent", "")),
        **_of_form(pages, form),
    }
    people = await desk.people.among([shown.replayed_by])
    return await pages.render("operations_letter.html", context, status=_status(form), people=people)


def _of_form(pages: Pages, form: FormState) -> dict[str, Any]:
    return {"form": form, "friendly": lambda problem: friendly(problem, pages.gettext)}


def _status(form: FormState) -> int:
    return form.problem.status if form.problem else 200
