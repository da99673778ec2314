"""Signing in through the organisation's identity provider: out to it, and back with its word (OpenID Connect)."""

import secrets
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature
from pydantic import ValidationError

from schemas.base import Model
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts
from services.desk.api.session import cookie_name
from services.desk.gateway.identity_provider import IdentityProvider
from services.desk.pages.forms import FormState
from services.desk.pages.routing import SIGN_IN, OpenPages, PageRoute, inside
from services.desk.pages.sign_in import sign_in_again
from services.desk.store.sessions import AtProvider

LEAVING_COOKIE = "casekeeper-leaving"
LEFT_FOR = timedelta(minutes=10)
"""How long somebody may take at the provider."""
SECRET_BYTES = 32
BACK = f"{SIGN_IN}/back"
"""Where the provider leads back to; it has to know this address."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)


class Leaving(Model):
    """What a browser takes along to the provider, so that its answer fits this browser and this sign-in only."""

    state: str
    nonce: str
    verifier: str
    next: str
    until: float
    """Seconds since 1970."""


@router.get(f"{SIGN_IN}/provider")
async def leave(pages: OpenPages, desk: InParts, next: Annotated[str, Query()] = "/") -> Response:  # noqa: A002 - the field's name
    """Off to the provider."""
    provider = _provider(desk)
    state, nonce, verifier = (secrets.token_urlsafe(SECRET_BYTES) for _ in range(3))
    now = desk.clock.now()
    until = (now + LEFT_FOR).timestamp()
    leaving = Leaving(state=state, nonce=nonce, verifier=verifier, next=inside(next), until=until)
    try:
        response = RedirectResponse(await provider.address(state, nonce, verifier, now), 303)
    except Problem as problem:
        return await sign_in_again(pages, FormState({"next": next}, problem))
    sealed = str(desk.sessions.signing.leaving().dumps(leaving.model_dump()))
    seconds = int(LEFT_FOR.total_seconds())
    name, secure = _cookie(desk), desk.sessions.secure
    response.set_cookie(name, sealed, max_age=seconds, httponly=True, samesite="lax", secure=secure)
    return response


@router.get(BACK)
async def back(request: Request, pages: OpenPages, desk: InParts) -> Response:
    """Back from the provider: a session for whom it names, if the organisation has them."""
    try:
        response = await _signed_in(request, desk)
    except Problem as problem:
        response = await sign_in_again(pages, FormState({}, problem))
    response.delete_cookie(_cookie(desk), httponly=True, samesite="lax", secure=desk.sessions.secure)
    return response


async def _signed_in(request: Request, desk: Parts) -> Response:
    """Raises Problem for an answer that is not to be believed, and for somebody whom the organisation does not have."""
    provider, now = _provider(desk), desk.clock.now()
    leaving = _leaving(request, desk)
    query = dict(request.query_params)
    fits = leaving and secrets.compare_digest(leaving.state.encode(), query.get("state", "").encode())
    if leaving is None or not fits or now.timestamp() >= leaving.until:
        raise Problem(400, "sign-in-stale", "this sign-in was not begun in this browser, or too long ago")
    identity = await provider.identity(query, leaving.nonce, leaving.verifier, now)
    named = await desk.people.called(identity.name)
    if named is None:
        raise Problem(403, "identity-unknown", "the organisation has nobody of the name that its sign-in gives")
    response = RedirectResponse(inside(leaving.next), 303)
    there = AtProvider(identity.id_token, identity.subject, identity.session)
    await desk.sessions.sign_in(request, response, named.id, "provider", there=there)
    return response


def _leaving(request: Request, desk: Parts) -> Leaving | None:
    try:
        content = desk.sessions.signing.leaving().loads(request.cookies.get(_cookie(desk), ""))
        return Leaving.model_validate(content)
    except (BadSignature, ValidationError):
        return None


def _cookie(desk: Parts) -> str:
    return cookie_name(LEAVING_COOKIE, secure=desk.sessions.secure)


def _provider(desk: Parts) -> IdentityProvider:
    if desk.provider is None:
        raise Problem(404, "no-identity-provider", "people sign in with passwords here")
    return desk.provider
