"""Notes, special stories, feedback and practice, over HTTP on real broker and store."""

import asyncio
from typing import Any

from schemas.events.message import Attachment, Author
from schemas.events.roster import PersonRecorded, RosterPerson
from services.cases.exercises import EXERCISES
from services.chassis import kafka
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, PROBLEM, Stage, Talk, stage

COACH, LEAD, OTHER_COACH = "joost.smit", "fleur.visser", "lars.verhoeven"


def kind(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix(PROBLEM)


async def get(running: Stage, path: str, person: str = OWNER) -> Any:
    answer = await running.client.get(path, headers={"Acting-Person": person})
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return found.get("items", found)


class TestNotes:
    """Rule 2: others may write internal notes; the customer sees nothing of them."""

    async def test_a_colleague_and_a_specialist_write_for_colleagues_only(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            path = f"/cases/{talk.case_id()}/notes"
            picture = {"url": "https://media.example/seal.jpg", "media_type": "image/jpeg", "name": "seal.jpg"}
            first = await running.accepted(path, {"text": "She called too"}, OTHER, key="note")
            assert await running.accepted(path, {"text": "She called too"}, OTHER, key="note") == first
            await running.accepted(path, {"text": "This seal", "attachments": [picture]}, EXPERT)
            notes = (await running.shown(talk))["notes"]
            assert [(each["author"], each["text"]) for each in notes] == [
                (OTHER, "She called too"),
                (EXPERT, "This seal"),
            ]
            assert notes[1]["attachments"][0]["name"] == "seal.jpg"
            assert not any(each.type == "reply.queued.v1" for each in await running.said(talk))

    async def test_an_empty_note_is_refused(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            assert kind(await running.post(f"/cases/{talk.case_id()}/notes", {"text": " "})) == (400, "invalid-request")
            many = {"text": "x", "attachments": [{"url": "https://a.example"}] * 11}
            assert kind(await running.post(f"/cases/{talk.case_id()}/notes", many)) == (400, "invalid-request")


class TestSpecialStories:
    """F6: special stories can be marked, and are found."""

    async def test_marked_found_and_unmarked(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            path = f"/cases/{talk.case_id()}/special-story"
            for _ in range(2):
                await running.accepted(path, {"text": "A birth"}, OTHER, key="mark")
            stories = await get(running, "/special-stories?brand=moccarel")
            mine = [each for each in stories if each["case_id"] == talk.case_id()]
            assert [(each["text"], each["by"], each["owner"]) for each in mine] == [("A birth", OTHER, OWNER)]
            await running.accepted(f"{path}/removal")
            assert kind(await running.post(f"{path}/removal")) == (409, "not-marked")
            stories = await get(running, "/special-stories?brand=moccarel")
            assert talk.case_id() not in {each["case_id"] for each in stories}

    async def test_of_brands_that_one_serves_only(self, backends: Backends) -> None:
        async with stage(backends) as running:
            assert kind(await running.client.get("/special-stories?brand=elsewhere")) == (403, "not-allowed")
            assert kind(await running.client.get("/special-stories")) == (400, "invalid-request")


class TestFeedback:
    """P3: a coach comments on sent replies, the agent sees it."""

    async def test_a_coach_comments_and_the_author_sees_it(self, backends: Backends) -> None:
        async with stage(backends, listen=True) as running:
            talk = await running.owned()
            reply_id = await running.send_answer(talk)
            path = f"/cases/{talk.case_id()}/replies/{reply_id}/feedback"
            body = {"text": "You begin with her", "praise": True}
            given = await running.accepted(path, body, COACH, key="feedback")
            assert await running.accepted(path, body, COACH, key="feedback") == given

            async def found(query: str) -> list[dict[str, Any]]:
                all_ = await get(running, f"/feedback?{query}")
                return [each for each in all_ if each["case_id"] == talk.case_id()]

            async def is_there() -> bool:
                return len(await found("seen=false")) == 1

            await eventually(is_there, "the author never saw the feedback")
            (shown,) = await found("")
            assert (shown["by"], shown["text"], shown["praise"], shown["seen"]) == (
                COACH,
                "You begin with her",
                True,
                False,
            )
            seen = f"/cases/{talk.case_id()}/feedback/{given['feedback_id']}/seen"
            assert kind(await running.post(seen, person=OTHER)) == (403, "not-the-author")
            await running.accepted(seen)
            await running.accepted(seen)

            async def was_seen() -> bool:
                return not await found("seen=false") and len(await found("seen=true")) == 1

            await eventually(was_seen, "it never counted as seen")
            assert len(await get(running, f"/feedback?author={OWNER}", COACH)) >= 1

    async def test_what_is_refused(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            case = f"/cases/{talk.case_id()}"
            waiting = await running.accepted(f"{case}/replies", {"text": "Soon"})
            path = f"{case}/replies/{waiting['reply_id']}/feedback"
            assert kind(await running.post(path, {"text": "x"}, COACH)) == (409, "reply-not-sent")
            await running.hear(talk.sent(waiting["reply_id"]))
            assert kind(await running.post(path, {"text": "x"}, OTHER)) == (403, "not-allowed")
            assert kind(await running.post(f"{case}/replies/no/feedback", {"text": "x"}, COACH)) == (
                404,
                "reply-not-found",
            )
            assert kind(await running.post(f"{case}/feedback/no/seen")) == (404, "feedback-not-found")
            others = await running.client.get(f"/feedback?author={OTHER}")
            assert kind(others) == (403, "not-allowed")


class TestGraduation:
    """P1: a graduation that routing records is acted on at once: with the next reply."""

    async def test_a_supervised_agents_reply_waits_for_a_coach_and_after_graduation_it_does_not(
        self, backends: Backends
    ) -> None:
        async with stage(backends, listen=True) as running:
            talk = await running.owned()
            filed = running.service.api.state.commands.organisation.person(OWNER)
            for now, then in (("supervised", "held"), ("independent", "queued")):
                person = RosterPerson.model_validate(filed.model_dump() | {"stage": now})
                await running.hear(PersonRecorded(person_id=OWNER, person=person))
                accepted = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": f"As {now}"})
                assert (await running.shown(talk))["replies"][accepted["reply_id"]]["status"] == then


TOLD = (
    "Hi, this is Ana Ruiz. My machine leaks! Order 4500123456, call +34 612 34 56 78 or ana.ruiz@correo.example. "
    "I live at 12 rue de la Paix. @ana_reads\nThanks,\nAna"
)
SECRETS = ("Ana", "Ruiz", "4500123456", "612 34", "correo", "Paix", "ana_reads", "Postma", "Maaike", "^MP", "secret-id")


async def closed(running: Stage, text: str = TOLD) -> Talk:
    """A case of a real customer, answered and over."""
    talk = running.talk()
    author = Author(id="secret-id-1", name="Ana Ruiz", handle="@ana_reads", address="ana.ruiz@correo.example")
    picture = (Attachment(url="https://media.example/ana.jpg"),)
    await running.hear(talk.message(text=text, author=author, attachments=picture), talk.assigned())
    for words in ("Dear Ana, do this: turn the ring. Maaike", "And this"):
        accepted = await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": words})
        await running.hear(talk.sent(accepted["reply_id"]))
    await running.accepted(f"/cases/{talk.case_id()}/resolution")
    await running.hear(talk.quiet((await running.states(talk))[0].closes_at))  # type: ignore[arg-type]
    assert (await running.states(talk))[0].closed
    return talk


class TestPractice:
    """P6: candidates and trainees answer anonymised real cases and see how the team did; nothing leaves the house."""

    async def test_answer_first_then_see_how_the_team_did(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await closed(running)
            made = await running.accepted("/practice/exercises", {"case_id": talk.case_id()}, COACH)
            path = f"/practice/exercises/{made['exercise_id']}"
            before = await get(running, path, OTHER)
            assert (before["how_the_team_did"], before["answers"], before["mine"]) == (None, None, None)
            listed = await get(running, "/practice/exercises?language=en", OTHER)
            assert [each["how_the_team_did"] for each in listed if each["exercise_id"] == made["exercise_id"]] == [None]
            assert "My machine leaks!" in before["told"][0]["text"]
            assert before["told"][0]["attachments"] == 1
            answer = await running.accepted(f"{path}/answers", {"text": "How annoying! Turn the ring."}, OTHER, key="a")
            assert (
                await running.accepted(f"{path}/answers", {"text": "How annoying! Turn the ring."}, OTHER, key="a")
                == answer
            )
            assert [each["kind"] for each in answer["how_the_team_did"]] == ["answer", "answer"]
            assert "turn the ring" in answer["how_the_team_did"][0]["text"]
            assert (answer["answered_by"], answer["answers"]) == (1, None)
            assert kind(await running.post(f"{path}/answers", {"text": "Again"}, OTHER)) == (409, "answered-already")
            comment = {"text": "You begin with the feeling: good."}
            comments = f"{path}/answers/{answer['mine']['id']}/comments"
            await running.accepted(comments, comment, COACH)
            assert (await get(running, path, OTHER))["mine"]["comments"][0]["text"] == comment["text"]
            assert kind(await running.post(comments, comment, OTHER)) == (403, "not-allowed")

    async def test_tells_nobody_who_the_customer_was(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await closed(running)
            made = await running.accepted("/practice/exercises", {"case_id": talk.case_id()}, COACH)
            stored = await running.service.database.rows(EXERCISES.name, {"_id": made["exercise_id"]})
            whole = str(stored)
            assert talk.case_id() not in whole
            assert talk.conversation not in whole
            assert "media.example" not in whole
            for secret in SECRETS:
                assert secret not in whole, secret

    async def test_nothing_is_sent_anywhere(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await closed(running)
            before = {each.id for each in await running.said(talk)}
            topics = ("cases.events", "routing.requests", "customers.events", "staff.events")
            made = await running.accepted("/practice/exercises", {"case_id": talk.case_id()}, COACH)
            path = f"/practice/exercises/{made['exercise_id']}"
            given = await running.accepted(f"{path}/answers", {"text": "Hello!"}, OTHER)
            await running.accepted(f"{path}/answers/{given['mine']['id']}/comments", {"text": "Fine"}, COACH)
            await running.accepted(f"{path}/withdrawal", person=COACH)
            (row,) = await running.service.database.rows(EXERCISES.name, {"_id": made["exercise_id"]})
            assert (row["outbox"], row["pending"], row["sequences"]) == ([], 0, {})
            subjects = {each.envelope().subject async for each in kafka.read(running.service.config.cluster, topics)}
            assert made["exercise_id"] not in subjects
            assert {each.id for each in await running.said(talk)} >= before
            assert sum(each.type == "reply.queued.v1" for each in await running.said(talk)) <= 2
            assert made["exercise_id"] not in {
                each["exercise_id"] for each in await get(running, "/practice/exercises", OTHER)
            }
            assert kind(await running.post(f"{path}/answers", {"text": "Late"}, EXPERT)) == (409, "exercise-withdrawn")

    async def test_made_again_with_more_names_it_keeps_its_answers(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await closed(running, "My neighbour Pelle in Zutphen has the same leak")
            made = await running.accepted("/practice/exercises", {"case_id": talk.case_id()}, COACH)
            assert "Zutphen" in made["told"][0]["text"]
            await running.accepted(f"/practice/exercises/{made['exercise_id']}/answers", {"text": "Hello!"}, OTHER)
            again = {"case_id": talk.case_id(), "also": ["Zutphen", "Pelle"]}
            anew = await running.accepted("/practice/exercises", again, COACH)
            assert anew["exercise_id"] == made["exercise_id"]
            assert anew["told"][0]["text"] == "My neighbour [name] in [name] has the same leak"
            assert [each["text"] for each in anew["answers"]] == ["Hello!"]

    async def test_two_who_answer_at_once_both_count_and_one_who_presses_twice_counts_once(
        self, backends: Backends
    ) -> None:
        async with stage(backends) as running:
            talk = await closed(running)
            made = await running.accepted("/practice/exercises", {"case_id": talk.case_id()}, COACH)
            path = f"/practice/exercises/{made['exercise_id']}"
            answers = await asyncio.gather(
                *(running.post(f"{path}/answers", {"text": "Hello!"}, who) for who in (OTHER, EXPERT, OTHER))
            )
            assert sorted(each.status_code for each in answers) == [202, 202, 409]
            assert (await get(running, path, COACH))["answered_by"] == 2

    async def test_what_is_refused(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            body = {"case_id": talk.case_id()}
            assert kind(await running.post("/practice/exercises", body, OWNER)) == (403, "not-allowed")
            assert kind(await running.post("/practice/exercises", body, COACH)) == (409, "case-not-closed")
            assert kind(await running.post("/practice/exercises", {"case_id": "no"}, COACH)) == (404, "case-not-found")
            nothing = await running.post("/practice/exercises/no/answers", {"text": "x"})
            assert kind(nothing) == (404, "exercise-not-found")
            assert kind(await running.client.get("/practice/exercises/no")) == (404, "exercise-not-found")
            assert kind(await running.client.get("/practice/exercises?language=English")) == (400, "invalid-request")
