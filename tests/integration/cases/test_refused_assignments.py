"""An assignment that is refused, over HTTP, on real broker and store: back to routing, and never a moment without an owner."""

import asyncio
from typing import Any

import httpx2

from schemas.events.case import CaseAssignmentRefused, CaseEscalated, CaseOwnerChanged
from schemas.events.routing import CapacityReleased, Explanation, OwnerAssigned, OwnerRequested
from services.cases.domain import Case, fold
from tests.conftest import Backends, eventually
from tests.integration.cases.stage import OTHER, OWNER, PROBLEM, Stage, Talk, stage

LEAD, COACH = "fleur.visser", "joost.smit"
WHY = {"reason": "She is a neighbour of mine"}


def path(talk: Talk) -> str:
    return f"/cases/{talk.case_id()}/refusal"


def kind(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix(PROBLEM)


async def the_case(running: Stage, talk: Talk) -> Case:
    (case,) = await running.states(talk)
    return case


def found(talk: Talk, case: Case, person: str) -> OwnerAssigned:
    """Routing has found somebody else."""
    names: dict[str, Any] = {
        "case_id": case.id,
        "conversation": case.conversation,
        "request_id": case.next_owner_request,
    }
    return OwnerAssigned(**names, person=person, explanation=Explanation(), decided_at=talk.clock.now())


async def said(running: Stage, talk: Talk, count: int) -> list[Any]:
    return [each.data for each in await running.have_said(talk, count)]


async def test_it_goes_back_to_routing_and_is_the_refusers_until_somebody_else_is_found(backends: Backends) -> None:
    """O1, rule 1. The same command twice under one key has one effect."""
    async with stage(backends) as running:
        talk = await running.owned()
        answers = [await running.accepted(path(talk), WHY, key="no") for _ in range(2)]
        assert answers[0] == answers[1]
        waiting = await the_case(running, talk)
        assert (waiting.owner, len(waiting.refused_assignments)) == (OWNER, 1)
        assert kind(await running.post(path(talk), WHY)) == (409, "assignment-refused")
        await running.hear(found(talk, waiting, OTHER))
        case = await the_case(running, talk)
        assert (case.owner, case.owner_request) == (OTHER, waiting.next_owner_request)
        assert kind(await running.post(path(talk).replace("refusal", "replies"), {"text": "Hi"})) == (
            403,
            "not-the-owner",
        )
        events = await said(running, talk, 8)
        wanted = [each for each in events if isinstance(each, OwnerRequested)]
        assert [each.excluded for each in wanted] == [(), (OWNER,)]
        released = [(each.request_id, each.person) for each in events if isinstance(each, CapacityReleased)]
        assert released == [(wanted[0].request_id, OWNER)]
        assert [each.cause for each in events if isinstance(each, CaseOwnerChanged)] == ["refused-assignment"]
        told = [each for each in events if each.type.split(".")[0] not in ("capacity", "owner", "specialist")]
        assert fold(told) == case


async def test_only_before_the_owner_has_replied_and_only_by_the_owner_or_a_lead(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        assert kind(await running.post(path(talk), WHY, OTHER)) == (403, "not-the-owner")
        assert kind(await running.post(path(talk), WHY, COACH)) == (403, "not-the-owner")
        assert kind(await running.post(path(talk), {})) == (400, "invalid-request")
        await running.send_answer(talk)
        assert kind(await running.post(path(talk), WHY)) == (409, "already-replied")
        other = await running.owned()
        await running.accepted(path(other), WHY, LEAD)
        (refused,) = [each for each in await said(running, other, 6) if isinstance(each, CaseAssignmentRefused)]
        assert (refused.owner, refused.by) == (OWNER, LEAD)


async def test_of_an_owner_and_a_lead_who_press_at_once_one_wins(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        answers = await asyncio.gather(*(running.post(path(talk), WHY, who) for who in (OWNER, LEAD)))
        assert sorted(each.status_code for each in answers) == [202, 409]
        assert len((await the_case(running, talk)).refused_assignments) == 1


async def test_when_nobody_else_is_found_the_leads_are_told_before_the_first_reply_is_late(backends: Backends) -> None:
    async with stage(backends, listen=True) as running:
        talk = await running.owned()
        await running.accepted(path(talk), WHY)
        running.clock.forward(minutes=50)

        async def escalated() -> list[CaseEscalated]:
            return [each.data for each in await running.said(talk) if isinstance(each.data, CaseEscalated)]

        await eventually(escalated, "the leads were not told")
        (told,) = await escalated()
        assert (told.cause, told.owner) == ("assignment-refused", OWNER)
        assert (await the_case(running, talk)).owner == OWNER
