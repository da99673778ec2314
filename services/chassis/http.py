"""Every service's HTTP face: health, metrics, problem documents, and a limit to what a request may bring."""

import asyncio
import json
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.errors import Conflict, PortInUse, Problem, Unavailable
from services.chassis.version import VERSION

PROBLEM_JSON = "application/problem+json"
DEFAULT_BODY_LIMIT_BYTES = 1_048_576
DRAIN_LIMIT_BYTES = 16_777_216
DRAIN_SECONDS = 1.0
RETRY_AFTER_SECONDS = 5

Check = Callable[[], Awaitable[str]]
"""A readiness check: what is wrong, or an empty text."""


def application(
    service: str, checks: Mapping[str, Check], internal_token: str = "", body_limits: Mapping[str, int] | None = None
) -> FastAPI:
    """An application with `/livez`, `/readyz`, `/metrics` and problem documents for every error.

    `body_limits` gives other limits in bytes by path prefix; a larger body is refused with 413 before it is read whole.
    """
    # Starlette would lead from /x/ to /x at whatever host the request names.
    app = FastAPI(title=f"Casekeeper {service}", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.internal_token = internal_token
    app.add_middleware(BodyLimit, limits=body_limits or {})
    _health(app, service, checks)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(Conflict, _conflict)
    app.add_exception_handler(Exception, _bug)
    return app


def _health(app: FastAPI, service: str, checks: Mapping[str, Check]) -> None:
    # The machine's clock, whatever clock the service was given: it tells how long the process has run.
    about = {"service": service, "version": VERSION, "started_at": datetime.now(UTC).isoformat(timespec="seconds")}

    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive", **about}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> JSONResponse:
        troubles = {name: await check() for name, check in checks.items()}
        ready = not any(troubles.values())
        body = {
            "status": "ready" if ready else "not ready",
            "checks": {name: text or "ok" for name, text in troubles.items()},
            **about,
        }
        return JSONResponse(body, 200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def require_internal(request: Request, authorization: Annotated[str, Header()] = "") -> None:
    """A dependency for routes that only our own services call. Raises Problem 401."""
    token: str = request.app.state.internal_token
    if not token or not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise Problem(401, "not-authenticated", "the bearer token of the services is missing or wrong")


def internal_router() -> APIRouter:
    """For routes that only our own services call."""
    return APIRouter(dependencies=[Depends(require_internal)])


def include(app: FastAPI, router: APIRouter) -> None:
    """Take its routes as they are. FastAPI's own `include_router` would build each of them anew at the first request."""
    app.router.routes.extend(router.routes)


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The problem as an HTTP answer."""
    return JSONResponse(problem.document(), problem.status, dict(headers or {}), PROBLEM_JSON)


async def _problem(_: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return problem_response(error)


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    fields = [{"field": ".".join(str(part) for part in each["loc"]), "problem": each["msg"]} for each in error.errors()]
    first = fields[0]
    return problem_response(Problem(400, "invalid-request", f"{first['field']}: {first['problem']}", errors=fields))


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if error.status_code == 400:  # FastAPI's answer to a body that is no text, or no JSON that can be read
        field = {"field": "body", "problem": "is no JSON in UTF-8"}
        return problem_response(Problem(400, "invalid-request", "body: is no JSON in UTF-8", errors=[field]))
    kind = {404: "not-found", 405: "method-not-allowed", 401: "not-authenticated", 403: "not-allowed"}.get(
        error.status_code, "http-error"
    )
    return problem_response(Problem(error.status_code, kind, str(error.detail)), error.headers)


async def _unavailable(_: Request, error: Exception) -> Response:
    return problem_response(Problem(503, "unavailable", str(error)), {"Retry-After": str(RETRY_AFTER_SECONDS)})


async def _conflict(_: Request, error: Exception) -> Response:
    return problem_response(Problem(409, "conflict", str(error)))


async def _bug(_: Request, __: Exception) -> Response:
    return problem_response(Problem(500, "internal-error", "something went wrong on our side; it has been logged"))


class BodyLimit:
    """Refuses bodies that are too large, whether they say so in advance or not."""

    def __init__(self, app: ASGIApp, limits: Mapping[str, int]) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = next(
            (size for prefix, size in self._limits.items() if scope["path"].startswith(prefix)),
            DEFAULT_BODY_LIMIT_BYTES,
        )
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        too_large = not declared.isdigit() or int(declared) > limit
        try:
            body = await _read(receive, -1 if too_large else limit)
        except _Gone:
            return  # what came of the body is not what was meant
        if body is None:
            await self._refuse(send, limit)
            return
        await self._app(scope, _replay(body, receive), send)

    async def _refuse(self, send: Send, limit: int) -> None:
        document = Problem(413, "body-too-large", f"the body may have at most {limit:,} bytes").document()
        headers = [(b"content-type", PROBLEM_JSON.encode()), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(document).encode()})


class _Gone(Exception):
    """The client went away in the middle of the body."""


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The body, or None when it is larger than the limit.

    A body that is too large is taken in all the same, up to a point, and thrown away: a client that is still sending would
    meet a reset connection instead of our answer.
    """
    body, taken = bytearray(), 0
    while True:
        try:
            message = await asyncio.wait_for(receive(), None if taken <= limit else DRAIN_SECONDS)
        except TimeoutError:
            return None  # it only said that it would send so much
        if message["type"] == "http.disconnect":
            raise _Gone
        part = message.get("body", b"")
        taken += len(part)
        if taken <= limit:
            body += part
        if not message.get("more_body") or taken > limit + DRAIN_LIMIT_BYTES:
            return bytes(body) if taken <= limit else None


def _replay(body: bytes, receive: Receive) -> Receive:
    first: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return first.pop() if first else await receive()

    return replay


def listener(host: str, port: int, service: str) -> socket.socket:
    """A socket that listens there; port 0 takes any. Raises PortInUse."""
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise PortInUse(
            f"{service} can not listen on {host}:{port}: {error.strerror}; set {service.upper()}_HTTP_PORT"
        ) from error
    return found


async def serving(app: FastAPI, bound: socket.socket) -> tuple[uvicorn.Server, asyncio.Task[None]]:
    """A server on that socket, ready, and its work; `should_exit` ends it."""
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    work = asyncio.create_task(server._serve([bound]))  # noqa: SLF001 - serve() would take the process's signals
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    return server, work
