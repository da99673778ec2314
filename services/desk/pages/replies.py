"""Replies: checked while somebody writes, kept as drafts, sent now or later, taken back (V2, V7, P1)."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.beside import templates_of
from services.desk.api.parts import InParts, Parts
from services.desk.api.reading import visible_case
from services.desk.domain import CaseView
from services.desk.gateway.answers import HoldingReply, Preview
from services.desk.pages.case import show_case
from services.desk.pages.composer import chosen_moment
from services.desk.pages.doing import carry_out
from services.desk.pages.enclosing import going_out, with_enclosed
from services.desk.pages.forms import DEFAULT_DUE_MINUTES, FormState, departure, due_at, reply_body, submitted
from services.desk.pages.problems import friendly
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import PageRoute, TeamPages, signed_in

router = APIRouter(prefix="/cases/{case_id}", route_class=PageRoute, include_in_schema=False)


@router.post("/reply")
async def reply(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Send it now, at a time, or to a coach first; a draft is sent with the words as they are in the form."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body, leaving = _body(form, view, desk), departure(form.values)
        draft = form.values.get("draft", "")
        if not draft:
            sent = await desk.commands.do(person, form.key, "cases", view.id, "replies", body=body | leaving)
        else:
            version = await _draft_with(desk, view, person, form, body)
            path = ("cases", view.id, "drafts", draft, "sending")
            sent = await desk.commands.do(person, form.key, *path, body={"version": version} | leaving)
        return _became(str(sent.get("reply_status", "")), pages, at_a_time=leaving["send_at"] is not None)

    return await carry_out(request, pages, desk, case_id, "reply", command)


@router.post("/drafts")
async def save_draft(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Keep it as a draft; nothing leaves."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        body = _body(form, view, desk)
        if form.values.get("draft"):
            await _changed(desk, view, person, form, body)
        else:
            await desk.commands.do(person, form.key, "cases", view.id, "drafts", body=body)
        return pages.gettext("Kept as a draft. Nothing has left.")

    return await carry_out(request, pages, desk, case_id, "reply", command)


@router.post("/drafts/{reply_id}/send")
async def send_as_it_is(case_id: str, reply_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Send what lay ready, in the reader's name (O5)."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        version = form.values.get("version", "")
        if not version.isascii() or not version.isdigit():
            raise Problem(400, "invalid-request", "version: say which version of the draft you have read")
        path = ("cases", view.id, "drafts", reply_id, "sending")
        sent = await desk.commands.do(person, form.key, *path, body={"version": int(version)})
        return _became(str(sent.get("reply_status", "")), pages)

    return await carry_out(request, pages, desk, case_id, "leaving", command)


@router.post("/drafts/{reply_id}/discard")
async def discard_draft(case_id: str, reply_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "drafts", reply_id, method="DELETE")
        return pages.gettext("The draft is thrown away.")

    return await carry_out(request, pages, desk, case_id, "leaving", command)


@router.post("/replies/{reply_id}/cancel")
async def cancel_reply(case_id: str, reply_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Keep it from leaving, if there is still time."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        path = ("cases", view.id, "replies", reply_id, "cancellation")
        answer = await desk.commands.do(person, form.key, *path)
        if answer.get("reply_status") == "queued":
            return pages.gettext("Delivery is asked to keep it back; it says here whether that was in time.")
        return pages.gettext("Taken back. It is a draft again.")

    return await carry_out(request, pages, desk, case_id, "leaving", command)


@router.post("/replies/{reply_id}/take-up")
async def take_up_reply(case_id: str, reply_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Let the words of a reply that the channel refused go on in a draft."""

    async def command(form: FormState, view: CaseView, person: str) -> str:
        await desk.commands.do(person, form.key, "cases", view.id, "replies", reply_id, "taking-up")
        return pages.gettext("It is a draft now. Make it better, then send it again.")

    return await carry_out(request, pages, desk, case_id, "leaving", command)


