"""The ledger of promises over HTTP: per customer, owner and brand, with how well they were kept (F1, F2, M7)."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from schemas.events.followup import ClockBreached
from schemas.events.message import Author
from tests.conftest import Backends
from tests.integration.cases.stage import OTHER, OWNER, Stage, Talk, due, kinds, stage
from tests.integration.cases.test_commands import problem

PARTNER = "isla.fletcher"
FACTS = ("open", "broken", "kept", "late", "kept_in_time")


@pytest.fixture
async def running(backends: Backends) -> AsyncIterator[Stage]:
    async with stage(backends) as found:
        yield found


async def ledger(running: Stage, actor: str = OWNER, **query: str) -> dict[str, Any]:
    answer = await running.client.get("/promises", params=query, headers={"Acting-Person": actor})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def promised(running: Stage, customer: str = "ana", owner: str = OWNER, minutes: float = 60) -> tuple[Talk, str]:
    """A case with a promise that is due so long after the start of the story."""
    talk = running.talk()
    await running.hear(talk.message(author=Author(id=customer)), talk.assigned(owner))
    return talk, await promise(running, talk, owner, minutes)


async def promise(running: Stage, talk: Talk, owner: str, minutes: float, key: str = "") -> str:
    body = {"what": f"hear more within {minutes}", "due_at": due(minutes)}
    return str((await running.accepted(f"/cases/{talk.case_id()}/promises", body, owner, key))["promise_id"])


async def reports(running: Stage, talk: Talk, promise_id: str, owner: str = OWNER, **more: Any) -> None:
    """A sent reply tells the customer the result."""
    body = {"text": "Here it is", "keeps_promise": promise_id, **more}
    accepted = await running.accepted(f"/cases/{talk.case_id()}/replies", body, owner)
    await running.hear(talk.sent(accepted["reply_id"]))


def breached(talk: Talk, promise_id: str, minutes: float) -> ClockBreached:
    """Follow-up says that the promise's time has come."""
    names = {"clock_id": f"promise-{promise_id}", "subject_id": promise_id, "brand": "moccarel"}
    return ClockBreached(**talk._facts(1), **names, kind="promise", due_at=datetime.fromisoformat(due(minutes)))


def shares(found: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(found["totals"][name] for name in FACTS)


async def test_the_ledger_per_customer_owner_and_brand_with_the_share_kept_in_time(running: Stage) -> None:
    """F1: what, to whom, by when, by which owner; and whether it was kept."""
    kept_talk, kept = await promised(running)
    await reports(running, kept_talk, kept)
    late_talk, late = await promised(running, "ben", OTHER)
    await promised(running, "ben", OTHER, minutes=500)
    broken_talk, broken = await promised(running)
    await promise(running, broken_talk, OWNER, 300)
    running.clock.forward(minutes=61)
    await running.hear(breached(late_talk, late, 60), breached(broken_talk, broken, 60))
    await reports(running, late_talk, late, OTHER)

    assert shares(await ledger(running, brand="moccarel")) == (2, 1, 1, 1, 0.3333)
    assert shares(await ledger(running, owner=OWNER)) == (1, 1, 1, 0, 0.5)
    assert shares(await ledger(running, customer="moccarel/web-moccarel/ben")) == (1, 0, 0, 1, 0.0)
    assert shares(await ledger(running, customer="moccarel/web-moccarel/nobody")) == (0, 0, 0, 0, None)
    [entry] = (await ledger(running, state="late"))["items"]
    assert (entry["promise_id"], entry["owner"], entry["customer"]) == (late, OTHER, "moccarel/web-moccarel/ben")
    assert [each["promise_id"] for each in (await ledger(running, state="kept"))["items"]] == [kept]
    assert [each["promise_id"] for each in (await ledger(running, state="broken", owner=OWNER))["items"]] == [broken]


async def test_a_broken_promise_escalates_once_and_stays_open_until_the_result_is_reported(running: Stage) -> None:
    """F2, rule 5."""
    talk, promise_id = await promised(running)
    await running.send_answer(talk)
    running.clock.forward(minutes=60)
    await running.hear(breached(talk, promise_id, 60))
    await running.hear(breached(talk, promise_id, 60))
    assert problem(await running.post(f"/cases/{talk.case_id()}/resolution"))[:2] == (409, "open-promise")
    await reports(running, talk, promise_id)
    await running.accepted(f"/cases/{talk.case_id()}/resolution")
    said = kinds(await running.have_said(talk, 12))
    assert (said.count("promise.broken"), said.count("case.escalated"), said.count("promise.kept")) == (1, 1, 1)


async def test_open_ones_come_by_their_time_in_pages_and_the_totals_once(running: Stage) -> None:
    for minutes in (400, 100, 300, 200, 500):
        await promised(running, minutes=minutes)
    first = await ledger(running, state="open", limit="2")
    assert [each["what"][-3:] for each in first["items"]] == ["100", "200"]
    assert first["totals"]["open"] == 5
    headers = {"Acting-Person": OWNER}
    second = (await running.client.get(first["next"], headers=headers)).json()
    third = (await running.client.get(second["next"], headers=headers)).json()
    assert [each["what"][-3:] for each in second["items"] + third["items"]] == ["300", "400", "500"]
    assert (second["totals"], third["cursor"]) == (None, None)


async def test_a_promise_that_was_moved_says_from_where(running: Stage) -> None:
    """F1: moved only by a reply to the customer that says where we stand and promises again."""
    talk, first = await promised(running)
    again = {"what": "hear the result", "due_at": due(600)}
    await reports(running, talk, first, kind="holding", promise=again)
    [moved] = (await ledger(running, state="open"))["items"]
    assert (moved["moved_from"], moved["what"]) == (first, "hear the result")
    assert shares(await ledger(running)) == (1, 0, 1, 0, 1.0)


async def test_the_same_key_twice_is_one_promise_in_the_ledger(running: Stage) -> None:
    talk = await running.owned()
    await asyncio.gather(*(promise(running, talk, OWNER, 60, "k") for _ in range(3)))
    assert shares(await ledger(running)) == (1, 0, 0, 0, None)


async def test_a_partner_team_sees_only_its_own_brands(running: Stage) -> None:
    """M7."""
    await promised(running)
    assert (await ledger(running, PARTNER))["items"] == []
    answer = await running.client.get("/promises", params={"brand": "moccarel"}, headers={"Acting-Person": PARTNER})
    assert problem(answer)[:2] == (422, "unknown-brand")
    nobody = await running.client.get("/promises", headers={"Acting-Person": "nobody"})
    assert problem(nobody)[:2] == (403, "unknown-person")
