"""A specialist's question behind a link: opened on a phone, without signing in; answered once, and then over (O2)."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from schemas.events.routing import SpecialistOffered
from schemas.ids import derive
from services.chassis.clock import ShiftedClock
from services.chassis.service import Service
from services.followup.app import build
from services.followup.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.desk.conftest import (
    FORM_TOKEN,
    SINCE_THE_STORY_SECONDS,
    TOKEN,
    Browser,
    Started,
    browser,
    publish,
)
from tests.integration.desk.stage import CASE, COLLEAGUE, CONVERSATION, OWNER, PAGE, Desk
from tests.unit.desk.photos import photo
from tests.unit.desk.stories import WHY, Story, outgoing

SALMA, RANIA = "salma.qasim", "rania.khoury"
ANSWER = "أمسك الصمام ثلاث ثوانٍ، ثم أعد التشغيل."
INLINE = re.compile(r"<style|style=|<script(?! src=)|onload=")
URL = re.compile(r'value="http://127\.0\.0\.1:8080(/question/[^"]+)"')


@pytest.fixture
async def followup(backends: Backends) -> AsyncIterator[Service]:
    behind = (Story().start - datetime.now(UTC)).total_seconds() + SINCE_THE_STORY_SECONDS
    service = build(Settings(**(backends.settings() | {"internal_token": TOKEN})), ShiftedClock(behind))
    await service.start()
    yield service
    await service.stop()


async def asks(desk: Desk, owner: Browser, question: str, *specialists: str, expires_at: datetime | None = None) -> str:
    """The owner asks, routing finds these; the consult's id."""
    known = {each.id for each in (await desk.view(lambda _: True)).consults}
    fields = {"question": question, "skill": "coffee", "language": "ar", "places": str(len(specialists))}
    await owner.submit(PAGE, f"{PAGE}/consult", partial=True, **fields)
    view = await desk.view(lambda view: {each.id for each in view.consults} - known)
    [consult_id] = {each.id for each in view.consults} - known
    for number, specialist in enumerate(specialists, 1):
        request = derive("specialist", consult_id) if number == 1 else derive("specialist", consult_id, str(number))
        offered = SpecialistOffered(
            request_id=request,
            case_id=CASE,
            conversation=CONVERSATION,
            consult_id=consult_id,
            person=specialist,
            country="LB",
            explanation=WHY,
            expires_at=expires_at,
            decided_at=view.timeline[-1].at,
        )
        await publish(desk.service, outgoing([offered]))
    await desk.view(lambda view: len(view.consults[-1].offers) == len(specialists))
    return consult_id


async def links(owner: Browser, count: int) -> list[str]:
    """The addresses that the owner can copy, once there are so many."""

    async def shown() -> tuple[list[str]] | None:
        found = URL.findall((await owner.get(f"{PAGE}/question-links?lang=en")).text)
        return (found,) if len(found) == count else None

    found = await eventually(shown)
    assert isinstance(found, tuple)
    return list(found[0])


async def test_a_link_is_opened_used_once_and_then_over(start_desk: Started, cases: Service, followup: Service) -> None:
    desk = Desk(await start_desk(cases_url=cases.url, followup_url=followup.url))
    await desk.a_case_is_owned("Jonas Weber here, jonas@example.org. My machine leaks")
    async with (
        browser(desk.service, OWNER) as owner,
        browser(desk.service, COLLEAGUE) as colleague,
        browser(desk.service) as phone,
        browser(desk.service) as other_phone,
    ):
        await asks(desk, owner, "Mr Weber's machine leaks at the valve. Why?", SALMA, RANIA)
        assert (await colleague.get(f"{PAGE}/question-links")).status_code == 403
        first, second = await links(owner, 2)
        await self_explaining(phone, first)
        await refused_when_forged(phone, first)
        taken = await phone.submit(first, f"{first}/accept")
        assert "The question is yours." in taken.text
        await desk.view(lambda view: any(each.state == "accepted" for each in view.consults[-1].offers.values()))
        slower = await over(other_phone, second, "elsewhere")
        assert "Somebody else has this question now." in slower
        asked_back = await phone.submit(first, f"{first}/ask-back", question="Which model?")
        assert "Your question is with the owner." in asked_back.text
        empty = await phone.submit(first, f"{first}/answer", answer=" ")
        assert (empty.status_code, "Write your answer first." in empty.text) == (400, True)
        told = {"link-1-url": "https://files.example/valve.pdf", "link-1-what": "The valve"}
        token = FORM_TOKEN.search((await phone.get(first)).text)
        assert token
        fields = {"form_token": token[1], "answer": ANSWER, "key": "once", **told}
        wrong = await phone.client.post(f"{first}/answer?lang=en", data=fields, files={"files": ("a.exe", b"MZ")})
        assert (wrong.status_code, "Only pictures" in wrong.text, ANSWER in wrong.text) == (400, True, True)
        sent = {"files": ("valve.png", photo())}
        done = await phone.client.post(f"{first}/answer?lang=en", data=fields, files=sent)
        assert "You need not do anything more." in done.text
        view = await desk.view(lambda view: view.consults[-1].answer)
        assert (view.consults[-1].answer, view.consults[-1].specialist) == (ANSWER, SALMA)
        enclosed = [each for entry in view.timeline if entry.kind == "consult-answered" for each in entry.attachments]
        assert [each.name for each in enclosed] == ["valve.pdf", "valve.png"]
        assert (await owner.get(urlsplit(enclosed[1].url).path)).content.startswith(b"\x89PNG")
        await used_up(desk, phone, first)
        assert await links(owner, 0) == []


