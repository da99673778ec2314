"""No role sees another brand's or masked data, on whatever page, through the API, live updates or search (M3, M7).

Every route that there is has to have an entry here: how to ask it for what the reader must not see.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from services.cases.app import build as build_cases
from services.cases.settings import Settings as CasesSettings
from services.chassis.clock import ShiftedClock
from services.chassis.service import Service
from services.desk.api.back_channel import BACK_CHANNEL
from services.desk.app import build
from services.desk.settings import Settings
from services.followup.app import build as build_followup
from services.followup.settings import Settings as FollowupSettings
from tests.conftest import Backends
from tests.integration.desk.conftest import SINCE_THE_STORY_SECONDS, TOKEN, Browser, Started, browser
from tests.integration.desk.planted import (
    BRAND_MARK,
    COMMON,
    LEAD_OF_ALL,
    MASKED_MARK,
    OTHERS,
    OURS,
    OWNER,
    PHONE_MARK,
    ROLES,
    Planted,
    organisation_with_people_of_one_brand,
    person_of,
    plant,
)
from tests.integration.desk.stage import Desk
from tests.unit.desk.stories import Story

MARKS = (BRAND_MARK, MASKED_MARK, PHONE_MARK)
CASES_OF_ALL = ("{own}", "{masked}", "{foreign}")
NOT_OF_PEOPLE = frozenset(
    {"/openapi.json", "/livez", "/readyz", "/metrics", "/static/{version}/{name}", "/favicon.ico"}
)
"""The same for everybody, and about nobody."""
OF_A_LINK = frozenset(
    {
        "/talk/{brand}",
        "/talk/{brand}/{token}",
        "/talk/{brand}/{token}/events",
        "/media/{token}",
        "/survey/{token}",
        "/question/{token}",
        "/sign-in",
        "/sign-in/provider",
        "/sign-in/back",
    }
)
"""For whoever has the link, signed in or not: asked for with one that is made up."""
OF_ROUTING = frozenset({"/api/cases/{case_id}/prospects"})
"""Routing does not run here; who may not see the case is not told even that."""
OF_BOTH_BRANDS = ("", f"?brand={OTHERS}")
ASKED: dict[str, tuple[str, ...]] = {
    "/": ("", "?whose=all", f"?whose=all&brand={OTHERS}", "?whose=all&status=closed", f"?status=closed&brand={OTHERS}"),
    "/account": ("",),
    "/approvals": ("",),
    "/autopilot": ("",),
    "/channel-tests": OF_BOTH_BRANDS,
    "/consults": ("",),
    "/coverage": OF_BOTH_BRANDS,
    "/erasures": ("",),
    "/escalations": (*OF_BOTH_BRANDS, "?state=all"),
    "/escalations/{escalation_id}": ("/escalations/none",),
    "/figures": OF_BOTH_BRANDS,
    "/handovers": ("",),
    "/handovers/several": ("", "?case={foreign}", "?case={masked}", "?cases={foreign}"),
    "/holding-replies": ("",),
    "/improvements": OF_BOTH_BRANDS,
    "/improvements/new": (f"?brand={OTHERS}&topic=coffee-machine",),
    "/incidents": OF_BOTH_BRANDS,
    "/insights": OF_BOTH_BRANDS,
    "/lead": OF_BOTH_BRANDS,
    "/lead/others": OF_BOTH_BRANDS,
    "/operations": ("",),
    "/operations/clocks": ("",),
    "/operations/dead": ("", "?consumer=desk"),
    "/operations/dead/{consumer}/{letter_id:path}": ("/operations/dead/desk/none",),
    "/operations/trace": ("?id={masked}", "?id={foreign}", f"?id={COMMON}"),
    "/parity": OF_BOTH_BRANDS,
    "/promises": ("?whose=all", f"?whose=all&brand={OTHERS}", "?whose=all&state=kept"),
    "/reveals": ("",),
    "/review": OF_BOTH_BRANDS,
    "/search": (f"?q={COMMON}", f"?q={COMMON}&brand={OTHERS}", "?q=Jonas", "?q=Weber", "?q=hidden.example"),
    "/subscriptions": OF_BOTH_BRANDS,
    "/subscriptions/new": OF_BOTH_BRANDS,
    "/subscriptions/{subscription_id}": ("/subscriptions/none",),
    "/surveys": OF_BOTH_BRANDS,
    "/wallboard": OF_BOTH_BRANDS,
    "/wallboard/today": OF_BOTH_BRANDS,
    "/what-if": ("",),
    "/what-if/events": ("",),
    "/api/account": ("",),
    "/api/attention": OF_BOTH_BRANDS,
    "/api/autopilot": ("",),
    "/api/cases": (*OF_BOTH_BRANDS, f"?owner={OWNER}", "?status=closed", f"?status=closed&brand={OTHERS}"),
    "/api/consults": ("", f"?specialist={OWNER}"),
    "/api/coverage": OF_BOTH_BRANDS,
    "/api/erasures": ("",),
    "/api/events": ("", "?case={own}", "?case={masked}", "?case={foreign}", "?mine=true", "?waiting=approvals"),
    "/api/operations/channels": ("",),
    "/api/operations/clocks": ("",),
    "/api/operations/dead-letters": ("", "?consumer=desk"),
    "/api/operations/dead-letters/{consumer}/{letter_id}": ("/api/operations/dead-letters/desk/none",),
    "/api/operations/flow": ("",),
    "/api/operations/replays": ("",),
    "/api/operations/services": ("",),
    "/api/operations/trace": ("?asked={masked}", "?asked={foreign}", f"?asked={COMMON}"),
    "/api/people": ("",),
    "/api/people/{person_id}": (f"/api/people/{OWNER}",),
    "/api/reveals": ("",),
    "/api/search": (f"?q={COMMON}", f"?q={COMMON}&brand={OTHERS}", "?q=Jonas", "?q=Weber", "?q=hidden.example"),
    "/api/views": ("",),
    "/api/wallboard": OF_BOTH_BRANDS,
    "/api/what-if": ("",),
    "/api/what-if/scenarios": ("",),
    "/incidents/{incident_id}": ("/incidents/none",),
}
"""By route: how it is asked, as what follows the route's path, or as the whole path where it has parts to fill in."""


