"""A real Chromium for the stories, and windows in it, one per person."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.e2e.stage import PASSWORD, Stage

CHROMIUM = os.environ.get("CASEKEEPER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_MS = 90_000


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Runs until the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


async def window(browser: Browser, url: str) -> Page:
    """A page of somebody who was never here before."""
    context = await browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="en-GB", timezone_id="Europe/Amsterdam"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    return page


async def phone(browser: Browser, url: str) -> Page:
    """The same in a hand, of somebody far away."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, locale="en-GB", timezone_id="Asia/Singapore", has_touch=True
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    await page.goto(url)
    return page


async def signed_in(browser: Browser, stage: Stage, person: str, path: str = "/") -> Page:
    """A page of somebody of the team, through the sign-in form; it hears of changes."""
    await stage.may_sign_in(person)
    page = await window(browser, f"{stage.stack.url('desk')}/sign-in?next={path}")
    await page.get_by_label("Name or mail address").fill(person)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await live(page)
    return page


async def live(page: Page) -> None:
    """Wait until the page hears of changes."""
    await expect(page.locator("#connection")).to_have_text("live", timeout=PATIENCE_MS)
