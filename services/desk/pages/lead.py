"""Where coaches and leads begin: everything that wants attention in one look, with the way to it."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from services.desk.api.leading import Attention, attention
from services.desk.api.parts import InParts, Parts
from services.desk.domain.access import Reader
from services.desk.domain.attention import Matter, ordered, tone
from services.desk.gateway.incidents import Incidents
from services.desk.gateway.parity import Parity
from services.desk.gateway.review import Days
from services.desk.gateway.surveys import Score, Told
from services.desk.pages import texts
from services.desk.pages.asked import unless_away
from services.desk.pages.coverage import gap_text, require_lead
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/lead", route_class=PageRoute, include_in_schema=False)
SURVEY_WEEKS = 13


@router.get("")
async def lead(pages: TeamPages, desk: InParts) -> Response:
    """What the desk knows itself; it keeps itself current."""
    reader = signed_in(pages)
    require_lead(pages, reader)
    found = await attention(desk, reader)
    matters = [*_waiting(pages, found), *_clocks(pages, found), *_people(pages, found, reader)]
    template = "_lead.html" if pages.partial else "lead.html"
    return await pages.render(template, {"matters": ordered(matters)})


@router.get("/others")
async def others(pages: TeamPages, desk: InParts) -> Response:
    """What other services know: incidents, the review, what customers said, parity."""
    reader = signed_in(pages)
    require_lead(pages, reader)
    found = await asyncio.gather(
        _incidents(pages, desk, reader),
        _review(pages, desk, reader),
        _surveys(pages, desk, reader),
        _parity(pages, desk, reader),
    )
    return await pages.render("_lead_matters.html", {"matters": ordered(found)})


def _waiting(pages: Pages, found: Attention) -> list[Matter]:
    """What waits for a decision."""
    _ = pages.gettext
    approvals, offered, mine, refused = found.approvals, found.offered, found.offered_to_reader, found.refused
    words = [_("Offers that wait for an answer.") if offered else _("No offer waits for an answer.")]
    words += [_("To you: {n}.").format(n=mine)] if mine else []
    words += [_("Given back to routing: {n}.").format(n=refused)] if refused else []
    return [
        Matter(
            "/approvals",
            _("Approvals"),
            approvals,
            _("Replies and grants wait for your eyes.") if approvals else _("Nothing waits for approval."),
            tone(approvals, urgent=True),
        ),
        Matter("/handovers", _("Handovers"), offered, " ".join(words), tone(mine + refused)),
    ]


def _clocks(pages: Pages, found: Attention) -> list[Matter]:
    """What is late, and what will be."""
    _ = pages.gettext
    clocks, promises = found.clocks, found.promises
    late = _("Due within half an hour: {soon}. Without an owner: {unowned}.")
    return [
        Matter(
            "/wallboard",
            _("Late"),
            clocks.late,
            late.format(soon=clocks.soon, unowned=clocks.unowned),
            tone(clocks.late, urgent=True) if clocks.late else tone(clocks.unowned),
        ),
        Matter(
            "/promises?whose=all",
            _("Promises"),
            promises,
            _("Due within a day, or late.") if promises else _("None is due within a day."),
            tone(promises),
        ),
    ]


def _people(pages: Pages, found: Attention, reader: Reader) -> list[Matter]:
    """Who is there in the coming hours, and who leaves cases behind."""
    _, alone, zone = pages.gettext, found.left_alone, ZoneInfo(reader.person.time_zone)
    named = [
        f"{texts.language_name(each.language, pages.language)} {gap_text(each, zone, pages.language)}"
        for each in alone[:3]
    ]
    uncovered = f"{', '.join(named)}{' …' if len(alone) > len(named) else ''}"
    return [
        Matter(
            "/coverage",
            _("Languages without anybody"),
            len(alone),
            uncovered or _("Every language is covered in the next 24 hours."),
            tone(len(alone)),
        ),
        Matter(
            "/coverage#leaving",
            _("Away with open cases"),
            found.leaving,
            _("Cases that need somebody before their owner is back: {n}.").format(n=found.leaving_cases)
            if found.leaving
            else _("Nobody leaves work behind that is due."),
            tone(found.leaving),
        ),
    ]


def _unknown(pages: Pages, path: str, title: str) -> Matter:
    return Matter(path, title, None, pages.gettext("Not known at the moment: the service does not answer."), "unknown")


async def _incidents(pages: Pages, desk: Parts, reader: Reader) -> Matter:
    _, path = pages.gettext, "/incidents?state=open"
    found = await unless_away(desk.followup.see(Incidents, reader.id, "incidents", state="open"))
    if found is None:
        return _unknown(pages, path, _("Incidents"))
    unowned = sum(not each.owner for each in found.items)
    rising = sum(each.rising(desk.clock.now()) for each in found.items)
    said = [(unowned, _("Without anybody who takes care: {n}.")), (rising, _("Rising anew: {n}."))]
    sentence = " ".join(each.format(n=count) for count, each in said if count)
    calm = _("Nothing rises unusually.")
    return Matter(
        path,
        _("Incidents"),
        len(found.items),
        sentence or (_("Each has somebody who takes care.") if found.items else calm),
        tone(len(found.items), urgent=bool(unowned or rising)),
    )


async def _review(pages: Pages, desk: Parts, reader: Reader) -> Matter:
    """Cases of each brand's latest review that nobody has talked about."""
    _, path = pages.gettext, "/review"
    brands = sorted(reader.brands)
    told = await asyncio.gather(
        *(unless_away(desk.followup.see(Days, reader.id, "reviews", brand)) for brand in brands)
    )
    if all(each is None for each in told):
        return _unknown(pages, path, _("Review"))
    latest = [next((day for day in each.items if day.cases), None) for each in told if each]
    open_ = sum(day.cases - day.discussed for day in latest if day)
    calm = _("Everything proposed was talked about.") if any(latest) else _("No case is proposed yet.")
    sentence = _("Cases worth talking about.") if open_ else calm
    return Matter(path, _("Review"), open_, sentence, tone(open_))


