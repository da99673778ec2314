"""Tests of channels on a real broker and store, through a real ingestion; the test plays cases and delivery (F11)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from schemas.events.case import CaseAssigned, CaseEvent, CaseOpened
from schemas.events.message import Message, MessageReceived
from schemas.events.reply import ReplyQueued, ReplySent
from schemas.organisation_file import load
from services.chassis import kafka
from services.chassis.service import Service
from services.followup.app import build
from services.followup.domain import channel_tests as domain
from services.followup.domain.channel_tests import ChannelTest
from services.followup.handlers.channel_tests import ChannelTesting
from services.followup.settings import Settings
from services.followup.store.channel_tests import CHANNEL_TESTS, latest
from tests.conftest import Backends
from tests.integration.followup.test_followup import HandClock, outgoing, records
from tests.integration.ingestion.stand import ORGANISATION, Stand, secrets, stand

KEY = "the same for ingestion and follow-up"
LEAD, AGENT = "joost.smit", "maaike.postma"
CHANNELS = {each.id: each for each in load(ORGANISATION).channels}
TESTED = [each.id for each in CHANNELS.values() if each.kind != "mail"]


class Now(HandClock):
    """Begins at the real time, because ingestion refuses signatures that are older than minutes."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)


@asynccontextmanager
async def followup(
    backends: Backends, clock: Now, ingestion: Stand, environment: dict[str, str] | None = None
) -> AsyncIterator[tuple[Service, ChannelTesting]]:
    """Follow-up on the real store, fed by the test."""
    own = {"internal_token": "token", "test_contact_key": KEY, "ingestion_url": ingestion.service.url}
    service = build(Settings(**(backends.settings() | own)), clock, environment=environment or secrets())
    await service.database.prepare(CHANNEL_TESTS)
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    await service.outbox.start([CHANNEL_TESTS])
    yield service, service.api.state.channel_testing
    await service.outbox.stop(5)
    await service.publisher.stop()
    service.database.close()


async def messages(ingestion: Stand) -> list[Message]:
    return [each.data.message for each in await ingestion.published() if isinstance(each.data, MessageReceived)]


def course(test: ChannelTest, minutes: float = 20) -> list[CaseEvent]:
    """What cases and delivery say of it when it is answered after so many minutes."""
    at = test.planned_at
    case: dict[str, Any] = {"case_id": "case-1", "conversation": test.conversation, "brand": test.brand}
    reply: dict[str, Any] = {**case, "reply_id": "r", "kind": "answer", "author": AGENT}
    return [
        CaseOpened(
            **case,
            channel=test.channel,
            visibility="public",
            customer={"id": test.contact.author_id},
            pool="care",
            language="en",
            opened_at=at + timedelta(seconds=1),
            first_reply_due_at=at + timedelta(minutes=60),
            test=True,
        ),
        CaseAssigned(**case, owner=AGENT, request_id="q", assigned_at=at + timedelta(seconds=2)),
        ReplyQueued(
            **reply,
            signature="^MP",
            text="We do.",
            language="en",
            channel=test.channel,
            recipient_id=test.contact.author_id,
            queued_at=at + timedelta(minutes=minutes),
        ),
        ReplySent(**reply, first=True, sent_at=at + timedelta(minutes=minutes, seconds=1)),
    ]


async def said(service: Service) -> list[str]:
    found = [each.envelope() async for each in kafka.read(service.config.cluster, ["followup.events"])]
    return [each.type for each in {each.id: each for each in found}.values()]


async def client_of(service: Service, person: str) -> httpx2.AsyncClient:
    headers = {"authorization": "Bearer token", "acting-person": person, "idempotency-key": "once"}
    transport = httpx2.ASGITransport(app=service.api)
    return httpx2.AsyncClient(transport=transport, base_url="http://followup", headers=headers)


async def test_each_channel_hears_from_one_marked_contact_a_slot_whoever_dies_or_repeats(backends: Backends) -> None:
    clock = Now()
    async with stand(backends, test_contact_key=KEY) as ingestion:
        async with followup(backends, clock, ingestion) as (_, one), followup(backends, clock, ingestion) as (_, other):
            for id_ in TESTED:
                await asyncio.gather(*(each.begin(CHANNELS[id_], "slot-1") for each in (one, other, one)))
            first = (await latest(one._repository.database, "social"))[0]
            await one._contacts.write(first, CHANNELS["social"], clock.now())  # dead before it could be noted
            await asyncio.gather(one.send(), other.send())
            await one.send()
        heard = await messages(ingestion)
        assert sorted(each.channel for each in heard) == sorted(TESTED)
        assert all(each.test for each in heard)
        assert len({each.author.id for each in heard}) == len(TESTED)
        assert not any("test" in f"{each.author} {each.text}".lower() for each in heard)
        answer = await ingestion.webhook(_as_somebody(heard[0].author.id), path="moccarel/reviews")
        assert answer.status_code == 202
        assert [each.test for each in await messages(ingestion)].count(False) == (heard[0].channel != "reviews")


