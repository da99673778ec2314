"""Commands over HTTP: what people can do with a case, what is refused and how it is told, and repeats."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2

from tests.conftest import Backends
from tests.integration.cases.stage import EXPERT, OTHER, OWNER, PROBLEM, Stage, Talk, due, kinds, stage

COMMANDS = {
    "replies": {"text": "Do this"},
    "promises": {"what": "a part", "due_at": due(60)},
    "consults": {"question": "Why?"},
    "consults/nothing/answer": {"answer": "So"},
    "consults/nothing/withdrawal": {},
    "resolution": {},
}


async def test_a_case_from_the_first_reply_to_its_end(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        case = f"/cases/{talk.case_id()}"
        assert (await running.shown(talk))["status"] == "owned"
        consult = await running.accepted(f"{case}/consults", {"question": "Why does it leak?", "due_minutes": 60})
        assert consult["status"] == "waiting-for-specialist"
        await running.hear(talk.offered(consult["consult_id"]))
        path = f"{case}/consults/{consult['consult_id']}/answer"
        assert (await running.accepted(path, {"answer": "The seal."}, EXPERT))["status"] == "owned"
        await running.send_answer(talk)
        assert (await running.shown(talk))["status"] == "waiting-for-customer"
        promise = await running.accepted(f"{case}/promises", {"what": "a part", "due_at": due(60)})
        kept = {"text": "It is on its way", "keeps_promise": promise["promise_id"]}
        reply = await running.accepted(f"{case}/replies", kept)
        await running.hear(talk.sent(reply["reply_id"]))
        assert (await running.accepted(f"{case}/resolution"))["status"] == "resolved"
        shown = await running.shown(talk)
        assert shown["consults"][consult["consult_id"]]["answer"] == "The seal."
        assert shown["promises"][promise["promise_id"]]["kept"] is True
        assert {each["status"] for each in shown["replies"].values()} == {"sent"}
        said = kinds(await running.have_said(talk, 17))
        assert said.count("capacity.released") == 2
        assert said.count("case.resolved") == 1


def problem(answer: httpx2.Response) -> tuple[int, str, str]:
    """Status, kind and detail of a problem document that is whole."""
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["title"]
    assert document["type"].startswith(PROBLEM)
    return answer.status_code, document["type"].removeprefix(PROBLEM), document["detail"]


class TestRefused:
    async def test_every_kind_with_its_type_and_a_sentence(self, backends: Backends) -> None:
        async with stage(backends) as running:
            for number, (given, tried, status, kind, words) in enumerate(REFUSALS):
                talk = await given(running)
                before = await running.states(talk)
                person, path, body = tried
                answer = await running.post(f"/cases/{talk.case_id()}/{path}", body, person)
                assert problem(answer)[:2] == (status, kind), f"row {number}: {answer.text}"
                assert words in answer.json()["detail"]
                assert await running.states(talk) == before

    async def test_without_the_services_token_nothing_is_told(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            case = f"/cases/{talk.case_id()}"
            headers = {"Acting-Person": OWNER}
            for token in ("", "Bearer", "Bearer wrong", "between-us", "Basic between-us"):
                running.client.headers["Authorization"] = token
                answers = [await running.client.get(case)] + [
                    await running.client.post(f"{case}/{path}", json=body, headers=headers)
                    for path, body in COMMANDS.items()
                ]
                assert {problem(answer)[:2] for answer in answers} == {(401, "not-authenticated")}

    async def test_an_unknown_case_is_404_for_every_command(self, backends: Backends) -> None:
        async with stage(backends) as running:
            assert problem(await running.client.get("/cases/nothing"))[:2] == (404, "case-not-found")
            for path, body in COMMANDS.items():
                answer = await running.post(f"/cases/nothing/{path}", body)
                assert problem(answer) == (404, "case-not-found", "there is no case nothing")

    async def test_what_is_malformed_is_400_and_named(self, backends: Backends) -> None:
        async with stage(backends) as running:
            for path, body, field in MALFORMED:
                answer = await running.client.post(f"/cases/x/{path}", json=body, headers={"Acting-Person": OWNER})
                assert problem(answer)[:2] == (400, "invalid-request")
                assert answer.json()["errors"][0]["field"] == field
                assert field in answer.json()["detail"]

    async def test_bodies_that_are_no_json_or_have_no_actor(self, backends: Backends) -> None:
        async with stage(backends) as running:
            headers = {"Acting-Person": OWNER, "Content-Type": "application/json"}
            for raw in (b"", b"{", b'{"text": "\\ud800"}', b"\xff\xfe", b'{"text": NaN}'):
                answer = await running.client.post("/cases/nothing/replies", content=raw, headers=headers)
                assert problem(answer)[:2] == (400, "invalid-request"), raw
            del running.client.headers["Acting-Person"]
            answer = await running.client.post("/cases/nothing/replies", json={"text": "a"})
            assert problem(answer)[:2] == (400, "invalid-request")
            assert answer.json()["errors"][0]["field"] == "header.acting-person"
            answer = await running.post("/cases/nothing/replies", {"text": "a"}, key="k" * 256)
            assert answer.json()["errors"][0]["field"] == "header.idempotency-key"


MALFORMED: list[tuple[str, Any, str]] = [
    ("replies", {}, "body.text"),
    ("replies", {"text": 5}, "body.text"),
    ("replies", {"text": "x" * 20_001}, "body.text"),
    ("replies", {"text": "a", "kind": "shout"}, "body.kind"),
    ("replies", {"text": "a", "promise": {"what": "b"}}, "body.promise.due_at"),
    ("replies", {"text": "a", "promise": {"what": "  ", "due_at": due(9)}}, "body.promise.what"),
    ("promises", {"what": "a", "due_at": "tomorrow"}, "body.due_at"),
    ("promises", {"what": "a", "due_at": "2026-11-25T10:00:00"}, "body.due_at"),
    ("promises", {"what": "x" * 501, "due_at": due(9)}, "body.what"),
    ("consults", {"question": " \n"}, "body.question"),
    ("consults", {"question": "a", "due_minutes": 0}, "body.due_minutes"),
    ("consults", {"question": "a", "due_minutes": 20_161}, "body.due_minutes"),
    ("consults", {"question": "a", "language": "English"}, "body.language"),
    ("consults/nothing/answer", {"answer": "\t"}, "body.answer"),
    ("consults/nothing/answer", [], "body"),
]
Given = Callable[[Stage], Awaitable[Talk]]
Tried = tuple[str, str, Any]
REPLY = (OWNER, "replies", {"text": "Do this"})
RESOLVE: Tried = (OWNER, "resolution", {})
PROMISE = (OWNER, "promises", COMMANDS["promises"])
ASK = (OWNER, "consults", {"question": "Why?"})


async def owned(running: Stage) -> Talk:
    return await running.owned()


async def new(running: Stage) -> Talk:
    talk = running.talk()
    await running.hear(talk.message())
    return talk


async def on_its_way(running: Stage) -> Talk:
    talk = await running.answered()
    await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "And this"})
    return talk


async def promised(running: Stage) -> Talk:
    talk = await running.answered()
    await running.accepted(f"/cases/{talk.case_id()}/promises", COMMANDS["promises"])
    return talk


async def resolved(running: Stage) -> Talk:
    talk = await running.answered()
    await running.accepted(f"/cases/{talk.case_id()}/resolution")
    return talk


async def closed(running: Stage) -> Talk:
    talk = await resolved(running)
    (case,) = await running.states(talk)
    assert case.closes_at
    await running.hear(talk.quiet(case.closes_at))
    return talk


async def of_a_stranger(running: Stage) -> Talk:
    """Owned by somebody whom the organisation's files do not know."""
    talk = running.talk()
    await running.hear(talk.message(), talk.assigned("nobody.known"))
    return talk


