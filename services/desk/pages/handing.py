"""A case goes to somebody else, goes back to routing, or somebody acts for its owner for a time (O1, O6, rule 1)."""

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts
from services.desk.domain import CaseView
from services.desk.pages.doing import carry_out
from services.desk.pages.forms import FormState, local_moment, text_of
from services.desk.pages.routing import PageRoute, TeamPages

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/handovers")
async def offer(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Offer the case to a colleague; a lead can give it without asking."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        values = form.values
        body = {"to": _person(values.get("to", "")), "reason": text_of(values, "reason", "reason-missing")}
        body["note"] = values.get("note", "")
        forced = ("forced",) if values.get("force") else ()
        await desk.commands.do(person, form.key, "cases", view.id, "handovers", *forced, body=body)
        if forced:
            return pages.gettext("Done. Your colleague owns the case now.")
        return pages.gettext("Offered. Until your colleague accepts, the owner stays the same.")

    return await carry_out(request, pages, desk, case_id, "handover", command)


@router.post("/handovers/{handover_id}/accept")
async def accept(case_id: str, handover_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "handovers", handover_id, "acceptance")
        return pages.gettext("The case is yours now, with the whole story.")

    return await carry_out(request, pages, desk, case_id, "handover", command)


@router.post("/handovers/{handover_id}/decline")
async def decline(case_id: str, handover_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = {"reason": text_of(form.values, "reason", "reason-missing")}
        await desk.commands.do(person, form.key, "cases", view.id, "handovers", handover_id, "refusal", body=body)
        return pages.gettext("Declined. The owner stays the same, and the leads are told.")

    return await carry_out(request, pages, desk, case_id, "handover", command)


@router.post("/handovers/{handover_id}/withdraw")
async def withdraw(case_id: str, handover_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "handovers", handover_id, "withdrawal")
        return pages.gettext("The offer is withdrawn.")

    return await carry_out(request, pages, desk, case_id, "handover", command)


@router.post("/refusal")
async def refuse(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Give the assignment back to routing; the owner stays the owner until somebody else is found."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = {"reason": text_of(form.values, "reason", "reason-missing")}
        await desk.commands.do(person, form.key, "cases", view.id, "refusal", body=body)
        return pages.gettext("Given back. Another owner is being found; until then the owner stays the same.")

    return await carry_out(request, pages, desk, case_id, "refusal", command)


@router.post("/cover")
async def name_cover(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Name who acts for the owner until a moment; the owner stays the owner."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        until = local_moment(form.values.get("until", ""), form.values.get("zone", ""))
        if until is None:
            raise Problem(400, "moment-missing", "until: choose the day and the time")
        body = {"cover": _person(form.values.get("cover", "")), "ends_at": until.isoformat()}
        body["reason"] = text_of(form.values, "reason", "reason-missing")
        await desk.commands.do(person, form.key, "cases", view.id, "cover", body=body)
        return pages.gettext("Your colleague acts in this case until then; the owner stays the same.")

    return await carry_out(request, pages, desk, case_id, "cover", command)


@router.post("/cover/end")
async def end_cover(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "cover", "end")
        return pages.gettext("The cover has ended.")

    return await carry_out(request, pages, desk, case_id, "cover", command)


def _person(chosen: str) -> str:
    if not chosen:
        raise Problem(400, "person-missing", "choose a colleague")
    return chosen
