"""A burst becomes one incident, its cases come together, and the approved answer reaches their owners as drafts (F8)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from schemas.base import Event
from schemas.events.case import CaseMessageAdded
from schemas.events.message import Author, Classification, Message, MessageClassified
from schemas.events.routing import Explanation, OwnerAssigned
from schemas.ids import derive
from services.cases.app import build as build_cases
from services.cases.settings import Settings as CasesSettings
from services.cases.store import CASES
from services.chassis import kafka
from services.chassis.documents import Decision
from services.chassis.ids import fresh
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from services.followup.app import build
from services.followup.domain import incidents
from services.followup.domain.incidents import Incident
from services.followup.handlers.radar_looking import Looking, Spreading
from services.followup.settings import Settings
from services.followup.store.incidents import INCIDENTS, cases_of
from services.followup.store.radar import SIGHTINGS
from tests.conftest import Backends, eventually
from tests.integration.followup.test_followup import outgoing

TUESDAY = datetime(2026, 11, 24, 13, 31, tzinfo=UTC)
ORGANISATION = Path(__file__).parents[3] / "deploy" / "example-org"
TOKEN = "between-us"
OWNER, COACH = "maaike.postma", "joost.smit"
TEXTS = {"en": "The sorting centre had a breakdown. Your parcel comes tomorrow.", "nl": "Je pakket komt morgen."}
BURST = 24


def classified(name: str, sent_at: datetime, language: str = "en", topic: str = "delivery") -> MessageClassified:
    message = Message(
        id=f"message-{name}",
        brand="moccarel",
        channel="web-moccarel",
        conversation=f"talk-{name}",
        external_id=name,
        author=Author(id=f"customer-{name}"),
        text="Where is my parcel?",
        sent_at=sent_at,
        received_at=sent_at,
    )
    label: dict[str, Any] = {"language": language, "intent": "question", "sentiment": "neutral", "urgency": "normal"}
    certain = {f"{each}_confidence": 0.9 for each in (*label, "topic")}
    return MessageClassified(message=message, classification=Classification(**label, **certain, topic=topic))


def history(until: datetime) -> list[MessageClassified]:
    """Five quiet days."""
    return [classified(f"h{number}", until - timedelta(hours=2 * number + 3)) for number in range(60)]


def burst(at: datetime) -> list[MessageClassified]:
    """Within a quarter of an hour, a third in Dutch, one in a language that nobody writes the answer in."""
    languages = ["nl" if number % 3 == 0 else "en" for number in range(BURST - 1)]
    return [
        classified(f"b{number}", at - timedelta(seconds=20 * number), language)
        for number, language in enumerate([*languages, "es"])
    ]


def counted(events: Sequence[MessageClassified]) -> list[CaseMessageAdded]:
    """The same as the cases service says it."""
    return [
        CaseMessageAdded(
            case_id=derive("case", each.message.conversation, "1"),
            conversation=each.message.conversation,
            brand=each.message.brand,
            message=each.message,
            classification=each.classification,
        )
        for each in events
    ]


class Caller:
    """Somebody who speaks to follow-up."""

    def __init__(self, url: str) -> None:
        self._client = httpx2.AsyncClient(
            base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60, trust_env=False
        )

    async def get(self, person: str, path: str) -> Any:
        answer = await self._client.get(path, headers={"Acting-Person": person})
        return answer.json()

    async def post(self, person: str, path: str, body: dict[str, Any], key: str = "") -> httpx2.Response:
        headers = {"Acting-Person": person, "Idempotency-Key": key or fresh()}
        return await self._client.post(path, headers=headers, json=body)

    async def close(self) -> None:
        await self._client.aclose()


def settings(backends: Backends) -> dict[str, Any]:
    return {**backends.settings(), "organisation": ORGANISATION, "internal_token": TOKEN}


@asynccontextmanager
async def running(backends: Backends, clock: ManualClock) -> AsyncIterator[tuple[Service, Caller]]:
    """Cases and follow-up, listening to each other; time passes by hand."""
    cases = build_cases(CasesSettings(**settings(backends)), clock)
    followup = build(Settings(**settings(backends), radar_seconds=0.2, spread_seconds=0.1), clock)
    await asyncio.gather(cases.start(), followup.start())
    caller = Caller(followup.url)
    try:
        yield cases, caller
    finally:
        await caller.close()
        await asyncio.gather(cases.stop(), followup.stop())


@asynccontextmanager
async def by_hand(backends: Backends, clock: ManualClock) -> AsyncIterator[Service]:
    """Follow-up's own code on real store and broker, but fed by the test."""
    service = build(Settings(**settings(backends)), clock)
    for collection in service.collections:
        await service.database.prepare(collection)
    await service.parking.prepare()
    await kafka.declare(service.config.cluster, [service.name])
    await service.publisher.start()
    await service.outbox.start(service.collections)
    yield service
    await service.outbox.stop(patience_seconds=5)
    await service.publisher.stop()
    service.database.close()


