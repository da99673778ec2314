"""The answer library over HTTP (O2): an earlier answer saves a consult, across instances and restarts, brand by brand."""

import asyncio
from typing import Any

from tests.conftest import Backends
from tests.integration.cases.consulting import VIDEO, asks, does, got, offered
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, PROBLEM, Stage, Talk, stage

QUESTION = "A Duo leaks underneath right after descaling. Which seal is it?"
ANSWER = {"answer": "The reservoir seal, part 4103; Ana can replace it herself.", "attachments": [VIDEO]}
SECOND = "hannah.bennett"
PLUVANE_ONLY = "isla.fletcher"


async def answered(running: Stage, question: str = QUESTION, stars: int = 0, **changes: Any) -> tuple[Talk, str]:
    """A case with an answered consult."""
    talk = await running.owned()
    consult_id = await asks(running, talk, question=question)
    await offered(running, talk, consult_id, EXPERT)
    await does(running, talk, consult_id, "answer", ANSWER | changes, EXPERT)
    if stars:
        await does(running, talk, consult_id, "rating", {"stars": stars})
    return talk, consult_id


async def found(running: Stage, q: str, person: str = OWNER, **query: Any) -> list[str]:
    answers = await got(running, "/answers", person, q=q, **query)
    return [each["answer"]["id"] for each in answers["items"]]


async def suggested(running: Stage, talk: Talk, question: str) -> list[dict[str, Any]]:
    path = f"/cases/{talk.case_id()}/consults/suggestions"
    items: list[dict[str, Any]] = (await got(running, path, question=question))["items"]
    return items


async def test_an_earlier_answer_saves_a_consult(backends: Backends) -> None:
    async with stage(backends) as running:
        _, consult_id = await answered(running, stars=5)
        talk = await running.owned()
        (suggestion,) = await suggested(running, talk, "The Duo leaks since it was descaled, which seal?")
        earlier = suggestion["answer"]
        assert (earlier["id"], earlier["specialist"], earlier["stars"]) == (consult_id, EXPERT, 5)
        assert earlier["attachments"][0]["url"] == VIDEO["url"]
        path = f"/cases/{talk.case_id()}/saved-consults"
        body = {"answer_id": consult_id, "question": "Which seal?"}
        once = await running.accepted(path, body, key="saved")
        assert await running.accepted(path, body, key="saved") == once
        await running.accepted(path, body)
        assert await got(running, "/answers/saved", brand="moccarel") == {"saved": 1, "specialists": {EXPERT: 1}}
        assert await got(running, "/answers/saved", brand="pluvane") == {"saved": 0, "specialists": {}}
        credit = await got(running, f"/specialists/{EXPERT}/credit")
        assert credit == {
            "specialist": EXPERT,
            "answers": 1,
            "late_answers": 0,
            "rated": 1,
            "median_stars": 5,
            "saved_consults": 1,
        }
        assert (await running.shown(talk))["saved_consults"][0]["answer_id"] == consult_id


async def test_nothing_is_suggested_for_what_is_new_what_was_useless_and_from_the_case_itself(
    backends: Backends,
) -> None:
    async with stage(backends) as running:
        own, _ = await answered(running, "The display of a Picola stays dark")
        await answered(running, stars=1)
        talk = await running.owned()
        for question in ("Is there a vegan milk foam recipe?", "zebra", "the and of", "leaks"):
            assert await suggested(running, talk, question) == []
        assert await suggested(running, talk, QUESTION) == []
        assert await suggested(running, own, "The display of a Picola stays dark") == []
        assert len(await suggested(running, talk, "Why does the display of a Picola stay dark?")) == 1


