"""The desk in a real browser: one story through all services, and a page that stays live, calm and whole."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Request, async_playwright, expect

from casekeeper.services import build
from services.chassis.service import Service
from services.desk.domain import CaseView
from services.desk.store.collections import CASES
from tests.conftest import Backends, eventually
from tests.e2e.by_keyboard import the_keyboard_is_enough
from tests.e2e.stage import ORGANISATION
from tests.integration.desk.conftest import INTERNAL, PASSWORD, TOKEN
from tests.unit.desk.stories import Story, outgoing, several

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CASEKEEPER_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
PATIENCE_MS = 60_000
HALF_A_SECOND_MS = 500
AGENT, LEAD, SPECIALIST = "maaike.postma", "fleur.visser", "harry.carter"
HOOKS = ("REVIEWS", "SOCIAL", "REVIEWS_PLUVANE", "SOCIAL_PLUVANE")


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    if not CHROMIUM:
        pytest.skip("no Chromium here: install the package chromium, or set CASEKEEPER_CHROMIUM to its program")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield browser
        await browser.close()


@pytest.fixture
def shots(tmp_path: Path) -> Path:
    """Where screenshots go: kept where CASEKEEPER_SCREENSHOTS names a folder."""
    folder = Path(os.environ.get("CASEKEEPER_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Windows:
    """Browser windows, one per person, whose scripts must not fail."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    async def open(self, url: str, width: int = 1280, height: int = 900, scheme: str = "light") -> Page:
        context = await self._chromium.new_context(
            viewport={"width": width, "height": height},
            locale="en-GB",
            timezone_id="Europe/Amsterdam",
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self._contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda message: self._heard(message.type, message.text))
        await page.goto(url)
        return page

    async def signed_in(self, service: Service, person: str, path: str = "/", **window: object) -> Page:
        async with httpx2.AsyncClient(base_url=service.url, headers=INTERNAL, timeout=60) as client:
            answer = await client.post("/internal/accounts", json={"person": person, "password": PASSWORD})
            assert answer.status_code == 200, answer.text
        page = await self.open(f"{service.url}/sign-in?next={path}", **window)  # type: ignore[arg-type]
        await page.get_by_label("Name or mail address").fill(person)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await live(page)
        return page

    async def close(self) -> None:
        for context in self._contexts:
            await context.close()

    def _heard(self, kind: str, text: str) -> None:
        if kind == "error" and "Failed to load resource" not in text and "net::ERR" not in text:
            self.troubles.append(text)


async def shoot(page: Page, path: Path, *, whole: bool = True) -> None:
    """A picture of the page. The caret stays: hiding it would need a style that our policy forbids."""
    await page.evaluate("window.scrollTo(0, 0)")
    await page.screenshot(path=path, full_page=whole, caret="initial", animations="allow")


def fragment(request: Request) -> bool:
    """Whether the page's script fetched a part of the page."""
    return "hx-request" in request.headers


async def live(page: Page) -> None:
    """Wait until the page hears of changes."""
    await expect(page.locator("#connection")).to_have_text("live", timeout=PATIENCE_MS)


@pytest.fixture
async def windows(chromium: Browser) -> AsyncIterator[Windows]:
    opened = Windows(chromium)
    yield opened
    await opened.close()
    assert opened.troubles == []


Start = Callable[..., "asyncio.Future[Service]"]