def _as_somebody(author: str) -> bytes:
    from tests.integration.ingestion.stand import body

    return body("m-9", author={"id": author, "name": "Somebody"}, conversation="c-9")


async def test_the_schedule_tests_each_channel_in_its_own_time(backends: Backends) -> None:
    clock = Now()
    async with (
        stand(backends, test_contact_key=KEY) as ingestion,
        followup(backends, clock, ingestion) as (service, testing),
    ):
        began = {}
        for _ in range(24 * 4):
            clock.moment += timedelta(minutes=15)
            for id_ in TESTED:
                if id_ not in began and domain.slot_at(id_, 24, clock.now()):
                    began[id_] = clock.now()
            await testing._begin_due()
        planned = {
            each.state.channel: each.state.planned_at
            for each in await service.database.find(CHANNEL_TESTS, {"stage": "planned"})
            if each.state
        }
    assert planned == began
    assert sorted(began) == sorted(TESTED)


async def test_an_answered_contact_passes_and_coaches_and_leads_see_how_long_it_took(backends: Backends) -> None:
    clock = Now()
    async with stand(backends, test_contact_key=KEY) as ingestion:
        async with followup(backends, clock, ingestion) as (service, _):
            async with await client_of(service, LEAD) as client:
                wanted = {"channels": ["social", "mail"]}
                begun = [(await client.post("/channel-tests", json=wanted)).json()["items"] for _ in range(2)]
                assert begun[0] == begun[1]
                assert [bool(each["test_id"]) for each in begun[0]] == [True, False]
                assert "mail does not come in" in begun[0][1]["obstacle"]
                test = (await latest(service.database, "social"))[0]
                await service.processor.process(records(outgoing(course(test))))
                items = (await client.get("/channel-tests")).json()["items"]
            social = next(each for each in items if each["channel"] == "social")
            assert (social["passed"], social["failed"], social["failing"]) == (1, 0, 0)
            assert social["usual_seconds"]["reply"] == 1200
            assert social["latest"][0]["case_id"] == "case-1"
            async with await client_of(service, AGENT) as client:
                assert (await client.get("/channel-tests")).status_code == 403
                assert (await client.post("/channel-tests", json={})).status_code == 403
            async with await client_of(service, LEAD) as client:
                assert (await client.get("/channel-tests?brand=nobody")).status_code == 404
                assert (await client.post("/channel-tests", json={"channels": ["fax"]})).status_code == 404
        assert len(await messages(ingestion)) == 1


async def test_a_channel_that_fails_twice_alerts_once_and_recovers(backends: Backends) -> None:
    clock = Now()
    wrong = secrets() | {"CASEKEEPER_SOCIAL_SECRET": "whsec_" + "A" * 40}
    async with stand(backends, test_contact_key=KEY) as ingestion:
        async with followup(backends, clock, ingestion, wrong) as (service, testing):
            for number in range(3):
                await testing.begin(CHANNELS["social"], f"slot-{number}")
                await testing.send()
                clock.moment += timedelta(seconds=1)
            tests = await latest(service.database, "social")
            assert [each.stage for each in tests] == ["failed"] * 3
            assert all("401" in each.reason for each in tests)
        async with followup(backends, clock, ingestion) as (service, testing):
            await testing.begin(CHANNELS["social"], "slot-3")
            await testing.send()
            test = (await latest(service.database, "social"))[0]
            assert await testing.begin(CHANNELS["social"], "slot-4") is None  # the one before is still running
            await service.processor.process(records(outgoing(course(test))))
            assert (await latest(service.database, "social"))[0].stage == "passed"
            types = await said(service)
    assert types.count("channel-test.failed.v1") == 3
    assert types.count("channel-test.alerted.v1") == 1
    assert types.count("channel-test.recovered.v1") == 1


async def test_an_unanswered_contact_fails_when_its_time_is_over(backends: Backends) -> None:
    clock = Now()
    async with (
        stand(backends, test_contact_key=KEY) as ingestion,
        followup(backends, clock, ingestion) as (service, testing),
    ):
        await testing.begin(CHANNELS["web-moccarel"], "slot-1")
        await testing.tick()
        test = (await latest(service.database, "web-moccarel"))[0]
        await service.processor.process(records(outgoing(course(test)[:2])))
        clock.moment += timedelta(minutes=69)
        await testing.tick()
        assert (await latest(service.database, "web-moccarel"))[0].stage == "running"
        clock.moment += timedelta(minutes=2)
        await testing.tick()
        failed = (await latest(service.database, "web-moccarel"))[0]
    assert failed.stage == "failed"
    assert failed.reason == "nobody replied within 70 min"
