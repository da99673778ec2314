"""The identity provider itself tells us that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0)."""

from datetime import timedelta

from fastapi import APIRouter, Request, Response

from services.chassis.errors import Problem, Unavailable
from services.chassis.http import problem_response
from services.chassis.logs import logger
from services.desk.api.parts import InParts, Parts

BACK_CHANNEL = "/sign-out/back-channel"
"""Where the provider sends its logout tokens; it has to know this address."""
BODY_BYTES = 65_536
REFUSED_WITHIN_A_MINUTE = 30
"""So many from one address that are not the provider's; what the provider has signed is always taken."""
WITHIN = timedelta(minutes=1)
NOT_KEPT = {"Cache-Control": "no-store"}

router = APIRouter(include_in_schema=False)
log = logger("desk")


@router.post(BACK_CHANNEL)
async def back_channel(request: Request, desk: InParts) -> Response:
    """End the sessions that a logout token names. No session or form token goes with it: its signature is the proof."""
    address = request.client.host if request.client else ""
    if wait := desk.refused_logouts.wait_seconds(address):
        return _refusal(Problem(429, "too-many-failures", f"too many refused tokens; try again in {wait} s"))
    try:
        await _end(request, desk)
    except Problem as problem:
        desk.refused_logouts.note(address)
        return _refusal(Problem(400, problem.kind, problem.detail, error="invalid_request"))
    except Unavailable as error:  # nothing else than 400 is allowed when it did not work
        return _refusal(Problem(400, "unavailable", str(error), error="invalid_request"))
    return Response(headers=NOT_KEPT)


async def _end(request: Request, desk: Parts) -> None:
    """Raises Problem for what is no logout token of the provider's, or was taken before."""
    if desk.provider is None:
        raise Problem(400, "no-identity-provider", "people sign in with passwords here")
    token = (await request.form(max_files=0, max_fields=10)).get("logout_token")
    if not isinstance(token, str) or not token:
        raise Problem(400, "logout-token-missing", "logout_token: the form does not bring one")
    named = await desk.provider.signed_out(token, desk.clock.now())
    if await desk.logouts.taken(named.token):
        raise Problem(400, "logout-token-taken", "logout_token: it was taken before")
    ended = await desk.sessions.signed_out_at_provider(named.subject, named.session)
    await desk.logouts.take(named.token, named.until)
    log.info("the identity provider has ended sessions", count=ended)


def _refusal(problem: Problem) -> Response:
    return problem_response(problem, NOT_KEPT)
