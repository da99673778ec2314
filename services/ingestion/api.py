"""The ways in: signed webhooks, bulk files, and the customer's own page."""

import re
from typing import Any

import orjson
from fastapi import APIRouter, Depends, Request, Response
from opentelemetry import metrics

from schemas.events.message import Message
from schemas.organisation import ChannelKind
from services.chassis import telemetry
from services.chassis.clock import Clock
from services.chassis.errors import Problem
from services.chassis.http import require_internal
from services.ingestion.domain.accounts import Account, Accounts, UnknownAccount
from services.ingestion.domain.normal import message, typed_on_the_web
from services.ingestion.domain.payload import Malformed, WebhookBody, WebMessage, WireMessage, parse
from services.ingestion.domain.signature import why_refused
from services.ingestion.store import Intake, Taken

BULK_BODY_BYTES = 10 * 1_048_576
BULK_LINES = 10_000
BULK_COMMIT = 500
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

inbound = metrics.get_meter("casekeeper").create_counter(
    "care_inbound_events", "{message}", "Messages that reached ingestion, by channel and outcome"
)


class WaysIn:
    """What the routes need."""

    def __init__(self, accounts: Accounts, intake: Intake, clock: Clock) -> None:
        self.accounts = accounts
        self.intake = intake
        self.clock = clock

    def account(self, brand: str, channel: str, kind: ChannelKind | None = None) -> Account:
        """Raises Problem 422."""
        try:
            return self.accounts.find(brand, channel, kind)
        except UnknownAccount as error:
            raise Problem(422, "unknown-channel", str(error)) from error


def router(ways: WaysIn) -> APIRouter:
    """The routes of the service."""
    routes = APIRouter()

    async def webhook(request: Request) -> Response:
        """One message from a channel that signs by the Standard Webhooks specification."""
        path = request.path_params
        return await receive_webhook(ways, ways.account(path["brand"], path["channel"], "webhook"), request)

    # A plain route: FastAPI's reading of parameters would cost as much as all that we do here.
    routes.add_route("/webhooks/{brand}/{channel}", webhook, methods=["POST"])

    @routes.post("/bulk/{brand}/{channel}", dependencies=[Depends(require_internal)])
    async def bulk(brand: str, channel: str, request: Request) -> Response:
        """Many messages, one JSON object a line; each line is answered for itself."""
        return await receive_bulk(ways, ways.account(brand, channel), request)

    @routes.post("/web/{brand}/{channel}/messages", dependencies=[Depends(require_internal)])
    async def web(brand: str, channel: str, request: Request) -> Response:
        """What a customer typed on the brand's conversation page."""
        account = ways.account(brand, channel, "web")
        try:
            received = typed_on_the_web(parse(WebMessage, await request.body()), account, ways.clock.now())
        except Malformed as error:
            raise _refused(account, error.field, error) from error
        return await _answered(ways, account, received, request)

    return routes


async def receive_webhook(ways: WaysIn, account: Account, request: Request) -> Response:
    """Check, store, answer. Raises Problem 400 or 401, and Unavailable."""
    body, now, headers = await request.body(), ways.clock.now(), dict(request.scope["headers"])
    refusal = why_refused(
        account.keys,
        headers.get(b"webhook-id"),
        headers.get(b"webhook-timestamp"),
        headers.get(b"webhook-signature"),
        body,
        now,
    )
    if refusal:
        _count(account, "unauthentic")
        raise Problem(401, "not-authentic", refusal)
    try:
        wire = parse(WebhookBody, body).data
    except Malformed as error:
        raise _refused(account, error.field, error) from error
    try:
        received = message(wire, account, now)
    except Malformed as error:
        raise _refused(account, f"data.{error.field}", error) from error
    return await _answered(ways, account, received, request)


async def receive_bulk(ways: WaysIn, account: Account, request: Request) -> Response:
    """Take every good line; the answer lists all lines in order. Raises Problem 413, and Unavailable."""
    lines = [
        (number, line)
        for number, line in enumerate((await request.body()).split(b"\n"), 1)
        if not line.isspace() and line
    ]
    if len(lines) > BULK_LINES:
        raise Problem(413, "body-too-large", f"at most {BULK_LINES:,} lines at a time; this has {len(lines):,}")
    carried = _trace(request)
    answers: list[dict[str, Any]] = []
    for start in range(0, len(lines), BULK_COMMIT):
        answers += await _take_lines(ways, account, lines[start : start + BULK_COMMIT], carried)
    return _json(answers, 200)


async def _take_lines(
    ways: WaysIn, account: Account, lines: list[tuple[int, bytes]], carried: dict[str, str]
) -> list[dict[str, Any]]:
    now = ways.clock.now()
    answers: list[dict[str, Any]] = []
    good: dict[str, Message] = {}
    for number, line in lines:
        try:
            received = message(parse(WireMessage, line), account, now)
        except Malformed as error:
            problem = _refused(account, error.field, error)
            answers.append({"line": number, "status": "refused", "problem": problem.document()})
            continue
        again = received.id in good
        good.setdefault(received.id, received)
        answers.append({"line": number, "status": "duplicate" if again else "accepted", "message_id": received.id})
    taken = {each.message_id: each for each in await ways.intake.take(list(good.values()), carried)}
    for answer in answers:
        if answer["status"] != "refused":
            each = taken[answer["message_id"]]
            answer["conversation"] = each.conversation
            if not each.new:
                answer["status"] = "duplicate"
            _count(account, answer["status"])
    return answers


async def _answered(ways: WaysIn, account: Account, received: Message, request: Request) -> Response:
    [taken] = await ways.intake.take([received], _trace(request))
    _count(account, "accepted" if taken.new else "duplicate")
    return _json(_result(taken), 202 if taken.new else 200)


def _result(taken: Taken) -> dict[str, str]:
    return {"message_id": taken.message_id, "conversation": taken.conversation, "status": "accepted"}


def _refused(account: Account, field: str, error: Malformed) -> Problem:
    _count(account, "malformed")
    errors = [{"field": field, "problem": error.problem}]
    return Problem(400, "invalid-request", f"{field}: {error.problem}", errors=errors)


def _trace(request: Request) -> dict[str, str]:
    """The trace that the sender began, or a new one."""
    given = request.headers.get(telemetry.TRACEPARENT, "")
    return {telemetry.TRACEPARENT: given if _TRACEPARENT.fullmatch(given) else telemetry.new_traceparent()}


def _json(content: Any, status: int) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")


def _count(account: Account, outcome: str) -> None:
    inbound.add(1, {"channel": account.channel, "outcome": outcome})