def routes_of(service: Service) -> list[APIRoute]:
    return [each for each in service.api.routes if isinstance(each, APIRoute)]


def shown(service: Service) -> list[APIRoute]:
    """The routes that answer people with something about people."""
    gets = [each for each in routes_of(service) if "GET" in each.methods and each.path not in NOT_OF_PEOPLE]
    return [each for each in gets if not each.path.startswith("/internal/")]


async def test_every_route_has_an_entry_here() -> None:
    service = build(Settings())
    service.database.close()
    known = ASKED.keys() | OF_A_LINK
    missing = sorted(each.path for each in shown(service) if "{case_id}" not in each.path and each.path not in known)
    assert not missing, "say in ASKED how these are asked for what nobody may see"


class _Everywhere:
    """The running services, and what is planted in them."""

    def __init__(self, service: Service, planted: Planted) -> None:
        self.service, self.planted = service, planted

    def addresses(self, route: APIRoute) -> Iterator[str]:
        """How to ask this route for what is planted."""
        if route.path in OF_A_LINK:
            yield route.path.format(brand=OTHERS, token="made-up")
        elif "{case_id}" in route.path:
            for case in CASES_OF_ALL:
                yield route.path.replace("{case_id}", self._filled(case))
        else:
            for each in ASKED.get(route.path, ()):
                yield self._filled(each) if each.startswith("/") else f"{route.path}{self._filled(each)}"

    def _filled(self, text: str) -> str:
        return text.format(own=self.planted.own, masked=self.planted.masked, foreign=self.planted.foreign)


@pytest.fixture
async def everywhere(backends: Backends, start_desk: Started, tmp_path: Path) -> AsyncIterator[_Everywhere]:
    shared = {"internal_token": TOKEN, "organisation": organisation_with_people_of_one_brand(tmp_path)}
    settings = backends.settings() | shared
    behind = (Story().start - datetime.now(UTC)).total_seconds() + SINCE_THE_STORY_SECONDS
    cases = build_cases(CasesSettings(**settings), ShiftedClock(behind))
    followup = build_followup(FollowupSettings(**settings, survey_secret="s" * 32))
    async with AsyncExitStack() as running:
        for each in (cases, followup):
            await each.start()
            running.push_async_callback(each.stop)
        service = await start_desk(**shared, cases_url=cases.url, followup_url=followup.url)
        async with browser(service, OWNER) as owner, browser(service, LEAD_OF_ALL) as lead:
            planted = await plant(Desk(service), owner)
            await _an_improvement_is_planted(lead)
            await _those_who_may_do_see(owner, lead, planted)
        yield _Everywhere(service, planted)


