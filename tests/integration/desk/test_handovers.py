"""A case goes to somebody else at the desk, one or many at once; somebody acts for its owner for a time (O6)."""

import re

from schemas.events.message import Author
from services.chassis.service import Service
from tests.conftest import eventually
from tests.integration.desk.conftest import FORM_TOKEN, Browser, Started, browser
from tests.integration.desk.stage import CASE, COLLEAGUE, OWNER, PAGE, Desk

LEAD = "fleur.visser"


async def test_a_case_is_offered_withdrawn_declined_and_taken_over(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        page = (await owner.get(PAGE)).text
        assert "At work now" in page or "Not at work now" in page
        nobody = await owner.submit(PAGE, f"{PAGE}/handovers", partial=True, to="", reason="Leave")
        assert "Choose a colleague." in nobody.text
        first = await _offered(desk, owner)
        withdrawn = await owner.submit(PAGE, f"{PAGE}/handovers/{first}/withdraw", partial=True)
        assert "The offer is withdrawn." in withdrawn.text
        await desk.view(lambda view: not view.handover)
        second = await _offered(desk, owner)
        assert "asks you to take this case over" in (await colleague.get(PAGE)).text
        assert "asks you to take this case over" not in (await owner.get(PAGE)).text
        no = await colleague.submit(
            PAGE, f"{PAGE}/handovers/{second}/decline", partial=True, reason="My shift ends too"
        )
        assert "Declined." in no.text
        await desk.view(lambda view: not view.handover)
        third = await _offered(desk, owner)
        for _ in range(2):  # a double click
            yes = await colleague.submit(PAGE, f"{PAGE}/handovers/{third}/accept", partial=True, key="one-click")
            assert "The case is yours now" in yes.text
        await desk.view(lambda view: view.owner == COLLEAGUE)
        refused = await owner.submit(PAGE, f"{PAGE}/handovers/{third}/accept", partial=True)
        assert "This offer is over" in refused.text


async def _offered(desk: Desk, owner: Browser) -> str:
    fields = {"to": COLLEAGUE, "reason": "End of my shift", "note": "She waits for the part"}
    offered = await owner.submit(PAGE, f"{PAGE}/handovers", partial=True, **fields)
    assert "Offered." in offered.text
    handover = (await desk.view(lambda view: view.handover)).handover
    assert handover
    return handover.id


async def test_only_a_lead_gives_a_case_without_asking(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, LEAD) as lead:
        assert 'name="force"' not in (await owner.get(PAGE)).text
        assert 'name="force"' in (await lead.get(PAGE)).text
        fields = {"to": COLLEAGUE, "reason": "She is ill", "force": "yes"}
        refused = await owner.submit(PAGE, f"{PAGE}/handovers", **fields)
        assert refused.status_code == 403
        assert "She is ill" in refused.text
        assert (await lead.submit(PAGE, f"{PAGE}/handovers", **fields)).status_code == 303
        await desk.view(lambda view: view.owner == COLLEAGUE)


async def test_a_shift_is_handed_over_and_accepted_at_once(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        nothing = await owner.submit("/handovers", "/handovers", partial=True, which="some", to=COLLEAGUE, reason="End")
        assert "Choose at least one case." in nothing.text
        fields = {
            "which": "all",
            "to": COLLEAGUE,
            "reason": "End of my shift",
            "note": "A quiet day",
            "key": "one-click",
        }
        for _ in range(2):  # a double click
            offered = await owner.submit("/handovers", "/handovers", partial=True, **fields)
            assert "1 case is offered." in offered.text
        await desk.view(lambda view: view.handover)

        async def counted() -> bool:
            return 'class="count">1' in (await colleague.get("/")).text

        await eventually(counted)
        page = (await colleague.get("/handovers")).text
        for words in ("asks you to take over 1 case", "It leaks", "End of my shift", "A quiet day"):
            assert words in page, words
        action = re.search(rf'/handovers/cases/{CASE}/[^/"]+/accept', page)
        assert action
        assert "The case is yours now" in (await colleague.submit("/handovers", action[0], partial=True)).text
        await desk.view(lambda view: view.owner == COLLEAGUE)
        assert "Nobody asks you to take a case over." in (await colleague.get("/handovers")).text


async def test_a_cover_acts_until_the_owner_is_back(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        fields = {"cover": COLLEAGUE, "reason": "At the dentist", "until": "2099-01-01T10:00", "zone": "UTC"}
        assert (
            "Choose the day and the time."
            in (await owner.submit(PAGE, f"{PAGE}/cover", partial=True, **(fields | {"until": ""}))).text
        )
        assert (
            "acts in this case until then" in (await owner.submit(PAGE, f"{PAGE}/cover", partial=True, **fields)).text
        )
        await desk.view(lambda view: view.cover)
        page = (await colleague.get(PAGE)).text
        assert f'action="{PAGE}/reply"' in page
        assert "who stays the owner" in page
        sent = await colleague.submit(PAGE, f"{PAGE}/reply", partial=True, text="I answer for her.")
        assert "Your reply is on its way." in sent.text
        assert "The cover has ended." in (await owner.submit(PAGE, f"{PAGE}/cover/end", partial=True)).text
        await desk.view(lambda view: not view.cover)
        assert f'action="{PAGE}/reply"' not in (await colleague.get(PAGE)).text


async def test_several_cases_are_handed_over_with_one_form_and_each_says_what_became_of_it(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    other = await desk.another_case_is_owned(
        "conversation-2", "web-moccarel", Author(id="c2", name="Ada Moreau"), "Where is it?", COLLEAGUE
    )
    form = f"/handovers/several?case={CASE}&case={other}"
    async with browser(desk.service, OWNER) as owner, browser(desk.service, LEAD) as lead:
        assert f"several-{CASE}" in (await owner.get("/")).text
        page = (await owner.get(form)).text  # a colleague's case is not the owner's to hand over
        assert [f'/cases/{each}"' in page for each in (CASE, other)] == [True, False]
        nobody = await lead.submit(form, "/handovers/several", case=CASE, reason="Leave")
        assert nobody.status_code == 400
        assert "Choose a colleague." in nobody.text
        fields = {"case": [CASE, other, "no-such-case"], "to": [COLLEAGUE], "reason": "Leave", "key": "one-click"}
        for _ in range(2):  # a double click
            token = FORM_TOKEN.search((await lead.get(form)).text)
            assert token
            result = await lead.client.post("/handovers/several", data={"form_token": token[1], **fields})
            assert "Done for 1 of 2." in result.text
            assert "There is nobody else to take it." in result.text
        await desk.view(lambda view: view.handover and view.handover.to == COLLEAGUE)
        best = {"case": other, "whom": "best", "reason": "Leave"}
        given_back = await lead.submit(form, "/handovers/several", **best)
        assert "Routing finds another owner." in given_back.text
        await desk.view(lambda view: view.refusal, other)
