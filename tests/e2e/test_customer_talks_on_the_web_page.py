"""A customer writes on the brand's page and sees the owner's answer come in; the link leads back to it (M4)."""

import pytest
from playwright.async_api import expect

from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in, window
from tests.e2e.conftest import LEAD
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]

WORDS = "Ma brosse à dents Pluvane ne se recharge plus depuis hier, que faire ?"


async def test_a_customer_talks_on_the_web_page(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        board = await signed_in(browser, stage, LEAD)
        reloads = []
        board.on("domcontentloaded", lambda _: reloads.append(board.url))
        customer = await window(browser, f"{stage.stack.url('desk')}/talk/pluvane")
        await customer.get_by_label("Your name").fill("Mathilde")
        await customer.get_by_label("Your message").fill(WORDS)
        await customer.get_by_role("button", name="Send").click()
        await expect(customer.locator("#live .say-me")).to_contain_text("ne se recharge plus")

        row = board.locator(".board tbody tr", has_text="Mathilde")
        await expect(row).to_have_count(1)
        await expect(row.locator(".c-owner .muted")).to_have_count(0)
        assert reloads == []
        case_id = (await row.locator("a").get_attribute("id") or "").removeprefix("case-")

        async with stage.colleague(LEAD) as lead:
            owner = (await lead.case(case_id))["owner"]
        desk = await signed_in(browser, stage, owner, f"/cases/{case_id}")
        await expect(desk.locator(".thread")).to_contain_text("ne se recharge plus")
        await desk.get_by_label("Your reply").fill("Bonjour Mathilde, essayez une autre prise, puis dites-moi.")
        await desk.locator("#tool-reply").get_by_role("button", name="Send", exact=True).click()
        await expect(customer.locator("#live .say-them")).to_contain_text("essayez une autre prise")

        await customer.get_by_label("Your message").fill("Merci, ça marche !")
        await customer.get_by_role("button", name="Send").click()
        await expect(desk.locator(".thread")).to_contain_text("ça marche")
        elsewhere = await window(browser, customer.url)
        await expect(elsewhere.locator("#live .say")).to_have_count(3)

    async def one_case() -> bool:
        async with stage.colleague(LEAD) as lead:
            case = await lead.case(case_id)
        return len([entry for entry in case["timeline"] if entry["kind"] == "message"]) == 2

    await eventually(one_case, "the second message is not in the same case")
