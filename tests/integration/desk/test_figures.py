"""The page of figures: what follow-up counted, as tiles, charts and tables, for those who may see it (F4, F9)."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from schemas.base import milliseconds
from services.chassis.documents import Document
from services.chassis.service import Service
from services.followup.app import build as build_followup
from services.followup.domain.figures import Timings, fold
from services.followup.settings import Settings as FollowupSettings
from services.followup.store.figures import TIMINGS
from tests.conftest import Backends
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.unit.followup.figures.world import START, world

LEAD, AGENT, SPECIALIST = "fleur.visser", "maaike.postma", "isla.fletcher"
NOW = START + timedelta(days=32, hours=9)
"""A Friday, a few hours after the day began."""
STYLES = re.compile(r"<style|style=|<script(?! src=)|onload=")


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def followup(backends: Backends) -> AsyncIterator[Service]:
    service = build_followup(FollowupSettings(**(backends.settings() | {"internal_token": TOKEN})), Standing())
    await service.start(listen=False)
    yield service
    await service.stop()


async def there_were_cases(followup: Service, days: int) -> None:
    """A made-up world as the service would have folded it."""
    cases: dict[str, Timings] = {}
    for told in world(7, 40 * days, days=days):
        if told.at <= NOW:
            cases[told.event.case_id] = fold(cases.get(told.event.case_id), told.event, told.at)
    documents = []
    for id, state in cases.items():
        document = Document(TIMINGS, id, id)
        document.state = state.model_copy(update={"folded_ms": milliseconds(NOW)})
        documents.append(document)
    assert await followup.database.replace(documents)


async def test_a_lead_sees_tiles_charts_and_the_same_as_tables(start_desk: Started, followup: Service) -> None:
    await there_were_cases(followup, 33)
    desk = await start_desk(Standing(), followup_url=followup.url)
    async with browser(desk, LEAD) as lead:
        week = (await lead.get("/figures?period=week&by=language&figure=first-reply")).text
        assert week.count('<svg xmlns="http://www.w3.org/2000/svg" class="pygal-chart"') == 4
        assert week.count('role="img" aria-label="') >= 4
        assert not STYLES.search(week), "the page's policy lets no inline styles or scripts in"
        assert "Europe/Amsterdam, where you work" in week
        for name in ("Pick-up", "Substantive answer", "Resolution", "Promise kept", "Compliment answered"):
            assert name in week
        assert re.search(r"Dutch</th><td class=\"number\">\d", week)
        assert re.search(r"Moccarel</th><td class=\"number\">\d+", week)
        assert "Mon 30 Mar" in week
        today = (await lead.get("/figures?by=country&figure=resolution&brand=moccarel")).text
        assert "Resolution by country" in today
        assert "Netherlands" in today
        assert "not known" in today, "who left the team has no country"
        assert "in opening hours" not in today, "this brand is open day and night"
        assert "Pluvane</th>" not in today
        dutch = (await lead.get("/figures?lang=nl")).text
        assert "Eerste antwoord per uur" in dutch
        assert "Compliment beantwoord" in dutch


async def test_before_anybody_wrote_the_page_says_so(start_desk: Started, followup: Service) -> None:
    desk = await start_desk(Standing(), followup_url=followup.url)
    async with browser(desk, AGENT) as agent:
        page = await agent.get("/figures")
        assert page.status_code == 200
        assert "Nothing to count yet" in page.text
        assert "pygal" not in page.text
        assert '<a href="/figures" aria-current="page">' in page.text


async def test_who_may_not_see_figures_is_told_why(start_desk: Started, followup: Service) -> None:
    desk = await start_desk(Standing(), followup_url=followup.url)
    async with browser(desk, SPECIALIST) as specialist:
        assert (await specialist.get("/figures")).status_code == 403
        assert 'href="/figures"' not in (await specialist.get("/consults")).text
    async with browser(desk, AGENT) as agent:
        assert (await agent.get("/figures?brand=nobodys")).status_code == 404
        assert (await agent.get("/figures?period=ever")).status_code == 400
    async with browser(desk) as nobody:
        assert (await nobody.get("/figures")).headers["location"] == "/sign-in?next=%2Ffigures"


async def test_without_the_service_the_page_says_so(start_desk: Started) -> None:
    desk = await start_desk(Standing(), followup_url="http://127.0.0.1:9")
    async with browser(desk, LEAD) as lead:
        assert (await lead.get("/figures")).status_code == 503
