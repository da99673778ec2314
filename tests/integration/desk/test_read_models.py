"""Events become what pages and API show: once, whatever comes twice, and again after a restart."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.events.message import Author
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from services.chassis.service import Service
from services.desk.store.collections import CASES, OFFERS, PEOPLE
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser, publish
from tests.unit.desk.stories import Story, outgoing

AGENT, SPECIALIST = "maaike.postma", "harry.carter"
START = datetime.now(UTC) - timedelta(minutes=10)
FULL = (
    Story("full", start=START).opened().wrote("hello").assigned(AGENT).asked("which?", specialist=SPECIALIST)
    .promised("the part", 300).replied("soon", kind="holding").stopped()
)  # fmt: skip
EARLIER = (
    Story("earlier", "conversation-0", start=START - timedelta(days=1)).opened().wrote("before").assigned(AGENT)
    .replied("so").resolved().closed()
)  # fmt: skip
OTHER = (
    Story("other", "conversation-2", brand="pluvane", language="nl", customer=Author(id="c2"), start=START)
    .opened(200).wrote("hallo")
)  # fmt: skip
HARRY = load(Path("deploy/example-org")).person(SPECIALIST)
NEWS = PersonRecorded(
    person_id=SPECIALIST, person=RosterPerson.model_validate(HARRY.model_dump() | {"name": "Harry Renamed"})
)


async def _stored(service: Service) -> dict[str, Any]:
    found = {}
    for collection in (CASES, OFFERS, PEOPLE):
        rows = await service.database.rows(collection.name, {})
        found |= {row["_id"]: {name: row[name] for name in ("version", "state")} for row in rows}
    return found


async def _lists(who: Browser, **query: str) -> list[str]:
    answer = await who.client.get("/api/cases", params=query)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["cases"]]


async def test_events_become_read_models_once_and_survive_a_restart(start_desk: Started) -> None:
    service = await start_desk()
    events = outgoing([*FULL.events, *EARLIER.events, *OTHER.events, NEWS])
    await publish(service, events)
    await eventually(lambda: _arrived(service))
    before = await _stored(service)
    await publish(service, [*events, *outgoing(Story("marker", start=START).opened().events)])
    await eventually(lambda: service.database.get(CASES, "marker"))
    after = await _stored(service)
    assert {name: after[name] for name in before} == before

    async with browser(service, AGENT) as agent, browser(service, SPECIALIST) as specialist:
        await _check_lists(agent)
        await _check_case(agent)
        await _check_specialist(specialist, agent)
    await service.stop()
    again = await start_desk()
    async with browser(again) as agent:
        assert (await agent.sign_in(AGENT)).status_code == 303  # the account outlives the restart too
        assert await _lists(agent, owner="me") == ["full"]


async def _arrived(service: Service) -> bool:
    documents = await service.database.find(CASES, {"_id": {"$in": ["full", "other", "earlier"]}})
    by_id = {document.id: document.state for document in documents if document.state}
    return (
        by_id.keys() == {"full", "other", "earlier"}
        and by_id["earlier"].closed
        and bool(by_id["full"].first_reply_sent_at)
        and bool(by_id["full"].promises)
        and bool(by_id["other"].clocks)
        and bool(await service.database.get(OFFERS, "s-full-q1"))
        and bool(await service.database.get(PEOPLE, SPECIALIST))
    )


async def _check_lists(agent: Browser) -> None:
    assert [each for each in await _lists(agent) if each != "marker"] == ["other", "full"]
    assert await _lists(agent, owner="me") == ["full"]
    assert await _lists(agent, brand="pluvane") == ["other"]
    assert await _lists(agent, language="nl", status="new") == ["other"]
    assert await _lists(agent, status="closed") == ["earlier"]
    [mine] = (await agent.client.get("/api/cases", params={"owner": "me", "order": "needs"})).json()["cases"]
    assert (mine["id"], mine["next"]["reason"], mine["next"]["clock"]) == ("full", "wrote", None)
    page = (await agent.client.get("/api/cases", params={"limit": 1})).json()
    assert page["total"] == 3
    rest = (await agent.client.get("/api/cases", params={"limit": 2, "after": page["next"]})).json()
    assert len({each["id"] for each in page["cases"] + rest["cases"]}) == 3
    assert rest["next"] == ""
    for wrong in ({"after": "x"}, {"after": "x", "status": "closed"}, {"status": "lost"}, {"limit": "0"}):
        answer = await agent.client.get("/api/cases", params=wrong)
        assert answer.status_code == 400, wrong
        assert answer.json()["type"].endswith(("invalid-request", "invalid-cursor"))


async def _check_case(agent: Browser) -> None:
    shown = (await agent.get("/api/cases/full")).json()
    assert (shown["status"], shown["owner"]) == ("waiting-for-specialist", AGENT)
    assert shown["promises"][0]["what"] == "the part"
    assert shown["customer"]["masked"] is True
    assert "jonas@example.org" not in (await agent.get("/api/cases/full")).text
    decided = next(entry for entry in shown["timeline"] if entry["kind"] == "assignment-decided")
    assert decided["explanation"]["excluded"] == {"off-shift": 27, "language": 9}
    page = (await agent.get("/cases/full")).text
    for words in ("hello", "Harry Renamed", "the part", "Best candidates", "before"):
        assert words in page, words
    assert (await agent.get("/api/cases/nothing")).status_code == 404
    assert (await agent.get(f"/api/people/{SPECIALIST}")).json()["name"] == "Harry Renamed"
    assert (await agent.get("/api/people/nobody")).status_code == 404


async def _check_specialist(specialist: Browser, agent: Browser) -> None:
    [asked] = (await specialist.get("/api/consults")).json()
    assert (asked["question"], asked["asked_by"]) == ("which?", AGENT)
    assert [line["text"] for line in asked["context"]] == ["hello"]
    assert "which?" in (await specialist.get("/consults")).text
    assert (await agent.client.get("/api/consults", params={"specialist": SPECIALIST})).json() == [asked]
    for path in ("/api/cases", "/api/cases/full", f"/api/people/{AGENT}"):
        assert (await specialist.get(path)).status_code == 403, path
    assert (await specialist.client.get("/api/consults", params={"specialist": AGENT})).status_code == 403
    assert (await specialist.get("/")).headers["location"] == "/consults"
    assert (await specialist.get("/cases/full")).status_code == 403


async def test_an_answered_consult_leaves_the_specialists_list(start_desk: Started) -> None:
    service = await start_desk()
    story = Story("asked", start=START).opened().wrote("?").assigned(AGENT).asked("one?", specialist=SPECIALIST)
    await publish(service, outgoing(story.asked("two?", "q2", SPECIALIST, minutes=3).events))
    async with browser(service, SPECIALIST) as specialist:

        async def questions() -> list[str]:
            return [each["question"] for each in (await specialist.get("/api/consults")).json()]

        async def both() -> bool:
            return await questions() == ["one?", "two?"]

        await eventually(both)
        done = Story("asked", start=START, owner=AGENT).answered("yes", SPECIALIST).withdrew("q2")
        await publish(service, outgoing(done.events))

        async def none() -> bool:
            return await questions() == []

        await eventually(none)
        left = await service.database.find(OFFERS, {"specialist": SPECIALIST, "settled": False})
        assert not left


async def test_what_another_instance_stored_reaches_the_list(start_desk: Started) -> None:
    """Two desks share the partitions: each handles some of the cases, both show all of them."""
    first = await start_desk(catch_up_seconds=0.2)
    second = await start_desk(catch_up_seconds=0.2)
    stories = [Story(f"case-{n}", f"conversation-{n}", start=START).opened().wrote("?") for n in range(12)]
    await publish(first, outgoing(event for story in stories for event in story.events))
    for service in (first, second):
        async with browser(service, AGENT) as agent:

            async def all_listed(agent: Browser = agent) -> bool:
                return len(await _lists(agent)) == len(stories)

            await eventually(all_listed)
