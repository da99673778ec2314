"""At three at night: an operator sees the flow, follows a message to the channel that took the answer, a dead letter (I4)."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in
from tests.e2e.conftest import LEAD
from tests.e2e.every_page import OPERATOR
from tests.e2e.stage import Stage
from tests.e2e.test_poison_event_does_not_stop_the_line import GARBAGE, publish_garbage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]

WORDS = "My Glide 7 shaver is loud since yesterday."
ANSWER = "Hi Kim, a drop of oil on the blades helps; tell me if it does not."
HOPS = ("message.received", "message.classified", "case.opened", "owner.assigned", "reply.queued", "delivery.sent")


async def test_an_operator_follows_one_message(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    case = await a_case_that_was_answered(stage)
    async with chromium() as browser:
        page = await signed_in(browser, stage, OPERATOR, "/operations")
        await the_flow_is_shown(page)
        await the_way_of_the_message(page, case)
        await a_dead_letter(stage, page)
        await nothing_else_is_shown(stage, browser, page, case)


async def a_case_that_was_answered(stage: Stage) -> str:
    _, taken = await stage.send(stage.said(WORDS, name="Kim"))
    async with stage.colleague(LEAD) as lead:
        case = await lead.owned(taken["conversation"])
    async with stage.colleague(case["owner"]) as owner:
        await owner.submit(f"/cases/{case['id']}", f"/cases/{case['id']}/reply", kind="answer", text=ANSWER)

        async def sent() -> bool:
            return any(reply["state"] == "sent" for reply in (await owner.case(case["id"]))["replies"])

        await eventually(sent, "the reply did not leave")
    return str(case["id"])


async def the_flow_is_shown(page: Page) -> None:
    """Every service is ready, and every topic is in the picture."""
    await expect(page.locator(".flow .service")).to_have_count(7)
    await expect(page.locator(".vitals")).to_contain_text("Services ready")
    await expect(page.locator(".flow .topic", has_text="cases.events").first).to_be_visible()


async def the_way_of_the_message(page: Page, case: str) -> None:
    """From the webhook to the channel, in order."""
    await page.get_by_role("link", name="One message's way").click()
    await page.get_by_label("Id of a case, message, event or trace").fill(case)
    await page.get_by_role("button", name="Follow it").click()
    names = page.locator("table.ledger tbody th")
    await expect(names.filter(has_text="delivery.sent").first).to_be_visible()
    told = [text.partition(".v1")[0] for text in await names.all_inner_texts()]
    places = [told.index(hop) for hop in HOPS]
    assert places == sorted(places), told
    await expect(page.locator("main")).not_to_contain_text("Glide 7")


async def a_dead_letter(stage: Stage, page: Page) -> None:
    """It says why, and can be given back once the cause is repaired."""
    await stage.run(publish_garbage(stage, GARBAGE[:1]))
    letters = page.locator("table a[href^='/operations/dead/classification/']")

    async def listed() -> bool:
        await page.goto(f"{stage.stack.url('desk')}/operations/dead")
        return await letters.count() > 0

    await eventually(listed, "the garbage is not among the dead letters")
    await letters.first.click()
    await expect(page.locator(".reason")).not_to_be_empty()
    await page.get_by_label("The cause is repaired").check()
    await page.get_by_role("button", name="Replay it for classification").click()
    await expect(page.locator(".note-done").first).to_be_visible()


async def nothing_else_is_shown(stage: Stage, browser: Browser, page: Page, case: str) -> None:
    """Who keeps it running does not read what customers write."""
    answer = await page.goto(f"{stage.stack.url('desk')}/cases/{case}")
    assert answer is not None
    assert answer.status == 403
    await expect(page.locator("main")).not_to_contain_text("Glide 7")