async def self_explaining(phone: Browser, link: str) -> None:
    page = (await phone.get(f"{link}?lang=nl")).text
    assert "Salma, Maaike Postma vraagt je" in page
    assert "machine leaks" in page
    assert not any(each in page for each in ("Jonas", "Weber", "jonas@", "example.org")), "who it is, nobody needs"
    assert not INLINE.search(page)
    assert 'name="viewport"' in page
    assert "Sign out" not in page


async def refused_when_forged(phone: Browser, link: str) -> None:
    for forged in (f"{link}x", f"{link[:-3]}abc", "/question/nothing"):
        shown = await phone.get(f"{forged}?lang=en")
        assert (shown.status_code, "This link leads nowhere" in shown.text) == (404, True)
        sent = await phone.submit(link, f"{forged}/answer", answer="Let me in")
        assert sent.status_code == 404
    unsigned = await phone.client.post(f"{link}/answer", data={"form_token": "made-up", "answer": "Let me in"})
    assert unsigned.status_code == 403


async def over(phone: Browser, link: str, standing: str) -> str:
    """The page of a link that leads to nothing any more, once it does not."""

    async def reached() -> str | None:
        text = (await phone.get(f"{link}?lang=en")).text
        return text if f'data-standing="{standing}"' in text else None

    found = await eventually(reached)
    assert isinstance(found, str)
    assert "<textarea" not in found
    return found


async def used_up(desk: Desk, phone: Browser, link: str) -> None:
    await over(phone, link, "answered")
    again = await phone.submit(PAGE_WITH_A_FORM, f"{link}/answer?lang=en", answer="Something else")
    assert (again.status_code, "Something else" in again.text) == (410, True)
    declined = await phone.submit(PAGE_WITH_A_FORM, f"{link}/decline", reason="No")
    assert declined.status_code == 410
    view = await desk.view(lambda _: True)
    assert sum(entry.kind == "consult-answered" for entry in view.timeline) == 1
    assert not any(entry.kind == "consult-declined" for entry in view.timeline)


PAGE_WITH_A_FORM = "/sign-in"


async def test_declined_expired_and_withdrawn_links_say_so_and_change_nothing(
    start_desk: Started, cases: Service, followup: Service
) -> None:
    desk = Desk(await start_desk(cases_url=cases.url, followup_url=followup.url))
    await desk.a_case_is_owned()
    async with browser(desk.service, OWNER) as owner, browser(desk.service) as phone:
        await asks(desk, owner, "May it be opened?", SALMA)
        [link] = await links(owner, 1)
        assert "All right" in (await phone.submit(link, f"{link}/decline?lang=en", reason="On leave")).text
        await over(phone, link, "declined")
        second = await asks(desk, owner, "And now?", RANIA)
        [link] = await links(owner, 1)
        await owner.submit(PAGE, f"{PAGE}/consults/{second}/withdraw", partial=True)
        await over(phone, link, "withdrawn")
        late = followup.clock.now() + timedelta(seconds=3)
        await asks(desk, owner, "Quickly?", SALMA, expires_at=late)
        [link] = await links(owner, 1)
        await over(phone, link, "expired")
        sent = await phone.submit(PAGE_WITH_A_FORM, f"{link}/answer?lang=en", answer="Too late")
        assert (sent.status_code, "Too late" in sent.text) == (410, True)
        view = await desk.view(lambda _: True)
        assert not any(each.answer for each in view.consults)
