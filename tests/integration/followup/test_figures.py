"""The figures on a real broker and store: over HTTP, equal to a plain look at the raw topics, also after a rebuild (F4, F9)."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from typer.testing import CliRunner, Result

from casekeeper.cli import app
from schemas.envelope import Envelope
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.organisation import Organisation
from schemas.organisation_file import load
from schemas.topics import key_of
from services.chassis import kafka
from services.chassis.documents import Document, Outgoing
from services.chassis.ids import fresh
from services.chassis.rebuilding import Rebuilt, rebuild
from services.chassis.service import Service
from services.followup.app import build
from services.followup.domain.review_course import Fact
from services.followup.handlers.figures import read_model
from services.followup.settings import Settings
from services.followup.store.figures import TIMINGS
from services.followup.store.insights import CAUSES
from services.followup.store.review import COURSES
from tests.conftest import Backends, eventually
from tests.unit.desk.stories import outgoing as people_told
from tests.unit.followup.figures import naive
from tests.unit.followup.figures.world import START, Told, world

ORGANISATION = load(Path("deploy/example-org"))
TOKEN = "between-services"
NOW = START + timedelta(days=14)
LEAD = next(each for each in ORGANISATION.people if each.role == "lead")
AGENT = next(each for each in ORGANISATION.people if each.role == "agent").model_copy(update={"brands": ("pluvane",)})
SPECIALIST = next(each for each in ORGANISATION.people if each.role == "specialist")


class Standing:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


@pytest.fixture
async def service(backends: Backends) -> AsyncIterator[Service]:
    made = build(Settings(**backends.settings(), internal_token=TOKEN), Standing())
    await made.start()
    yield made
    await made.stop()


def outgoing(told: Sequence[Told]) -> list[Outgoing]:
    """As the service of cases sends them: numbered, each case by itself."""
    numbers: dict[str, int] = {}
    found = []
    for each in told:
        case_id = each.event.case_id
        numbers[case_id] = number = numbers.get(case_id, 0) + 1
        key = key_of(each.event)
        found.append(Outgoing.of(Envelope(fresh(), "test", case_id, each.at, key, each.event, sequence=number)))
    return found


async def in_topic(service: Service) -> list[Told]:
    """The raw topic, each event once."""
    records = [record async for record in kafka.read(service.config.cluster, ["cases.events"])]
    envelopes = {one.id: one for one in (record.envelope() for record in records)}
    return sorted((Told(one.data, one.time) for one in envelopes.values()), key=lambda told: told.at)  # type: ignore[arg-type]


async def folded(service: Service, told: Sequence[Told]) -> None:
    """Wait until the read model has all of it."""
    cases = {each.event.case_id for each in told}
    last = {each.event.case_id: type(each.event).__name__ for each in told}

    async def complete() -> bool:
        found = await service.database.find(TIMINGS, {"_id": {"$in": sorted(cases)}})
        wanted = {id: sum(each.event.case_id == id for each in told) for id in last}
        return sum(len(each.seen) for each in found) == sum(wanted.values())

    await eventually(complete, "the events were not folded")


async def ask(service: Service, person: str, path: str = "", **query: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {TOKEN}", "Acting-Person": person}
    async with httpx2.AsyncClient(base_url=service.url, timeout=60) as client:
        return await client.get(f"/figures{path}", params=query, headers=headers)


def named(answer: dict[str, Any], by: str) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for each in answer["figures"]:
        together = (each["figure"], "") not in found
        found[each["figure"], "" if together else f"{by}:{each['group']}"] = each
    return found


def assert_same(answer: dict[str, Any], by: str, plain: dict[tuple[str, str], dict[str, Any]]) -> None:
    found = named(answer, by)
    assert set(found) == set(plain)
    for name, numbers in plain.items():
        for what, value in numbers.items():
            assert found[name].get(what) == pytest.approx(value, abs=1e-3), (name, what)


async def test_figures_equal_a_plain_look_at_the_raw_topic_before_and_after_a_rebuild(service: Service) -> None:
    told = world(11, 150)
    await service.publisher.publish(outgoing(told))
    await folded(service, told)
    raw = await in_topic(service)
    questions = [("brand", 14), ("country", 7), ("language", 1)]
    before = []
    for by, days in questions:
        start = NOW - timedelta(days=days)
        answer = (await ask(service, LEAD.id, **{"from": start.isoformat(), "by": by})).json()
        plain = naive.figures(raw, ORGANISATION, start, NOW, set(LEAD.brands), by)
        assert_same(answer, by, plain)
        before.append(answer)

    await _spoil(service)
    spoiled = (await ask(service, LEAD.id, **{"from": (NOW - timedelta(days=14)).isoformat(), "by": "brand"})).json()
    assert spoiled["figures"] != before[0]["figures"]

    outcome = await rebuilt(service)
    assert outcome.documents == 150
    assert outcome.changed > 0
    assert (outcome.incomplete, outcome.busy) == (0, 0)
    for (by, days), answer in zip(questions, before, strict=True):
        start = NOW - timedelta(days=days)
        assert (await ask(service, LEAD.id, **{"from": start.isoformat(), "by": by})).json() == answer
    assert await rebuilt(service) == Rebuilt(documents=150)


async def rebuilt(service: Service) -> Rebuilt:
    config = service.config
    return await rebuild([read_model()], config.cluster, service.database, Standing(), lambda *_: None)


async def _spoil(service: Service) -> None:
    """What a bug could have done to the read model: some cases are gone, others say something else."""
    documents = await service.database.find(TIMINGS, {})
    third = len(documents) // 3
    await service.database.delete(TIMINGS.name, [each.id for each in documents[:third]])
    wrong = documents[third : 2 * third]
    for each in wrong:
        assert each.state
        each.state = each.state.model_copy(update={"replies": {}, "language": "fr", "test": not each.state.test})
    assert await service.database.replace(wrong)


async def test_a_rebuild_loses_and_doubles_nothing_while_events_flow(service: Service) -> None:
    told = world(12, 200)
    half = len(told) // 2
    sent = outgoing(told)
    await service.publisher.publish(sent[:half])

    async def flow() -> None:
        for start in range(half, len(sent), 25):
            await service.publisher.publish(sent[start : start + 25])
            await asyncio.sleep(0)

    flowing = asyncio.create_task(flow())
    for _ in range(2):
        await rebuilt(service)
    await flowing
    await folded(service, told)
    start = NOW - timedelta(days=14)
    answer = (await ask(service, LEAD.id, **{"from": start.isoformat(), "by": "team"})).json()
    assert_same(answer, "team", naive.figures(told, ORGANISATION, start, NOW, set(LEAD.brands), "team"))


async def command(service: Service, *words: str) -> Result:
    """`casekeeper …` on the test's own broker and store."""
    config = service.config
    where = {"CASEKEEPER_MONGO": config.mongo, "CASEKEEPER_DATABASE_PREFIX": config.database_prefix, "COLUMNS": "200"}
    cluster = {"CASEKEEPER_KAFKA": config.kafka, "CASEKEEPER_KAFKA_PREFIX": config.kafka_prefix}
    return await asyncio.to_thread(CliRunner(env=where | cluster).invoke, app, words)


