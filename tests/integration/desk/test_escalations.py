"""What is escalated to a reader, on the desk, before a real follow-up (F3)."""

from services.followup.app import build
from services.followup.handlers.escalations import Handing
from services.followup.settings import Settings
from tests.conftest import Backends
from tests.integration.desk.conftest import TOKEN, Started, browser
from tests.integration.followup.departments import AGENT, LEAD, feed
from tests.integration.followup.test_escalations import escalated, summed_up, works
from tests.integration.followup.test_followup import HandClock


async def test_a_lead_sees_what_is_late_and_says_that_they_saw_to_it(start_desk: Started, backends: Backends) -> None:
    clock = HandClock()
    service = build(Settings(**(backends.settings() | {"internal_token": TOKEN})), clock)
    await service.start(listen=False)
    try:
        await feed(service, [escalated("c1", 4), escalated("c2", 9), summed_up()])
        await works(service)[Handing]()
        desk = await start_desk(clock, followup_url=service.url)
        async with browser(desk, LEAD) as lead, browser(desk, AGENT) as agent:
            shown = (await lead.get("/escalations")).text
            assert shown.index("4000 more at once") < shown.index("/cases/c2") < shown.index("/cases/c1")
            sum_ = shown.partition('<th scope="row"><a href="')[2].partition('"')[0]
            assert "/cases/w0" in (await lead.get(sum_)).text
            assert (await agent.get(sum_)).status_code == 403
            first = shown.partition("/cases/c2")[2].partition('action="')[2].partition('"')[0]
            assert (await lead.submit("/escalations", first)).status_code == 303
            shown = (await lead.get("/escalations?lang=nl")).text
            assert "/cases/c2" not in shown
            assert "/cases/c1" in shown
            assert "Er is niets aan je gemeld" in (await agent.get("/escalations?lang=nl")).text
    finally:
        await service.stop()
