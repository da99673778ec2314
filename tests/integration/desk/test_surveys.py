"""A survey's page for the customer, and the scores for coaches and leads (F5, V5); the switch for holding replies (O5)."""

import re
from collections.abc import AsyncIterator

import pytest

from schemas.events.followup import ClockWarned
from schemas.events.survey import SurveyDeclined
from services.chassis.service import Service
from services.chassis.testing import ManualClock
from tests.conftest import Backends
from tests.integration.desk.conftest import Started, browser, publish
from tests.integration.desk.stage import CASE, CONVERSATION, OWNER, PAGE, Desk
from tests.integration.followup.test_surveys import START, Stand, asked, kinds, says, stand
from tests.unit.desk.stories import outgoing

LEAD, AGENT = "fleur.visser", "maaike.postma"
TOKEN = "between-services"
INLINE = re.compile(r"<style|style=|<script(?! src=)|onload=")


@pytest.fixture
async def followup(backends: Backends) -> AsyncIterator[Stand]:
    async with stand(backends, ManualClock(START), TOKEN) as one:
        yield one


def page(one: Stand, case_id: str) -> str:
    """The address that the customer was sent, without the host."""
    return one.page(case_id).replace("/survey-links/", "/survey/")


class TestTheCustomersPage:
    async def test_a_number_and_words_once(self, start_desk: Started, followup: Stand) -> None:
        await asked(followup, "a")
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        async with browser(desk) as customer:
            address = page(followup, "a")
            shown = (await customer.get(f"{address}?lang=nl")).text
            assert "Hoe goed hebben we je geholpen?" in shown
            assert not INLINE.search(shown), "the page's policy lets no inline styles or scripts in"
            assert [f'value="{number}"' in shown for number in (0, 1, 5, 6)] == [False, True, True, False]
            empty = await customer.submit(f"{address}?lang=en", f"{address}", comment="Kept")
            assert (empty.status_code, "Choose a number first." in empty.text, ">Kept<" in empty.text) == (
                400,
                True,
                True,
            )
            beyond = await customer.submit(f"{address}", f"{address}", score="9")
            assert (beyond.status_code, "not on the scale" in beyond.text) == (422, True)
            long = await customer.submit(f"{address}?lang=en", f"{address}", score="4", comment="x" * 2001)
            assert (long.status_code, "at most 2,000 characters" in long.text) == (400, True)
            done = await customer.submit(f"{address}", f"{address}", score="4", comment="Fast")
            assert (done.status_code, "Your answer has arrived." in done.text) == (200, True)
            again = await customer.submit(f"{address}", f"{address}", score="1")
            assert (again.status_code, "Your answer has arrived." in again.text) == (409, True)

    async def test_no_more_surveys_with_one_button(self, start_desk: Started, followup: Stand) -> None:
        await asked(followup, "a")
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        async with browser(desk) as customer:
            address = page(followup, "a")
            stopped = await customer.submit(f"{address}", f"{address}/stop")
            assert "All right, no more surveys" in stopped.text
        assert SurveyDeclined in kinds(await followup.told())

    async def test_a_forged_link_and_a_forged_form_do_nothing(self, start_desk: Started, followup: Stand) -> None:
        await asked(followup, "a")
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        address = page(followup, "a")
        async with browser(desk) as customer:
            assert (await customer.get(f"{address}x")).status_code == 404
            forged = await customer.client.post(f"{address}", data={"form_token": "made-up", "score": "5"})
            assert forged.status_code == 403
            assert "How well did we help you?" in (await customer.get(f"{address}?lang=en")).text

    async def test_what_is_over_says_so(self, start_desk: Started, followup: Stand) -> None:
        await asked(followup, "a")
        followup.clock.forward(hours=24 * 8)
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        async with browser(desk) as customer:
            assert "This survey is over" in (await customer.get(f"{page(followup, 'a')}?lang=en")).text


