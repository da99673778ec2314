"""What stands in the way of a case is plain on its page and on the list, with what to do about it (O1, rule 4)."""

from schemas.ids import derive
from services.chassis.service import Service
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser
from tests.integration.desk.stage import CASE, COLLEAGUE, OWNER, PAGE, Desk

REASON = "I was on leave when they last wrote; Sem knows them"


async def test_an_owner_gives_an_assignment_back_and_owns_it_until_somebody_else_does(
    start_desk: Started, cases: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service, COLLEAGUE) as colleague:
        form = f'action="{PAGE}/refusal"'
        assert form not in (await colleague.get(PAGE)).text
        assert form in (await owner.get(PAGE)).text
        unsaid = await owner.submit(PAGE, f"{PAGE}/refusal", partial=True, reason=" ")
        assert "Say why, in a few words." in unsaid.text
        back = await owner.submit(PAGE, f"{PAGE}/refusal", partial=True, reason=REASON)
        assert "Given back." in back.text
        view = await desk.view(lambda view: view.refusal)
        assert view.owner == OWNER
        page = (await colleague.get(PAGE)).text
        assert "Maaike Postma can not take this case" in page
        assert REASON in page
        assert "refused; another one is being found" in page
        mine = (await owner.get(PAGE)).text
        assert form not in mine
        assert f'action="{PAGE}/reply"' in mine  # until then it stays theirs
        await _listed(owner, "given back")
        twice = await owner.submit(PAGE, f"{PAGE}/refusal", partial=True, reason=REASON)
        assert "The case is given back already" in twice.text
        await desk.assigned(COLLEAGUE, request=derive("owner", CASE, "2"))
        view = await desk.view(lambda view: view.owner == COLLEAGUE and not view.refusal)
        assert "Sem Schouten owns this case now" in (await owner.get(PAGE)).text


async def test_who_has_replied_hands_the_case_over_instead(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        await owner.submit(PAGE, f"{PAGE}/reply", partial=True, text="Hold the valve.")
        await desk.view(lambda view: view.replies)
        assert f'action="{PAGE}/refusal"' not in (await owner.get(PAGE)).text
        late = await owner.submit(PAGE, f"{PAGE}/refusal", partial=True, reason=REASON)
        assert "Hand the case over to a colleague instead." in late.text


async def test_a_reply_that_failed_says_so_everywhere_and_is_taken_up(start_desk: Started, cases: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner:
        await owner.submit(PAGE, f"{PAGE}/reply", partial=True, text="Hold the valve.")
        [first] = (await desk.view(lambda view: view.replies)).replies
        await desk.not_delivered(first, "the mailbox is full")
        await _listed(owner, "not delivered: send again")
        page = (await owner.get(PAGE)).text
        assert "A reply did not reach the customer" in page
        assert "What the channel says: the mailbox is full" in page
        assert "What to do:" in page
        taken = await owner.submit(PAGE, f"{PAGE}/replies/{first}/take-up", partial=True)
        assert "It is a draft now." in taken.text
        view = await desk.view(lambda view: view.drafts)
        [draft] = view.drafts
        assert draft.text == "Hold the valve."
        assert not view.troubled_replies
        assert "A reply did not reach the customer" not in (await owner.get(PAGE)).text
        fields = {"draft": draft.id, "version": "1", "text": "Hold the valve for ten seconds."}
        await owner.submit(PAGE, f"{PAGE}/reply", partial=True, **fields)
        await desk.not_delivered(draft.id, "the connection broke", known=False)
        await _listed(owner, "arrival unknown: look on the channel")
        page = (await owner.get(PAGE)).text
        assert "Nobody knows whether a reply arrived" in page
        assert f'action="{PAGE}/replies/{draft.id}/take-up"' not in page  # they might read it twice
        sent = await owner.submit(PAGE, f"{PAGE}/reply", partial=True, text="Did you get my message?")
        assert "on its way" in sent.text
        view = await desk.view(lambda view: len(view.replies) == 3)
        await desk.delivered(list(view.replies)[-1])
        assert "Nobody knows whether a reply arrived" not in (await owner.get(PAGE)).text


async def _listed(owner: Browser, words: str) -> None:
    async def listed() -> bool:
        return words in (await owner.get("/")).text

    await eventually(listed)