REFUSALS: list[tuple[Given, Tried, int, str, str]] = [
    *(
        (owned, (OTHER, path, body), 403, "not-the-owner", f"only the owner, {OWNER}")
        for path, body in COMMANDS.items()
        if not path.endswith("answer")
    ),
    (new, REPLY, 409, "no-owner-yet", "routing is looking for one"),
    (closed, REPLY, 409, "case-closed", "a new message of the customer opens a new one"),
    (closed, RESOLVE, 409, "case-closed", "the case is closed"),
    (closed, PROMISE, 409, "case-closed", "a new message of the customer opens a new one"),
    (closed, ASK, 409, "case-closed", "a new message of the customer opens a new one"),
    (resolved, PROMISE, 409, "case-resolved", "next message opens it again"),
    (resolved, ASK, 409, "case-resolved", "next message opens it again"),
    (promised, RESOLVE, 409, "open-promise", "still promised: a part"),
    (owned, (OWNER, "replies", {"text": "a", "keeps_promise": "x"}), 409, "promise-not-open", "no open promise x"),
    (owned, (OWNER, "promises", {"what": "a", "due_at": due(0)}), 422, "promise-in-the-past", "has passed"),
    (owned, (OWNER, "consults", {"question": "a", "skill": "tea"}), 422, "unknown-skill", "no skill 'tea'"),
    (owned, (EXPERT, "consults/nothing/answer", {"answer": "a"}), 409, "consult-not-open", "no open consult nothing"),
    (owned, (OWNER, "consults/nothing/withdrawal", {}), 409, "consult-not-open", "no open consult nothing"),
    (owned, (OWNER, "replies", {"text": "x" * 5000}), 422, "text-too-long", "web-moccarel takes 5000"),
    (owned, (OWNER, "replies", {"text": "  "}), 422, "text-empty", "needs words"),
    (on_its_way, RESOLVE, 409, "reply-on-its-way", "still on its way"),
    (owned, RESOLVE, 409, "nothing-answered", "has not had an answer"),
    (of_a_stranger, ("nobody.known", "replies", {"text": "a"}), 403, "unknown-person", "no person 'nobody.known'"),
]


