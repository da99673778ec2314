"""Several cases chosen on the board are handed over with one form: to colleagues, or to whoever fits best (O6)."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from schemas.ids import derive
from schemas.organisation import Person
from schemas.working_time import working_time
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.domain import CaseView
from services.desk.domain.access import Reader
from services.desk.domain.sharing_out import Candidate, Load, shared_out
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
    team = await team_of(desk, reader)
    back = [view for view in views if best and reader.may_refuse(view)]
    offered = [view for view in views if view not in back]
    loads = [Load(view.id, view.owner, view.brand, view.language) for view in offered]
    given = shared_out(loads, _candidates(desk, team, None if best else to))
    groups: dict[tuple[str, str], list[str]] = {}
    for view in offered:
        groups.setdefault((view.owner, given.get(view.id, "")), []).append(view.id)
    what = {"reason": reason, "note": note}
    work = [_given_back(desk, reader, view, form.key, reason) for view in back]
    work += [
        _offered(desk, reader, form.key, {"from": owner, "cases": ids, **what}, to)
        for (owner, to), ids in groups.items()
    ]
    return {each.case_id: each for some in await asyncio.gather(*work) for each in some}


def _candidates(desk: Parts, team: Mapping[str, Person], chosen: Sequence[str] | None) -> list[Candidate]:
    """Those who are chosen; where nobody is, who is at work now, with coaches and leads last."""
    load = Counter(row.owner for row in desk.board.rows.values())
    now = desk.clock.now()
    return [
        Candidate(
            person.id,
            frozenset(person.brands),
            frozenset(each for each in person.languages if person.speaks(each, FLUENT)),
            cases=0 if chosen else load[person.id],
            spared=chosen is None and person.role != "agent",
        )
        for person in team.values()
        if (working_time(person).is_open(now) if chosen is None else person.id in chosen)
    ]


async def _given_back(desk: Parts, reader: Reader, view: CaseView, key: str, reason: str) -> list[Result]:
    try:
        path = ("cases", view.id, "refusal")
        await desk.commands.do(reader.id, derive("several", key, view.id), *path, body={"reason": reason})
    except Problem as problem:
        return [Result(view.id, problem=problem)]
    return [Result(view.id)]


async def _offered(desk: Parts, reader: Reader, key: str, body: Mapping[str, Any], to: str) -> list[Result]:
    """Some cases of one owner, all to one person; empty: nobody could take them."""
    if not to:
        nobody = Problem(409, "nobody-fits", "there is nobody else who could take it")
        return [Result(case_id, problem=nobody) for case_id in body["cases"]]
    try:
        named = derive("several", key, body["from"], to)
        answer = await desk.commands.do(reader.id, named, "handovers", body={**body, "to": [to]})
    except Problem as problem:
        return [Result(case_id, problem=problem) for case_id in body["cases"]]
    became = BulkAnswer.model_validate(answer)
    refused = [Result(each.case_id, problem=Problem(409, each.kind, each.detail)) for each in became.refused]
    return [*(Result(each.case_id, each.person) for each in became.done), *refused]


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