async def _surveys(pages: Pages, desk: Parts, reader: Reader) -> Matter:
    _, path = pages.gettext, "/surveys"
    since = (desk.clock.now() - timedelta(weeks=SURVEY_WEEKS)).isoformat()
    told = await unless_away(desk.followup.see(Told, reader.id, "surveys", "scores", by="channel", since=since))
    if told is None:
        return _unknown(pages, path, _("Surveys"))
    words = [_score(pages, each.kind, each.total) for each in told.scores if each.total]
    sentence = " · ".join(words) or _("Too few answers for a score.")
    return Matter(path, _("Surveys"), sum(each.answers for each in told.scores), sentence, "calm")


def _score(pages: Pages, kind: str, score: Score) -> str:
    """A score with its interval and how many answered: without these it says little."""
    unit = " %" if kind == "csat" else ""
    text = pages.gettext("{kind} {score}{unit} ({low} to {high}, {n} answers)")
    numbers = {"score": f"{score.score:.0f}", "low": f"{score.low:.0f}", "high": f"{score.high:.0f}"}
    return text.format(kind=kind.upper(), unit=unit, n=score.answers, **numbers)


async def _parity(pages: Pages, desk: Parts, reader: Reader) -> Matter:
    _, path = pages.gettext, "/parity"
    found = await unless_away(desk.commands.see(Parity, reader.id, "parity"))
    if found is None:
        return _unknown(pages, path, _("Parity"))
    worse = sum(not each.better for each in found.deviations)
    sentence = _("Channels that promise otherwise than their brand; less for the customer: {n}.").format(n=worse)
    same = _("Every channel promises what its brand promises.")
    return Matter(path, _("Parity"), len(found.deviations), sentence if found.deviations else same, "calm")
