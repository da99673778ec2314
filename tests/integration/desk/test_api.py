"""What the pages show and do, asked for by a program: the same numbers, the same roles, and what is refused changes nothing."""

from typing import Any

from services.chassis.service import Service
from services.desk.store.collections import CASES, CHANGED, changed_ms
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser, publish
from tests.integration.desk.stage import CASE, OWNER, Desk
from tests.integration.desk.test_leading import LEAD, absent
from tests.unit.desk.stories import Story, outgoing


async def told(who: Browser, path: str, status: int = 200) -> Any:
    answer = await who.get(f"/api/{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


async def sent(who: Browser, method: str, path: str, status: int, body: Any = None, **headers: str) -> Any:
    answer = await who.client.request(method, f"/api/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def test_the_same_as_on_the_pages(start_desk: Started, cases: Service) -> None:
    service = await start_desk(cases_url=cases.url)
    desk = Desk(service)
    await desk.a_case_is_owned("It leaks, write to jonas@example.org")
    async with browser(service, LEAD) as lead, browser(service, OWNER) as owner:
        await _the_teams_day(service, lead, owner)
        await _beside_a_case(lead, owner)
        await _what_if(lead, owner)
        await _ones_own(service, lead, owner)


async def _the_teams_day(service: Service, lead: Browser, owner: Browser) -> None:
    wall = await told(lead, "wallboard")
    assert sum(wall["clocks"][state] for state in ("late", "soon", "fine", "nothing")) == 1
    [waiting] = wall["waiting"]
    assert (waiting["case_id"], waiting["owner"]) == (CASE, OWNER)
    assert "It leaks" not in str(wall)
    assert wall == await told(owner, "wallboard")
    assert OWNER in {each["id"] for each in await told(owner, "people")}
    for path in ("coverage", "attention", "what-if", "what-if/scenarios"):
        await told(owner, path, 403)
    await absent(service, OWNER)
    [leaving] = (await told(lead, "coverage"))["leaving"]
    assert (leaving["person"], leaving["why"]) == (OWNER, "absent")
    assert [each["case"]["case_id"] for each in leaving["proposals"]] == [CASE]
    assert OWNER not in {each["person"] for each in leaving["receivers"]}
    attention = await told(lead, "attention")
    assert (attention["leaving"], attention["leaving_cases"]) == (1, 1)


async def _beside_a_case(lead: Browser, owner: Browser) -> None:
    case = f"cases/{CASE}"
    assert await sent(owner, "POST", f"{case}/watching", 200, {"typing": True}) == []
    assert await sent(lead, "POST", f"{case}/watching", 200, {}) == [{"person": OWNER, "typing": True}]
    assert await told(owner, f"{case}/similar") == []
    assert all("[" in each["text"] for each in await told(owner, f"{case}/templates"))
    assert await told(owner, f"{case}/same-customer") == []
    away = await told(owner, f"{case}/prospects?due_minutes=30", 503)
    assert away["type"].endswith("unavailable")
    refused = await sent(lead, "POST", f"{case}/reveal", 403)
    assert refused["type"].endswith("not-the-owner")
    assert (await told(lead, "reveals"))["reveals"] == []
    profile = await sent(owner, "POST", f"{case}/reveal", 200)
    assert not profile["masked"]
    [looked] = (await told(lead, "reveals"))["reveals"]
    assert (looked["person"], looked["case_id"]) == (OWNER, CASE)
    await told(owner, "cases/none/similar", 404)


async def _what_if(lead: Browser, owner: Browser) -> None:
    small = next(each for each in await told(lead, "what-if/scenarios") if each["id"] == "small-company")
    question = {"scenario": small["id"], "agents": small["agents"], "speakers": small["speakers"], "volume": 90}
    name = {"Idempotency-Key": "once"}
    refused = await sent(lead, "POST", "what-if", 400, question, **name)
    assert "from 0.1 to 5 times" in refused["detail"]
    await sent(owner, "POST", "what-if", 403, question, **name)
    assert (await sent(lead, "POST", "what-if", 400, question))["type"].endswith("invalid-request")  # without a key
    assert await told(lead, "what-if") == []


async def _ones_own(service: Service, lead: Browser, owner: Browser) -> None:
    account = await told(owner, "account")
    assert (account["person"]["id"], len(account["sessions"])) == (OWNER, 1)
    await sent(owner, "PUT", "autopilot", 403, {"on": True})
    await sent(lead, "PUT", "autopilot", 403, {"on": True}, **{"Sec-Fetch-Site": "cross-site"})
    assert await told(owner, "autopilot") == {"on": False}
    assert await sent(lead, "PUT", "autopilot", 200, {"on": True}) == {"on": True}
    assert await told(owner, "autopilot") == {"on": True}
    async with browser(service, OWNER) as elsewhere:
        await sent(elsewhere, "DELETE", "account/sessions", 204)
        await told(elsewhere, "account", 401)


async def test_cases_of_an_earlier_version_are_listed(start_desk: Started) -> None:
    """They lack the number by which the lists are ordered."""
    first = await start_desk()
    done = Story("done").opened().wrote("?").assigned(OWNER).replied("so").resolved().closed()
    await publish(first, outgoing(done.events))

    async def stored() -> Any:
        rows = await first.database.rows(CASES.name, {"status": "closed"})
        return rows or None

    [row] = await eventually(stored)
    old = {name: value for name, value in row.items() if name != CHANGED} | {"_id": "older", "lane": "older"}
    old["state"] = row["state"] | {"id": "older"}
    await first.database.insert(CASES.name, [old])
    await first.stop()
    again = await start_desk()
    async with browser(again, OWNER) as owner:
        listed = (await told(owner, "cases?status=closed&limit=1")), (await told(owner, "cases?status=closed"))
        assert len(listed[0]["cases"]) == 1
        assert {each["id"] for each in listed[1]["cases"]} == {"done", "older"}
        rest = await told(owner, f"cases?status=closed&limit=1&after={listed[0]['next']}")
        assert rest["cases"][0]["id"] != listed[0]["cases"][0]["id"]
    [found] = await again.database.find(CASES, {"_id": "older"})
    assert found.state
    assert (await again.database.rows(CASES.name, {"_id": "older"}))[0][CHANGED] == changed_ms(found.state)