async def _an_improvement_is_planted(lead: Browser) -> None:
    cause = {"brand": OTHERS, "topic": "toothbrush", "product": "", "owner": LEAD_OF_ALL}
    page = f"/improvements/new?brand={OTHERS}&topic=toothbrush"
    made = await lead.submit(page, "/improvements", **cause, title=f"{COMMON} {BRAND_MARK}", plan=BRAND_MARK)
    assert made.status_code == 303, made.text


async def _those_who_may_do_see(owner: Browser, lead: Browser, planted: Planted) -> None:
    """Else the rest would show nothing."""
    assert BRAND_MARK in (await lead.get("/?whose=all")).text
    assert BRAND_MARK in (await lead.get(f"/api/cases/{planted.foreign}")).text
    assert BRAND_MARK in (await lead.get("/improvements")).text
    assert BRAND_MARK in (await lead.get("/handovers")).text
    shown = await owner.get(f"/cases/{planted.masked}")
    assert PHONE_MARK.encode() in shown.content.replace(b" ", b"")  # who acts reads what was written
    revealed = await owner.submit(f"/cases/{planted.masked}", f"/cases/{planted.masked}/reveal", partial=True)
    assert MASKED_MARK in revealed.text


async def test_no_role_sees_what_is_not_for_it(everywhere: _Everywhere) -> None:
    service, planted = everywhere.service, everywhere.planted
    async with AsyncExitStack() as open_browsers:
        readers = {role: await open_browsers.enter_async_context(browser(service, person_of(role))) for role in ROLES}
        leaks = []
        for route in shown(service):
            for address in everywhere.addresses(route):
                answers = await asyncio.gather(*(_asked(reader, address) for reader in readers.values()))
                for role, (status, told) in zip(readers, answers, strict=True):
                    leaks += [f"{role} {address}: {mark}" for mark in MARKS if mark in told]
                    hidden = "{case_id}" not in route.path or planted.foreign not in address or status in (403, 404)
                    away = status == 503 and route.path in OF_ROUTING
                    if (status >= 500 and not away) or not hidden:
                        leaks.append(f"{role} {address}: {status}")
        assert not leaks, "\n".join(leaks)
        await _forms_that_are_not_ours_change_nothing(everywhere, readers)


async def _asked(reader: Browser, address: str) -> tuple[int, str]:
    """All that comes back, headers too; of a stream its first event."""
    async with reader.client.stream("GET", address) as answer:
        told = [json.dumps(dict(answer.headers))]
        async for piece in answer.aiter_text():
            told.append(piece)
            if answer.headers.get("content-type", "").startswith("text/event-stream"):
                break
        return answer.status_code, "".join(told).replace(" ", "").lower()


async def _forms_that_are_not_ours_change_nothing(everywhere: _Everywhere, readers: dict[str, Browser]) -> None:
    """Whatever changes something wants the token of a form of ours, or a request that says where it comes from."""
    parts = {"brand": OURS, "case_id": everywhere.planted.own, "name": "answer", "day": "2026-01-05"}
    for route in routes_of(everywhere.service):
        if route.methods <= {"GET", "HEAD"} or route.path.startswith(("/internal", "/talk", "/survey", "/question")):
            continue
        if route.path == BACK_CHANNEL:  # the provider's signature is its token
            continue
        names = set(route.param_convertors)
        address = route.path.format(**{name: parts.get(name, "one") for name in names})
        for method in route.methods:
            for reader in (readers["lead"], readers["agent"]):
                forged = await reader.client.request(
                    method, address, data={"text": "forged"}, headers={"Sec-Fetch-Site": "cross-site"}
                )
                assert forged.status_code == 403, f"{method} {address}: {forged.status_code}"
                if not address.startswith("/api/"):
                    unsigned = await reader.client.request(method, address, data={"text": "forged"})
                    assert unsigned.status_code in (403, 404), f"{method} {address}: {unsigned.status_code}"
