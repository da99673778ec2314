"""Who may use a route is checked on every one of them: by what they declare, with the examples of the description."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest

from services.cases.api import openapi
from tests.conftest import Backends
from tests.integration.cases.stage import EXPERT, OWNER, PROBLEM, Stage, due, stage
from tests.integration.cases.test_schemathesis import Anything, talked

STRANGER, PARTNER, BRIDGE = "nobody.known", "isla.fletcher", "integration:crm"
QUERY = {"until": due(90), "brand": "moccarel", "q": "leak", "question": "Why does it leak?"}
"""What some lists and look-ups need; all others do not mind."""
REFUSED = {400, 403, 404, 409, 412, 422}


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


async def asked(running: Stage, route: openapi.RouteContext, person: str, places: dict[str, str]) -> httpx2.Response:
    """The route's own example, sent by that person."""
    (method,) = route.methods or ("GET",)
    address = (route.path_format or "").format_map(Anything(places))
    body = openapi.MANUAL.example(openapi.operation(route)).get("request", {}) if route.body_field else None
    headers = {"Acting-Person": person}
    return await running.client.request(method, address, json=body, params=QUERY, headers=headers)


def routes(running: Stage) -> list[openapi.RouteContext]:
    return list(openapi.described(running.service.api))


def may(route: openapi.RouteContext) -> frozenset[str]:
    return openapi.asking.declared(openapi.endpoint(route))


async def test_a_stranger_may_nothing(running: Stage) -> None:
    known = await talked(running)
    for route in routes(running):
        answer = await asked(running, route, STRANGER, known.places())
        assert answer.status_code == 403, f"{openapi.operation(route)}: {answer.text}"
        assert answer.json()["type"] == f"{PROBLEM}unknown-person"


async def test_an_integration_may_what_is_declared_for_it_and_nothing_else(running: Stage) -> None:
    known = await talked(running)
    for route in routes(running):
        answer = await asked(running, route, BRIDGE, known.places())
        if "integration" in may(route):
            assert answer.status_code in (200, 202), f"{openapi.operation(route)}: {answer.text}"
        else:
            assert (answer.status_code, answer.json()["type"]) == (403, f"{PROBLEM}not-allowed"), openapi.operation(
                route
            )


async def test_a_partner_team_may_nothing_with_a_case_of_another_brand(running: Stage) -> None:
    """M7: it is for them as if it did not exist."""
    known = await talked(running)
    for route in routes(running):
        if "{case_id}" in (route.path_format or ""):
            answer = await asked(running, route, PARTNER, known.places())
            assert (answer.status_code, answer.json()["type"]) == (404, f"{PROBLEM}case-not-found"), (
                f"{openapi.operation(route)}: {answer.text}"
            )


async def test_a_colleague_who_is_nothing_to_the_case_may_only_what_is_for_colleagues(running: Stage) -> None:
    talk = await running.answered()  # nobody was asked anything: the specialist is only a colleague
    before = await running.states(talk)
    for route in routes(running):
        if openapi.is_command(route) and "colleague" not in may(route):
            answer = await asked(running, route, EXPERT, {"case_id": talk.case_id()})
            done = answer.json().get("done") if answer.status_code == 202 else None
            assert answer.status_code in REFUSED or done == [], f"{openapi.operation(route)}: {answer.text}"
    assert await running.states(talk) == before


async def test_two_people_press_the_same_button_at_once_one_wins_and_the_other_is_told(running: Stage) -> None:
    talk = await running.owned()
    path = f"/cases/{talk.case_id()}/consults"
    consult = (await running.accepted(path, {"question": "Why?"}))["consult_id"]
    answers = await asyncio.gather(*(running.post(f"{path}/{consult}/withdrawal", {}, OWNER) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    (told,) = [answer.json() for answer in answers if answer.status_code == 409]
    assert told["type"] == f"{PROBLEM}consult-not-open"
    assert consult in told["detail"]