def looking(service: Service) -> Looking:
    return Looking(service.repository, service.clock, service.api.state.organisation)


async def feed(service: Service, events: Sequence[Event]) -> None:
    await service.processor.process([record(each, offset) for offset, each in enumerate(events)])


async def all_incidents(service: Service) -> list[Incident]:
    return [each.state for each in await service.database.find(INCIDENTS, {}) if each.state]


async def test_a_burst_becomes_one_incident_whose_answer_reaches_the_owners_as_drafts(backends: Backends) -> None:
    clock = ManualClock(TUESDAY)
    async with running(backends, clock) as (cases, caller):
        await cases.publisher.publish(outgoing([*history(TUESDAY), *burst(TUESDAY)]))

        async def gathered() -> list[Any]:
            found = (await caller.get(OWNER, "/incidents"))["items"]
            shown = [await caller.get(OWNER, f"/incidents/{each['id']}") for each in found]
            return shown if shown and len(shown[0]["cases"]) == BURST else []

        shown = await eventually(gathered, "the burst did not become an incident with its cases")
        assert isinstance(shown, list)
        assert len(shown) == 1
        incident = shown[0]["incident"]
        assert (incident["reasons"][0]["dimension"], incident["reasons"][0]["value"]) == ("topic", "delivery")
        await _answered_by_the_owner(cases, caller, incident["id"])
        await _drafts_follow(cases, caller, incident["id"])


async def _answered_by_the_owner(cases: Service, caller: Caller, id: str) -> None:
    """Only the owner writes the answer, only another may let it out."""
    answer = {"texts": TEXTS}
    assert (await caller.post(OWNER, f"/incidents/{id}/answer", answer)).status_code == 403
    assert (await caller.post(OWNER, f"/incidents/{id}/owner", {})).status_code == 202
    for _ in range(2):  # the same command twice has the effect of once
        assert (await caller.post(OWNER, f"/incidents/{id}/answer", answer, key="answer")).status_code == 202
    assert (await caller.post(OWNER, f"/incidents/{id}/answer/approval", {"version": 1})).status_code == 403
    # Before that one of the customers has an answer already.
    case_id = derive("case", "talk-b1", "1")
    assigned = OwnerAssigned(
        case_id=case_id,
        conversation="talk-b1",
        request_id=derive("owner", case_id),
        person=OWNER,
        explanation=Explanation(),
        decided_at=TUESDAY,
    )
    await cases.publisher.publish(outgoing([assigned]))

    async def owned() -> bool:
        found = await cases.database.get(CASES, case_id)
        return bool(found and found.state and found.state.owner)

    await eventually(owned, "the case got no owner")
    client = Caller(cases.url)
    sent = await client.post(OWNER, f"/cases/{case_id}/replies", {"text": "I found it: it comes today, at noon."})
    await client.close()
    assert sent.status_code == 202, sent.text
    assert (await caller.post(COACH, f"/incidents/{id}/answer/approval", {"version": 1})).status_code == 202