@pytest.fixture
async def start(backends: Backends, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> AsyncIterator[Start]:
    """Starts services by name; all are stopped in the end, the last one first.

    Everybody may send alone here: who is on shift when the test runs may else be somebody whose replies a coach sees first.
    """
    folder = Path(shutil.copytree(ORGANISATION, tmp_path / "organisation"))
    agents = folder / "people" / "agents.yaml"
    agents.write_text(agents.read_text().replace("stage: supervised", "stage: independent"))
    monkeypatch.setenv("CASEKEEPER_ORGANISATION", str(folder))
    for name in HOOKS:
        monkeypatch.setenv(f"CASEKEEPER_{name}_SECRET", "whsec_" + "c2VjcmV0" * 4)
    running: list[Service] = []

    async def started(name: str, **settings: object) -> Service:
        service = build(name, **(backends.settings() | {"internal_token": TOKEN} | settings))
        await service.start()
        running.append(service)
        return service

    yield started  # type: ignore[misc]
    for service in reversed(running):
        await service.stop()


async def the_case(desk: Service, condition: Callable[[CaseView], object]) -> CaseView:
    """The only case, once it is like this."""

    async def reached() -> CaseView | None:
        views = [document.state for document in await desk.database.find(CASES, {})]
        return next((view for view in views if view and view.opened_at and condition(view)), None)

    found = await eventually(reached, timeout_seconds=PATIENCE_MS / 1000)
    assert isinstance(found, CaseView)
    return found


async def test_a_customer_is_answered_with_a_specialists_help(start: Start, windows: Windows, shots: Path) -> None:
    """All services run; routing decides who owns the case and who is asked (O1, O2, O5)."""
    names = ("ingestion", "classification", "cases", "routing", "followup", "delivery")
    urls = {name: service.url for name, service in zip(names, await asyncio.gather(*map(start, names)), strict=True)}
    desk = await start("desk", cases_url=urls["cases"], ingestion_url=urls["ingestion"])
    customer = await windows.open(f"{desk.url}/talk/moccarel", width=420, height=780)
    await shoot(customer, shots / "talk-start.png")
    await customer.get_by_label("Your name").fill("Sanne")
    await customer.get_by_label("Your message").fill("Mijn Aria koffiemachine lekt water. Wat kan ik doen?")
    await customer.get_by_role("button", name="Send").click()
    await expect(customer.locator("#live .say-me")).to_contain_text("lekt water")

    view = await the_case(desk, lambda view: view.owner)
    owner = await windows.signed_in(desk, view.owner)
    await shoot(owner, shots / "overview.png", whole=False)
    await owner.get_by_role("link", name="Sanne").click()
    await live(owner)
    await expect(owner.locator(".case-head")).to_contain_text("you")
    await the_owner_asks_and_promises(owner, customer)
    await shoot(owner, shots / "case.png")
    view = await the_case(desk, lambda view: view.consults and view.consults[0].specialist)
    await the_specialist_answers_on_a_phone(desk, windows, view.consults[0].specialist, shots)
    await the_owner_answers_and_resolves(owner, customer)
    await shoot(customer, shots / "talk.png")
    view = await the_case(desk, lambda view: view.status == "resolved")
    assert [promise.kept for promise in view.promises] == [True]


async def the_owner_asks_and_promises(owner: Page, customer: Page) -> None:
    reply = owner.locator("#tool-reply")
    await reply.get_by_role("button", name="Propose a holding reply").click()
    await expect(reply.get_by_label("Holding reply: it takes a while")).to_be_checked()
    await reply.get_by_role("button", name="Send", exact=True).click()
    await expect(owner.locator("#tool-reply .note-done")).to_be_visible()
    await expect(customer.locator("#live .say-them")).to_have_count(1)
    assert "{by}" not in await customer.locator("#live .say-them").inner_text()
    await expect(owner.locator(".say-brand")).to_contain_text("sent")
    consult = owner.locator("#tool-consult")
    await consult.locator(":scope > summary").click()
    await consult.get_by_label("Your question").fill("Which valve leaks on the Aria?")
    await consult.get_by_label("Language").select_option("en")
    await consult.get_by_role("button", name="Ask", exact=True).click()
    await expect(owner.locator(".thread .consult")).to_contain_text("Which valve leaks on the Aria?")


async def the_specialist_answers_on_a_phone(desk: Service, windows: Windows, specialist: str, shots: Path) -> None:
    phone = await windows.signed_in(desk, specialist, width=360, height=740)
    await expect(phone.locator(".question")).to_have_text("Which valve leaks on the Aria?")
    await expect(phone.locator(".context")).to_contain_text("lekt water")
    wide = await phone.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "the page is wider than a phone"
    await shoot(phone, shots / "consult-phone.png")
    await phone.get_by_label("Your answer").fill("The left one; a new seal helps.")
    await phone.get_by_role("button", name="Answer", exact=True).click()
    await expect(phone.locator("#live")).to_contain_text("Thank you.")


async def the_owner_answers_and_resolves(owner: Page, customer: Page) -> None:
    await expect(owner.locator(".thread")).to_contain_text("The left one; a new seal helps.")
    await owner.reload()
    await live(owner)
    await owner.get_by_label("Your reply").fill("Het linker ventiel; een nieuwe rubberring helpt.")
    await owner.get_by_label("Does this reply keep a promise?").select_option(index=1)
    await owner.keyboard.press("Tab")
    await owner.locator("#reply-text").press("Control+Enter")
    await expect(customer.locator("#live .say-them")).to_have_count(2)
    await expect(owner.locator("#case-side")).to_contain_text("kept")
    resolve = owner.locator("#tool-resolve")
    await resolve.locator("summary").click()
    await resolve.get_by_role("button", name="Resolve the case").click()
    await expect(owner.locator(".case-head")).to_contain_text("resolved")
    await expect(customer.locator(".outlook")).to_contain_text("We think your question is answered.")


async def test_a_burst_reaches_the_page_without_a_storm(start: Start, windows: Windows, shots: Path) -> None:
    """Fragments are fetched twice a second at most, whatever flows in, and nothing is missed in the end."""
    desk = await start("desk")
    page = await windows.signed_in(desk, LEAD, scheme="dark")
    fetched: list[float] = []
    page.on(
        "requestfinished", lambda request: fetched.append(request.timing["startTime"]) if fragment(request) else None
    )
    stories = several(400, datetime.now(UTC) - timedelta(minutes=2))
    for first in range(0, len(stories), 20):
        await desk.publisher.publish(outgoing(e for story in stories[first : first + 20] for e in story.events))
    await expect(page.locator(".counts dd").first).to_have_text("400", timeout=PATIENCE_MS)
    starts = sorted(fetched)
    assert len(starts) > 1
    assert min(later - earlier for earlier, later in pairwise(starts)) > HALF_A_SECOND_MS * 0.9
    await expect(page.locator(".board tbody tr")).to_have_count(100)
    await shoot(page, shots / "overview-dark.png", whole=False)
    await page.get_by_role("link", name="Next page").click()
    await expect(page.locator(".board tbody tr")).to_have_count(100)
    await the_keyboard_is_enough(page)


async def test_a_page_says_when_it_is_cut_off_and_comes_back_by_itself(start: Start, windows: Windows) -> None:
    desk = await start("desk")
    story = Story(start=datetime.now(UTC)).opened().wrote("hello").assigned(AGENT)
    await desk.publisher.publish(outgoing(story.events))
    await the_case(desk, lambda view: view.owner == AGENT)
    page = await windows.signed_in(desk, AGENT, "/cases/case-1")
    async with page.expect_response(lambda response: "reply-check" in response.url):  # advice on the words so far
        await page.get_by_label("Your reply").fill("half a sentence")
    await page.locator("details.why summary").first.click()
    port = desk.port
    await desk.stop()
    await expect(page.locator("#connection")).to_contain_text("reconnecting", timeout=PATIENCE_MS)
    await expect(page.locator("#cut-off")).to_contain_text("What you write is kept", timeout=PATIENCE_MS)
    again = await start("desk", http_port=port)
    await live(page)
    await expect(page.locator("#cut-off")).to_be_hidden()
    more = Story(start=datetime.now(UTC), owner=AGENT).wrote("hello again", minutes=1)
    await again.publisher.publish(outgoing(more.events))
    await expect(page.locator(".thread")).to_contain_text("hello again", timeout=PATIENCE_MS)
    await expect(page.locator("details.why").first).to_have_attribute("open", "")
    await expect(page.get_by_label("Your reply")).to_have_value("half a sentence")


async def test_what_a_specialist_types_survives_news_and_a_reload(start: Start, windows: Windows) -> None:
    desk = await start("desk")
    story = Story(start=datetime.now(UTC)).opened().wrote("?").assigned(AGENT).asked("one?", specialist=SPECIALIST)
    await desk.publisher.publish(outgoing(story.events))
    await the_case(desk, lambda view: view.consults and view.consults[0].specialist)
    page = await windows.signed_in(desk, SPECIALIST, "/consults")
    field = page.get_by_label("Your answer")
    await field.press_sequentially("The left")
    second = Story("case-2", "conversation-2", start=datetime.now(UTC)).opened().wrote("!").assigned(AGENT)
    await desk.publisher.publish(outgoing(second.asked("two?", specialist=SPECIALIST).events))
    await expect(page.locator(".question")).to_have_count(2, timeout=PATIENCE_MS)
    await expect(field.first).to_have_value("The left")
    await expect(field.first).to_be_focused()
    await page.reload()
    await expect(field.first).to_have_value("The left")
