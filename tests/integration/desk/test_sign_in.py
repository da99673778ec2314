"""Signing in, and what keeps others out."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urljoin, urlsplit

from services.chassis.service import Service
from services.chassis.testing import ManualClock
from services.desk.store.collections import ACCOUNTS, REVEALS
from tests.conftest import eventually
from tests.integration.desk.conftest import INTERNAL, PASSWORD, Browser, Started, browser, publish
from tests.unit.desk.stories import Story, outgoing

AGENT, OTHER_AGENT, LEAD, SPECIALIST = "maaike.postma", "sem.schouten", "fleur.visser", "isla.fletcher"
START = datetime.now(UTC) - timedelta(minutes=5)


async def test_only_people_with_a_password_get_in(start_desk: Started) -> None:
    clock = ManualClock(datetime.now(UTC))
    service = await start_desk(clock=clock)
    await _accounts_are_made_by_our_own_services_only(service)
    async with browser(service) as somebody:
        await _nothing_is_open(somebody)
        await _wrong_passwords_are_refused_alike(somebody)
        await _forged_forms_are_refused(service, somebody)
        await _forms_that_can_not_be_read_are_refused(somebody)
        await _no_address_leads_to_another_host(somebody)
        await _a_session_opens_and_closes(somebody)
        await _too_many_failures_pause(somebody, clock)
    await _another_password_ends_sessions(service, clock)


async def _accounts_are_made_by_our_own_services_only(service: Service) -> None:
    async with browser(service) as anybody:
        account = {"person": AGENT, "password": PASSWORD}
        post = anybody.client.post
        assert (await post("/internal/accounts", json=account)).status_code == 401
        for _ in range(2):  # the same again changes nothing
            assert (await post("/internal/accounts", json=account, headers=INTERNAL)).status_code == 200
        document = await service.database.get(ACCOUNTS, AGENT)
        assert document is not None
        assert document.version == 1
        assert document.state is not None
        assert PASSWORD not in document.state.password_hash
        for body, status in (
            ({"person": "nobody", "password": PASSWORD}, 422),
            ({"person": AGENT, "password": "short"}, 400),
            ({"person": AGENT}, 400),
            ({"person": AGENT, "password": PASSWORD, "role": "lead"}, 400),
        ):
            answer = await post("/internal/accounts", json=body, headers=INTERNAL)
            assert answer.status_code == status, body
            assert answer.headers["content-type"] == "application/problem+json"


async def _nothing_is_open(somebody: Browser) -> None:
    for path in ("/", "/?brand=moccarel", "/cases/x", "/consults", "/autopilot"):
        answer = await somebody.get(path)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/sign-in"), path
    for path in ("/api/cases", "/api/cases/x", "/api/people/x", "/api/consults", "/api/events"):
        answer = await somebody.get(path)
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"
    live = {"hx-request": "true", "hx-current-url": "http://elsewhere.example/cases/x?a=b"}
    answer = await somebody.get("/cases/x/composer", **live)
    assert answer.headers["hx-redirect"] == "/sign-in?next=%2Fcases%2Fx%3Fa%3Db"
    page = await somebody.get("/sign-in")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


async def _wrong_passwords_are_refused_alike(somebody: Browser) -> None:
    texts = set()
    for person in (AGENT, "nobody.at.all"):
        answer = await somebody.sign_in(person, "not the password")
        assert answer.status_code == 401
        texts.add("do not belong together" in answer.text)
    assert texts == {True}


async def _forged_forms_are_refused(service: Service, somebody: Browser) -> None:
    fields = {"person": AGENT, "password": PASSWORD, "form_token": "made up"}
    answer = await somebody.client.post("/sign-in", data=fields)
    assert answer.status_code == 403
    async with browser(service) as other:
        token = (await other.get("/sign-in")).text.split('name="form_token" value="')[1].split('"')[0]
    answer = await somebody.client.post("/sign-in", data=fields | {"form_token": token})
    assert answer.status_code == 403


async def _forms_that_can_not_be_read_are_refused(somebody: Browser) -> None:
    """Each was a fault of ours once."""
    many = "&".join(f"f{number}=1" for number in range(2000))
    for content, kind in (
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (many.encode(), "application/x-www-form-urlencoded"),
    ):
        answer = await somebody.client.post("/sign-in", content=content, headers={"content-type": kind})
        assert answer.status_code == 400, kind


async def _no_address_leads_to_another_host(somebody: Browser) -> None:
    """Whatever host the request names, and however the address is written."""
    for path in ("/sign-in/", "/talk/moccarel/", "//evil.example/", "/\\evil.example/"):
        answer = await somebody.get(path, host="evil.example")
        led = urljoin("https://desk.example/", answer.headers.get("location", ""))
        assert urlsplit(led).netloc == "desk.example", path
    assert (await somebody.get("/sign-in/")).headers["location"] == "/sign-in"


async def _a_session_opens_and_closes(somebody: Browser) -> None:
    opened = await somebody.submit(
        "/sign-in", "/sign-in", person=f"{AGENT}@hesselwijk.example", password=PASSWORD, next="//evil.example"
    )
    assert (opened.status_code, opened.headers["location"]) == (303, "/")
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert "samesite=lax" in opened.headers["set-cookie"].lower()
    assert (await somebody.get("/")).status_code == 200
    assert (await somebody.submit("/", "/sign-out")).status_code == 303
    assert (await somebody.get("/")).status_code == 303


async def _too_many_failures_pause(somebody: Browser, clock: ManualClock) -> None:
    statuses = [(await somebody.sign_in(AGENT, "wrong")).status_code for _ in range(6)]
    assert statuses[-1] == 429
    right = await somebody.sign_in(AGENT)
    assert right.status_code == 429
    assert int(right.headers["retry-after"]) > 0
    clock.forward(301)
    assert (await somebody.sign_in(AGENT)).status_code == 303


async def _another_password_ends_sessions(service: Service, clock: ManualClock) -> None:
    async with browser(service, OTHER_AGENT) as agent:
        assert (await agent.get("/api/cases")).status_code == 200
        account = {"person": OTHER_AGENT, "password": "another long password"}
        await agent.client.post("/internal/accounts", json=account, headers=INTERNAL)
        clock.forward(10)
        assert (await agent.get("/api/cases")).status_code == 401


async def test_people_see_and_do_what_is_theirs(start_desk: Started) -> None:
    service = await start_desk(autopilot=True)
    mine = Story("mine", start=START).opened().wrote("hello").assigned(AGENT)
    theirs = Story("theirs", "conversation-2", start=START).opened().wrote("hello").assigned(OTHER_AGENT)
    await publish(service, outgoing([*mine.events, *theirs.events]))
    async with browser(service, AGENT) as agent, browser(service, LEAD) as lead, browser(service, SPECIALIST) as expert:

        async def arrived() -> bool:
            cases = (await agent.get("/api/cases")).json()["cases"]
            return {each["owner"] for each in cases if each["owner"]} == {AGENT, OTHER_AGENT}

        await eventually(arrived)
        await _details_are_revealed_to_the_owner_on_record(service, agent)
        await _leads_read_who_looked(agent, lead, expert)
        await _the_autopilot_is_the_leads(agent, lead, expert)
        await _strange_requests_get_clear_answers(agent)


async def _details_are_revealed_to_the_owner_on_record(service: Service, agent: Browser) -> None:
    assert "jonas@example.org" not in (await agent.get("/cases/mine")).text
    refused = await agent.submit("/cases/theirs", "/cases/theirs/reveal")
    assert refused.status_code == 403
    assert not await service.database.find(REVEALS, {})
    shown = await agent.submit("/cases/mine", "/cases/mine/reveal", partial=True)
    assert "jonas@example.org" in shown.text
    [record] = await service.database.find(REVEALS, {"case": "mine"})
    assert record.state is not None
    assert (record.state.person, record.state.fields) == (AGENT, ("address",))


async def _leads_read_who_looked(agent: Browser, lead: Browser, expert: Browser) -> None:
    [looked] = (await lead.get("/api/reveals")).json()["reveals"]
    assert (looked["person"], looked["case_id"], looked["fields"]) == (AGENT, "mine", ["address"])
    page = (await lead.get("/reveals")).text
    assert "Maaike Postma" in page
    assert "/cases/mine" in page
    assert "Nothing earlier" in (await lead.get("/reveals?before=0")).text
    for each in (agent, expert):
        assert (await each.get("/api/reveals")).status_code == 403
        assert (await each.get("/reveals")).status_code == 403


async def _the_autopilot_is_the_leads(agent: Browser, lead: Browser, expert: Browser) -> None:
    for each, path in ((agent, "/"), (lead, "/"), (expert, "/consults")):
        assert "Autopilot is playing the staff" in (await each.get(path)).text
    assert (await agent.get("/api/autopilot")).json() == {"on": True}
    assert (await agent.submit("/autopilot", "/autopilot", on="false")).status_code == 403
    assert (await lead.submit("/autopilot", "/autopilot", on="false")).status_code == 303
    assert (await expert.get("/api/autopilot")).json() == {"on": False}
    assert "Autopilot is playing the staff" not in (await agent.get("/")).text
    switched = await agent.client.post("/internal/autopilot", json={"on": True}, headers=INTERNAL)
    assert switched.json() == (await agent.get("/api/autopilot")).json() == {"on": True}


async def _strange_requests_get_clear_answers(agent: Browser) -> None:
    paths = (await agent.get("/openapi.json")).json()["paths"]
    assert {
        "/api/cases",
        "/api/cases/{case_id}",
        "/api/people/{person_id}",
        "/api/consults",
        "/api/events",
    } <= paths.keys()
    assert not {path for path in paths if not path.startswith(("/api", "/internal"))}
    assert (await agent.get("/cases/nothing")).status_code == 404
    assert "This is not here" in (await agent.get("/cases/nothing")).text
    assert (await agent.get("/?whose=nobody")).status_code == 400
    assert (await agent.get("/?after=x")).status_code == 400
    assert "Zaken" in (await agent.get("/?lang=nl")).text
    assert (await agent.get("/static/x/../settings.py")).status_code == 404
    assert (await agent.get("/static/x/nothing.css")).status_code == 404
    assert (await agent.get("/static/x/htmx.js")).headers["cache-control"] == "no-cache"
