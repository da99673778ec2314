"""Interpreters, and who is expected to approve, over HTTP, Kafka and the store, with routing itself (O2, M1, P1, P5)."""

import shutil
from pathlib import Path
from typing import Any

from schemas.events.approval import ApprovalAssigned, ApprovalPassedOn
from schemas.events.case import CaseWeighed
from schemas.events.routing import (
    ApproverRequested,
    CapacityReleased,
    CapacityTaken,
    InterpreterRequested,
    OwnerRequested,
    SpecialistRequested,
)
from schemas.organisation_file import load
from tests.conftest import Backends, eventually
from tests.integration.cases.consulting import asked, becomes, consult, does, got, with_routing
from tests.integration.cases.stage import ORGANISATION, OWNER, Stage, Talk

SUPERVISED = "femke.hoekstra"
TEXT = "Makinem kireç çözmeden sonra alttan su kaçırıyor."


async def all_room_is_free(running: Stage, talk: Talk) -> None:
    """Each request but that for the owner was released exactly once."""

    async def done() -> bool:
        said = [each.data for each in await running.said(talk)]
        wanted = [each.request_id for each in said if isinstance(each, SpecialistRequested | ApproverRequested)]
        released = [each.request_id for each in said if isinstance(each, CapacityReleased)]
        return bool(wanted) and sorted(wanted) == sorted(released)

    await eventually(done, "the room of some request was not released once")


async def test_an_interpreter_declines_another_one_translates_and_the_owner_stays_the_owner(backends: Backends) -> None:
    people = load(ORGANISATION).by_id["people"]
    async with with_routing(backends) as running:
        talk = await running.owned()
        body = {"text": TEXT, "source": "tr", "into": "en", "note": "Her first message"}
        asked_id = (await running.accepted(f"/cases/{talk.case_id()}/interpretations", body))["consult_id"]
        (first,) = asked(await becomes(running, talk, asked_id, lambda it: bool(asked(it)), "nobody was asked"))
        assert all(people[first].speaks(language, "B2") for language in ("tr", "en"))
        await does(running, talk, asked_id, "decline", {"reason": "I go home now"}, first)
        (second,) = asked(await becomes(running, talk, asked_id, lambda it: bool(asked(it)), "nobody else was asked"))
        assert second != first
        assert people[second].speaks("tr", "B2")
        await does(running, talk, asked_id, "acceptance", person=second)
        await does(running, talk, asked_id, "answer", {"answer": "It leaks after descaling."}, second)
        shown = await consult(running, talk, asked_id)
        assert (shown["question"], shown["answer"], shown["specialist"]) == (TEXT, "It leaks after descaling.", second)
        assert shown["interpretation"] == {"source": "tr", "target": "en", "level": "B2", "note": "Her first message"}
        assert (await running.shown(talk))["owner"] == OWNER
        wanted = [each.data for each in await running.said(talk) if isinstance(each.data, InterpreterRequested)]
        assert [each.excluded for each in wanted] == [(OWNER,), (OWNER, first)]
        await all_room_is_free(running, talk)


async def test_a_level_that_nobody_has_waits_and_the_owner_can_take_it_back(backends: Backends) -> None:
    async with with_routing(backends) as running:
        talk = await running.owned()
        body = {"text": "Сәлем", "source": "kk", "into": "en", "level": "C2"}
        asked_id = (await running.accepted(f"/cases/{talk.case_id()}/interpretations", body))["consult_id"]

        async def told() -> bool:
            found = [each.type for each in await running.said(talk, "routing.decisions")]
            return found.count("request.unserved.v1") >= 1

        await eventually(told, "nobody said that nobody can")
        await does(running, talk, asked_id, "withdrawal")
        await all_room_is_free(running, talk)
        answer = await running.post(f"/cases/{talk.case_id()}/interpretations", {"text": "Hi", "source": "en"})
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (422, "nothing-to-interpret")


async def expected(running: Stage, talk: Talk, but: str = "") -> dict[str, Any]:
    """What waits for four eyes in the case, once routing has named somebody (else) for it."""
    found: dict[str, Any] = {}

    async def so() -> bool:
        items = (await got(running, "/approvals", "joost.smit", limit=200))["items"]
        mine = [each for each in items if each["case_id"] == talk.case_id()]
        found.update(mine[0] if mine else {})
        return found.get("approver", "") not in ("", but)

    await eventually(so, "nobody was named to approve")
    return found


async def test_a_coach_is_expected_to_act_is_relieved_and_may_act_all_the_same(backends: Backends) -> None:
    people = load(ORGANISATION).by_id["people"]
    async with with_routing(backends) as running:
        talk = running.talk()
        await running.hear(talk.message(), talk.assigned(SUPERVISED))
        await running.accepted(f"/cases/{talk.case_id()}/replies", {"text": "It is the seal"}, SUPERVISED)
        first = await expected(running, talk)
        assert people[first["approver"]].role in ("coach", "lead")
        assert "moccarel" in people[first["approver"]].brands
        running.clock.forward(minutes=5)
        second = await expected(running, talk, but=first["approver"])
        assert second["approver_until"] > first["approver_until"]
        path = f"/cases/{talk.case_id()}/approvals/{first['approval_id']}/approval"
        accepted = await running.accepted(path, {}, first["approver"])
        assert accepted["reply_status"] == "queued"
        await all_room_is_free(running, talk)
        told = [each.data for each in await running.said(talk)]
        assigned = [each.approver for each in told if isinstance(each, ApprovalAssigned)]
        assert assigned == [first["approver"], second["approver"]]
        assert [each.approver for each in told if isinstance(each, ApprovalPassedOn)] == [first["approver"]]


async def test_a_case_that_waits_takes_a_share_of_its_room(backends: Backends, tmp_path: Path) -> None:
    folder = tmp_path / "org"
    shutil.copytree(ORGANISATION, folder)
    brands = folder / "brands.yaml"
    brands.write_text(brands.read_text().replace("    policy:\n", "    policy:\n      waiting_weight: 0.5\n"))
    async with with_routing(backends, folder) as running:
        talk = await running.answered()
        await running.hear(talk.message(2))

        async def said() -> bool:
            return len([each for each in await running.said(talk) if isinstance(each.data, CapacityTaken)]) == 2

        await eventually(said, "routing was not told of the room")
        told = [each.data for each in await running.said(talk)]
        request = next(each.request_id for each in told if isinstance(each, OwnerRequested))
        taken = [(each.request_id, each.person, each.share) for each in told if isinstance(each, CapacityTaken)]
        assert taken == [(request, OWNER, 0.5), (request, OWNER, 1)]
        assert [each.share for each in told if isinstance(each, CaseWeighed)] == [0.5, 1]
