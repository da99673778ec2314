"""The pictures of the README: taken from the stack of the stories when one is missing, or when CASEKEEPER_SCREENSHOT=1 asks."""

import os
import re
from typing import Any, Literal

from playwright.async_api import Browser, Page, expect

from tests.e2e.browser import phone, signed_in
from tests.e2e.conftest import LEAD
from tests.e2e.stage import REPOSITORY, Stage

FOLDER = REPOSITORY / "docs" / "images"
LARGEST_BYTES = 200_000
OPERATOR = "daan.boersma"
QUESTION_LINK = re.compile(r"/question/[^\"<\s]+")
RATE = re.compile(r"\d/s")
OTHERS = ("case", "question-phone", "wallboard", "flow")


def wanted(*names: str) -> bool:
    """Whether any of these is to be taken."""
    return os.environ.get("CASEKEEPER_SCREENSHOT") == "1" or any(
        not (FOLDER / f"{each}.png").exists() for each in names
    )


async def taken(page: Page, name: str) -> None:
    """A picture of the window; kept when it is wanted."""
    picture = await page.screenshot(animations="disabled")
    assert 10_000 < len(picture) < LARGEST_BYTES
    if wanted(name):
        (FOLDER / f"{name}.png").write_bytes(picture)


async def the_others(stage: Stage, browser: Browser) -> None:
    """A case before its owner, the same question in a specialist's hand, the wallboard, and the operator's flow."""
    case = await _asked_case(stage)
    owner = await _window(browser, stage, case["owner"], f"/cases/{case['id']}", 1280, 1000, "dark")
    await expect(owner.locator("#customer .alike")).to_be_visible()
    await expect(owner.locator("#similar h2").first).to_be_visible()
    await owner.evaluate("scrollTo(0, 0)")
    await taken(owner, "case")
    async with stage.colleague(case["owner"]) as colleague:
        link = QUESTION_LINK.findall(await colleague.page(f"/cases/{case['id']}/question-links"))[-1]
    hand = await phone(browser, f"{stage.stack.url('desk')}{link}")
    await expect(hand.locator("#question")).to_be_visible()
    await taken(hand, "question-phone")
    wall = await _window(browser, stage, LEAD, "/wallboard", 1440, 1000, "light")
    await expect(wall.locator(".wall-today")).to_be_visible()
    await taken(wall, "wallboard")
    flow = await _window(browser, stage, OPERATOR, "/operations", 1280, 900, "dark")
    await expect(flow.locator(".flow svg")).to_contain_text(RATE)
    await taken(flow, "flow")


async def _asked_case(stage: Stage) -> Any:
    """One whose specialist has not answered yet."""
    async with stage.colleague(LEAD) as lead:
        listed = (await lead.read("/api/cases"))["cases"]
    return next(each for each in listed if each["status"] == "waiting-for-specialist")


async def _window(
    browser: Browser, stage: Stage, person: str, path: str, width: int, height: int, scheme: Literal["light", "dark"]
) -> Page:
    page = await signed_in(browser, stage, person, path)
    await page.set_viewport_size({"width": width, "height": height})
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    return page
