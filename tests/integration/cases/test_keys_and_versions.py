"""One command, one effect; one version, one winner; and whose cases somebody sees, over HTTP."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Backends
from tests.integration.cases.stage import OTHER, OWNER, Stage, stage
from tests.integration.cases.test_commands import problem

PARTNER = "isla.fletcher"
BRIDGE = "integration:crm"


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


class TestKeys:
    async def test_a_command_without_a_key_is_refused_and_changes_nothing(self, running: Stage) -> None:
        talk = await running.owned()
        before = await running.states(talk)
        running.client.event_hooks = {}
        for headers in ({}, {"Idempotency-Key": ""}):
            answer = await running.client.post(f"/cases/{talk.case_id()}/replies", json={"text": "a"}, headers=headers)
            assert problem(answer)[:2] == (400, "idempotency-key-missing")
        assert await running.states(talk) == before

    async def test_a_key_that_named_another_command_is_refused_and_changes_nothing(self, running: Stage) -> None:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}/replies"
        first = await running.accepted(path, {"text": "Do this"}, key="k")
        before = await running.states(talk)
        for body in ({"text": "Do that"}, {"text": "Do this", "kind": "holding"}):
            assert problem(await running.post(path, body, key="k"))[:2] == (422, "idempotency-key-reused")
        assert await running.states(talk) == before
        again = await running.accepted(path, {"text": "Do this"}, key="k")
        assert again["reply_id"] == first["reply_id"]

    async def test_the_same_words_differently_written_are_the_same_command(self, running: Stage) -> None:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}/replies"
        bodies = (b'{"text": "Do this", "kind": "answer"}', b' {"kind":"answer",\n"text":"Do\\u0020this"}')
        headers = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        answers = [await running.client.post(path, content=body, headers=headers) for body in bodies]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()
        (case,) = await running.states(talk)
        assert len(case.replies) == 1

    async def test_two_meanings_of_one_key_at_the_same_moment_one_wins(self, running: Stage) -> None:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}/replies"
        answers = await asyncio.gather(*(running.post(path, {"text": text}, key="k") for text in "abcd"))
        assert sorted(answer.status_code for answer in answers) == [202, 422, 422, 422]
        (case,) = await running.states(talk)
        assert len(case.replies) == 1


class TestVersions:
    async def test_what_is_meant_for_another_version_is_refused_and_told_what_happened(self, running: Stage) -> None:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}"
        read = (await running.client.get(path)).headers["ETag"]
        await running.accepted(f"{path}/promises", {"what": "a part", "due_at": "2026-11-25T10:00:00Z"})
        before = await running.states(talk)
        answer = await running.client.post(f"{path}/replies", json={"text": "a"}, headers={"If-Match": read})
        assert problem(answer)[:2] == (412, "case-moved")
        told = answer.json()
        assert told["since"] == ["promise.made.v1"]
        assert "promise.made" in told["detail"]
        assert await running.states(talk) == before
        now = (await running.client.get(path)).headers["ETag"]
        assert now == f'"{told["version"]}"'
        answer = await running.client.post(
            f"{path}/replies", json={"text": "a"}, headers={"If-Match": f"{read}, {now}"}
        )
        assert answer.status_code == 202
        answer = await running.client.post(f"{path}/replies", json={"text": "a"}, headers={"If-Match": "*"})
        assert answer.status_code == 202

    async def test_two_press_the_same_button_at_once_and_one_wins(self, running: Stage) -> None:
        """The other one is told what happened."""
        talk = await running.answered()
        path = f"/cases/{talk.case_id()}"
        read = (await running.client.get(path)).headers["ETag"]
        answers = await asyncio.gather(
            *(running.client.post(f"{path}/resolution", json={}, headers={"If-Match": read}) for _ in range(4))
        )
        assert sorted(answer.status_code for answer in answers) == [202, 412, 412, 412]
        for answer in answers:
            if answer.status_code == 412:
                assert answer.json()["since"] == ["case.resolved.v1"]

    async def test_a_repeat_is_answered_though_the_case_has_moved(self, running: Stage) -> None:
        """It was in time when it took effect."""
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}"
        headers = {"If-Match": (await running.client.get(path)).headers["ETag"], "Idempotency-Key": "k"}
        answers = [await running.client.post(f"{path}/replies", json={"text": "a"}, headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert answers[0].json() == answers[1].json()

    @pytest.mark.parametrize("tag", ["3", 'W/"3"', '"a"', '"3', '"1", x', '"' + "9" * 16 + '"'])
    async def test_what_is_no_version_is_refused(self, running: Stage, tag: str) -> None:
        answer = await running.client.post("/cases/x/replies", json={"text": "a"}, headers={"If-Match": tag})
        assert problem(answer)[:2] == (400, "invalid-request")
        assert answer.json()["errors"][0]["field"] == "header.if-match"


class TestWhoseCases:
    async def test_somebody_whom_nobody_knows_reads_and_does_nothing(self, running: Stage) -> None:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}"
        for person in ("nobody.known", "integration:nobody", "integration:"):
            headers = {"Acting-Person": person}
            for answer in (
                await running.client.get(path, headers=headers),
                await running.client.get("/cases", headers=headers),
            ):
                assert problem(answer)[:2] == (403, "unknown-person")
            refused = await running.post(f"{path}/replies", {"text": "a"}, person)
            assert problem(refused)[:2] in ((403, "unknown-person"), (403, "not-allowed"))

    async def test_a_bridge_reads_the_cases_of_its_brands_and_decides_nothing(self, running: Stage) -> None:
        talk = await running.owned()
        path, headers = f"/cases/{talk.case_id()}", {"Acting-Person": BRIDGE}
        assert (await running.client.get(path, headers=headers)).json()["owner"] == OWNER
        assert len((await running.client.get("/cases", headers=headers)).json()["items"]) == 1
        before = await running.states(talk)
        for command, body in (("replies", {"text": "a"}), ("resolution", {}), ("consults", {"question": "Why?"})):
            answer = await running.post(f"{path}/{command}", body, BRIDGE)
            assert problem(answer)[:2] == (403, "not-allowed")
        assert await running.states(talk) == before

    async def test_partners_see_only_their_own_brands(self, running: Stage) -> None:
        """M7: a case of another brand is for them as one that does not exist."""
        talk = await running.owned()
        path, headers = f"/cases/{talk.case_id()}", {"Acting-Person": PARTNER}
        unknown = await running.client.get("/cases/nothing", headers=headers)
        for answer in (
            await running.client.get(path, headers=headers),
            await running.post(f"{path}/replies", {"text": "a"}, PARTNER),
        ):
            assert problem(answer)[:2] == (404, "case-not-found")
            assert answer.json()["detail"] == unknown.json()["detail"].replace("nothing", talk.case_id())
        listed = await running.client.get("/cases", headers=headers)
        assert listed.json()["items"] == []
        refused = await running.client.get("/cases?brand=moccarel", headers=headers)
        assert problem(refused)[:2] == (422, "unknown-brand")


class TestLists:
    async def test_cases_in_pages_by_owner_state_and_brand(self, running: Stage) -> None:
        talks = [await running.owned() for _ in range(5)]
        other = running.talk()
        running.clock.forward(minutes=1)
        await running.hear(other.message(), other.assigned(OTHER))
        await running.accepted(f"/cases/{talks[0].case_id()}/consults", {"question": "Why?"})
        shown, address = [], f"/cases?owner={OWNER}&limit=2"
        while address:
            page = (await running.client.get(address)).json()
            assert len(page["items"]) <= 2
            shown += [each["id"] for each in page["items"]]
            address = page["next"]
        assert shown == sorted(talk.case_id() for talk in talks)
        everything = (await running.client.get("/cases?brand=moccarel")).json()["items"]
        assert [each["owner"] for each in everything] == [OWNER] * 5 + [OTHER]
        waiting = (await running.client.get("/cases?status=waiting-for-specialist&status=new")).json()["items"]
        assert [each["id"] for each in waiting] == [talks[0].case_id()]

    async def test_what_is_no_list_is_refused(self, running: Stage) -> None:
        for query, field in (
            ("limit=0", "query.limit"),
            ("limit=201", "query.limit"),
            ("status=lost", "query.status.0"),
        ):
            answer = await running.client.get(f"/cases?{query}")
            assert problem(answer)[:2] == (400, "invalid-request")
            assert answer.json()["errors"][0]["field"] == field
        assert problem(await running.client.get("/cases?cursor=x"))[:2] == (400, "invalid-cursor")
