"""Every page of the desk in a real browser: no serious finding of axe, nothing wider than a phone, and a picture of each look.

The pictures are in `build/screenshots`, or where CASEKEEPER_SCREENSHOTS says.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from schemas.base import Model
from schemas.events.followup import LateClock
from schemas.events.incident import Reason
from schemas.events.message import Author
from schemas.services import SERVICES
from services.chassis.dead import Letter, letters
from services.chassis.documents import Collection, Context, Decision
from services.followup.domain.escalations import Call, Escalation
from services.followup.domain.incidents import Incident
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.surveys import Survey, survey_id
from services.followup.store.escalations import ESCALATIONS
from services.followup.store.incidents import INCIDENTS
from services.followup.store.subscriptions import SUBSCRIPTIONS
from services.followup.store.surveys import SURVEYS
from tests.conftest import eventually
from tests.e2e.browser import CHROMIUM, PATIENCE_MS, chromium, signed_in, window
from tests.e2e.conftest import LEAD
from tests.e2e.every_page import PAGES, SPECIALIST, Visit, name_of
from tests.e2e.looks import looked_at
from tests.e2e.playing import all_resolved, begun, most_owned
from tests.e2e.stage import Stage
from tests.e2e.test_poison_event_does_not_stop_the_line import publish_garbage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here: install it, or set CASEKEEPER_CHROMIUM to its program"),
]
INCIDENT = "incident-to-look-at"
QUESTION_LINK = re.compile(r"/question/[^\"<\s]+")


@dataclass(frozen=True)
class World:
    """What there is to look at."""

    addresses: dict[str, str]
    """Of the pages that are about one thing, by the path of their route."""
    specialist: str
    """Somebody who is asked something."""


async def test_every_page_can_be_used_by_everybody(stage: Stage) -> None:
    """WCAG 2.2 AA as far as a machine can judge, in light and dark, at 1280 and at 360 pixels."""
    expect.set_options(timeout=PATIENCE_MS)
    autopilot, turns, conversations = await begun(stage, first=1)
    try:
        await eventually(lambda: most_owned(autopilot, conversations), "most cases did not get an owner")
        await eventually(turns.all_taken, "the autopilot did not take its turns")
        async with chromium() as browser:
            world = await to_look_at(stage, browser)
            troubles = [trouble async for trouble in all_pages(stage, browser, world)]
        turns.unlimited = True  # the people of the next story have their hands free again
        await eventually(lambda: all_resolved(autopilot, conversations), "not all cases were resolved", 120)
    finally:
        await stage.run(autopilot.stop())
    assert not troubles, "\n".join(troubles)


async def all_pages(stage: Stage, browser: Browser, world: World) -> AsyncIterator[str]:
    """What is wrong with any of them; one window for each person."""
    windows: dict[str, Page] = {}
    for path, visit in PAGES.items():
        if not isinstance(visit, Visit):
            continue
        who = world.specialist if visit.who == SPECIALIST else visit.who
        if who not in windows:
            windows[who] = await (signed_in(browser, stage, who) if who else window(browser, stage.stack.url("desk")))
        page = windows[who]
        address = f"{stage.stack.url('desk')}{world.addresses.get(path, path)}"
        answer = await page.goto(f"{address}?{visit.query}" if visit.query else address)
        if answer is None or answer.status != 200:
            yield f"{path}: {answer and answer.status}"
        async for trouble in looked_at(page, name_of(path)):
            yield trouble


async def to_look_at(stage: Stage, browser: Browser) -> World:
    """One of each kind of thing that has a page."""
    async with stage.colleague(LEAD) as lead:
        listed = (await lead.read("/api/cases"))["cases"]
    case, owner = next((each["id"], each["owner"]) for each in listed if each["owner"] and each["brand"] == "moccarel")
    specialist, link = await a_question(stage, owner, case)
    addresses = {
        "/cases/{case_id}": f"/cases/{case}",
        "/cases/{case_id}/customer": f"/cases/{case}/customer",
        "/handovers/several": f"/handovers/several?case={case}",
        "/question/{token}": link,
        "/incidents/{incident_id}": await an_incident(stage),
        "/escalations/{escalation_id}": await a_sum(stage),
        "/subscriptions/{subscription_id}": await a_subscription(stage),
        "/operations/dead/{consumer}/{letter_id:path}": await a_dead_letter(stage),
        "/operations/trace": f"/operations/trace?id={case}",
        "/talk/{brand}": "/talk/moccarel",
        "/talk/{brand}/{token}": await a_talk(stage, browser),
        "/survey/{token}": await a_survey(stage),
    }
    return World(addresses, specialist)


async def a_question(stage: Stage, owner: str, case: str) -> tuple[str, str]:
    """The owner asks; whoever is asked, and the link to their question."""
    found: dict[str, str] = {}
    async with stage.colleague(owner) as colleague:
        question = {"question": "Which part wears out first?", "language": "en", "skill": "coffee", "due_minutes": "60"}
        await colleague.submit(f"/cases/{case}", f"/cases/{case}/consult", **question)

        async def asked() -> bool:
            consults = (await colleague.case(case))["consults"]
            links = QUESTION_LINK.findall(await colleague.page(f"/cases/{case}/question-links"))
            found.update(specialist=consults[-1]["specialist"], link=links[-1] if links else "")
            return all(found.values())

        await eventually(asked, "nobody was asked, or there is no link to the question")
    return found["specialist"], found["link"]


async def a_dead_letter(stage: Stage) -> str:
    """A record that nobody can read."""
    await stage.run(publish_garbage(stage, [("messages.received", b"poison", b"\x00 not even text", [])]))

    async def dead() -> Sequence[Letter]:
        return await stage.run(letters(stage.stack.cluster, SERVICES))

    found: Any = await eventually(dead, "the garbage is not among the dead letters")
    return f"/operations/dead/{found[0].consumer}/{found[0].id}"


async def a_talk(stage: Stage, browser: Browser) -> str:
    """A customer writes on our own page; nothing of a template is open there."""
    desk = stage.stack.url("desk")
    customer = await window(browser, f"{desk}/talk/moccarel")
    await customer.get_by_label("Your name").fill("Noor")
    await customer.get_by_label("Your message").fill("Mijn bestelling is er nog niet. Wanneer komt die?")
    await customer.get_by_role("button", name="Send").click()
    await expect(customer.locator("#live .say-me")).to_contain_text("bestelling")
    return customer.url.removeprefix(desk)


async def an_incident(stage: Stage) -> str:
    """One as the radar raises it: a burst of messages would make the other pages another matter."""
    now = stage.clock.now()
    reason = Reason(
        dimension="topic", value="delivery", window_minutes=15, seen=24, expected=3.5, by_chance_per_week=0.001
    )
    started = now - timedelta(minutes=20)
    seen = Incident(id=INCIDENT, brand="moccarel", reasons=(reason,), started_at=started, raised_at=now)
    await keep(stage, INCIDENTS, INCIDENT, seen)
    return f"/incidents/{INCIDENT}"


async def a_sum(stage: Stage) -> str:
    """More was late at once than anybody is told of one by one."""
    now = stage.clock.now()
    call = Call(id="sum-to-look-at", brand="moccarel", kind="sum", count=12, at=now)
    late = LateClock(
        clock_id="clock-of-a-sum",
        case_id="case-of-a-sum",
        kind="first-response",
        due_at=now - timedelta(hours=1),
        harm=3.5,
    )
    state = Escalation(call=call, by_kind={"first-response": 12}, worst=(late,), since=now, handed=1)
    await keep(stage, ESCALATIONS, call.id, state)
    return f"/escalations/{call.id}"


async def a_subscription(stage: Stage) -> str:
    """A department that is told of nothing yet."""
    id, now = "subscription-to-look-at", stage.clock.now()
    wish = Subscription(id=id, brand="moccarel", department="Quality", digest=True, by=LEAD, recorded_at=now, since=now)
    await keep(stage, SUBSCRIPTIONS, id, wish.model_copy(update={"mail": "quality@hesselwijk.example"}))
    return f"/subscriptions/{id}"


async def a_survey(stage: Stage) -> str:
    """One that was asked just now; by itself that takes hours after a case has closed."""
    case, now = "case-of-a-survey", stage.clock.now()
    asked = Survey(
        id=survey_id(case),
        case_id=case,
        conversation=f"conversation-of-{case}",
        brand="moccarel",
        customer=Author(id="noor"),
        channel="web-moccarel",
        language="en",
        team="care",
        status="asked",
        closed=True,
        requested_at=now,
        expires_at=now + timedelta(days=7),
    )
    await keep(stage, SURVEYS, asked.id, asked)
    link: str = stage.stack.services["followup"].api.state.survey_links.link(asked.id)
    return f"/survey/{link.rpartition('/')[2]}"


async def keep(stage: Stage, collection: Collection[Any], id: str, state: Model) -> None:
    """Put it into follow-up's store, with nothing said of it: no other service has to know."""
    repository = stage.stack.services["followup"].repository

    def decide(known: Any, _: Context) -> Decision[Any]:
        return Decision(known or state)

    await stage.run(repository.execute(collection, id, f"look-at-{id}", decide))
