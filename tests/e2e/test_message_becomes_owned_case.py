"""A signed message becomes a case with exactly one owner, whom it can be left to, and its clock runs (O1, O4, F3)."""

from datetime import timedelta
from typing import Any

import httpx2

from schemas.events.case import CaseAssigned, CaseMessageAdded, CaseOpened
from schemas.events.followup import ClockSet
from tests.conftest import eventually
from tests.e2e.colleague import Colleague
from tests.e2e.stage import Stage

COMPLAINT = "@Moccarel mijn Aria 400 lekt water onder de bonenbak, sinds vanochtend. Wat kan ik doen?"


async def test_a_message_becomes_a_case_with_one_owner(stage: Stage, lead: Colleague) -> None:
    said = stage.said(COMPLAINT, name="Sanne")
    status, first = await stage.send(said)
    assert status == 202
    case = await lead.owned(first["conversation"])
    owner = stage.stack.organisation.person(case["owner"])
    assert case["language"] == "nl"
    assert owner.speaks("nl", "B2")
    assert owner.role != "specialist"
    await the_first_reply_clock_runs(stage, case)
    await the_page_shows_it(stage, lead, case)

    again, second = await stage.send(said)
    assert (again, second["message_id"]) == (200, first["message_id"])
    assert len(await stage.events(CaseOpened, case["id"])) == 1
    assert [event.owner for event in await stage.events(CaseAssigned, case["id"])] == [owner.id]
    lines = (await lead.read("/api/cases?limit=200"))["cases"]
    assert sum(line["last_words"].startswith(COMPLAINT[:20]) for line in lines) == 1


async def the_first_reply_clock_runs(stage: Stage, case: dict[str, Any]) -> None:
    async def clocks() -> list[ClockSet]:
        return [each for each in await stage.events(ClockSet, case["id"]) if each.kind == "first-response"]

    found: Any = await eventually(clocks, "no clock was set for the first reply")
    [added] = await stage.events(CaseMessageAdded, case["id"])
    promised = timedelta(minutes=stage.stack.organisation.brand(case["brand"]).policy.first_reply_minutes)
    [clock] = found
    assert clock.due_at == added.message.received_at + promised
    assert clock.due_at > stage.clock.now()
    assert not case["breached"]


async def the_page_shows_it(stage: Stage, lead: Colleague, case: dict[str, Any]) -> None:
    owner = stage.stack.organisation.person(case["owner"])
    row = next(part for part in (await lead.page("/")).split("<tr") if f'"case-{case["id"]}"' in part)
    assert "Sanne" in row
    assert owner.name in row
    assert f'data-due="{case["first_reply_due"]}"' in row
    page = await lead.page(f"/cases/{case['id']}")
    assert "lekt water" in page


async def test_a_message_that_nobody_signed_leaves_nothing(stage: Stage, lead: Colleague) -> None:
    before = (await lead.read("/api/cases"))["total"]
    async with httpx2.AsyncClient(base_url=stage.stack.url("ingestion"), timeout=60) as client:
        answer = await client.post("/webhooks/moccarel/social", json={"type": "message.created", "data": {}})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await lead.read("/api/cases"))["total"] == before
