"""schemathesis over the OpenAPI document against the running service: no 500, no undocumented status, no odd answer."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from casekeeper import contract
from tests.conftest import Backends
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, PROBLEM, TOKEN, Stage, due, stage

# The service runs in the same process: what its drivers draw at random meanwhile is put down to the strategies.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
EXAMPLES = int(os.environ.get("CASEKEEPER_API_EXAMPLES", "4"))
"""Generated requests per operation, kind and person; more of them when somebody looks for trouble."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
]
PEOPLE = (OWNER, OTHER, EXPERT, "joost.smit", "fleur.visser", "integration:crm")
NASTY = ("a\x00b", "\ud800", "x" * 30_000, " ", "", "0" * 5_000)
ADDRESSES = ("%00", "%ED%A0%80", "%ff", "%F0%9F%91%A9", "x" * 3_000, "a%0d%0ab", "%20")
NUMBERS = (2**31, 2**63, 2**64, -(2**63) - 1, 10**400, 1e308, -0.0, 0.1)


@dataclass(frozen=True)
class Talked:
    """Cases to speak of, with something of everything in them."""

    cases: tuple[str, ...]
    consult: str
    promise: str
    reply: str
    draft: str
    handover: str

    def places(self) -> dict[str, str]:
        """Real ids for an operation's path."""
        return {
            "case_id": self.cases[0],
            "consult_id": self.consult,
            "reply_id": self.reply,
            "handover_id": self.handover,
        }


async def talked(running: Stage) -> Talked:
    talk, other = await running.answered(), await running.owned()
    path = f"/cases/{talk.case_id()}"
    consult = (await running.accepted(f"{path}/consults", {"question": "Why?"}))["consult_id"]
    await running.hear(talk.offered(consult))
    promise = (await running.accepted(f"{path}/promises", {"what": "a part", "due_at": due(600)}))["promise_id"]
    draft = (await running.accepted(f"{path}/drafts", {"text": "Perhaps this"}))["reply_id"]
    reply = (await running.accepted(f"{path}/replies", {"text": "And this"}))["reply_id"]
    handover = (await running.accepted(f"{path}/handovers", {"to": OTHER, "reason": "lunch"}))["handover_id"]
    return Talked((talk.case_id(), other.case_id()), consult, promise, reply, draft, handover)


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


def checked(operation: Any, url: str, mode: GenerationMode, **fixed: Any) -> None:
    """Generated requests for one operation, each answer held to the document."""
    session = requests.Session()
    headers = {"Authorization": f"Bearer {TOKEN}"}

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode, **fixed))
    def run(case: Case) -> None:
        response = case.call(base_url=url, headers=headers, session=session)
        case.validate_response(response, checks=CHECKS, headers=headers)

    run()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=str)
async def test_whatever_is_sent_is_answered_as_documented(running: Stage, mode: GenerationMode) -> None:
    """Every operation, by people of every kind: now about what there is, now about anything."""
    known, people, troubles = await talked(running), cycle(PEOPLE), []
    schema = schemathesis.openapi.from_dict(contract.CASES.document())
    for number, found in enumerate(schema.get_all_operations()):
        operation = found.ok()
        wanted = {name: id_ for name, id_ in known.places().items() if f"{{{name}}}" in operation.path}
        real = {"path_parameters": wanted, "headers": {"Acting-Person": next(people)}}
        try:
            await asyncio.to_thread(checked, operation, running.service.url, mode, **(real if number % 3 else {}))
        except FailureGroup as failures:
            troubles += [f"{operation.label}: {each.title}: {each.message}" for each in failures.exceptions]
    assert not troubles, "\n\n".join(troubles)


def changed(value: Any, put: Any, *, texts: bool) -> Iterator[Any]:
    """The value with one of its texts, or numbers, replaced."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ({**value, name: other} for other in changed(inner, put, texts=texts))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ([*value[:place], other, *value[place + 1 :]] for other in changed(inner, put, texts=texts))
    elif isinstance(value, str) if texts else isinstance(value, int | float):
        yield put


async def test_what_nobody_would_write_is_refused_or_taken_but_never_breaks(running: Stage) -> None:
    """NUL, lone surrogates, huge texts and numbers, in every field of every example, and in every part of the address."""
    known = await talked(running)
    slots = asyncio.Semaphore(16)

    async def ask(method: str, address: str, raw: str, allowed: set[str]) -> None:
        async with slots:
            headers = {"Content-Type": "application/json"}
            answer = await running.client.request(method, address, content=raw, headers=headers)
        assert str(answer.status_code) in allowed, f"{method} {address} {raw[:200]}: {answer.text}"

    for path, methods in contract.CASES.document()["paths"].items():
        for method, operation in methods.items():
            example = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
            allowed = {*operation["responses"]}
            bodies = [body for nasty in NASTY for body in changed(example, nasty, texts=True)]
            bodies += [body for nasty in NUMBERS for body in changed(example, nasty, texts=False)]
            real = path.format_map(Anything(known.places()))
            nowhere = [path.format_map(Anything({}, nasty)) for nasty in ADDRESSES if "{" in path]
            await asyncio.gather(
                # In ASCII: a lone surrogate goes out as its escape.
                *(ask(method, real, json.dumps(body), allowed) for body in bodies),
                *(ask(method, address, json.dumps(example), {*allowed, "404", "405"}) for address in nowhere),
            )


class Anything(dict[str, str]):
    """Fills in what is known, and the same for all else."""

    def __init__(self, known: dict[str, str], other: str = "anything") -> None:
        super().__init__(known)
        self.other = other

    def __missing__(self, _: str) -> str:
        return self.other


async def test_bodies_that_are_no_json_are_refused_and_say_so(running: Stage) -> None:
    headers = {"Content-Type": "application/json"}
    for raw in (b"\xff", b"\x00", b"[" * 50_000, b"{", b"9" * 5_000, b'{"text": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}"):
        answer = await running.client.post("/cases/x/replies", content=raw, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (400, f"{PROBLEM}invalid-request"), raw[:20]
        assert answer.json()["errors"][0]["field"].startswith("body")


async def test_other_methods_and_addresses_are_refused_and_say_so(running: Stage) -> None:
    for method, address, status in (
        ("PATCH", "/cases", 405),
        ("DELETE", "/cases/x/replies", 405),
        ("GET", "/nowhere", 404),
    ):
        answer = await running.client.request(method, address)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
