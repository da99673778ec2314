"""Surveys on a real broker and store: each is asked once, whoever looks and whatever dies; answered; scored (F5, V5)."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from schemas.base import Event
from schemas.events.case import CaseClosed, CaseMessageAdded, CaseOpened
from schemas.events.message import Author, Classification, Message
from schemas.events.reply import ReplySent
from schemas.events.survey import (
    SurveyAnswered,
    SurveyClassified,
    SurveyDeclined,
    SurveyExpired,
    SurveyReplied,
    SurveyRequested,
)
from services.chassis import kafka
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from services.followup.app import build
from services.followup.domain.surveys import survey_id
from services.followup.handlers.surveys_asking import Asking
from services.followup.settings import Settings
from services.followup.store.surveys import SURVEYS
from tests.conftest import Backends, eventually
from tests.integration.classification.test_classification import running

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
CHANNEL = "web-moccarel"
INTERNAL = "token"


def named(case_id: str) -> dict[str, Any]:
    return {"case_id": case_id, "conversation": f"conversation-{case_id}", "brand": "moccarel"}


def life(case_id: str, customer: str = "", *, closes: bool = True) -> list[Event]:
    """A case that was answered, and has closed."""
    who = Author(id=customer or f"customer-{case_id}")
    told = {"channel": CHANNEL, "visibility": "private", "customer": who, "pool": "care", "language": "nl"}
    moments = {"opened_at": START, "first_reply_due_at": START + timedelta(hours=1)}
    events: list[Event] = [
        CaseOpened.model_validate(named(case_id) | told | moments),
        CaseMessageAdded(**named(case_id), message=message(case_id, who), classification=LABEL),
        ReplySent(**named(case_id), reply_id="r", kind="answer", author="mila", first=True, sent_at=START),
    ]
    return [*events, CaseClosed(**named(case_id), owner="mila", closed_at=START)] if closes else events


def message(case_id: str, who: Author, text: str = "Hij lekt", name: str = "m") -> Message:
    facts = {"id": f"{name}-{case_id}", "brand": "moccarel", "channel": CHANNEL, "external_id": f"{name}-{case_id}"}
    where = {"conversation": f"conversation-{case_id}", "author": who, "text": text}
    return Message.model_validate(facts | where | {"sent_at": START, "received_at": START})


LABEL = Classification.model_validate(
    {"language": "nl", "intent": "question", "sentiment": "neutral", "urgency": "normal"}
    | {f"{name}_confidence": 0.9 for name in ("language", "intent", "sentiment", "urgency")}
)


def says(case_id: str, score: int | None) -> SurveyReplied:
    said = message(case_id, Author(id=f"customer-{case_id}"), str(score), "answer")
    return SurveyReplied(
        **named(case_id),
        survey_id=survey_id(case_id),
        message=said,
        classification=LABEL,
        score=score,
        declined=score is None,
    )


class Stand:
    """One instance, fed by hand."""

    def __init__(self, service: Service, clock: ManualClock) -> None:
        self.service, self.clock = service, clock
        organisation, links = service.api.state.organisation, service.api.state.survey_links
        self.asking = Asking(service.repository, service.clock, organisation, links)
        self.link = links.link

    async def hear(self, *events: Event) -> None:
        await self.service.processor.process([record(each) for each in events])

    async def told(self) -> list[Event]:
        """What was said of surveys, each event once."""
        await self.service.outbox.sweep()

        async def all_gone() -> bool:
            return not self.service.outbox.backlog

        await eventually(all_gone, "events were not published")
        found = [each.envelope() async for each in kafka.read(self.service.config.cluster, ["followup.events"])]
        unique = {each.id: each.data for each in found}.values()
        return [each for each in unique if each.type.startswith("survey.")]

    async def call(self, method: str, path: str, person: str = "", **more: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {INTERNAL}", "idempotency-key": more.pop("key", "once")}
        headers |= {"acting-person": person} if person else {}
        async with httpx2.AsyncClient(base_url=self.service.url, headers=headers) as client:
            return await client.request(method, path, **more)

    def page(self, case_id: str) -> str:
        return f"/survey-links/{self.link(survey_id(case_id)).rpartition('/')[2]}"


@asynccontextmanager
async def stand(backends: Backends, clock: ManualClock, token: str = INTERNAL) -> AsyncIterator[Stand]:
    service = build(Settings(**(backends.settings() | {"internal_token": token, "survey_secret": "s" * 32})), clock)
    await service.start(listen=False)
    try:
        yield Stand(service, clock)
    finally:
        await service.stop()


def kinds(events: Sequence[Event]) -> list[type[Event]]:
    return [type(each) for each in events]


async def test_two_instances_ask_each_customer_once_and_after_their_time(backends: Backends) -> None:
    clock = ManualClock(START)
    cases = [f"c{number}" for number in range(12)]
    async with stand(backends, clock) as one, stand(backends, clock) as other:
        for case in cases:
            await one.hear(*life(case))
        await asyncio.gather(*(each.asking.look() for each in (one, other)))
        assert await one.told() == []
        clock.forward(hours=4)
        await asyncio.gather(*(each.asking.look() for each in (one, other, one, other)))
        told = await one.told()
        asked = [each for each in told if isinstance(each, SurveyRequested)]
        assert sorted(each.case_id for each in asked) == sorted(cases)
        assert asked[0].text.startswith("Hoe goed hebben we je geholpen?")
        assert one.link(asked[0].survey_id) in asked[0].text
        clock.forward(hours=24 * 8)
        await asyncio.gather(*(each.asking.look() for each in (one, other)))
        assert kinds(await one.told()).count(SurveyExpired) == len(cases)


async def test_a_customer_is_asked_once_in_a_period_and_not_while_a_case_is_open(backends: Backends) -> None:
    clock = ManualClock(START)
    async with stand(backends, clock) as one:
        await one.hear(*life("a", "ana"), *life("b", "ana"), *life("c", "bob"), *life("d", "bob", closes=False))
        clock.forward(hours=5)
        await one.asking.look()
        assert [each.conversation for each in await one.told() if isinstance(each, SurveyRequested)] == [
            "conversation-a"
        ]
        found = {case: await one.service.database.get(SURVEYS, survey_id(case)) for case in "abcd"}
        skipped = {case: each.state.skipped for case, each in found.items() if each and each.state}
        assert skipped == {"a": None, "b": "asked-lately", "c": "another-case-open", "d": None}


PROGRAM = """
import asyncio, os, signal
from services.followup.handlers import surveys_asking
from services.chassis.testing import ManualClock
from services.followup.app import build
from services.followup.settings import Settings
from datetime import datetime, timedelta
async def main():
    clock = ManualClock(datetime.fromisoformat(os.environ["NOW"]))
    service = build(Settings(internal_token="token", survey_secret="s" * 32), clock)
    await service.start(listen=False)
    asking = surveys_asking.Asking(
        service.repository, clock, service.api.state.organisation, service.api.state.survey_links)
    step, after = os.environ["STEP"], []
    reserve, decide = asking._hindrance, asking._decide
    async def hindrance(*given):
        found = await reserve(*given)
        if step == "room":
            os.kill(os.getpid(), signal.SIGKILL)
        return found
    async def decided(*given):
        await decide(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    asking._hindrance = hindrance
    if step == "asked":
        asking._decide = decided
    await asking.look()
asyncio.run(main())
"""


@pytest.mark.parametrize("step", ["room", "asked"])
async def test_killed_while_it_asks_it_asks_once(backends: Backends, step: str) -> None:
    """kill -9 after room was made, or right after the survey was written: the next life asks, or has asked."""
    clock = ManualClock(START)
    async with stand(backends, clock) as one:
        await one.hear(*life("a"))
    clock.forward(hours=4)
    told = {f"FOLLOWUP_{name.upper()}": str(value) for name, value in backends.settings().items()}
    environment = dict(os.environ) | told | {"STEP": step, "NOW": clock.now().isoformat()}
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, env=environment)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    async with stand(backends, clock) as next_life:
        for _ in range(2):
            await next_life.asking.look()
        assert kinds(await next_life.told()) == [SurveyRequested]


async def asked(one: Stand, *cases: str) -> None:
    for case in cases:
        await one.hear(*life(case))
    one.clock.forward(hours=4)
    await one.asking.look()


async def test_it_is_answered_on_its_page_once_and_within_its_time(backends: Backends) -> None:
    async with stand(backends, ManualClock(START)) as one:
        await asked(one, "a", "b")
        shown = (await one.call("GET", one.page("a"))).json()
        assert (shown["kind"], shown["lowest"], shown["highest"], shown["status"]) == ("csat", 1, 5, "asked")
        too_high = await one.call("POST", f"{one.page('a')}/answer", json={"score": 6}, key="k0")
        assert (too_high.status_code, too_high.json()["detail"]) == (
            422,
            "the answers to this survey are the whole numbers from 1 to 5",
        )
        for _ in range(2):  # a double click
            answered = await one.call("POST", f"{one.page('a')}/answer", json={"score": 5, "comment": "Top"}, key="k1")
            assert (answered.status_code, answered.json()["score"]) == (200, 5)
        twice = await one.call("POST", f"{one.page('a')}/answer", json={"score": 1}, key="k2")
        assert (twice.status_code, twice.json()["type"]) == (409, "urn:casekeeper:problem:survey-answered-already")
        one.clock.forward(hours=24 * 8)
        late = await one.call("POST", f"{one.page('b')}/answer", json={"score": 5}, key="k3")
        assert (late.status_code, late.json()["type"]) == (410, "urn:casekeeper:problem:survey-expired")
        [answer] = [each for each in await one.told() if isinstance(each, SurveyAnswered)]
        assert (answer.score, answer.comment, answer.way, answer.owner) == (5, "Top", "link", "mila")


@pytest.mark.parametrize("forgery", ["{good}x", "{survey}", "{survey}.c2lnbmF0dXJl", "..", "%00"])
async def test_a_forged_link_leads_nowhere(backends: Backends, forgery: str) -> None:
    async with stand(backends, ManualClock(START)) as one:
        await asked(one, "a")
        good = one.page("a").rpartition("/")[2]
        token = forgery.format(good=good, survey=survey_id("a"))
        for method, path in (("GET", ""), ("POST", "/answer"), ("POST", "/opt-out")):
            answer = await one.call(method, f"/survey-links/{token}{path}", json={"score": 5})
            assert answer.status_code in (404, 405), (path, answer.text)
        assert kinds(await one.told()) == [SurveyRequested]


async def test_who_wants_none_is_left_alone(backends: Backends) -> None:
    """By the page, and by a word in the conversation."""
    async with stand(backends, ManualClock(START)) as one:
        await asked(one, "a", "b")
        for _ in range(2):
            stopped = await one.call("POST", f"{one.page('a')}/opt-out")
            assert (stopped.status_code, stopped.json()["opted_out"]) == (200, True)
        await one.hear(says("b", None))
        assert kinds(await one.told()).count(SurveyDeclined) == 2
        one.clock.forward(hours=24 * 200)
        await one.hear(*life("c", "customer-a"), *life("d", "customer-b"), *life("e"))
        one.clock.forward(hours=24)
        await one.asking.look()
        requested = [each.case_id for each in await one.told() if isinstance(each, SurveyRequested)]
        assert sorted(requested) == ["a", "b", "e"]  # in any order: cases share no partition


async def test_words_on_its_page_are_read_by_the_classifier_once(backends: Backends) -> None:
    """From the page through both services: no case, and what coaches and leads see and choose by."""
    async with stand(backends, ManualClock(START)) as one, running(backends) as classification:
        await asked(one, "a", "b", "c")
        for number, comment in enumerate(("Hij lekt nog steeds, heel vervelend!", "", "Thank you, great service!")):
            body = {"score": 2 + number, "comment": comment}
            assert (await one.call("POST", f"{one.page('abc'[number])}/answer", json=body)).status_code == 200
        lead = next(each for each in one.service.api.state.organisation.people if each.role == "lead")
        before = (await one.call("GET", "/surveys/scores", lead.id)).json()
        assert (before["words"]["comments"], before["words"]["unread"]) == (2, 2)
        answers = [record(each) for each in await one.told() if isinstance(each, SurveyAnswered)]
        for _ in range(2):  # delivered twice
            await classification.processor.process(answers)
        read = [each async for each in kafka.read(one.service.config.cluster, ["surveys.classified"])]
        assert len({each.envelope().id for each in read}) == 2
        await one.service.processor.process(read)
        assert SurveyClassified not in kinds(await one.told())
        told = (await one.call("GET", "/surveys/scores", lead.id)).json()
        assert (told["words"]["comments"], told["words"]["unread"]) == (2, 0)
        by_case = {each["case_id"]: each for each in told["comments"]}
        assert (by_case["a"]["comment_language"], by_case["a"]["intent"]) == ("nl", "complaint")
        assert (by_case["a"]["sentiment"], by_case["c"]["sentiment"]) == ("negative", "positive")
        assert [each["comments"] for each in told["words"]["sentiments"]] == [None, None]  # two are too few
        chosen = (await one.call("GET", "/surveys/scores?sentiment=negative&intent=complaint", lead.id)).json()
        assert [each["case_id"] for each in chosen["comments"]] == ["a"]
        assert chosen["words"] == told["words"]
        assert (await one.call("GET", "/surveys/scores?sentiment=angry", lead.id)).status_code == 400


@pytest.mark.parametrize(
    ("comment", "why"),
    [("x" * 100_000, "at most 2000 characters"), ("a\0b", "NUL (U+0000) is not taken")],
    ids=["long", "nul"],
)
async def test_words_that_can_not_be_taken_change_nothing(backends: Backends, comment: str, why: str) -> None:
    async with stand(backends, ManualClock(START)) as one:
        await asked(one, "a")
        refused = await one.call("POST", f"{one.page('a')}/answer", json={"score": 4, "comment": comment})
        assert (refused.status_code, refused.json()["type"]) == (400, "urn:casekeeper:problem:invalid-request")
        assert why in refused.json()["detail"]
        assert (await one.call("GET", one.page("a"))).json()["status"] == "asked"


async def test_scores_are_for_coaches_and_leads_of_the_brand(backends: Backends) -> None:
    async with stand(backends, ManualClock(START)) as one:
        cases = [f"c{number}" for number in range(7)]
        await asked(one, *cases)
        for number, case in enumerate(cases[:6]):
            await one.hear(says(case, 5 if number else 2))
        people = one.service.api.state.organisation.people
        lead = next(each for each in people if each.role == "lead")
        agent = next(each for each in people if each.role == "agent" and each.stage != "coach")
        told = (await one.call("GET", "/surveys/scores?by=language", lead.id)).json()
        [found] = told["scores"]
        assert (found["kind"], found["asked"], found["answers"], found["method"]) == ("csat", 7, 6, "Wilson")
        assert (found["total"]["score"], [each["key"] for each in found["groups"]]) == (83.3, ["nl"])
        assert (await one.call("GET", "/surveys/scores", agent.id)).status_code == 403
        assert (await one.call("GET", "/surveys/scores?brand=lumo", lead.id)).status_code == 404
        assert (await one.call("GET", "/surveys/scores?by=owner", lead.id)).status_code == 400
        backwards = "since=2026-12-01T00:00:00Z&until=2026-11-01T00:00:00Z"
        assert (await one.call("GET", f"/surveys/scores?{backwards}", lead.id)).status_code == 400
