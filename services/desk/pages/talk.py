"""The customer's own page: start a conversation, come back to it by its link, see replies as they come."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from sse_starlette import EventSourceResponse

from schemas.ids import conversation_id
from schemas.organisation import Brand, Channel
from services.chassis.errors import Problem
from services.desk.api.live import talk_subject
from services.desk.api.parts import InParts, Parts
from services.desk.api.session import visitor
from services.desk.domain.talk import Talk, lines, outlook
from services.desk.domain.uploads import ACCEPTED, Sender
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.limiting import within_limit
from services.desk.pages.look import same_page
from services.desk.pages.rendering import YEAR_SECONDS, Pages
from services.desk.pages.routing import OpenPages, PageRoute
from services.desk.pages.sending_files import chosen_files, kept_files, why_not_taken

router = APIRouter(prefix="/talk", route_class=PageRoute, include_in_schema=False)

LONGEST_NAME = 80


@dataclass(frozen=True)
class Place:
    """Where a customer is: which brand, on its web channel."""

    brand: Brand
    channel: Channel


@router.get("/{brand}")
async def start_page(brand: str, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """A new conversation, with the way back to the one before."""
    return await _start(request, pages, _place(desk, brand), FormState())


@router.post("/{brand}")
async def start(brand: str, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """The first message; from then on the conversation has a link of its own."""
    place, form = _place(desk, brand), await submitted(request, desk)
    thread = desk.sessions.signing.new_thread(visitor(request), form.key)
    try:
        await _send(request, desk, place, thread, form)
    except Problem as problem:
        return await _start(request, pages, place, form.failed(problem))
    address = f"/talk/{brand}/{desk.sessions.signing.link(brand, thread)}"
    response = RedirectResponse(address, 303)
    secure = desk.sessions.secure
    response.set_cookie(_cookie(brand), address, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=secure)
    return response


@router.get("/{brand}/{token}")
async def talk_page(brand: str, token: str, pages: OpenPages, desk: InParts) -> Response:
    """The conversation, or for the page's script only its messages."""
    place, thread = _place(desk, brand), _thread(desk, brand, token, pages)
    return await _conversation(pages, desk, place, token, thread, FormState())


@router.post("/{brand}/{token}")
async def write(brand: str, token: str, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """One more message."""
    place, thread = _place(desk, brand), _thread(desk, brand, token, pages)
    form = await submitted(request, desk)
    try:
        await _send(request, desk, place, thread, form)
    except Problem as problem:
        return await _conversation(pages, desk, place, token, thread, form.failed(problem), composing=True)
    if pages.partial:
        return await _conversation(pages, desk, place, token, thread, FormState(), composing=True)
    return RedirectResponse(f"/talk/{brand}/{token}", 303)


@router.get("/{brand}/{token}/events", response_class=EventSourceResponse)
async def events(brand: str, token: str, pages: OpenPages, desk: InParts) -> EventSourceResponse:
    """Says when there is something new."""
    place, thread = _place(desk, brand), _thread(desk, brand, token, pages)
    return desk.hub.response(talk_subject(conversation_id(brand, place.channel.id, thread)))


def _place(desk: Parts, brand: str) -> Place:
    channels = [each for each in desk.organisation.channels if each.brand == brand and each.kind == "web"]
    if not channels:
        raise Problem(404, "not-found", f"there is no conversation page for {brand}")
    return Place(desk.organisation.brand(brand), channels[0])


def _thread(desk: Parts, brand: str, token: str, pages: Pages) -> str:
    thread = desk.sessions.signing.thread(brand, token)
    if thread is None:
        sentence = pages.gettext("This link does not lead to a conversation. Was it copied whole?")
        raise Problem(404, "not-found", sentence)
    return thread


def _cookie(brand: str) -> str:
    return f"casekeeper-talk-{brand}"


async def _send(request: Request, desk: Parts, place: Place, thread: str, form: FormState) -> None:
    text, name = form.values.get("text", "").strip(), form.values.get("name", "").strip()[:LONGEST_NAME]
    files = await chosen_files(request)
    if not text and not files:
        raise Problem(400, "message-missing", "text: write your message first")
    if len(text) > place.channel.max_length:
        raise Problem(400, "message-too-long", f"text: at most {place.channel.max_length} characters")
    within_limit(request, desk)
    conversation = conversation_id(place.brand.id, place.channel.id, thread)
    known = await desk.desk.talk(conversation)
    name = name or (known.name if known else "")
    attachments = await kept_files(request, desk, Sender(thread, place.brand.id), form.key, files)
    message = {
        "conversation": thread,
        "author_id": thread,
        "author_name": name,
        "text": text,
        "client_message_id": form.key[:64],
        "attachments": [each.model_dump() for each in attachments],
    }
    message_id = await desk.customers.send(place.brand.id, place.channel.id, message)
    talk = Talk(conversation=conversation, brand=place.brand.id, thread=thread, name=name)
    await desk.desk.wrote(talk, message_id, text, attachments)
    desk.hub.wake([talk_subject(conversation)])


async def _start(request: Request, pages: Pages, place: Place, form: FormState) -> Response:
    known = request.cookies.get(_cookie(place.brand.id), "")
    context = _said_by(place, pages, f"/talk/{place.brand.id}") | {
        "form": form,
        "earlier": known if known.startswith(f"/talk/{place.brand.id}/") else "",
        "problem_text": _words(pages, form),
        "accepted": ",".join(ACCEPTED),
    }
    return await pages.render("talk_start.html", context, status=form.problem.status if form.problem else 200)


async def _conversation(
    pages: Pages, desk: Parts, place: Place, token: str, thread: str, form: FormState, *, composing: bool = False
) -> Response:
    conversation = conversation_id(place.brand.id, place.channel.id, thread)
    talk, cases = await desk.desk.talk(conversation), await desk.cases.telling(conversation)
    said = lines(conversation, talk, cases)
    expected = outlook(cases, desk.clock.now())
    context = _said_by(place, pages, f"/talk/{place.brand.id}/{token}") | {
        "token": token,
        "lines": said,
        "outlook": expected,
        "form": form,
        "composing": composing,
        "problem_text": _words(pages, form),
        "accepted": ",".join(ACCEPTED),
    }
    people = await desk.people.among([expected.owner, *(line.by for line in said)])
    return await pages.render("_talk.html" if pages.partial else "talk.html", context, people=people)


def _said_by(place: Place, pages: Pages, here: str) -> dict[str, Any]:
    """What the brand says on all of its pages, and how the page at this address is shown in another language."""
    brand = place.brand
    return {
        "place": place,
        "greeting": brand.conversation_page.greeting_in(pages.language, brand.language),
        "hours": brand.conversation_page.hours_in(pages.language, brand.language),
        "same_page": partial(same_page, pages.request, here),
    }


def _words(pages: Pages, form: FormState) -> str:
    if form.problem is None:
        return ""
    if form.problem.kind == "message-missing":
        return pages.gettext("Write your message first.")
    if form.problem.kind == "message-too-long":
        return pages.gettext("That is too long for one message. Please make it shorter, or send it in parts.")
    return why_not_taken(form.problem, pages.gettext)
