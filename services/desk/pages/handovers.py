"""Handovers: what I am asked to take over, and my shift's cases on their way to others (O6)."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from schemas.organisation import Person
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.domain.board import Filters
from services.desk.gateway.answers import BulkAnswer, OfferedCase, Summary
from services.desk.pages.composer import colleagues
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/handovers", route_class=PageRoute, include_in_schema=False)
ALL = "all"


class Offered(BaseModel):
    """What one colleague offered together."""

    bulk_id: str
    cases: tuple[OfferedCase, ...]

    @property
    def first(self) -> OfferedCase:
        return self.cases[0]


@router.get("")
async def handovers(pages: TeamPages, desk: InParts) -> Response:
    return await _page(pages, desk)


@router.post("")
async def hand_over_shift(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Offer many of my cases at once, each on its own."""
    form = await submitted(request, desk)
    chosen = await request.form()
    person = signed_in(pages).id
    cases, to = _texts(chosen.getlist("case")), _texts(chosen.getlist("to"))
    state = FormState({**form.values, "chosen": " ".join(cases), "receivers": " ".join(to)}, key=form.key)
    try:
        body = _offering(form.values, person, cases, to)
        answer = await desk.commands.do(person, form.key, "handovers", body=body)
    except Problem as problem:
        return await _page(pages, desk, offering=state.failed(problem))
    return await _page(pages, desk, offered=BulkAnswer.model_validate(answer))


@router.post("/{bulk_id}/accept")
async def accept_all(bulk_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Take over everything of one offer."""
    form = await submitted(request, desk)
    try:
        answer = await desk.commands.do(signed_in(pages).id, form.key, "handovers", bulk_id, "acceptance")
    except Problem as problem:
        return await _page(pages, desk, answering=form.failed(problem))
    return await _page(pages, desk, accepted=BulkAnswer.model_validate(answer))


@router.post("/cases/{case_id}/{handover_id}/accept")
async def accept(case_id: str, handover_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Take over one case."""
    form = await submitted(request, desk)
    path = ("cases", case_id, "handovers", handover_id, "acceptance")
    return await _answered(pages, desk, form, path, {}, pages.gettext("The case is yours now, with the whole story."))


@router.post("/cases/{case_id}/{handover_id}/decline")
async def decline(case_id: str, handover_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Say no to one case."""
    form = await submitted(request, desk)
    path = ("cases", case_id, "handovers", handover_id, "refusal")
    body = {"reason": form.values.get("reason", "")}
    done = pages.gettext("Declined. The owner stays the same, and the leads are told.")
    return await _answered(pages, desk, form, path, body, done)


def _offering(values: Mapping[str, str], person: str, cases: list[str], to: list[str]) -> dict[str, Any]:
    """The command's body. Raises Problem 400."""
    everything = values.get("which") == ALL
    if not to:
        raise Problem(400, "person-missing", "choose a colleague")
    if not everything and not cases:
        raise Problem(400, "cases-missing", "choose at least one case")
    reason = text_of(values, "reason", "reason-missing")
    note = values.get("note", "")
    return {"from": person, "cases": None if everything else cases, "to": to, "reason": reason, "note": note}


async def _answered(
    pages: Pages, desk: Parts, form: FormState, path: Sequence[str], body: dict[str, str], done: str
) -> Response:
    try:
        await desk.commands.do(signed_in(pages).id, form.key, *path, body=body)
    except Problem as problem:
        return await _page(pages, desk, answering=form.failed(problem))
    return await _page(pages, desk, answering=FormState(done=done))


async def _page(
    pages: Pages,
    desk: Parts,
    *,
    offering: FormState | None = None,
    answering: FormState | None = None,
    offered: BulkAnswer | None = None,
    accepted: BulkAnswer | None = None,
) -> Response:
    reader, now = signed_in(pages), desk.clock.now()
    summary = await desk.commands.see(Summary, reader.id, "handovers")
    mine = desk.board.listed(Filters(reader.brands, reader.id))
    team: dict[str, Person] = {}
    for brand in sorted(reader.brands):
        team |= await desk.people.team(brand, now)
    context = {
        "summary": summary,
        "offers": _together(summary),
        "mine": mine,
        "colleagues": colleagues(team, reader_language(mine), now, but=(reader.id,)),
        "offering": offering or FormState(),
        "answering": answering or FormState(),
        "offered": offered,
        "accepted": accepted,
        "friendly": lambda problem: friendly(problem, pages.gettext),
    }
    problem = next((each.problem for each in (offering, answering) if each and each.problem), None)
    named = [each.owner for each in summary.cases] + [each.offered_by for each in summary.cases]
    people = team | await desk.people.among(named)
    template = "_handovers.html" if pages.partial else "handovers.html"
    status = problem.status if problem and not pages.partial else 200
    return await pages.render(template, context, status=status, people=people)


def reader_language(rows: Sequence[Any]) -> str:
    """The language of most of these cases: whoever speaks it comes first."""
    spoken = [row.language for row in rows]
    return max(set(spoken), key=spoken.count) if spoken else "en"


def _together(summary: Summary) -> list[Offered]:
    """The cases by the offer they belong to, the most urgent offer first."""
    order = {each.case_id: place for place, each in enumerate(summary.cases)}
    by_bulk = sorted(summary.cases, key=lambda each: (each.bulk_id or each.handover_id, order[each.case_id]))
    groups = [
        Offered(bulk_id=cases[0].bulk_id, cases=tuple(cases))
        for cases in (list(each) for _, each in groupby(by_bulk, key=lambda each: each.bulk_id or each.handover_id))
    ]
    return sorted(groups, key=lambda group: order[group.first.case_id])


def _texts(values: Sequence[Any]) -> list[str]:
    return [each for each in values if isinstance(each, str) and each]