class TestScores:
    async def test_a_lead_sees_scores_with_intervals_trend_and_words(
        self, start_desk: Started, followup: Stand
    ) -> None:
        cases = [f"c{number}" for number in range(8)]
        await asked(followup, *cases)
        for number, case in enumerate(cases):
            comment = "Sneller dan ik dacht" if number == 3 else ""
            await followup.hear(says(case, 5 if number else 2).model_copy(update={"comment": comment}))
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        async with browser(desk, LEAD) as lead:
            shown = (await lead.get("/surveys?by=language&lang=en")).text
            assert "Were they satisfied? (CSAT)" in shown
            assert re.search(r"88 %\s*<span class=\"muted\">\(53 % – 98 %\)", shown)
            assert "8 answers, 8 asked" in shown
            assert "Dutch</th>" in shown
            assert '<p dir="auto" lang="nl">Sneller dan ik dacht</p>' in shown
            assert '<span class="chip">question</span>' in shown
            assert "too few to show" in shown
            alike = (await lead.get("/surveys?intent=question&sentiment=neutral&lang=en")).text
            assert "Sneller dan ik dacht" in alike
            assert '<option value="question" selected>' in alike
            other = (await lead.get("/surveys?sentiment=negative&lang=en")).text
            assert ("Sneller dan ik dacht" in other, "No comment is like that." in other) == (False, True)
            assert (await lead.get("/surveys?sentiment=angry")).status_code == 400
            assert not INLINE.search(shown)
            assert "Waren ze tevreden? (CSAT)" in (await lead.get("/surveys?lang=nl")).text

    async def test_before_anybody_was_asked_and_for_whom_it_is(self, start_desk: Started, followup: Stand) -> None:
        desk = await start_desk(followup.clock, followup_url=followup.service.url)
        async with browser(desk, LEAD) as lead:
            assert "Nobody was asked yet" in (await lead.get("/surveys?lang=en")).text
            assert (await lead.get("/surveys?brand=nobodys")).status_code == 404
        async with browser(desk, AGENT) as agent:
            assert (await agent.get("/surveys")).status_code == 403


async def test_a_holding_reply_lies_ready_and_leaves_with_one_press(start_desk: Started, cases: Service) -> None:
    service = await start_desk(cases_url=cases.url)
    desk = Desk(service)
    await desk.a_case_is_owned()
    view = await desk.view(lambda view: view.owner == OWNER)
    assert view.first_reply_due_at
    names = {"clock_id": "clock-1", "kind": "first-response", "brand": view.brand, "subject_id": CASE}
    about = {"case_id": CASE, "conversation": CONVERSATION, "due_at": view.first_reply_due_at}
    await publish(service, outgoing([ClockWarned.model_validate(names | about)]))
    ready = await desk.view(lambda view: any(each.prepared for each in view.replies.values()))
    (draft,) = ready.drafts
    async with browser(service, OWNER) as owner:
        shown = (await owner.get(f"{PAGE}?lang=en")).text
        assert "ready to send" in shown
        assert "Send it as it is" in shown
        await owner.submit(PAGE, f"{PAGE}/drafts/{draft.id}/send", version="1")
    await desk.view(lambda view: view.replies[draft.id].state == "queued")


async def test_the_switch_is_ones_own(start_desk: Started, cases: Service) -> None:
    service = await start_desk(cases_url=cases.url)
    async with browser(service, OWNER) as owner:
        assert "They only leave when you send them." in (await owner.get("/holding-replies?lang=en")).text
        await owner.submit("/holding-replies", "/holding-replies", agreed="true")
        shown = (await owner.get("/holding-replies")).text
        assert "They may leave by themselves in your name, since" in shown
        assert "leaves 5 minutes before the time is up" in shown
        await owner.submit("/holding-replies", "/holding-replies", agreed="false")
        assert "They only leave when you send them." in (await owner.get("/holding-replies")).text
