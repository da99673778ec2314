"""Who is there in the coming hours, and whose cases need somebody else meanwhile: for coaches and leads (O6)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Request, Response

from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.desk.api.leading import plan
from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.domain.coverage import HOURS_AHEAD, Gap, Member
from services.desk.domain.leaving import Leaving
from services.desk.domain.wallboard import due_at
from services.desk.gateway.answers import BulkAnswer
from services.desk.pages import texts
from services.desk.pages.forms import FormState, submitted, text_of
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/coverage", route_class=PageRoute, include_in_schema=False)
WITHIN_HOURS = (1, 2, 4, 8)
TO = "to-"
MOST_COVER = timedelta(days=7)


@router.get("")
async def coverage(
    pages: TeamPages, desk: InParts, within: Annotated[int, Query(ge=1, le=HOURS_AHEAD)] = 2
) -> Response:
    """The next day by language, and who leaves or is away with open cases."""
    return await _page(pages, desk, within)


@router.post("/{person_id}/handovers")
async def hand_over(person_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Offer the ticked cases to whoever stands beside each."""
    form, chosen = await submitted(request, desk), await _chosen(request)

    def body(to: str, cases: Sequence[str]) -> dict[str, Any]:
        reason = text_of(form.values, "reason", "reason-missing")
        return {"from": person_id, "cases": list(cases), "to": [to], "reason": reason, "note": ""}

    return await _carried_out(pages, desk, form, person_id, chosen, "handovers", body)


@router.post("/{person_id}/covers")
async def name_covers(person_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Let whoever stands beside each ticked case act for the owner until they are back; the owner stays the owner."""
    form, chosen = await submitted(request, desk), await _chosen(request)
    member = desk.roster.members(signed_in(pages).brands).get(person_id)
    starts_at, ends_at = _until_back(member, desk.clock.now())

    def body(to: str, cases: Sequence[str]) -> dict[str, Any]:
        times = {"starts_at": starts_at.isoformat() if starts_at else None, "ends_at": ends_at.isoformat()}
        reason = text_of(form.values, "reason", "reason-missing")
        return {"from": person_id, "cases": list(cases), "cover": to, "reason": reason, **times}

    return await _carried_out(pages, desk, form, person_id, chosen, "covers", body)


def _until_back(member: Member | None, now: datetime) -> tuple[datetime | None, datetime]:
    """From the end of the shift, or else now (None), until the next one begins; a week where nobody can tell."""
    if member is None:
        raise Problem(404, "person-not-found", "there is nobody of that name in your brands")
    leaves_at = member.leaves_at(now)
    start = leaves_at or now
    back = member.back_at(start)
    return leaves_at, back if back and back > start else start + MOST_COVER


async def _chosen(request: Request) -> dict[str, list[str]]:
    """The ticked cases by who is to have them."""
    form = await request.form()
    found: dict[str, list[str]] = {}
    for case_id in form.getlist("case"):
        to = form.get(f"{TO}{case_id}")
        if isinstance(case_id, str) and isinstance(to, str) and to:
            found.setdefault(to, []).append(case_id)
    return found


async def _carried_out(
    pages: Pages,
    desk: Parts,
    form: FormState,
    person_id: str,
    chosen: Mapping[str, Sequence[str]],
    command: str,
    body: Any,
) -> Response:
    """One command for each receiver; what was done before one is refused stays done, and is told."""
    within = int(form.values.get("within", "2")) if form.values.get("within", "2").isdigit() else 2
    done: list[BulkAnswer] = []
    if not chosen:
        nothing = Problem(400, "cases-missing", "choose at least one case")
        return await _page(pages, desk, within, forms={person_id: form.failed(nothing)})
    try:
        for to, cases in sorted(chosen.items()):
            key = f"{form.key}/{to}"[:255]
            answer = await desk.commands.do(signed_in(pages).id, key, command, body=body(to, cases))
            done.append(BulkAnswer.model_validate(answer))
    except Problem as problem:
        return await _page(pages, desk, within, done=done, forms={person_id: form.failed(problem)})
    return await _page(pages, desk, within, done=done, command=command)


async def _page(
    pages: Pages,
    desk: Parts,
    within: int,
    *,
    forms: Mapping[str, FormState] | None = None,
    done: Sequence[BulkAnswer] = (),
    command: str = "",
) -> Response:
    reader = signed_in(pages)
    require_lead(pages, reader)
    found = await plan(desk, reader, timedelta(hours=within))
    planned = {each.case_id for answer in done for each in answer.done}
    context = {
        "hours": found.ahead,
        "leaving": [_without(each, planned) for each in found.leaving],
        "within": within,
        "choices": WITHIN_HOURS,
        "due_at": due_at,
        "receivers": found.receivers,
        "forms": forms or {},
        "empty_form": FormState(key=fresh()),
        "command": command,
        "done": [each for answer in done for each in answer.done],
        "refused": [each for answer in done for each in answer.refused],
        "friendly": lambda problem: friendly(problem, pages.gettext),
        **hour_words(pages, reader.person.time_zone),
    }
    problem = next((each.problem for each in (forms or {}).values() if each.problem), None)
    template = "_coverage.html" if pages.partial else "coverage.html"
    people = {id: member.person for id, member in found.members.items()}
    return await pages.render(
        template, context, status=problem.status if problem and not pages.partial else 200, people=people
    )


def _without(each: Leaving, planned: set[str]) -> Leaving:
    """What was just planned is gone from the list, also before the events of it are here."""
    return replace(each, proposals=tuple(one for one in each.proposals if one.row.id not in planned))


def require_lead(pages: Pages, reader: Reader) -> None:
    """Raises Problem 403 for who is neither coach nor lead."""
    if not reader.leads:
        raise Problem(403, "not-allowed", pages.gettext("This page is for coaches and leads."))


def hour_words(pages: Pages, zone_name: str) -> dict[str, Any]:
    """How hours and gaps are written, by the clocks of where the reader works."""
    zone = ZoneInfo(zone_name)
    return {
        "zone_name": zone_name,
        "hour_of": lambda moment: f"{moment.astimezone(zone):%H:%M}",
        "day_of": lambda moment: moment.astimezone(zone).date(),
        "gap_text": lambda gap: gap_text(gap, zone, pages.language),
    }


def gap_text(gap: Gap, zone: ZoneInfo, language: str) -> str:
    """From when until when, in words."""
    gettext = texts.catalogues()[language].gettext
    if gap.whole:
        return gettext("in all of these 24 hours")
    start, end = (moment.astimezone(zone) for moment in (gap.start, gap.end))
    return gettext("{start} to {end}").format(start=f"{start:%H:%M}", end=f"{end:%H:%M}")
