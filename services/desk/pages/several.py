"""Several cases chosen on the board are handed over with one form: to colleagues, or to whoever fits best (O6)."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from schemas.ids import derive
from schemas.organisation import Person
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.gateway.answers import BulkAnswer
from services.desk.pages.composer import FLUENT, colleagues
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.handovers import reader_language
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in
from services.desk.pages.search import team_of

router = APIRouter(prefix="/handovers/several", route_class=PageRoute, include_in_schema=False)
BEST = "best"
MOST_CASES = 200
MOST_RECEIVERS = 50
RECEIVERS_PER_LANGUAGE = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case. `person` is whom it is offered to; empty: routing looks, or nothing has changed."""

    case_id: str
    person: str = ""
    problem: Problem | None = None


@router.get("")
async def several(pages: TeamPages, desk: InParts, case: Annotated[list[str] | None, Query()] = None) -> Response:
    """The form for these cases."""
    return await _page(pages, desk, await _chosen(desk, signed_in(pages), case or []), FormState())


@router.post("")
async def hand_over(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Offer each of them; what is refused for one case is done for the others."""
    form = await submitted(request, desk)
    fields = await request.form()
    cases, to = ([each for each in fields.getlist(name) if isinstance(each, str) and each] for name in ("case", "to"))
    state = FormState({**form.values, "receivers": " ".join(to)}, key=form.key)
    reader = signed_in(pages)
    views = await _chosen(desk, reader, cases)
    try:
        results = await _handed_over(desk, reader, views, state, to)
    except Problem as problem:
        return await _page(pages, desk, views, state.failed(problem))
    return await _page(pages, desk, views, state, results)


async def _chosen(desk: Parts, reader: Reader, case_ids: Sequence[str]) -> list[CaseView]:
    """Those of the cases that the reader may offer, in the given order."""
    known = await desk.cases.among(list(dict.fromkeys(case_ids))[:MOST_CASES])
    now = desk.clock.now()
    found = [known[each] for each in dict.fromkeys(case_ids) if each in known]
    return [view for view in found if reader.may_offer(view, now)]


async def _handed_over(
    desk: Parts, reader: Reader, views: Sequence[CaseView], form: FormState, to: Sequence[str]
) -> dict[str, Result]:
    """What became of each. Raises Problem when nothing was tried."""
    if not views:
        raise Problem(400, "cases-missing", "choose at least one case")
    reason, note = text_of(form.values, "reason", "reason-missing"), form.values.get("note", "")
    best = form.values.get("whom") == BEST
    if not best and not to:
        raise Problem(400, "person-missing", "choose a colleague")
    back = [view for view in views if best and reader.may_refuse(view)]
    offered = [view for view in views if view not in back]
    receivers = await _fitting(desk, reader, offered) if best else list(to)
    work = [_given_back(desk, reader, view, form.key, reason) for view in back]
    by_owner = groupby(sorted(offered, key=lambda view: view.owner), key=lambda view: view.owner)
    groups = [(owner, [view.id for view in some]) for owner, some in by_owner]
    offers = [
        _offered(desk, reader, form.key, {"from": owner, "cases": ids, "reason": reason, "note": note}, receivers)
        for owner, ids in groups
    ]
    results = [*await asyncio.gather(*work), *(each for some in await asyncio.gather(*offers) for each in some)]
    return {each.case_id: each for each in results}


async def _given_back(desk: Parts, reader: Reader, view: CaseView, key: str, reason: str) -> Result:
    try:
        path = ("cases", view.id, "refusal")
        await desk.commands.do(reader.id, derive("several", key, view.id), *path, body={"reason": reason})
    except Problem as problem:
        return Result(view.id, problem=problem)
    return Result(view.id)


async def _offered(
    desk: Parts, reader: Reader, key: str, body: Mapping[str, Any], receivers: Sequence[str]
) -> list[Result]:
    """All cases of one owner, in turn by the languages that the receivers speak."""
    to = [each for each in receivers if each != body["from"]]
    if not to:
        nobody = Problem(409, "nobody-fits", "nobody else who could take it is at work now")
        return [Result(case_id, problem=nobody) for case_id in body["cases"]]
    try:
        key = derive("several", key, body["from"])
        answer = BulkAnswer.model_validate(await desk.commands.do(reader.id, key, "handovers", body={**body, "to": to}))
    except Problem as problem:
        return [Result(case_id, problem=problem) for case_id in body["cases"]]
    refused = [Result(each.case_id, problem=Problem(409, each.kind, each.detail)) for each in answer.refused]
    return [*(Result(each.case_id, each.person) for each in answer.done), *refused]


async def _fitting(desk: Parts, reader: Reader, views: Sequence[CaseView]) -> list[str]:
    """Colleagues at work who speak the customers' languages; those who own the fewest cases first."""
    team, now = await team_of(desk, reader), desk.clock.now()
    load = Counter(row.owner for row in desk.board.rows.values())
    found: dict[str, None] = {}
    for language in sorted({view.language for view in views}):
        there = [each for each in colleagues(team, language, now) if each.at_work]
        able = [each for each in there if each.person.speaks(language, FLUENT)] or there
        able.sort(key=lambda each: (load[each.person.id], each.person.id))
        found |= dict.fromkeys(each.person.id for each in able[:RECEIVERS_PER_LANGUAGE])
    return sorted(found, key=lambda id: (load[id], id))[:MOST_RECEIVERS]


async def _page(
    pages: Pages,
    desk: Parts,
    views: Sequence[CaseView],
    form: FormState,
    results: Mapping[str, Result] | None = None,
) -> Response:
    reader = signed_in(pages)
    team: dict[str, Person] = await team_of(desk, reader)
    owners = {view.owner for view in views}
    but = (reader.id, *owners) if len(owners) == 1 else (reader.id,)
    language = reader_language(views)
    context = {
        "views": views,
        "form": form,
        "results": results,
        "colleagues": colleagues(team, language, desk.clock.now(), but=but),
        "done": [each for each in (results or {}).values() if each.problem is None],
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    people = team | await desk.people.among([*owners, *(each.person for each in (results or {}).values())])
    status = form.problem.status if form.problem else 200
    return await pages.render("several.html", context, status=status, people=people)