@router.post("/reply-check")
async def check_reply(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """What there is to say about the words so far (V2); nothing is sent or kept."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        found = await _considered(desk, view, reader.id, form)
    except Problem as problem:
        if not pages.partial:
            return await show_case(pages, desk, reader, view, {"reply": form.failed(problem)})
        found = None  # advice is a help; while it is away, people write on
    seen = FormState(form.values, key=form.key, advice=found)
    if not pages.partial:
        return await show_case(pages, desk, reader, view, {"reply": seen})
    context = {"form": seen, "friendly": lambda problem: friendly(problem, pages.gettext), **going_out(form.values)}
    shown = await pages.render("_advice.html", context | {"advised": ""})
    advised = sha256(bytes(shown.body)).hexdigest()[:16]
    if form.values.get("advised") == advised:
        return Response(status_code=204)  # nothing new to say: what is read or focused there stays as it is
    return await pages.render("_advice.html", context | {"advised": advised})


@router.post("/holding")
async def propose_holding(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Put a holding reply that the customer has not had into the form, with its promise (O5)."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    try:
        values = await _holding(desk, view, reader.id, form, pages)
    except Problem as problem:
        return await show_case(pages, desk, reader, view, {"reply": form.failed(problem)})
    return await show_case(pages, desk, reader, view, {"reply": FormState(values, key=form.key)})


@router.post("/template")
async def begin_with_template(case_id: str, request: Request, pages: TeamPages, desk: InParts) -> Response:
    """Put a template into the form, after what is written there, with what has to be made personal marked."""
    reader = signed_in(pages)
    form = await submitted(request, desk)
    view = await visible_case(desk, reader, case_id)
    known = {each.id: text for each, text in templates_of(desk, view)}
    text = known.get(form.values.get("template", ""))
    if text is None:
        problem = Problem(400, "template-missing", "template: choose one of the templates")
        return await show_case(pages, desk, reader, view, {"reply": form.failed(problem)})
    written = form.values.get("text", "").strip()
    begun = FormState({**form.values, "text": f"{written}\n\n{text}" if written else text}, key=form.key)
    try:
        advice = await _considered(desk, view, reader.id, begun)
    except Problem:  # advice is a help; the text is there all the same, and is checked before it leaves
        advice = None
    return await show_case(pages, desk, reader, view, {"reply": FormState(begun.values, key=begun.key, advice=advice)})


async def _holding(desk: Parts, view: CaseView, person: str, form: FormState, pages: Pages) -> dict[str, str]:
    until = _round_time(due_at({"due": str(DEFAULT_DUE_MINUTES), **form.values}, desk.clock.now()))
    path = ("cases", view.id, "holding-reply")
    found = await desk.commands.see(HoldingReply, person, *path, until=until.isoformat())
    if found.text is None:
        raise Problem(409, "holding-texts-used", "the customer has had all holding texts")
    zone = form.values.get("zone") or "UTC"
    what = form.values.get("what", "").strip() or pages.gettext("the answer from our specialist")
    promise = {"kind": "holding", "promising": "yes", "what": what, **chosen_moment(until, zone)}
    return {**form.values, **promise, "text": found.text}


async def _considered(desk: Parts, view: CaseView, person: str, form: FormState) -> Preview | None:
    if not form.values.get("text", "").strip():
        return None
    try:
        body = _body(form, view, desk)
    except Problem:  # half a promise so far; the words can be read all the same
        body = {"kind": "answer", "text": form.values["text"].strip()}
    return await desk.commands.consider(Preview, person, "cases", view.id, "reply-preview", body=body)


def _body(form: FormState, view: CaseView, desk: Parts) -> dict[str, Any]:
    brand = desk.organisation.brand(view.brand)
    zone = desk.organisation.calendar(brand.calendar).time_zone
    return with_enclosed(reply_body(form.values, desk.clock.now(), view.language, zone), form.values)


async def _changed(desk: Parts, view: CaseView, person: str, form: FormState, body: dict[str, Any]) -> None:
    """The next version of the draft. The key is the version's own: sending it is another command of the same form."""
    version = form.values.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 9):
        raise Problem(400, "invalid-request", "version: load the draft again")
    path = ("cases", view.id, "drafts", form.values["draft"])
    changed = body | {"version": int(version)}
    await desk.commands.do(person, f"{form.key}-words", *path, body=changed, method="PUT")


async def _draft_with(desk: Parts, view: CaseView, person: str, form: FormState, body: dict[str, Any]) -> int:
    """The number of the draft's version that has the form's words, and no other. Raises Problem."""
    await _changed(desk, view, person, form, body)
    case = await desk.commands.see(dict[str, Any], person, "cases", view.id)
    known = case.get("replies", {}).get(form.values["draft"], {}).get("versions") or [{}]
    if known[-1].get("text") != body["text"]:
        raise Problem(412, "draft-changed", "somebody has changed the draft; read it first")
    return int(known[-1]["version"])


def _became(status: str, pages: Pages, *, at_a_time: bool = False) -> str:
    _ = pages.gettext
    at_its_time = _("It leaves at its time. Until then you can take it back.")
    return {
        "held": _("A coach or lead looks at it first; it leaves as soon as they approve."),
        "scheduled": at_its_time if at_a_time else _("It leaves in a moment. Until then you can take it back."),
    }.get(status, _("Your reply is on its way."))


def _round_time(moment: datetime) -> datetime:
    """The next full five minutes: nobody promises a customer two minutes past six."""
    start = moment.replace(minute=moment.minute // 5 * 5, second=0, microsecond=0)
    return start if start == moment else start + timedelta(minutes=5)