async def _rebuilt_are_the_others_too(service: Service) -> None:
    """Of what is folded from the same topics a third is gone and a third belongs to somebody else; the rebuild finds it out."""

    async def told() -> tuple[Any, dict[str, tuple[str, frozenset[Fact]]]]:
        async with httpx2.AsyncClient(base_url=service.url, timeout=60) as client:
            headers = {"Authorization": f"Bearer {TOKEN}", "Acting-Person": LEAD.id}
            causes = (await client.get("/insights", params={"by": "product"}, headers=headers)).json()["causes"]
        courses = [each.state for each in await service.database.find(COURSES, {}) if each.state]
        facts = {each.case_id: frozenset(fact for fact in each.facts if fact.kind != "late") for each in courses}
        return causes, {each.case_id: (each.brand, facts[each.case_id]) for each in courses}  # clocks go on meanwhile

    right = await told()
    assert right[0]
    for collection in (CAUSES, COURSES):
        documents: Sequence[Document[Any]] = await service.database.find(collection, {})
        third = len(documents) // 3
        await service.database.delete(collection.name, [each.id for each in documents[:third]])
        for each in documents[third : 2 * third]:
            each.state = each.state.model_copy(update={"brand": "elsewhere"})
        assert await service.database.replace(documents[third : 2 * third])
    assert (await told())[0] != right[0]
    answer = await command(service, "rebuild", "insights", "review", "--json")
    assert answer.exit_code == 0, answer.output
    for each in json.loads(answer.output).values():
        assert (each["documents"], each["changed"], each["incomplete"], each["busy"]) == (60, 40, 0, 0)
    assert await told() == right
    assert "0 written anew, 60 were right" in (await command(service, "rebuild", "review")).output


