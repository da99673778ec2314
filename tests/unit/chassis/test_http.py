"""Every service's HTTP face: limits, problem documents, health."""

import tomllib
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import Body, Depends
from fastapi.testclient import TestClient
from pydantic import BaseModel
from starlette.types import Message

from services.chassis.errors import Conflict, Problem, Unavailable
from services.chassis.http import PROBLEM_JSON, BodyLimit, application, require_internal
from services.chassis.version import VERSION

LIMIT = 1000


class Order(BaseModel):
    what: str
    count: int


class State:
    trouble = ""


async def trouble() -> str:
    return State.trouble


@pytest.fixture
def client() -> TestClient:
    State.trouble = ""
    app = application("cases", {"store": trouble}, "token", {"/small": LIMIT})

    @app.post("/small")
    async def small(body: Annotated[bytes, Body(media_type="text/plain")]) -> int:
        return len(body)

    @app.post("/orders")
    async def orders(order: Order) -> str:
        return order.what

    @app.get("/fail/{how}")
    async def fail(how: str) -> None:
        raise {
            "problem": Problem(409, "open-promise", "a promise is open", promises=["p1"]),
            "unavailable": Unavailable("the document store does not answer"),
            "conflict": Conflict("others keep changing it"),
            "bug": RuntimeError("with a customer's words"),
        }[how]

    @app.get("/internal", dependencies=[Depends(require_internal)])
    async def internal() -> str:
        return "ours"

    return TestClient(app, raise_server_exceptions=False)


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == PROBLEM_JSON
    document: dict[str, Any] = response.json()
    assert document["type"] == f"urn:casekeeper:problem:{kind}"
    assert document["status"] == status
    assert document["title"]
    return document


class TestBodyLimit:
    def test_a_body_of_just_the_limit_passes(self, client: TestClient) -> None:
        assert client.post("/small", content=b"x" * LIMIT, headers={"content-type": "text/plain"}).json() == LIMIT

    def test_a_larger_body_is_refused(self, client: TestClient) -> None:
        document = problem(client.post("/small", content=b"x" * (LIMIT + 1)), 413, "body-too-large")
        assert document["detail"] == "the body may have at most 1,000 bytes"

    def test_a_larger_body_that_does_not_say_so_is_refused(self, client: TestClient) -> None:
        def chunks() -> Iterator[bytes]:
            for _ in range(LIMIT // 100 + 1):
                yield b"x" * 100

        problem(client.post("/small", content=chunks()), 413, "body-too-large")

    def test_other_paths_have_the_usual_limit(self, client: TestClient) -> None:
        assert client.post("/orders", json={"what": "x" * 5000, "count": 1}).status_code == 200
        problem(client.post("/orders", content=b"x" * 1_048_577), 413, "body-too-large")

    async def test_half_a_body_is_never_handled(self) -> None:
        handled: list[str] = []

        async def app(*_: Any) -> None:
            handled.append("it")

        async def received() -> AsyncIterator[Message]:
            yield {"type": "http.request", "body": b"half", "more_body": True}
            yield {"type": "http.disconnect"}

        messages = received()

        async def receive() -> Message:
            return await anext(messages)

        async def send(_: Message) -> None:
            handled.append("an answer")

        await BodyLimit(app, {})({"type": "http", "path": "/", "headers": []}, receive, send)
        assert handled == []


class TestProblems:
    def test_a_bad_field_is_named(self, client: TestClient) -> None:
        document = problem(client.post("/orders", json={"what": "x", "count": "many"}), 400, "invalid-request")
        assert document["detail"].startswith("body.count: ")
        assert [error["field"] for error in document["errors"]] == ["body.count"]

    def test_bad_json(self, client: TestClient) -> None:
        headers = {"content-type": "application/json"}
        problem(client.post("/orders", content=b"{", headers=headers), 400, "invalid-request")

    def test_what_a_person_can_act_on(self, client: TestClient) -> None:
        document = problem(client.get("/fail/problem"), 409, "open-promise")
        assert document["detail"] == "a promise is open"
        assert document["promises"] == ["p1"]

    def test_servers_that_are_away(self, client: TestClient) -> None:
        response = client.get("/fail/unavailable")
        problem(response, 503, "unavailable")
        assert int(response.headers["retry-after"]) > 0

    def test_a_crowd(self, client: TestClient) -> None:
        problem(client.get("/fail/conflict"), 409, "conflict")

    def test_a_bug_tells_nothing(self, client: TestClient) -> None:
        document = problem(client.get("/fail/bug"), 500, "internal-error")
        assert "customer" not in str(document)

    def test_unknown_paths_and_methods(self, client: TestClient) -> None:
        problem(client.get("/nowhere"), 404, "not-found")
        problem(client.get("/orders"), 405, "method-not-allowed")


class TestInternal:
    @pytest.mark.parametrize("header", ["", "token", "Bearer wrong", "Bearer tokén"])
    def test_others_are_kept_out(self, client: TestClient, header: str) -> None:
        response = client.get("/internal", headers={"authorization": header.encode()})
        problem(response, 401, "not-authenticated")

    def test_ours_come_in(self, client: TestClient) -> None:
        assert client.get("/internal", headers={"authorization": "Bearer token"}).json() == "ours"

    def test_without_a_token_nobody_comes_in(self) -> None:
        app = application("cases", {})

        @app.get("/internal", dependencies=[Depends(require_internal)])
        async def internal() -> None: ...

        problem(TestClient(app).get("/internal", headers={"authorization": "Bearer "}), 401, "not-authenticated")


class TestHealth:
    def test_alive_and_ready(self, client: TestClient) -> None:
        alive = client.get("/livez").json()
        assert datetime.fromisoformat(alive["started_at"]) <= datetime.now(UTC)
        about = {"service": "cases", "version": VERSION, "started_at": alive["started_at"]}
        assert alive == {"status": "alive", **about}
        assert client.get("/readyz").json() == {"status": "ready", "checks": {"store": "ok"}, **about}

    def test_the_version_is_the_one_that_is_packed(self) -> None:
        packed = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
        assert packed["project"]["version"] == VERSION

    def test_alive_but_not_ready(self, client: TestClient) -> None:
        State.trouble = "no answer in 2 seconds"
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.json()["checks"] == {"store": "no answer in 2 seconds"}
        assert client.get("/livez").status_code == 200

    def test_metrics(self, client: TestClient) -> None:
        assert client.get("/metrics").status_code == 200
