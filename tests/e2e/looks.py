"""How a page is looked at: in light and dark, on a wide window and on a phone; what axe finds, and a picture of each look."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from tests.e2e.stage import REPOSITORY

PICTURES = Path(os.environ.get("CASEKEEPER_SCREENSHOTS") or REPOSITORY / "build" / "screenshots")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SERIOUS = ("serious", "critical")
ON_ITS_WAY = ".htmx-request, .htmx-settling, .htmx-swapping"
FOUND = "axe.run(document, {resultTypes: ['violations'], runOnly: RULES, preload: false})".replace("RULES", str(RULES))


@dataclass(frozen=True)
class Look:
    """A window and its colours."""

    name: str
    scheme: Literal["light", "dark"]
    width: int
    height: int


LOOKS = (
    Look("light", "light", 1280, 900),
    Look("dark", "dark", 1280, 900),
    Look("phone-light", "light", 360, 740),
    Look("phone-dark", "dark", 360, 740),
)


async def looked_at(page: Page, name: str) -> AsyncIterator[str]:
    """Everything that is wrong with a page that is open, in every look; a picture of each is kept."""
    for look in LOOKS:
        await page.set_viewport_size({"width": look.width, "height": look.height})
        # Without motion, as some readers have it: what fades in is not half there when it is looked at.
        await page.emulate_media(color_scheme=look.scheme, reduced_motion="reduce")
        await expect(page.locator(ON_ITS_WAY)).to_have_count(0)
        async for trouble in troubles(page):
            yield f"{name}, {look.name}: {trouble}"
        # The caret stays: hiding it would need a style that our policy forbids.
        await page.screenshot(
            path=PICTURES / f"{name}-{look.name}.png", full_page=True, caret="initial", animations="allow"
        )


async def troubles(page: Page) -> AsyncIterator[str]:
    """What is wider than the window, and what axe holds serious, on a page as it is now."""
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if wide > 0:
        yield f"{wide} pixels wider than the window"
    await page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = await page.evaluate(FOUND)
    for violation in found["violations"]:
        if violation["impact"] in SERIOUS:
            first = violation["nodes"][0]
            yield f"{violation['id']} at {first['target']} and {len(violation['nodes']) - 1} more: {first['failureSummary']}"