async def _drafts_follow(cases: Service, caller: Caller, id: str) -> None:
    async def drafts() -> list[str]:
        documents = await cases.database.find(
            CASES, {"_id": {"$in": [derive("case", f"talk-b{n}", "1") for n in range(BURST)]}}
        )
        replies = [reply for each in documents if each.state for reply in each.state.replies.values()]
        found = [reply.text for reply in replies if reply.status == "draft"]
        return found if len(found) == BURST - 2 else []  # one was answered, one is in Spanish

    texts = await eventually(drafts, "the owners did not get the answer as a draft")
    assert isinstance(texts, list)
    assert set(texts) == set(TEXTS.values())
    # A customer who writes later gets into it too, and their owner gets the draft.
    await cases.publisher.publish(outgoing([classified("late", TUESDAY, "nl")]))

    async def late() -> bool:
        found = await cases.database.get(CASES, derive("case", "talk-late", "1"))
        return bool(found and found.state and any(each.text == TEXTS["nl"] for each in found.state.replies.values()))

    await eventually(late, "the late case did not get the draft")
    shown = await caller.get(OWNER, f"/incidents/{id}")
    assert shown["waiting"] == {"es": 1}
    volume = await caller.get(OWNER, f"/incidents/{id}/volume")
    assert sum(each["messages"] for each in volume["steps"]) >= BURST
    assert (await caller.get("nobody", f"/incidents/{id}"))["type"].endswith("not-allowed")


async def test_everything_twice_and_by_two_instances_is_one_incident(backends: Backends) -> None:
    clock = ManualClock(TUESDAY)
    events = counted([*history(TUESDAY), *burst(TUESDAY)])
    async with by_hand(backends, clock) as one, by_hand(backends, clock) as other:
        await asyncio.gather(feed(one, events), feed(other, events[::-1]))
        await feed(one, events)
        seen = await one.database.find(SIGHTINGS, {})
        assert sum(len(each.state.seen) for each in seen if each.state) == len(events)
        looks = [looking(each) for each in (one, other)]
        for _ in range(3):
            await asyncio.gather(*(each.look() for each in looks))
            clock.forward(minutes=1)
        await asyncio.gather(*(Spreading(each.repository, clock).spread() for each in (one, other)))
        found = await all_incidents(one)
        assert len(found) == 1
        assert len(await cases_of(one.database, found[0].id)) == BURST


async def test_a_closed_incident_is_raised_again_by_a_larger_wave_only_which_then_rises_anew(
    backends: Backends,
) -> None:
    clock = ManualClock(TUESDAY)
    async with by_hand(backends, clock) as service:
        await feed(service, counted([*history(TUESDAY), *burst(TUESDAY)]))
        look = looking(service)
        await look.look()
        (incident,) = await all_incidents(service)

        def close(state: Incident | None, context: Any) -> Decision[Incident]:
            assert state
            return Decision(*incidents.close(state, "false-alarm", "", OWNER, context.now))

        await service.repository.execute(INCIDENTS, incident.id, "close", close)
        clock.forward(minutes=20)
        await look.look()
        assert len(await all_incidents(service)) == 1
        clock.forward(minutes=1)
        await feed(service, counted([classified(f"n{n}", clock.now()) for n in range(60)]))
        await look.look()
        (second,) = [each for each in await all_incidents(service) if each.open]
        assert (second.after, second.rises) == (incident.id, ())
        clock.forward(minutes=5)
        await feed(service, counted([classified(f"m{n}", clock.now()) for n in range(120)]))
        for _ in range(2):  # an instance that has not heard of it looks too
            await looking(service).look()
        (grown,) = [each for each in await all_incidents(service) if each.open]
        assert grown.id == second.id
        (rise,) = grown.rises
        assert rise.reason.seen >= 2 * rise.before >= 120


async def test_a_quiet_week_raises_nothing(backends: Backends) -> None:
    clock = ManualClock(TUESDAY)
    async with by_hand(backends, clock) as service:
        await feed(service, counted([*history(TUESDAY), classified("x", TUESDAY), classified("y", TUESDAY)]))
        await looking(service).look()
        assert await all_incidents(service) == []
