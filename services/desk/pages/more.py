"""What else people do in a case: notes, special stories, grants, feedback (M1, F6, P3)."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.gateway.answers import MandateNow
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState, text_of
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/notes")
async def note(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Something for colleagues; the customer never sees it."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = {"text": text_of(form.values, "text")}
        await desk.commands.do(person, form.key, "cases", view.id, "notes", body=body)
        return pages.gettext("Noted. Only colleagues see it.")

    return await carry_out(request, pages, desk, case_id, "note", command)


@router.post("/special")
async def mark_special(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Mark it as a special story (F6)."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = {"text": text_of(form.values, "text")}
        await desk.commands.do(person, form.key, "cases", view.id, "special-story", body=body)
        return pages.gettext("Marked. It comes up in the review.")

    return await carry_out(request, pages, desk, case_id, "special", command)


@router.post("/special/remove")
async def unmark_special(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "special-story", "removal")
        return pages.gettext("The mark is taken away.")

    return await carry_out(request, pages, desk, case_id, "special", command)


@router.post("/grants")
async def grant(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Give the customer something: inside the mandate at once, above it with one approval (M1)."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        kind, _, currency = form.values.get("kind", "").partition(" ")
        amount = form.values.get("amount", "").strip().replace(",", ".")
        body = {"kind": kind, "currency": currency, "amount": amount}
        body["reason"] = text_of(form.values, "reason", "reason-missing")
        answer = await desk.commands.do(person, form.key, "cases", view.id, "grants", body=body)
        if answer.get("approval_id"):
            return pages.gettext("It is above your mandate: a coach or lead is asked. Nothing is granted until then.")
        return pages.gettext("Granted. Tell the customer in your reply.")

    return await carry_out(request, pages, desk, case_id, "grant", command)


@router.get("/mandate")
async def mandate(case_id: str, pages: TeamPages, desk: InParts) -> Response:
    """What the reader may still grant in this case without asking anybody."""
    reader = signed_in(pages)
    view = await visible_case(desk, reader, case_id)
    path = ("people", reader.id, "mandate")
    try:
        found = await desk.commands.see(MandateNow, reader.id, *path, brand=view.brand, case_id=view.id)
    except Problem:
        if not pages.partial:
            raise
        return await pages.render("_away.html", {"address": f"/cases/{case_id}/mandate"})
    return await pages.render("_mandate.html" if pages.partial else "mandate.html", {"mandate": found, "view": view})


@router.post("/feedback")
async def give_feedback(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Tell the author of a sent reply what was good, or could be better (P3)."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        reply_id = form.values.get("reply", "")
        if reply_id not in view.replies:
            raise Problem(400, "invalid-request", "reply: choose one of the replies that were sent")
        body: dict[str, Any] = {"text": text_of(form.values, "text"), "praise": bool(form.values.get("praise"))}
        await desk.commands.do(person, form.key, "cases", view.id, "replies", reply_id, "feedback", body=body)
        return pages.gettext("Told. Its author sees it at once.")

    return await carry_out(request, pages, desk, case_id, "feedback", command)


@router.post("/feedback/{feedback_id}/seen")
async def see_feedback(case_id: str, feedback_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "feedback", feedback_id, "seen")
        return ""

    return await carry_out(request, pages, desk, case_id, "leaving", command)
