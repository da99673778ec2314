"""The search and its kept views on a running desk: current from events, rebuilt at a start, and never another brand's."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.events.message import Author
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser, publish
from tests.unit.desk.stories import Story, outgoing

AGENT, LEAD, SPECIALIST = "maaike.postma", "fleur.visser", "harry.carter"
OTHER = "pluvane"
ORGANISATION = load(Path("deploy/example-org"))
PARTNER = PersonRecorded(
    person_id=AGENT,
    person=RosterPerson.model_validate(ORGANISATION.person(AGENT).model_dump() | {"brands": ("moccarel",)}),
)
"""The agent works for one brand only; the lead for both."""
START = datetime.now(UTC) - timedelta(minutes=10)


def story(case_id: str, text: str, brand: str = "moccarel", name: str = "Jonas Weber") -> Story:
    customer = Author(id=case_id, name=name, address="jonas@example.org")
    made = Story(case_id, f"conversation-{case_id}", brand=brand, customer=customer, language="en", start=START)
    return made.opened().wrote(text).assigned(AGENT)


async def found(who: Browser, **query: str) -> list[str]:
    answer = await who.client.get("/api/search", params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["cases"]]


async def test_everything_that_one_may_see_is_found_and_nothing_else(start_desk: Started) -> None:
    service = await start_desk()
    stories = [
        story("leak", "It leaks; mail me: jonas@example.org").promised("a new gasket", 300),
        story("japan", "電池を交換したい"),
        story("closed", "It leaked").replied("so").resolved().closed(),
        story("secret", "It leaks", brand=OTHER, name="Nobody's Business"),
    ]
    await publish(service, outgoing([PARTNER, *(event for each in stories for event in each.events)]))
    async with browser(service, AGENT) as agent, browser(service, SPECIALIST) as specialist:

        async def all_there() -> bool:
            return set(await found(agent, q="weber")) == {"leak", "japan", "closed"}

        await eventually(all_there)
        async with browser(service, LEAD) as lead:

            async def seen_by_who_may() -> bool:
                return await found(lead, q="business") == ["secret"]

            await eventually(seen_by_who_may)
        assert await found(agent, q="leak") == ["leak", "closed"]
        assert await found(agent, q="交換") == ["japan"]
        assert await found(agent, q="gasket", promise="yes") == ["leak"]
        for hidden in ("business", "secret", "jonas@example.org", f"brand:{OTHER}"):
            assert await found(agent, q=hidden) == [], hidden
        assert (await specialist.get("/api/search?q=leak")).status_code == 403
        assert (await specialist.get("/search?q=leak")).status_code == 403
        for wrong in ("?from=yesterday", "?after=x", "?limit=0", f"?q={'x' * 500}"):
            assert (await agent.get(f"/api/search{wrong}")).status_code == 400, wrong
        page = (await agent.get("/search?q=leak")).text
        assert "<mark>leaks</mark>" in page
        assert "jonas@example.org" not in page
        assert "Nothing found" in (await agent.get("/search?q=nowhere")).text
        assert (await agent.get("/search?from=yesterday")).status_code == 400
        await publish(service, outgoing(story("leak", "").wrote("the boiler bursts", minutes=5).events[-1:]))

        async def current() -> bool:
            return await found(agent, q="boiler") == ["leak"]

        await eventually(current)
    await service.stop()
    again = await start_desk()
    async with browser(again) as agent:
        assert (await agent.sign_in(AGENT)).status_code == 303

        async def rebuilt() -> bool:
            answer = (await agent.get("/api/search?q=weber")).json()
            return bool(answer["complete"]) and answer["total"] == 3

        await eventually(rebuilt)


async def test_views_are_kept_shared_counted_for_whoever_looks_and_forgotten(start_desk: Started) -> None:
    service = await start_desk()
    stories = [story("one", "It leaks"), story("two", "It leaks", brand=OTHER)]
    await publish(service, outgoing([PARTNER, *(event for each in stories for event in each.events)]))
    async with browser(service, AGENT) as agent, browser(service, LEAD) as lead:

        async def there() -> bool:
            return await found(agent, q="leaks") == ["one"]

        await eventually(there)
        kept = await agent.submit("/search?q=leaks", "/views", name="Leaks", q="leaks", shared="yes", state="open")
        assert kept.status_code == 303, kept.text
        [view] = (await agent.get("/api/views")).json()
        assert (view["name"], view["shared"], view["total"], view["filters"]) == ("Leaks", True, 1, {"state": "open"})
        assert kept.headers["location"] == f"/search?view={view['id']}"
        assert "Leaks" in (await agent.get("/")).text
        assert [each["total"] for each in (await lead.get("/api/views")).json()] == [2]
        assert [each["name"] for each in (await lead.get("/api/views")).json()] == ["Leaks"]
        assert "It <mark>leaks</mark>" in (await lead.get(kept.headers["location"])).text
        # A colleague can look, not change; nor can another site in the owner's name.
        assert (await lead.client.delete(f"/api/views/{view['id']}")).status_code == 403
        strange = {"Sec-Fetch-Site": "cross-site"}
        assert (await agent.client.delete(f"/api/views/{view['id']}", headers=strange)).status_code == 403
        private = {"name": "Leaks", "q": "leaks", "shared": False}
        assert (await agent.client.put(f"/api/views/{view['id']}", json=private)).status_code == 200
        assert (await lead.get("/api/views")).json() == []
        assert (await lead.get(kept.headers["location"])).status_code == 404
        for wrong in ({"name": " ", "q": "leaks"}, {"name": "All", "q": ""}, {"name": "x", "filters": {"from": "x"}}):
            assert (await agent.client.post("/api/views", json=wrong)).status_code == 400, wrong
        refused = await agent.submit("/search?q=leaks", "/views", name=" ", q="leaks")
        assert refused.status_code == 400
        assert 'role="alert"' in refused.text
        assert (await agent.client.delete(f"/api/views/{view['id']}")).status_code == 204
        assert (await agent.get("/api/views")).json() == []