async def test_who_the_customer_was_is_told_to_nobody(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = running.talk()
        author = {"id": "wa-31612345678", "name": "Ana Lopez", "address": "ana@example.org"}
        await running.hear(talk.message(author=author), talk.assigned())
        consult_id = await asks(
            running, talk, question="Ana Lopez (ana@example.org, +31 6 1234 5678) has a leaking Duo"
        )
        await offered(running, talk, consult_id, EXPERT)
        await does(running, talk, consult_id, "answer", {"answer": "Tell Ana to tighten the valve"}, EXPERT)
        (item,) = (await got(running, "/answers", q="leaking Duo"))["items"]
        assert item["answer"]["question"] == "[name] ([mail], [number]) has a leaking Duo"
        assert item["answer"]["answer"] == "Tell [name] to tighten the valve"
        assert await found(running, "Lopez") == []


async def test_each_brand_sees_its_own(backends: Backends) -> None:
    """M7: the brand is a hard filter, and who serves another brand finds nothing of this one."""
    async with stage(backends) as running:
        _, consult_id = await answered(running)
        assert await found(running, "descaling", brand="moccarel") == [consult_id]
        assert await found(running, "descaling") == [consult_id]
        assert await found(running, "descaling", brand="pluvane") == []
        assert await found(running, "descaling", person=PLUVANE_ONLY) == []
        headers = {"Acting-Person": PLUVANE_ONLY}
        answer = await running.client.get("/answers", params={"q": "a", "brand": "moccarel"}, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (422, f"{PROBLEM}unknown-brand")
        answer = await running.client.get(f"/specialists/{EXPERT}/credit", headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (404, f"{PROBLEM}person-not-found")


async def test_better_rated_answers_come_first_and_late_ones_are_there(backends: Backends) -> None:
    async with stage(backends) as running:
        _, unrated = await answered(running)
        _, best = await answered(running, stars=5)
        talk, consult_id = await answered(running, stars=3)
        late_talk = await running.owned()
        late = await asks(running, late_talk, question=QUESTION)
        await offered(running, late_talk, late, SECOND)
        await does(running, late_talk, late, "withdrawal")
        await does(running, late_talk, late, "answer", ANSWER, SECOND)
        order = await found(running, "Duo leaks after descaling")
        assert order[:3] == [best, consult_id, unrated]
        assert len(order) == 4
        await does(running, talk, consult_id, "rating", {"stars": 1})
        assert (await found(running, "Duo leaks after descaling"))[-1] == consult_id
        assert await found(running, "Duo leaks after descaling", limit=1) == [best]


async def test_it_outlives_a_restart_and_instances_know_the_same(backends: Backends) -> None:
    async with stage(backends) as one, stage(backends) as other:
        _, first = await answered(one)
        assert await found(other, "descaling") == [first]
        talk, second = await answered(other, "The grinder of a Picola rattles")
        assert await found(one, "rattling grinder") == [second]
        await does(other, talk, second, "rating", {"stars": 4})
        (item,) = (await got(one, "/answers", q="rattling grinder"))["items"]
        assert item["answer"]["stars"] == 4
        one.clock.forward(hours=2)
        _, much_later = await answered(one, "The drip tray does not fit")
        assert await found(other, "drip tray") == [much_later]
        assert await found(other, "descaling") == [first]
    async with stage(backends) as again:
        assert await found(again, "descaling") == [first]
        assert await found(again, "rattling grinder") == [second]


async def test_many_ask_while_many_answer(backends: Backends) -> None:
    async with stage(backends) as running:
        answers = [answered(running, f"The Duo number {number} leaks") for number in range(12)]
        done, *_ = await asyncio.gather(
            asyncio.gather(*answers), *(found(running, "Duo leaks", limit=50) for _ in range(12))
        )
        assert sorted(await found(running, "Duo leaks", limit=50)) == sorted(id_ for _, id_ in done)


async def test_what_makes_no_sense_is_told(backends: Backends) -> None:
    async with stage(backends) as running:
        talk, consult_id = await answered(running)
        path = f"/cases/{talk.case_id()}/saved-consults"
        for body, person, status, kind in (
            ({"answer_id": "nothing", "question": "a"}, OWNER, 422, "unknown-answer"),
            ({"answer_id": consult_id, "question": " "}, OWNER, 400, "invalid-request"),
            ({"answer_id": consult_id, "question": "a"}, OTHER, 403, "not-the-owner"),
        ):
            answer = await running.post(path, body, person)
            assert (answer.status_code, answer.json()["type"]) == (status, f"{PROBLEM}{kind}"), answer.text
        for address in ("/answers", "/answers?q=", "/answers?q=a&limit=0", "/answers?q=a&language=English"):
            assert (await running.client.get(address)).status_code == 400, address
        answer = await running.client.get("/specialists/nobody.known/credit")
        assert answer.status_code == 404
        answer = await running.client.get("/cases/nothing/consults/suggestions", params={"question": "a"})
        assert answer.status_code == 404
        assert (await running.shown(talk))["saved_consults"] == []
