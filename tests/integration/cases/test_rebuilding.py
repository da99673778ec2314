"""Rule 8: a case is a fold of its events. Rebuilt from its topic alone, at any moment, it is what was stored."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from casekeeper import case_story
from casekeeper.case_story import StoryBroken
from casekeeper.cli import app
from schemas.events.case import CaseAssigned, CaseOpened
from schemas.events.message import Attachment
from schemas.events.routing import Candidate, Explanation
from services.cases.domain import Case
from services.cases.store import CASES
from services.chassis.testing import envelope, record
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, Stage, Talk, due, stage

COACH = "joost.smit"


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


async def everything(running: Stage) -> tuple[Talk, list[tuple[datetime, Case]]]:
    """A case that went through everything, and what was stored at moments on the way."""
    talk = running.talk()
    path = f"/cases/{talk.case_id()}"
    seen: list[tuple[datetime, Case]] = []

    async def mark() -> None:
        (case, *_) = await running.states(talk)
        seen.append((running.clock.now(), case))
        running.clock.forward(minutes=1)

    picture = Attachment(url="https://example.com/leak.jpg", media_type="image/jpeg")
    await running.hear(talk.message(attachments=(picture,)))
    await mark()
    await running.hear(talk.assigned())
    await mark()
    await running.accepted(f"{path}/notes", {"text": "Called before, I think"}, OTHER)
    await running.accepted(f"{path}/special-story", {"text": "Their daughter was born today"})
    consult = (await running.accepted(f"{path}/consults", {"question": "Why does it leak?"}))["consult_id"]
    withdrawn = (await running.accepted(f"{path}/consults", {"question": "And why does it hum?"}))["consult_id"]
    await mark()
    await running.hear(talk.offered(consult))
    await running.accepted(f"{path}/consults/{withdrawn}/withdrawal")
    await running.accepted(f"{path}/consults/{consult}/answer", {"answer": "The seal."}, EXPERT)
    await mark()
    promise = {"what": "a new seal", "due_at": due(600)}
    holding = await running.accepted(
        f"{path}/replies", {"kind": "holding", "text": "It takes a while", "promise": promise}
    )
    await running.hear(talk.sent(holding["reply_id"]))
    await mark()
    handover = (await running.accepted(f"{path}/handovers", {"to": OTHER, "reason": "end of shift"}))["handover_id"]
    await running.accepted(f"{path}/handovers/{handover}/acceptance", person=OTHER)
    await mark()
    told = {"text": "It is on its way", "keeps_promise": holding["promise_id"]}
    reply = (await running.accepted(f"{path}/replies", told, OTHER))["reply_id"]
    await running.hear(talk.sent(reply))
    feedback = {"text": "Warm and clear", "praise": True}
    await running.accepted(f"{path}/replies/{reply}/feedback", feedback, COACH)
    await running.accepted(f"{path}/resolution", person=OTHER)
    await mark()
    await running.hear(talk.message(2))
    await mark()
    return talk, seen


async def stored(running: Stage, case_id: str) -> Case:
    document = await running.service.database.get(CASES, case_id)
    assert document is not None
    assert document.state is not None
    return document.state


async def told(running: Stage, case_id: str) -> list[Any]:
    """The case's events, once all that was decided is in the topic."""
    document = await running.service.database.get(CASES, case_id)
    assert document is not None

    async def all_of_them() -> list[Any]:
        found = await case_story.read_case(running.service.config.cluster, case_id)
        return found if len(found) == document.sequences["cases-events"] else []

    found = await eventually(all_of_them, "not everything was published")
    assert isinstance(found, list)
    return found


async def test_the_topic_gives_what_is_stored_for_a_case_that_went_through_everything(running: Stage) -> None:
    talk, moments = await everything(running)
    events = await told(running, talk.case_id())
    assert case_story.folded(events) == await stored(running, talk.case_id())
    for moment, case in moments:
        assert case_story.folded(events, at=moment) == case
    assert case_story.folded(events, at=datetime.fromisoformat("2020-01-01T00:00:00Z")) is None


async def test_the_topic_gives_what_is_stored_after_merging_and_splitting(backends: Backends) -> None:
    async with stage(backends, listen=True) as running:
        one, other = await running.owned(), await running.owned()
        merged = {"into": one.case_id(), "reason": "the same leak"}
        await running.accepted(f"/cases/{other.case_id()}/merge", merged)

        async def absorbed() -> bool:
            return bool((await stored(running, one.case_id())).absorbed)

        await eventually(absorbed, "the other case did not arrive")
        await running.hear(one.message(2, text="And my invoice?"))
        parted = {"messages": [f"{one.conversation}-2"], "reason": "the invoice is another matter"}
        new = (await running.accepted(f"/cases/{one.case_id()}/split", parted))["new_case_id"]

        async def there() -> bool:
            return await running.service.database.get(CASES, new) is not None

        await eventually(there, "the new case was not opened")
        for case_id in (one.case_id(), other.case_id(), new):
            events = await told(running, case_id)
            assert case_story.folded(events) == await stored(running, case_id)


async def show(backends: Backends, *words: str) -> Result:
    arguments = ["case", "show", *words, "--kafka", backends.kafka, "--kafka-prefix", backends.kafka_prefix]
    return await asyncio.to_thread(CliRunner().invoke, app, arguments, env={"COLUMNS": "250"})


