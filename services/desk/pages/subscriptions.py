"""Who is told in other departments of what customers write (F10): for coaches to see, and for leads to change."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from schemas.events.message import SignalKind
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.gateway.subscriptions import Recorded, Subscriptions, Told
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.insights import require_learning
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/subscriptions", route_class=PageRoute, include_in_schema=False)
SIGNALS: tuple[str, ...] = get_args(SignalKind)
COMMANDS = ("pause", "resume", "end", "test")
TOPIC, SIGNAL = "topic-", "signal-"
"""Before the names of the boxes that can be ticked."""


@router.get("")
async def subscriptions(pages: TeamPages, desk: InParts, brand: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Those to the brands that the reader serves."""
    require_learning(pages)
    reader = signed_in(pages)
    found = await desk.followup.see(Subscriptions, reader.id, "subscriptions", brand=brand)
    shown = sorted(found.items, key=lambda each: each.status == "ended")
    context = {"found": shown, "chosen": brand, "brands": sorted(reader.brands), **_names(pages)}
    return await pages.render("subscriptions.html", context, people=await _people(desk, shown))


@router.get("/new")
async def new(pages: TeamPages, desk: InParts) -> Response:
    """A department is about to be told."""
    _require_lead(pages)
    return await _form(pages, desk, FormState({"rhythm": "at-once"}))


@router.post("")
async def record(request: Request, pages: TeamPages, desk: InParts) -> Response:
    """It is. The page that follows shows the secret of webhooks, this once."""
    _require_lead(pages)
    form = await submitted(request, desk)
    try:
        made = Recorded.model_validate(
            await desk.followup.do(signed_in(pages).id, form.key, "subscriptions", body=_body(form))
        )
    except Problem as problem:
        return await _form(pages, desk, form.failed(problem))
    return await _one(pages, desk, made.id, FormState(), made.secret)


@router.get("/{subscription_id}")
async def one(subscription_id: str, pages: TeamPages, desk: InParts) -> Response:
    """One subscription, what was last sent, and what did not arrive."""
    require_learning(pages)
    return await _one(pages, desk, subscription_id, FormState())


@router.post("/{subscription_id}/{command}")
async def change(subscription_id: str, command: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Pause it, resume it, end it, or send a test."""
    _require_lead(pages)
    if command not in COMMANDS:
        raise Problem(404, "not-found", pages.gettext("There is no such page."))
    form = await submitted(request, desk)
    body = {"why": form.values.get("why", "").strip()[:300]} if command in ("pause", "end") else {}
    try:
        await desk.followup.do(signed_in(pages).id, form.key, "subscriptions", subscription_id, command, body=body)
    except Problem as problem:
        return await _one(pages, desk, subscription_id, form.failed(problem))
    return RedirectResponse(f"/subscriptions/{subscription_id}", 303)


def _require_lead(pages: Pages) -> None:
    if not signed_in(pages).is_lead:
        raise Problem(403, "not-allowed", pages.gettext("Who is told in other departments is decided by leads."))


def _body(form: FormState) -> dict[str, Any]:
    values = form.values
    told_by = values.get("told_by", "mail")
    return {
        "brand": values.get("brand", ""),
        "department": values.get("department", "").strip(),
        "topics": _ticked(form, TOPIC),
        "signals": _ticked(form, SIGNAL),
        "all_cases": "all_cases" in values,
        "digest": "digest" in values,
        "mail": values.get("address", "").strip() if told_by == "mail" else "",
        "url": values.get("address", "").strip() if told_by == "url" else "",
        "rhythm": values.get("rhythm", "at-once"),
        "language": values.get("language", "en"),
    }


def _ticked(form: FormState, prefix: str) -> list[str]:
    return sorted(name.removeprefix(prefix) for name in form.values if name.startswith(prefix))


async def _form(pages: Pages, desk: Parts, form: FormState) -> Response:
    topics = [each.id for each in desk.organisation.topics if each.kind != "place"]
    context = {
        "form": form,
        "brands": sorted(signed_in(pages).brands),
        "topics": topics,
        "signals": SIGNALS,
        "friendly": lambda problem: friendly(problem, pages.gettext),
        **_names(pages),
    }
    return await pages.render("subscription_new.html", context, status=form.problem.status if form.problem else 200)


async def _one(pages: Pages, desk: Parts, subscription_id: str, form: FormState, secret: str = "") -> Response:
    reader = signed_in(pages)
    told = await desk.followup.see(Told, reader.id, "subscriptions", subscription_id)
    context = {
        "it": told.subscription,
        "parcels": told.parcels,
        "form": form,
        "secret": secret,
        "may_change": reader.person.role == "lead",
        "friendly": lambda problem: friendly(problem, pages.gettext),
        **_names(pages),
    }
    people = await _people(desk, [told.subscription])
    return await pages.render(
        "subscription.html", context, status=form.problem.status if form.problem else 200, people=people
    )


async def _people(desk: Parts, found: Any) -> Any:
    return await desk.people.among({each.by for each in found if not each.declared})


def _names(pages: Pages) -> dict[str, Any]:
    """What signals are called, in the reader's language."""
    _ = pages.gettext
    return {
        "signal_names": {
            "legal-threat": _("threat with lawyers or authorities"),
            "danger": _("danger to health or property"),
            "press": _("journalists"),
            "self-harm": _("somebody may hurt themselves"),
            "account-takeover": _("somebody else in the account"),
        }
    }
