"""A specialist's question behind a link, for a phone and without a log-in: it shows one question, and nothing else (O2, M3).

Follow-up made the link and says what it leads to now; the desk shows the question, and what is done is done in the name of the
specialist to whom the link was sent.
"""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.shown import context_of
from services.desk.domain.masking import for_outside
from services.desk.domain.uploads import ACCEPTED, Sender
from services.desk.gateway.invitations import Invited
from services.desk.pages.consults import ActName
from services.desk.pages.enclosing import rows_of
from services.desk.pages.forms import FormState, submitted
from services.desk.pages.limiting import within_limit
from services.desk.pages.rendering import Pages
from services.desk.pages.routing import OpenPages, PageRoute
from services.desk.pages.sending_files import chosen_files, kept_files, why_not_taken
from services.desk.pages.specialist import ACTS, act, said
from services.desk.store.consults import Asked

router = APIRouter(prefix="/question", route_class=PageRoute, include_in_schema=False)
NOBODY = "specialist"
"""Nobody is signed in here: whoever has the link asks."""
OVER = 410


@router.get("/{token}")
async def question(token: str, pages: OpenPages, desk: InParts) -> Response:
    """The question, or that the link leads to none any more. To look changes nothing."""
    invited = await _invited(desk, token)
    status = 200 if invited and (invited.live or invited.standing == "answered") else OVER if invited else 404
    return await _page(pages, desk, token, invited, FormState(), status)


@router.post("/{token}/{name}")
async def do(token: str, name: ActName, request: Request, pages: OpenPages, desk: InParts) -> Response:
    """Take it, answer, ask back or decline, as long as the link holds."""
    form = await submitted(request, desk)
    invited = await _invited(desk, token)
    if invited is None or not invited.live:
        return await _page(pages, desk, token, invited, FormState(form.values), OVER if invited else 404)
    try:
        within_limit(request, desk)
        files = await chosen_files(request) if name == "answer" else []
        beside = await kept_files(request, desk, Sender(invited.request_id, invited.brand), form.key, files)
        await act(desk, invited.specialist, invited.case_id, invited.consult_id, name, form, beside)
    except Problem as problem:
        return await _page(pages, desk, token, invited, form.failed(problem), problem.status)
    # The follow-up service hears of it a moment later; what was done is known here already.
    standing = {"accept": "accepted", "answer": "answered", "decline": "declined"}.get(name, invited.standing)
    after = invited.model_copy(update={"standing": standing})
    done = "" if ACTS[name].ends else said(name, pages.gettext)
    return await _page(pages, desk, token, after, FormState(done=done), 200)


async def _invited(desk: Parts, token: str) -> Invited | None:
    """What the link leads to; None for one that nobody made. Raises Problem when nobody can know."""
    try:
        return await desk.followup.see(Invited, NOBODY, "question-links", token)
    except Problem as problem:
        if problem.status == 404:
            return None
        raise


async def _page(
    pages: Pages, desk: Parts, token: str, invited: Invited | None, form: FormState, status: int
) -> Response:
    context: dict[str, Any] = {
        "token": token,
        "invited": invited,
        "form": form,
        "shown": None,
        "link_rows": rows_of,
        "accepted": ",".join(ACCEPTED),
        "friendly": lambda problem: why_not_taken(problem, pages.gettext),
    }
    named: list[str] = []
    if invited:
        named = [invited.asked_by, invited.specialist]
        asked = await desk.consults.asked(invited.case_id, invited.consult_id, invited.request_id)
        if invited.live and asked and asked.offer.specialist == invited.specialist:
            context |= _shown(asked)
            named += [each.by for each in asked.rounds]
    return await pages.render("question.html", context, status=status, people=await desk.people.among(named))


def _shown(asked: Asked) -> dict[str, Any]:
    """The question and the context needed, without what tells who the customer is."""
    return {"shown": asked, "lines": context_of(asked.view), "hide": for_outside(asked.view.customer)}
