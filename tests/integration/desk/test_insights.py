"""Insights and improvements on the desk, before a real follow-up (F7)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from tests.conftest import Backends
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.integration.followup.departments import AGENT, COACH, LEAD, case, feed
from tests.integration.followup.test_followup import START, HandClock

NEW = "/improvements/new?brand=moccarel&topic=coffee-machine"


@pytest.fixture
async def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def followup(backends: Backends, clock: HandClock) -> AsyncIterator[Service]:
    """Follow-up that has heard of three weeks of leaks and late parcels."""
    service = build(Settings(**(backends.settings() | {"internal_token": TOKEN})), clock)
    await service.start(listen=False)
    events = []
    for day in range(21):
        at = START - timedelta(days=day)
        for topic, count in (("coffee-machine", 1 if day < 10 else 4), ("delivery", 2)):
            for number in range(count):
                events += case(f"{topic}-{day}-{number}", at, topic, sentiment="negative")
    await feed(service, events)
    yield service
    await service.stop()


async def test_a_cause_becomes_an_improvement_whose_effect_is_shown(
    start_desk: Started, followup: Service, clock: HandClock
) -> None:
    desk = await start_desk(clock, followup_url=followup.url)
    async with browser(desk, LEAD) as lead:
        shown = (await lead.get("/insights?days=28")).text
        for words in ("Coffee machine", "Order and delivery", "/cases/coffee-machine-0-0", "none before", "100 %"):
            assert words in shown
        assert NEW.replace("&", "&amp;") in shown
        cause = {"brand": "moccarel", "topic": "coffee-machine", "product": "", "owner": AGENT}
        nothing = await lead.submit(NEW, "/improvements", **cause, title=" ", plan="Ask the factory")
        assert nothing.status_code == 422
        assert "Ask the factory" in nothing.text
        made = await lead.submit(NEW, "/improvements", **cause, title="The lid goes <one> way only", plan="")
        assert made.status_code == 303
        place = f"/improvements/{made.headers['location'].partition('#')[2]}"
        shown = (await lead.get("/improvements")).text
        assert "The lid goes &lt;one&gt; way only" in shown
        assert (await lead.submit("/improvements", f"{place}/agree")).status_code == 303
        day = (START - timedelta(days=9)).date()
        late = (START + timedelta(days=1)).date()
        refused = await lead.submit("/improvements", f"{place}/done", changed="A picture", effective_on=f"{late}")
        assert refused.status_code == 422
        assert "A picture" in refused.text
        done = await lead.submit("/improvements", f"{place}/done", changed="A picture", effective_on=f"{day}")
        assert done.status_code == 303
        shown = (await lead.get("/improvements?lang=nl")).text
        for words in ("Het heeft geholpen", "-75 %", "A picture", "van kracht sinds"):
            assert words in shown
        reason = {"reason": "It confused people"}
        assert (await lead.submit("/improvements", f"{place}/drop", **reason)).status_code == 303
        assert "It confused people" in (await lead.get("/improvements?status=dropped&lang=en")).text


async def test_insights_are_not_for_agents(start_desk: Started, followup: Service) -> None:
    desk = await start_desk(followup_url=followup.url)
    async with browser(desk, AGENT) as agent, browser(desk, COACH) as coach:
        for page in ("/insights", "/improvements", NEW):
            assert (await agent.get(page)).status_code == 403
            assert (await coach.get(page)).status_code == 200
        assert (await coach.get("/improvements/new?brand=no-such&topic=delivery")).status_code == 404
        assert "/insights" not in (await agent.get("/")).text
