"""The overview while the autopilot works: rows, owners, clocks; and the pictures for the README."""

import pytest
from playwright.async_api import Page, expect

from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in
from tests.e2e.conftest import LEAD
from tests.e2e.playing import CONVERSATIONS, TURNS, all_resolved, begun, most_owned
from tests.e2e.readme_pictures import OTHERS, taken, the_others, wanted
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]


async def test_the_overview_shows_what_is_going_on(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    autopilot, turns, conversations = await begun(stage)
    try:
        await eventually(lambda: most_owned(autopilot, conversations), "most cases did not get an owner")
        await eventually(turns.all_taken, "the autopilot did not take its turns")
        async with chromium() as browser:
            page = await signed_in(browser, stage, LEAD)
            await expect(page.locator(".board tbody tr .c-owner .person").first).to_be_visible()
            await it_is_a_living_page(page)
            await taken(page, "desk")
            if wanted(*OTHERS):
                await the_others(stage, browser)
        turns.unlimited = True  # the people of the next story have their hands free again
        await eventually(lambda: all_resolved(autopilot, conversations), "not all cases were resolved", 120)
    finally:
        await stage.run(autopilot.stop())


async def it_is_a_living_page(page: Page) -> None:
    await expect(page.locator(".autopilot")).to_contain_text("Autopilot is playing the staff")
    rows = page.locator(".board tbody tr")
    await expect(rows.nth(CONVERSATIONS - TURNS // 2 - 1)).to_be_attached()
    await expect(page.locator(".board .c-due .clock").first).to_contain_text("min")
    await expect(page.locator(".board .c-owner .person").first).not_to_be_empty()
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "the page is wider than the window"
