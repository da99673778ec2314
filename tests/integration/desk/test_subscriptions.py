"""Who is told in other departments, on the desk, before a real follow-up (F10)."""

from collections.abc import AsyncIterator

import pytest

from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from tests.conftest import Backends
from tests.integration.delivery.outside import running
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.integration.followup.departments import AGENT, COACH, LEAD, Department
from tests.integration.followup.test_followup import HandClock
from tests.integration.followup.test_subscriptions import tell

NEW = "/subscriptions/new"


@pytest.fixture
async def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def followup(backends: Backends, clock: HandClock) -> AsyncIterator[Service]:
    """Follow-up whose subscribers are within reach of this machine."""
    given = backends.settings() | {"internal_token": TOKEN, "subscribers_insecure": True}
    service = build(Settings(**given), clock)
    await service.start(listen=False)
    yield service
    await service.stop()


async def test_a_lead_records_tries_pauses_and_ends_a_subscription(
    start_desk: Started, followup: Service, clock: HandClock
) -> None:
    desk = await start_desk(clock, followup_url=followup.url)
    async with browser(desk, LEAD) as lead, running(Department()) as factory:
        typed = {"department": "Factory <2>", "brand": "moccarel", "told_by": "url", "address": factory.url}
        nothing = await lead.submit(NEW, "/subscriptions", **typed)
        assert nothing.status_code == 422
        assert "Factory &lt;2&gt;" in nothing.text
        made = await lead.submit(
            NEW, "/subscriptions", **typed, **{"topic-coffee-machine": "on", "signal-danger": "on"}
        )
        assert "whsec_" in made.text
        factory.secret = made.text.partition("<code>")[2].partition("</code>")[0]
        listed = (await lead.get("/subscriptions")).text
        assert "Factory &lt;2&gt;" in listed
        place = listed.partition('<th scope="row"><a href="')[2].partition('"')[0]
        assert "whsec_" not in (await lead.get(place)).text
        assert (await lead.submit(place, f"{place}/test")).status_code == 303
        await tell(followup)
        assert [each["type"] for each in factory.documents.values()] == ["subscription.test"]
        shown = (await lead.get(f"{place}?lang=nl")).text
        assert "aangekomen" in shown
        assert (await lead.submit(place, f"{place}/pause", why="")).status_code == 303
        refused = await lead.submit(place, f"{place}/test")
        assert refused.status_code == 409
        assert (await lead.submit(place, f"{place}/resume")).status_code == 303
        assert (await lead.submit(place, f"{place}/end", why="moved")).status_code == 303
        assert "moved" in (await lead.get(place)).text


async def test_coaches_see_it_and_agents_do_not(start_desk: Started, followup: Service) -> None:
    desk = await start_desk(followup_url=followup.url)
    async with browser(desk, AGENT) as agent, browser(desk, COACH) as coach:
        assert (await agent.get("/subscriptions")).status_code == 403
        assert (await coach.get("/subscriptions")).status_code == 200
        assert (await coach.get(NEW)).status_code == 403
