"""Headers on every answer, and a cookie that tells one browser from another (for tokens against forged forms)."""

import secrets
from http.cookies import CookieError, SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.errors import Problem
from services.chassis.http import problem_response
from services.desk.api.session import VISITOR_COOKIE, cookie_name

POLICY_HEADER = "Content-Security-Policy"


def policy(pictures: str = "'self'") -> str:
    """What a page may load: its own parts, and pictures and videos from these sources."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src {pictures}",
            f"media-src {pictures}",
            "connect-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )


HEADERS = {
    POLICY_HEADER: policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SHORTEST_VISITOR = 20
ELSEWHERE = problem_response(Problem(403, "from-elsewhere", "another site can not send this in your name"))


class Security:
    """Sets them. A pure middleware: streams pass through untouched."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self._app = app
        self._name = cookie_name(VISITOR_COOKIE, secure=secure)
        self._attributes = f"; Path=/; Max-Age=31536000; HttpOnly; SameSite=lax{'; Secure' if secure else ''}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _from_elsewhere(scope):
            await ELSEWHERE(scope, receive, send)
            return
        known = _visitor(Headers(scope=scope).get("cookie", ""), self._name)
        scope["visitor"] = known or secrets.token_urlsafe(24)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if not known and headers.get("content-type", "").startswith("text/html"):
                    headers.append("Set-Cookie", f"{self._name}={scope['visitor']}{self._attributes}")
            await send(message)

        await self._app(scope, receive, sending)


def _from_elsewhere(scope: Scope) -> bool:
    """Whether another site's page sends a command; browsers say so themselves, programs say nothing."""
    site = Headers(scope=scope).get("sec-fetch-site", "none")
    return scope["method"] not in ("GET", "HEAD", "OPTIONS") and site not in ("same-origin", "none")


def _visitor(cookies: str, name: str) -> str:
    try:
        value = SimpleCookie(cookies).get(name)
    except CookieError:
        return ""
    return value.value if value and len(value.value) >= SHORTEST_VISITOR else ""
