"""What the desk shows is folded anew from the topics, with the same contents, while people use it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from casekeeper.cli import app
from schemas.events.case import CaseNoteAdded
from schemas.events.message import Author
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation_file import load
from services.chassis import looking, rebuilding
from services.chassis.service import Service
from services.desk.settings import Settings
from services.desk.store.collections import ABSENCES, CASES, OFFERS, PEOPLE, VIEWS
from tests.conftest import eventually
from tests.integration.desk.conftest import Browser, Started, browser, publish
from tests.unit.desk.stories import Story, outgoing

AGENT, SPECIALIST, AWAY = "maaike.postma", "harry.carter", "sem.schouten"
ORGANISATION = load(Settings.model_fields["organisation"].default)
START = datetime.now(UTC) - timedelta(minutes=10)
FULL = (
    Story("full", start=START).opened().wrote("a marmot").assigned(AGENT).asked("which?", specialist=SPECIALIST)
    .promised("the part", 300).replied("soon", kind="holding").stopped()
)  # fmt: skip
EARLIER = (
    Story("earlier", "conversation-0", start=START - timedelta(days=1)).opened().wrote("before").assigned(AGENT)
    .replied("so").resolved().closed()
)  # fmt: skip
OTHER = (
    Story("other", "conversation-2", language="nl", customer=Author(id="c2"), start=START).opened(200).wrote("hallo")
)
STORED = (CASES, OFFERS, PEOPLE, ABSENCES)


def recorded(person: str, **changes: Any) -> PersonRecorded:
    known = RosterPerson.model_validate(ORGANISATION.person(person).model_dump())
    return PersonRecorded(person_id=person, person=known, **changes)


async def rebuild(service: Service, *words: str) -> tuple[int, str]:
    """The command, on the test's own broker and store: how it ended, and what it said."""
    config = service.config
    where = {"CASEKEEPER_MONGO": config.mongo, "CASEKEEPER_DATABASE_PREFIX": config.database_prefix}
    cluster = {"CASEKEEPER_KAFKA": config.kafka, "CASEKEEPER_KAFKA_PREFIX": config.kafka_prefix, "COLUMNS": "300"}
    answer = await asyncio.to_thread(CliRunner(env=where | cluster).invoke, app, ["rebuild", "desk", *words])
    return answer.exit_code, answer.stdout


async def shown(agent: Browser, specialist: Browser) -> dict[str, Any]:
    """All that people see; without when the desk learnt of it, and with what happened at one moment in any order."""
    paths = ("/api/cases", "/api/cases?status=closed", "/api/cases/full", "/api/cases/earlier", "/api/search?q=marmot")
    found = {path: (await agent.get(path)).json() for path in (*paths, "/api/views", f"/api/people/{SPECIALIST}")}
    found["/api/consults"] = (await specialist.get("/api/consults")).json()
    for each in (*found["/api/cases"]["cases"], *found["/api/search?q=marmot"]["cases"], *map(found.get, paths[2:4])):
        assert each.pop("updated_at"), found
    for path in paths[2:4]:
        found[path]["timeline"].sort(key=lambda entry: (entry["at"], entry["id"]))
    for each in found["/api/cases?status=closed"]["cases"]:
        del each["updated_at"]
    return found


async def there(service: Service) -> bool:
    return not service.api.state.desk.board.rows.keys() ^ {"full", "other"} and all(
        [await service.database.rows(each.name, {}) for each in STORED]
    )


async def forget(service: Service) -> None:
    """The store has lost what the desk was told."""
    for each in STORED:
        await service.database.delete(each.name, [row["_id"] for row in await service.database.rows(each.name, {})])


async def test_the_same_is_shown_after_a_rebuild_also_of_what_was_lost(
    start_desk: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = await start_desk(catch_up_seconds=0.1)
    people = [recorded(SPECIALIST), recorded(AWAY, available=False)]
    await publish(service, outgoing([*FULL.events, *EARLIER.events, *OTHER.events, *people]))
    async with browser(service, AGENT) as agent, browser(service, SPECIALIST) as specialist:

        async def told() -> bool:
            found = await shown(agent, specialist)
            return bool(found["/api/consults"] and found["/api/search?q=marmot"]["total"]) and await there(service)

        await eventually(told)
        kept = await agent.client.post("/api/views", json={"name": "Marmots", "q": "marmot"})
        assert kept.status_code == 201
        before = await shown(agent, specialist)

        ended, said = await rebuild(service, "--json")
        assert (ended, json.loads(said)["desk"]["changed"]) == (0, 0), said
        assert json.loads(said)["desk"]["documents"] == 7

        await forget(service)
        await _spoil(service)
        monkeypatch.setattr(rebuilding, "AT_ONCE", 5)  # so that the topics are read several times
        ended, said = await rebuild(service)
        assert ended == 0
        assert "desk: 7 in the topics: 7 written anew, 0 were right" in said

        async def same() -> bool:
            return await shown(agent, specialist) == before  # the same browsers: their sessions are left alone

        await eventually(same)
        assert await service.database.find(VIEWS, {"owner": AGENT})
        assert (await service.database.find(ABSENCES, {"_id": AWAY}))[0].state.absent

        more = Story("full", start=START, owner=AGENT).wrote("one more thing", minutes=20)
        await publish(service, outgoing(more.events))

        async def goes_on() -> bool:
            return "one more thing" in (await agent.get("/api/cases/full")).text

        await eventually(goes_on)


async def _spoil(service: Service) -> None:
    """What a bug could have done: a case is known only from one late event."""
    late = CaseNoteAdded(**OTHER.facts, note_id="late", author=AGENT, text="only this", added_at=START)
    [number] = [each for each in outgoing([*OTHER.events, late]) if each.headers["ce_type"] == late.type]
    await publish(service, [number])

    async def known() -> bool:
        return bool(await service.database.find(CASES, {"_id": "other"}))

    await eventually(known)


async def test_what_the_topics_have_forgotten_stays_and_is_told(start_desk: Started) -> None:
    service = await start_desk()
    async with looking.from_beginning(service.config.cluster, ["never.declared"]) as nothing:
        assert [record async for record in nothing.rest()] == []
    whole, cut = outgoing(OTHER.events), outgoing(EARLIER.events)
    later = [each for each in cut if each.headers["ce_type"] != "case.opened.v1"]
    await publish(service, [*whole, *later])

    async def heard() -> bool:
        found = await service.database.find(CASES, {"_id": {"$in": ["other", "earlier"]}})
        return {each.id: each.state.updated_at is not None for each in found if each.state} == {
            "other": True,
            "earlier": True,
        }

    await eventually(heard)
    stored = await service.database.rows(CASES.name, {"_id": "earlier"})
    ended, said = await rebuild(service)
    assert ended == 0
    assert "1 kept as they were" in said
    assert await service.database.rows(CASES.name, {"_id": "earlier"}) == stored

    await service.database.delete(CASES.name, ["earlier", "other"])
    ended, said = await rebuild(service)
    assert ended == 1
    assert "1 are missing: neither the store nor the topics" in said
    assert [each["_id"] for each in await service.database.rows(CASES.name, {})] == ["other"]
