"""Consults over HTTP, Kafka and the store (O2, rule 3): offered, passed on, answered, late, rated; pressed twice or at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.events.routing import CapacityReleased, SpecialistRequested
from tests.conftest import Backends, eventually
from tests.integration.cases.consulting import (
    VIDEO,
    asked,
    asks,
    becomes,
    consult,
    does,
    offered,
    refused,
    with_routing,
)
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, Stage, Talk, kinds, stage

SECOND, THIRD = "hannah.bennett", "oliver.bennett"
ANSWER = {"answer": "The reservoir seal, part 4103."}
FRIDAY_EVENING = datetime(2026, 11, 27, 17, 20, tzinfo=UTC)


async def all_room_is_free(running: Stage, talk: Talk) -> None:
    """Each request for a specialist was released exactly once."""

    async def done() -> bool:
        said = [each.data for each in await running.said(talk)]
        wanted = [event.request_id for event in said if isinstance(event, SpecialistRequested)]
        released = [event.request_id for event in said if isinstance(event, CapacityReleased)]
        return sorted(wanted) == sorted(released)

    await eventually(done, "the room of some request was not released once")


async def test_expiry_and_decline_lead_to_a_new_offer_without_the_owner_doing_anything(backends: Backends) -> None:
    """Rule 3, with routing's real decisions."""
    async with with_routing(backends) as running:
        talk = await running.owned()
        asked_id = await asks(running, talk)
        first = asked(await becomes(running, talk, asked_id, lambda it: bool(asked(it)), "nobody was asked"))
        await does(running, talk, asked_id, "decline", {"reason": "I do not know the Duo"}, first[0])
        second = asked(await becomes(running, talk, asked_id, lambda it: bool(asked(it)), "nobody else was asked"))
        assert second != first
        running.clock.forward(hours=0.5)
        third = asked(
            await becomes(running, talk, asked_id, lambda it: asked(it) not in ([], second), "it did not expire")
        )
        assert third not in (first, second)
        await does(running, talk, asked_id, "acceptance", person=third[0])
        await does(running, talk, asked_id, "answer", ANSWER, third[0])
        shown = await consult(running, talk, asked_id)
        assert [offer["status"] for offer in shown["offers"].values()] == ["declined", "expired", "accepted"]
        assert (shown["specialist"], shown["open"]) == (third[0], False)
        await all_room_is_free(running, talk)


async def test_an_owner_asks_three_at_once_the_first_who_answers_is_credited(backends: Backends) -> None:
    async with with_routing(backends) as running:
        talk = await running.owned()
        asked_id = await asks(running, talk, places=3)
        shown = await becomes(running, talk, asked_id, lambda it: len(asked(it)) == 3, "not three were asked")
        slow, fast, third = asked(shown)
        assert len({slow, fast, third}) == 3
        await does(running, talk, asked_id, "answer", ANSWER, fast)
        await does(running, talk, asked_id, "answer", {"answer": "Or the valve"}, slow)
        shown = await consult(running, talk, asked_id)
        assert (shown["specialist"], shown["answer"]) == (fast, ANSWER["answer"])
        assert [(late["specialist"], late["answer"]) for late in shown["late_answers"]] == [(slow, "Or the valve")]
        await all_room_is_free(running, talk)
        told = await running.client.get(f"/specialists/{fast}/credit")
        assert told.json()["answers"] == 1
        assert (await running.client.get(f"/specialists/{slow}/credit")).json()["late_answers"] == 1


async def test_the_clock_runs_in_the_specialists_own_working_minutes(backends: Backends) -> None:
    """A named specialist in London, ten minutes before the weekend: the offer lies there until Monday."""
    async with with_routing(backends) as running:
        running.clock.forward(hours=(FRIDAY_EVENING - running.clock.now()) / timedelta(hours=1))
        talk = await running.owned()
        asked_id = await asks(running, talk, specialist=EXPERT)
        shown = await becomes(running, talk, asked_id, lambda it: asked(it) == [EXPERT], "he was not asked")
        (offer,) = shown["offers"].values()
        expires_at = datetime.fromisoformat(offer["expires_at"])
        assert expires_at.strftime("%A") == "Monday"
        running.clock.forward(hours=(expires_at - running.clock.now()) / timedelta(hours=1))
        await becomes(running, talk, asked_id, lambda it: asked(it) == [], "the offer did not end")
        (told,) = (await running.shown(talk))["escalations"]
        assert told == f"nobody-can-answer:{asked_id}"
        await all_room_is_free(running, talk)


async def test_a_country_is_where_the_answer_comes_from(backends: Backends) -> None:
    async with with_routing(backends) as running:
        talk = await running.owned()
        asked_id = await asks(running, talk, country="AR", language="es")
        shown = await becomes(running, talk, asked_id, lambda it: bool(asked(it)), "nobody was asked")
        assert shown["country"] == "AR"
        await does(running, talk, asked_id, "withdrawal")
        await all_room_is_free(running, talk)