class TestRepeats:
    async def test_the_same_command_again_has_one_effect_and_the_same_answer(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.answered()
            for path, body in COMMANDS.items():
                if "nothing" in path or path == "resolution":
                    continue
                answers = [await running.accepted(f"/cases/{talk.case_id()}/{path}", body, key=path) for _ in range(3)]
                assert answers[0] == answers[1] == answers[2]
            (case,) = await running.states(talk)
            assert (len(case.replies), len(case.promises), len(case.consults)) == (2, 1, 1)

    async def test_the_same_command_at_the_same_moment(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            path, body = f"/cases/{talk.case_id()}/replies", {"text": "Do this"}
            answers = await asyncio.gather(*(running.accepted(path, body, key="k") for _ in range(8)))
            assert all(answer == answers[0] for answer in answers)
            (case,) = await running.states(talk)
            assert list(case.replies) == [answers[0]["reply_id"]]

    async def test_a_command_repeated_after_it_took_effect_does_not_undo_what_followed(
        self, backends: Backends
    ) -> None:
        async with stage(backends) as running:
            talk = await running.answered()
            path = f"/cases/{talk.case_id()}/resolution"
            await running.accepted(path, key="k")
            await running.hear(talk.message(2))
            assert (await running.accepted(path, key="k"))["status"] == "owned"
            assert (await running.shown(talk))["resolved"] is False

    async def test_a_key_is_a_persons_own_at_one_address(self, backends: Backends) -> None:
        """Else a key used twice, such as a number of a form, would swallow somebody's reply."""
        async with stage(backends) as running:
            one, other = await running.owned(), await running.answered()
            replies = [
                await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "a"}, key="1")
                for talk in (one, other)
            ]
            assert replies[0]["reply_id"] != replies[1]["reply_id"]
            await running.hear(other.sent(replies[1]["reply_id"]))
            assert (await running.accepted(f"/cases/{other.case_id()}/resolution", key="1"))["status"] == "resolved"
            answer = await running.post(f"/cases/{one.case_id()}/replies", {"text": "a"}, OTHER, key="1")
            assert problem(answer)[:2] == (403, "not-the-owner")

    async def test_a_refused_command_may_be_tried_again_under_its_key(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await new(running)
            path = f"/cases/{talk.case_id()}/replies"
            assert problem(await running.post(path, {"text": "a"}, key="k"))[1] == "no-owner-yet"
            await running.hear(talk.assigned())
            await running.accepted(path, {"text": "a"}, key="k")

    async def test_twenty_commands_at_once_all_take_effect(self, backends: Backends) -> None:
        async with stage(backends) as running:
            talk = await running.owned()
            case = f"/cases/{talk.case_id()}"
            answers = await asyncio.gather(
                *(running.accepted(f"{case}/replies", {"text": f"{number}"}) for number in range(10)),
                *(running.accepted(f"{case}/consults", {"question": f"{number}"}) for number in range(10)),
                running.hear(talk.message(2)),
            )
            (state,) = await running.states(talk)
            assert (len(state.replies), len(state.consults), state.messages) == (10, 10, 2)
            assert {answer["reply_id"] for answer in answers[:10] if answer} == set(state.replies)
            said = await running.have_said(talk, 35)
            for topic in ("cases.events", "routing.requests"):
                numbers = [each.sequence for each in await running.said(talk, topic)]
                assert numbers == list(range(1, len(numbers) + 1))
            assert len(said) == 35