async def test_the_command_shows_the_same_and_rebuilds(service: Service) -> None:
    told = world(13, 60)
    await service.publisher.publish(outgoing(told))
    await folded(service, told)
    words = ("figures", "show", "--from", START.isoformat(), "--to", NOW.isoformat(), "--by", "channel")
    shown = await command(service, *words, "--json")
    assert shown.exit_code == 0, shown.output
    brands = {each.id for each in ORGANISATION.brands}
    assert_same(json.loads(shown.output), "channel", naive.figures(told, ORGANISATION, START, NOW, brands, "channel"))

    await _spoil(service)
    answer = await command(service, "rebuild", "figures", "--json")
    assert json.loads(answer.output)["figures"]["documents"] == 60
    assert (await command(service, *words, "--json")).output == shown.output
    assert "0 written anew, 60 were right" in (await command(service, "rebuild", "figures")).output

    await _rebuilt_are_the_others_too(service)
    table = (await command(service, *words)).output
    assert "moccarel-web" in table
    assert "first-reply" in table
    trend = (await command(service, *words[:6], "--trend", "first-reply", "--step", "day")).output
    assert "first-reply (UTC)" in trend
    assert "growth" in (await command(service, *words[:6], "--volume")).output


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--brand", "mocarel"), "the organisation has no brand 'mocarel'"),
        (("--zone", "Mars/Olympus"), "there is no time zone 'Mars/Olympus'"),
        (("--from", "2026-03-02"), "no moment with a zone"),
        (("--from", "2999-03-02T00:00:00Z"), "has to begin before it ends"),
        (("--by", "person"), "person"),
    ],
)
async def test_a_command_that_makes_no_sense_says_why(service: Service, words: tuple[str, ...], reason: str) -> None:
    answer = await command(service, "figures", "show", *words)
    assert answer.exit_code != 0
    assert reason in " ".join(answer.output.split())


async def test_who_may_ask_for_what(service: Service) -> None:
    people = tuple(AGENT if each.id == AGENT.id else each for each in ORGANISATION.people)
    fields = {name: getattr(ORGANISATION, name) for name in Organisation.model_fields}
    service.api.state.organisation = Organisation.model_construct(**(fields | {"people": people}))
    assert (await ask(service, AGENT.id)).json()["brands"] == ["pluvane"]
    assert (await ask(service, AGENT.id, brand="moccarel")).status_code == 404
    assert (await ask(service, LEAD.id)).json()["brands"] == ["moccarel", "pluvane"]
    assert (await ask(service, SPECIALIST.id)).status_code == 403
    assert (await ask(service, "nobody.here")).status_code == 403
    await _who_is_known_by_records_alone_asks_until_they_leave(service)


async def _who_is_known_by_records_alone_asks_until_they_leave(service: Service) -> None:
    person = RosterPerson.model_validate(AGENT.model_dump() | {"id": "nadia.haddad"})

    async def answered(status: int, **more: bool) -> None:
        event = PersonRecorded(person_id=person.id, person=person, filed=False, **more)
        await service.publisher.publish(people_told([event]))

        async def so_far() -> bool:
            return (await ask(service, person.id)).status_code == status

        await eventually(so_far)

    await answered(200)
    assert (await ask(service, person.id, brand="moccarel")).status_code == 404
    await answered(403, left=True)


@pytest.mark.parametrize(
    ("path", "query", "reason"),
    [
        ("", {"from": "2026-03-01T00:00:00"}, "needs a time zone"),
        ("", {"from": "2027-03-01T00:00:00Z"}, "has to begin before it ends"),
        ("", {"zone": "Mars/Olympus"}, "no time zone 'Mars/Olympus'"),
        ("", {"by": "person"}, "by"),
        ("", {"period": "ever"}, "period"),
        ("/trend", {"figure": "luck"}, "figure"),
        ("/trend", {"from": "2020-03-01T00:00:00Z", "step": "hour"}, "choose a longer step"),
    ],
)
async def test_a_question_that_can_not_be_answered_says_why(
    service: Service, path: str, query: dict[str, str], reason: str
) -> None:
    answer = await ask(service, LEAD.id, path, **query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert reason in answer.json()["detail"]
