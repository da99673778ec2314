"""The daily review on a real broker and store: proposed once, whoever looks; read, noted and learned from over HTTP (P2)."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from schemas.base import Event
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseClosed, CaseMarked, CaseOpened, CaseResolved
from schemas.events.followup import ClockBreached
from schemas.events.message import Author
from schemas.topics import key_of
from services.chassis import kafka
from services.chassis.documents import Outgoing
from services.chassis.ids import fresh
from services.chassis.service import Service
from services.followup.store.review import COURSES
from tests.conftest import Backends
from tests.integration.followup.departments import asking, followup, key
from tests.integration.followup.test_followup import START, HandClock, named, records

LEAD, AGENT, SPECIALIST = "joost.smit", "maaike.postma", "harry.carter"
DAY = START.date()


def story(case_id: str, *more: Event, test: bool = False) -> list[tuple[Event, datetime]]:
    """A case that was opened at noon, and what else happened, a minute apart."""
    begun = [
        CaseOpened(
            **named(case_id),
            channel="social",
            visibility="public",
            customer=Author(id="ana"),
            pool="care",
            language="es",
            opened_at=START,
            first_reply_due_at=START + timedelta(hours=1),
            test=test,
        ),
        CaseAssigned(**named(case_id), owner=f"owner-{case_id}", request_id="q", assigned_at=START),
    ]
    return [(event, START + timedelta(minutes=number)) for number, event in enumerate([*begun, *more])]


def late(case_id: str) -> ClockBreached:
    due_at = START + timedelta(minutes=60)
    return ClockBreached(**named(case_id), clock_id=f"k-{case_id}", kind="promise", subject_id="p", due_at=due_at)


def marked(case_id: str, text: str) -> CaseMarked:
    return CaseMarked(**named(case_id), mark="special-story", by=AGENT, text=text, marked_at=START)


def thanked(case_id: str) -> list[Event]:
    resolved = CaseResolved(**named(case_id), owner="o", resolved_at=START, closes_at=START + timedelta(hours=48))
    return [resolved, CaseClosed(**named(case_id), owner="o", cause="thanks", closed_at=START + timedelta(hours=2))]


def told(events: Sequence[tuple[Event, datetime]]) -> list[Outgoing]:
    return [
        Outgoing.of(Envelope(fresh(), "test", key_of(event), at, key_of(event), event, sequence=number))
        for number, (event, at) in enumerate(events, 1)
    ]


async def said(service: Service) -> list[Envelope]:
    found = [each.envelope() async for each in kafka.read(service.config.cluster, ["reviews.events"])]
    return list({each.id: each for each in found}.values())


EVENTS = [
    *story("bad", late("bad")),
    *story("story", marked("story", "Twins, born on the day the machine broke")),
    *story("good", *thanked("good")),
    *story("plain"),
    *story("test", late("test"), test=True),
]


async def test_the_day_is_proposed_once_after_it_has_ended_whoever_looks_and_however_often(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as one, followup(backends, clock) as other:
        batch = records(told(EVENTS))
        await one.processor.process(batch)
        await one.processor.process(batch)  # everything twice
        both = (one.api.state.reviewing, other.api.state.reviewing)
        await asyncio.gather(*(each.tick() for each in both))
        assert await said(one) == []  # the day is not over
        clock.moment = datetime.combine(DAY + timedelta(days=1), datetime.min.time(), START.tzinfo)
        for _ in range(2):
            await asyncio.gather(*(each.tick() for each in (*both, *both)))
            clock.pass_minutes(60)
        [proposed] = await said(one)
    assert proposed.type == "review.proposed.v1"
    assert proposed.data.day == DAY  # type: ignore[attr-defined]
    assert {each.case_id: each.light for each in proposed.data.cases} == {  # type: ignore[attr-defined]
        "bad": "learn-from",
        "story": "story",
        "good": "went-well",
    }


async def test_days_that_passed_while_nobody_looked_are_proposed_afterwards(backends: Backends) -> None:
    clock = HandClock()
    async with followup(backends, clock) as service:
        await service.processor.process(records(told(EVENTS)))
        clock.pass_minutes(3 * 24 * 60)
        await service.api.state.reviewing.tick()
        assert [each.data.day for each in await said(service)] == [DAY]  # type: ignore[attr-defined]


async def test_people_read_note_add_drop_and_learn_each_by_their_role(backends: Backends) -> None:
    clock, where = HandClock(), f"/reviews/moccarel/{DAY}"
    async with followup(backends, clock) as service:
        await service.processor.process(records(told(EVENTS)))
        async with asking(service, AGENT) as agent, asking(service, LEAD) as lead:
            so_far = (await agent.get(where)).json()
            assert (so_far["state"], len(so_far["cases"])) == ("so-far", 3)
            early = {"text": "Said at noon."}
            assert (await agent.post(f"{where}/cases/bad/notes", json=early, headers=key("n0"))).status_code == 200
            assert len((await agent.get(where)).json()["cases"]) == 3
            clock.pass_minutes(24 * 60)
            await service.api.state.reviewing.tick()
            assert (await agent.get(where)).json()["state"] == "proposed"
            note = {"text": "The part was out of stock.", "learned": "Ask the warehouse first."}
            for _ in range(2):
                answer = await agent.post(f"{where}/cases/bad/notes", json=note, headers=key("n1"))
                assert answer.status_code == 200, answer.text
            missing = await agent.post(f"{where}/cases/plain/notes", json=note, headers=key("n2"))
            assert (missing.status_code, missing.json()["detail"]) == (
                404,
                "the case is not in this review; add it first",
            )
            wanted = {"case_id": "plain", "why": "So kind a holding reply"}
            assert (await agent.post(f"{where}/cases", json=wanted, headers=key("a"))).status_code == 403
            assert (await lead.post(f"{where}/cases", json=wanted, headers=key("a"))).status_code == 200
            assert (await lead.post(f"{where}/cases", json=wanted, headers=key("b"))).status_code == 409
            hidden = {"case_id": "test", "why": "?"}
            assert (await lead.post(f"{where}/cases", json=hidden, headers=key("c"))).status_code == 404
            assert (await lead.delete(f"{where}/cases/good", headers=key("d"))).status_code == 200
            measure = {"figure": "late", "wanted": "less", "topic": ""}
            lesson = {"text": "Ask the warehouse first.", "case_id": "bad", "measure": measure}
            assert (await lead.post(f"{where}/lessons", json=lesson, headers=key("l"))).status_code == 200
            wrong = lesson | {"measure": measure | {"topic": "teapots"}}
            assert (await lead.post(f"{where}/lessons", json=wrong, headers=key("m"))).status_code == 400
            found = (await agent.get(where)).json()
            listed = (await agent.get("/reviews/moccarel")).json()["items"]
            lessons = (await agent.get("/reviews/moccarel/lessons")).json()
        await check_the_doors(service, where)
    assert [each["case_id"] for each in found["cases"]] == ["bad", "story", "plain"]
    bad: dict[str, Any] = found["cases"][0]
    assert [each["learned"] for each in bad["notes"]] == ["", "Ask the warehouse first."]
    assert [each["effect"]["verdict"] for each in lessons] == ["not-enough-yet"]
    assert listed == [{"day": str(DAY), "cases": 3, "discussed": 1, "lessons": 1}]


async def check_the_doors(service: Service, where: str) -> None:
    async with asking(service, SPECIALIST) as specialist:
        assert (await specialist.get(where)).status_code in (403, 404)
    async with asking(service, LEAD) as lead:
        assert (await lead.get(f"/reviews/moccarel/{date(2027, 1, 1)}")).status_code == 404
        assert (await lead.get(f"/reviews/nobody/{DAY}")).status_code == 404
    stored = {each.state.case_id for each in await service.database.find(COURSES, {"brand": "moccarel"}) if each.state}
    assert stored == {"bad", "story", "good", "plain"}
