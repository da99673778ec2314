"""A lead watches: the start page, the wallboard and the figures, which all move by themselves while customers write (F4)."""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in
from tests.e2e.conftest import LEAD
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]

ANSWER = "Hi Robin, pull the plug for a minute and try once more, please."


async def test_a_lead_watches(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        wall = await signed_in(browser, stage, LEAD, "/wallboard")
        loaded: list[str] = []
        wall.on("domcontentloaded", lambda _: loaded.append(wall.url))
        before = await open_cases(wall)
        _, taken = await stage.send(stage.said("My Brio 3 does not start any more, what now?", name="Robin"))
        await expect(wall.locator("#wall-clocks")).to_have_text(f"{before + 1} open case{'' if before == 0 else 's'}")
        case, owner = await the_case(stage, taken["conversation"])
        waiting = wall.locator(f".wall-waiting a[href='/cases/{case}']")
        await expect(waiting).to_be_visible()
        assert loaded == [], "the wallboard did not change by itself"

        page = await the_lead_reads_along(stage, browser, case)
        await the_owner_answers(stage, owner, case)
        await expect(page.locator(".thread .say-brand")).to_contain_text("pull the plug")
        await expect(waiting).to_have_count(0)
        await the_figures_tell_it(page)


async def open_cases(wall: Page) -> int:
    """As the wallboard counts them."""
    text = await wall.locator("#wall-clocks").inner_text()
    return int(text.split()[0])


async def the_case(stage: Stage, conversation: str) -> tuple[str, str]:
    async with stage.colleague(LEAD) as lead:
        case = await lead.owned(conversation)
    return case["id"], case["owner"]


async def the_lead_reads_along(stage: Stage, browser: Browser, case: str) -> Page:
    """From the start page to the case: it is not the lead's to answer."""
    page = await signed_in(browser, stage, LEAD, "/lead")
    await expect(page.locator(".matters li").first).to_be_visible()
    await page.goto(f"{stage.stack.url('desk')}/cases/{case}")
    await expect(page.locator(".thread")).to_contain_text("does not start any more")
    await expect(page.locator("#tool-reply").get_by_role("button", name="Send", exact=True)).to_have_count(0)
    return page


async def the_owner_answers(stage: Stage, owner: str, case: str) -> None:
    async with stage.colleague(owner) as colleague:
        await colleague.submit(f"/cases/{case}", f"/cases/{case}/reply", kind="answer", text=ANSWER)

        async def sent() -> bool:
            return any(reply["state"] == "sent" for reply in (await colleague.case(case))["replies"])

        await eventually(sent, "the reply did not leave")


async def the_figures_tell_it(page: Page) -> None:
    """The first reply of today is counted."""
    await page.get_by_text("Steering").click()
    await page.get_by_role("link", name="Figures").click()
    await expect(page.get_by_role("heading", name="Figures", level=1)).to_be_visible()

    async def counted() -> bool:
        await page.reload()
        return any(int(text.split()[0]) for text in await page.get_by_text(re.compile(r"^\d+ ended")).all_inner_texts())

    await eventually(counted, "the figures know of no first reply")
