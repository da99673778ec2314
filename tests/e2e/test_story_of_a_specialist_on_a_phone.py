"""Customer, owner and specialist: the web page, the case, and a question behind a link on a phone 360 pixels wide (O2, M4).

Each has a window of their own; nothing is typed anywhere but in a page.
"""

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, live, phone, signed_in, window
from tests.e2e.conftest import LEAD
from tests.e2e.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]

WORDS = "Mijn Aria koffiemachine lekt water uit de linkerkant. Wat kan ik doen?"
QUESTION = "Which part leaks on the left of an Aria?"
KNOWN = "The valve ring; a new one is free of charge."
ANSWER = "Hoi Sanne, het is de ring van het ventiel. We sturen je kosteloos een nieuwe."


async def test_a_customer_is_answered_with_the_help_of_somebody_on_a_phone(stage: Stage) -> None:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as browser:
        customer = await the_customer_writes(stage, browser)
        owner = await the_owner_opens_it(stage, browser)
        link = await the_owner_asks(owner)
        await the_specialist_answers(browser, link)
        await the_owner_answers(owner)
        await expect(customer.locator("#live .say-them")).to_contain_text("de ring van het ventiel")
        await the_owner_is_done(owner)
        await expect(customer.locator(".outlook")).to_contain_text("We think your question is answered.")
        over = await phone(browser, link)
        await expect(over.locator("#question-over")).to_contain_text("Thank you!")


async def the_customer_writes(stage: Stage, browser: Browser) -> Page:
    customer = await window(browser, f"{stage.stack.url('desk')}/talk/moccarel")
    await customer.get_by_label("Your name").fill("Sanne van Dam")
    await customer.get_by_label("Your message").fill(WORDS)
    await customer.get_by_role("button", name="Send").click()
    await expect(customer.locator("#live .say-me")).to_contain_text("lekt water")
    return customer


async def the_owner_opens_it(stage: Stage, browser: Browser) -> Page:
    """Whoever routing chose, on their own desk."""
    found: dict[str, str] = {}
    async with stage.colleague(LEAD) as lead:

        async def owned() -> bool:
            for each in (await lead.read("/api/cases?limit=200"))["cases"]:
                if each["customer"] == "Sanne van Dam" and each["owner"]:
                    found.update(each)
            return bool(found)

        await eventually(owned, "the case has no owner")
    owner = await signed_in(browser, stage, found["owner"])
    await owner.locator(".board tbody tr", has_text="Sanne van Dam").get_by_role("link").first.click()
    await live(owner)
    await expect(owner.locator(".case-head")).to_contain_text("you")
    return owner


async def the_owner_asks(owner: Page) -> str:
    """A question to whoever routing finds; the link that this person gets by mail."""
    consult = owner.locator("#tool-consult")
    await consult.locator(":scope > summary").click()
    await consult.get_by_label("Your question").fill(QUESTION)
    await consult.get_by_label("Language").select_option("en")
    await consult.get_by_role("button", name="Ask", exact=True).click()
    await expect(owner.locator(".thread .consult").first).to_contain_text(QUESTION)
    found: dict[str, str] = {}

    async def linked() -> bool:
        answer = await owner.request.get(f"{owner.url.partition('#')[0].partition('?')[0]}/question-links")
        link = re.search(r'value="([^"]+/question/[^"]+)"', await answer.text())
        found.update(link=link[1] if link else "")
        return bool(link)

    await eventually(linked, "there is no link to the question")
    return found["link"]


async def the_specialist_answers(browser: Browser, link: str) -> None:
    """Without a log-in, without names, and within the width of a phone."""
    page = await phone(browser, link)
    await expect(page.locator(".question")).to_have_text(QUESTION)
    await expect(page.locator(".context")).to_contain_text("lekt water")
    await expect(page.locator("body")).not_to_contain_text("Sanne")
    assert not await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"), "wider than a phone"
    await page.get_by_label("Your answer").fill(KNOWN)
    await page.get_by_role("button", name="Answer", exact=True).click()
    await expect(page.locator("#question-over")).to_contain_text("Thank you!")


async def the_owner_answers(owner: Page) -> None:
    """The answer came by itself, beside the conversation."""
    await expect(owner.locator(".thread")).to_contain_text(KNOWN)
    await owner.locator("#tool-reply > summary").click()
    await owner.get_by_label("Your reply").fill(ANSWER)
    await owner.locator("#tool-reply").get_by_role("button", name="Send", exact=True).click()
    await expect(owner.locator(".say-brand")).to_contain_text("sent")


async def the_owner_is_done(owner: Page) -> None:
    resolve = owner.locator("#tool-resolve")
    await resolve.locator("summary").click()
    await resolve.get_by_role("button", name="Resolve the case").click()
    await expect(owner.locator(".case-head")).to_contain_text("resolved")