async def test_rounds_with_attachments_and_a_rating(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        asked_id = await asks(running, talk, attachments=[VIDEO])
        await offered(running, talk, asked_id, EXPERT)
        await does(running, talk, asked_id, "question", {"text": "Which year?"}, EXPERT)
        await does(running, talk, asked_id, "clarification", {"text": "2024", "attachments": [VIDEO]})
        await does(running, talk, asked_id, "answer", ANSWER | {"attachments": [VIDEO]}, EXPERT)
        await does(running, talk, asked_id, "rating", {"stars": 2})
        await does(running, talk, asked_id, "rating", {"stars": 5, "comment": "Solved it"})
        shown = await consult(running, talk, asked_id)
        assert [(each["by"], each["text"]) for each in shown["rounds"]] == [(EXPERT, "Which year?"), (OWNER, "2024")]
        assert shown["answer_attachments"][0]["url"] == shown["attachments"][0]["url"] == VIDEO["url"]
        assert (shown["stars"], shown["rating"]) == (5, "Solved it")


TWICE: list[tuple[str, Any, str]] = [
    ("acceptance", {}, EXPERT),
    ("question", {"text": "Which year?"}, EXPERT),
    ("clarification", {"text": "2024"}, OWNER),
    ("decline", {"reason": "Not mine"}, EXPERT),
    ("answer", ANSWER, SECOND),
    ("answer", {"answer": "Late"}, EXPERT),
    ("rating", {"stars": 4}, OWNER),
]


async def test_every_command_twice_under_one_key_has_the_effect_of_once(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        body = {"question": "Why?", "places": 1}
        path = f"/cases/{talk.case_id()}/consults"
        asked_id = (await running.accepted(path, body, key="asking"))["consult_id"]
        assert (await running.accepted(path, body, key="asking"))["consult_id"] == asked_id
        await offered(running, talk, asked_id, EXPERT)
        for what, said, person in TWICE:
            if person == SECOND:
                await offered(running, talk, asked_id, SECOND)
            once = await does(running, talk, asked_id, what, said, person, key=what)
            assert await does(running, talk, asked_id, what, said, person, key=what) == once, what
        other = await asks(running, talk)
        for _ in range(2):
            await does(running, talk, other, "withdrawal", key="back")
        said = kinds(await running.have_said(talk, 19))
        assert [kind for kind in said if kind.startswith("consult.")] == [
            "consult.requested",
            "consult.offered",
            "consult.accepted",
            "consult.asked-back",
            "consult.clarified",
            "consult.declined",
            "consult.offered",
            "consult.answered",
            "consult.answered",
            "consult.rated",
            "consult.requested",
            "consult.withdrawn",
        ]


@pytest.mark.parametrize("what", ["acceptance", "answer"])
async def test_two_specialists_pressing_at_once_one_has_it(backends: Backends, what: str) -> None:
    async with stage(backends) as running:
        for _ in range(5):
            talk = await running.owned()
            asked_id = await asks(running, talk, places=3)
            people = [EXPERT, SECOND, THIRD]
            await offered(running, talk, asked_id, *people)
            path = f"/cases/{talk.case_id()}/consults/{asked_id}/{what}"
            body = ANSWER if what == "answer" else {}
            answers = await asyncio.gather(*(running.post(path, body, person) for person in people))
            shown = await consult(running, talk, asked_id)
            statuses = [offer["status"] for offer in shown["offers"].values()]
            assert sorted(statuses) == ["accepted", "ended", "ended"]
            codes = sorted(answer.status_code for answer in answers)
            if what == "answer":
                assert codes == [202, 202, 202]
                assert len(shown["late_answers"]) == 2
            else:
                assert codes == [202, 409, 409]
                lost = next(answer for answer in answers if answer.status_code == 409).json()
                assert lost["type"].endswith("offer-ended")
                assert f"{shown['specialist']} was faster" in lost["detail"]


async def test_every_refusal_tells_its_kind_and_changes_nothing(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        asked_id = await asks(running, talk)
        await offered(running, talk, asked_id, EXPERT)
        before = await running.states(talk)
        assert await refused(running, talk, asked_id, "acceptance", person=SECOND) == (403, "not-the-specialist")
        assert await refused(running, talk, asked_id, "decline", {"reason": " "}, EXPERT) == (400, "invalid-request")
        assert await refused(running, talk, asked_id, "clarification", {"text": "a"}, OTHER) == (403, "not-the-owner")
        assert await refused(running, talk, asked_id, "rating", {"stars": 5}) == (409, "consult-not-answered")
        assert await refused(running, talk, asked_id, "rating", {"stars": 6}) == (400, "invalid-request")
        assert await refused(running, talk, "nothing", "acceptance", person=EXPERT) == (409, "consult-not-open")
        case = f"/cases/{talk.case_id()}/consults"
        for changes, kind in (
            ({"specialist": "nobody.known"}, "unknown-person"),
            ({"specialist": OTHER}, "not-a-specialist"),
            ({"specialist": "isla.fletcher"}, "not-a-specialist"),
        ):
            answer = await running.post(case, {"question": "Why?"} | changes)
            assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, kind), answer.text
        wrong = {"question": "Why?", "specialist": EXPERT, "places": 2}
        assert (await running.post(case, wrong)).status_code == 400
        assert await running.states(talk) == before
        await does(running, talk, asked_id, "decline", {"reason": "Not mine"}, EXPERT)
        assert await refused(running, talk, asked_id, "acceptance", person=EXPERT) == (409, "offer-ended")