async def test_the_command_shows_a_case_of_any_cluster_as_it_is_and_as_it_was(
    backends: Backends, running: Stage
) -> None:
    talk, moments = await everything(running)
    events = await told(running, talk.case_id())
    shown = await show(backends, talk.case_id(), "--json", "--why")
    assert shown.exit_code == 0, shown.output
    whole = json.loads(shown.stdout)
    case = await stored(running, talk.case_id())
    assert whole["case"] == case.model_dump(mode="json") | {"status": case.status}
    assert [each["sequence"] for each in whole["events"]] == list(range(1, len(events) + 1))
    who = {each["type"]: each["who"] for each in whole["events"]}
    assert (who["case.note-added.v1"], who["consult.answered.v1"], who["case.opened.v1"]) == (OTHER, EXPERT, "")
    moment, before = moments[2]
    then = json.loads((await show(backends, talk.case_id(), "--json", "--at", moment.isoformat())).stdout)
    assert then["case"]["status"] == before.status == "waiting-for-specialist"
    assert len(then["events"]) < len(events)
    text = await show(backends, talk.case_id(), "--why")
    assert text.exit_code == 0
    assert f"owner: {OTHER}" in text.stdout
    assert "case.assigned.v1" in text.stdout


async def test_why_tells_what_led_to_it_and_routings_explanation(backends: Backends, running: Stage) -> None:
    talk = running.talk()
    await running.hear(talk.message())
    explanation = Explanation(
        candidates=(
            Candidate(person=OWNER, score=1.5, terms={"deadline": 1.0, "load": 0.5}),
            Candidate(person=OTHER, score=2.0, terms={"load": 2.0}),
        ),
        excluded={"off-shift": 31},
        relaxed=("language",),
    )
    decided = talk.assigned().model_copy(update={"explanation": explanation})
    raw = record(envelope(decided, source="casekeeper/routing"))
    await running.service.publisher.send([(raw.topic, raw.key, raw.value, [*raw.headers])])
    await running.service.processor.process([raw])
    await told(running, talk.case_id())
    shown = await show(backends, talk.case_id(), "--json", "--why")
    (reasons,) = [each["why"] for each in json.loads(shown.stdout)["events"] if each["type"] == "case.assigned.v1"]
    assert reasons == [
        "owner.assigned.v1 from casekeeper/routing",
        f"chosen: {OWNER} with 1.5 (deadline 1, load 0.5)",
        f"candidate 2: {OTHER} with 2 (load 2)",
        "not: 31 off-shift",
        "without regard to language",
    ]


@pytest.mark.parametrize(
    ("words", "says"),
    [(["nothing"], "there is no case nothing in the topic"), (["nothing", "--at", "2026-01-01T00:00:00Z"], "at 2026")],
)
async def test_what_is_not_there_is_said(backends: Backends, running: Stage, words: list[str], says: str) -> None:
    shown = await show(backends, *words)
    assert shown.exit_code == 1
    assert says in shown.output.replace("\n", " ")


async def test_a_broker_that_does_not_answer_is_said() -> None:
    arguments = ["case", "show", "x", "--kafka", "127.0.0.1:9"]
    shown = await asyncio.to_thread(CliRunner().invoke, app, arguments, env={"COLUMNS": "250"})
    assert shown.exit_code == 1
    assert "does not answer" in shown.output


class TestBrokenStories:
    def events(self, *numbers: int) -> list[Any]:
        facts = {"case_id": "c", "conversation": "v", "brand": "moccarel"}
        opened = CaseOpened(
            **facts,
            channel="web-moccarel",
            visibility="private",
            customer={"id": "ana"},  # type: ignore[arg-type]
            pool="care",
            language="en",
            opened_at="2026-11-24T13:30:00Z",  # type: ignore[arg-type]
            first_reply_due_at="2026-11-24T14:30:00Z",  # type: ignore[arg-type]
        )
        assigned = CaseAssigned(**facts, owner=OWNER, request_id="r", assigned_at="2026-11-24T13:31:00Z")  # type: ignore[arg-type]
        data = {1: opened, 2: assigned, 3: assigned}
        return [envelope(data[number], id=f"e{number}", subject="c", sequence=number) for number in numbers]

    def test_in_any_order_and_twice_it_is_the_same_case(self) -> None:
        found = case_story.in_order(self.events(2, 1, 2, 1), "c")
        assert [each.sequence for each in found] == [1, 2]
        assert case_story.folded(found) == case_story.folded(self.events(1, 2))

    def test_a_missing_event_is_said(self) -> None:
        with pytest.raises(StoryBroken, match="event 2 of case c is not in the topic"):
            case_story.folded(case_story.in_order(self.events(1, 3), "c"))
        with pytest.raises(StoryBroken, match="event 1 of case c"):
            case_story.folded(self.events(2))

    def test_two_events_with_one_number_are_said(self) -> None:
        other = envelope(self.events(2)[0].data, id="another", subject="c", sequence=2)
        with pytest.raises(StoryBroken, match="two events with the number 2"):
            case_story.in_order([*self.events(1, 2), other], "c")
