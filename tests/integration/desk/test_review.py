"""The daily review and the tests of channels on the desk, before a real follow-up (P2, F11)."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from tests.conftest import Backends
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.integration.followup.test_followup import START, HandClock, records
from tests.integration.followup.test_review import DAY, late, marked, story, thanked, told
from tests.integration.ingestion.stand import secrets, stand

KEY = "the same for ingestion and follow-up"
LEAD, AGENT, SPECIALIST = "joost.smit", "maaike.postma", "harry.carter"
PAGE = f"/review?brand=moccarel&day={DAY}"


@pytest.fixture
async def clock() -> HandClock:
    return HandClock()


@pytest.fixture
async def followup(backends: Backends, clock: HandClock) -> AsyncIterator[Service]:
    """Follow-up with a day of cases, fed by the test."""
    service = build(Settings(**(backends.settings() | {"internal_token": TOKEN})), clock)
    await service.start(listen=False)
    events = [
        *story("bad", late("bad")),
        *story("story", marked("story", "Twins were born")),
        *story("good", *thanked("good")),
        *story("plain"),
    ]
    await service.processor.process(records(told(events)))
    yield service
    await service.stop()


async def test_the_team_reads_the_review_and_coaches_lead_it(
    start_desk: Started, followup: Service, clock: HandClock
) -> None:
    desk = await start_desk(followup_url=followup.url)
    clock.pass_minutes(24 * 60)
    await followup.api.state.reviewing.tick()
    async with browser(desk, AGENT) as agent, browser(desk, LEAD) as lead:
        shown = (await agent.get(PAGE)).text
        for words in ("Twins were born", "Something came late:", "The customer said thank you", "/cases/bad"):
            assert words in shown
        assert "owner-bad" not in shown
        assert "Record the lesson" not in shown
        address = f"/review/moccarel/{DAY}"
        note = {"text": "The part was out of stock.", "learned": "Ask the warehouse."}
        assert (await agent.submit(PAGE, f"{address}/cases/bad/notes", **note)).status_code == 303
        refused = await agent.submit(PAGE, f"{address}/cases", case="plain", why="kind")
        assert refused.status_code == 403
        assert (await lead.submit(PAGE, f"{address}/cases", case="/cases/plain", why="So kind")).status_code == 303
        assert (await lead.submit(PAGE, f"{address}/cases/good/drop")).status_code == 303
        lesson = {"text": "Ask the warehouse.", "figure": "late", "wanted": "less", "topic": ""}
        assert (await lead.submit(PAGE, f"{address}/lessons", **lesson)).status_code == 303
        shown = (await lead.get(f"{PAGE}&lang=nl")).text
        for words in ("The part was out of stock.", "So kind", "nog niet genoeg", "Leg de les vast"):
            assert words in shown
        assert "/cases/good" not in shown


async def test_a_day_without_a_review_and_a_specialist_are_told_so(start_desk: Started, followup: Service) -> None:
    desk = await start_desk(followup_url=followup.url)
    async with browser(desk, AGENT) as agent:
        assert "The day is not over" in (await agent.get("/review")).text
        before = START.date() - timedelta(days=3)
        assert "Nothing was proposed" in (await agent.get(f"/review?brand=moccarel&day={before}")).text
        assert (await agent.get("/channel-tests")).status_code == 403
    async with browser(desk, SPECIALIST) as specialist:
        assert (await specialist.get("/review")).status_code == 403


async def test_a_lead_sees_how_the_channels_do_and_tests_them(start_desk: Started, backends: Backends) -> None:
    async with stand(backends, test_contact_key=KEY, internal_token=TOKEN) as ingestion:
        own = {"internal_token": TOKEN, "test_contact_key": KEY, "ingestion_url": ingestion.service.url}
        service = build(Settings(**(backends.settings() | own)), environment=secrets())
        await service.start(listen=False)
        try:
            desk = await start_desk(followup_url=service.url)
            async with browser(desk, LEAD) as lead:
                shown = (await lead.get("/channel-tests")).text
                assert "no test yet" in shown
                assert "not tested:" in shown
                begun = await lead.submit("/channel-tests", "/channel-tests")
                assert "Tests begun: 6" in begun.text
                assert "waits for the answer" in begun.text
        finally:
            await service.stop()
