"""The overview while the autopilot works: rows, owners, clocks; and the picture of it for the documentation.

The picture is written when it is missing or CASEKEEPER_SCREENSHOT=1 asks for it.
"""

import os

import httpx2
import pytest
from playwright.async_api import Page, expect

from casekeeper.autopilot import Autopilot
from casekeeper.demo.source import Thread, threads
from services.cases.domain import Case
from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in
from tests.e2e.conftest import LEAD
from tests.e2e.stage import ORGANISATION, REPOSITORY, Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]

PICTURE = REPOSITORY / "docs" / "images" / "desk.png"
CONVERSATIONS, TURNS = 15, 14
"""The autopilot gets fewer turns than two for each case, so that not all of them can be resolved."""
LARGEST_BYTES = 200_000


async def test_the_overview_shows_what_is_going_on(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    answers = [await stage.send(said) for thread in sample(stage) for said in thread.messages]
    assert {status for status, _ in answers} <= {200, 202}  # taken before, when the test is run again
    conversations = {taken["conversation"] for _, taken in answers}
    await say_so(stage)
    turns = Turns(TURNS)
    autopilot = await stage.autopilot(is_on=turns.take)
    try:
        await eventually(lambda: most_owned(autopilot, conversations), "most cases did not get an owner")
        await eventually(turns.all_taken, "the autopilot did not take its turns")
        async with chromium() as browser:
            page = await signed_in(browser, stage, LEAD)
            await expect(page.locator(".board tbody tr .c-owner .person").first).to_be_visible()
            await it_is_a_living_page(page)
            await picture(page)
        turns.unlimited = True  # the people of the next story have their hands free again
        await eventually(lambda: all_resolved(autopilot, conversations), "not all cases were resolved", 120)
    finally:
        await stage.run(autopilot.stop())


def sample(stage: Stage) -> list[Thread]:
    """What customers write about our brands, in many languages."""
    found = threads(stage.stack.organisation, ORGANISATION / "samples")
    ours = [thread for thread in found if thread.messages[0].conversation.startswith("own-") and drawable(thread)]
    return ours[:: len(ours) // CONVERSATIONS][:CONVERSATIONS]


def drawable(thread: Thread) -> bool:
    """Not every machine has a font with pictures in it."""
    return all(character < "\U0001f000" for said in thread.messages for character in said.text)


async def say_so(stage: Stage) -> None:
    """An autopilot is always labelled."""
    async with httpx2.AsyncClient(base_url=stage.stack.url("desk"), timeout=60) as client:
        headers = {"Authorization": f"Bearer {stage.stack.secrets.internal_token}"}
        answer = await client.post("/internal/autopilot", json={"on": True}, headers=headers)
    assert answer.json() == {"on": True}


class Turns:
    """So many times the autopilot may act."""

    def __init__(self, turns: int) -> None:
        self._left = turns
        self.unlimited = False

    async def take(self) -> bool:
        self._left -= 1
        return self.unlimited or self._left >= 0

    async def all_taken(self) -> bool:
        return self._left <= 0


def cases(autopilot: Autopilot, conversations: set[str]) -> list[Case]:
    return [case for case in autopilot.cases.values() if case.conversation in conversations]


async def most_owned(autopilot: Autopilot, conversations: set[str]) -> bool:
    """Where all who speak a language have their hands full, the last ones wait for a moment."""
    found = cases(autopilot, conversations)
    return len(found) == len(conversations) and sum(bool(case.owner) for case in found) > TURNS // 2


async def all_resolved(autopilot: Autopilot, conversations: set[str]) -> bool:
    return all(case.resolved for case in cases(autopilot, conversations))


async def it_is_a_living_page(page: Page) -> None:
    await expect(page.locator(".autopilot")).to_contain_text("Autopilot is playing the staff")
    rows = page.locator(".board tbody tr")
    await expect(rows.nth(CONVERSATIONS - TURNS // 2 - 1)).to_be_attached()
    await expect(page.locator(".board .c-due .clock").first).to_contain_text("min")
    await expect(page.locator(".board .c-owner .person").first).not_to_be_empty()
    wide = await page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "the page is wider than the window"


async def picture(page: Page) -> None:
    """As a PNG of the window; kept when it is wanted."""
    taken = await page.screenshot(animations="disabled")
    assert 10_000 < len(taken) < LARGEST_BYTES
    if os.environ.get("CASEKEEPER_SCREENSHOT") == "1" or not PICTURE.exists():
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        PICTURE.write_bytes(taken)
