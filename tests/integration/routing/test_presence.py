"""Presence and leave over HTTP: at once, told, once, and absence ends by itself (P4)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from schemas.events.roster import PersonRecorded
from services.chassis.testing import ManualClock
from tests.conftest import Backends
from tests.integration.routing.stage import (
    TEAM,
    TUESDAY,
    Stage,
    organisation,
    owner_wanted,
    released,
    specialist_wanted,
    stage,
)

LUNCH_OVER = TUESDAY + timedelta(minutes=30)


async def presence(running: Stage, name: str, key: str = "", **body: Any) -> httpx2.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await running.client.put(f"/people/{name}/presence", json=body, headers=headers)


async def leave(running: Stage, name: str, first: str, last: str, key: str = "") -> httpx2.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"first_day": first, "last_day": last}
    return await running.client.post(f"/people/{name}/leave", json=body, headers=headers)


async def recorded(running: Stage, name: str, count: int) -> list[PersonRecorded]:
    """What was said of one person, once everything that was said is so much."""
    told = [each.data for each in await running.have_said("roster.events", count)]
    return [each for each in told if isinstance(each, PersonRecorded) and each.person_id == name]


async def test_an_absence_counts_at_once_and_ends_by_itself(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        answer = await presence(running, "mira", present=False, until=LUNCH_OVER.isoformat(), reason="lunch")
        assert (answer.status_code, answer.json()) == (
            200,
            {"person_id": "mira", "present": False, "until": "2026-11-24T14:00:00Z", "reason": "lunch"},
        )
        await running.batch(owner_wanted("a", 240))
        assert await running.holders() == {}
        staff = running.service.api.state.staff
        await staff.end_absences()
        assert await running.holders() == {}
        running.clock.forward(minutes=30)
        await staff.end_absences()
        await staff.end_absences()
        assert await running.holders() == {"a": "mira"}
        told = await recorded(running, "mira", len(TEAM) + 2)
        assert [(each.available, each.absent_until, each.absence_reason) for each in told] == [
            (True, None, ""),
            (False, LUNCH_OVER, "lunch"),
            (True, None, ""),
        ]


async def test_who_says_that_they_are_there_again_is_not_sent_away_by_an_old_clock(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await presence(running, "mira", present=False, until=LUNCH_OVER.isoformat())
        await presence(running, "mira", present=True)
        await presence(running, "mira", present=False)
        running.clock.forward(hours=1)
        await running.service.api.state.staff.end_absences()
        await running.batch(owner_wanted("a", 240))
        assert await running.holders() == {}, "the second absence has no end"


async def test_a_command_twice_is_once(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        for _ in range(2):
            assert (await presence(running, "mira", "away", present=False)).status_code == 200
            assert (await leave(running, "jonas", "2026-12-24", "2026-12-31", "holidays")).status_code == 201
        await presence(running, "mira", "back", present=True)
        repeated = await presence(running, "mira", "away", present=False)
        assert (repeated.status_code, repeated.json()["present"]) == (200, True)
        assert len(await recorded(running, "mira", len(TEAM) + 3)) == 3
        assert len(await recorded(running, "jonas", len(TEAM) + 3)) == 2


async def test_leave_is_given_and_taken_back(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        answer = await leave(running, "mira", "2026-11-24", "2026-11-26")
        assert answer.json() == {
            "person_id": "mira",
            "leave": [{"first_day": "2026-11-24", "last_day": "2026-11-26"}],
        }
        await running.batch(owner_wanted("a", 240))
        assert await running.holders() == {}
        for _ in range(2):
            gone = await running.client.delete("/people/mira/leave/2026-11-24/2026-11-25")
            assert gone.status_code == 204
        assert await running.holders() == {"a": "mira"}
        shown = (await running.client.get("/people/mira")).json()
        assert shown["person"]["leave"] == [{"first_day": "2026-11-26", "last_day": "2026-11-26"}]
        assert len(await recorded(running, "mira", len(TEAM) + 2)) == 3


async def test_what_can_not_be_is_refused_and_changes_nothing(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        past = (TUESDAY - timedelta(minutes=1)).isoformat()
        refused = [
            (
                await presence(running, "mira", present=True, reason="why"),
                422,
                "invalid-presence",
                "belong to an absence",
            ),
            (await presence(running, "mira", present=False, until=past), 422, "invalid-presence", "is not ahead"),
            (await presence(running, "mira", present=False, until="noon"), 400, "invalid-request", "body.until"),
            (await presence(running, "nobody", present=False), 404, "person-not-found", "no person 'nobody'"),
            (await leave(running, "mira", "2026-12-31", "2026-12-24"), 400, "invalid-request", "before it begins"),
            (await leave(running, "nobody", "2026-12-24", "2026-12-24"), 404, "person-not-found", "no person"),
            (await running.client.delete("/people/mira/leave/x/2026-12-24"), 422, "invalid-leave", "from x to"),
            (
                await running.client.delete("/people/no/leave/2026-12-24/2026-12-24"),
                404,
                "person-not-found",
                "no person",
            ),
            (await running.client.get("/people/nobody"), 404, "person-not-found", "no person"),
        ]
        for answer, status, kind, words in refused:
            assert (answer.status_code, answer.json()["type"]) == (status, f"urn:casekeeper:problem:{kind}")
            assert words in answer.json()["detail"]
        running.client.headers["Authorization"] = "Bearer wrong"
        assert (await presence(running, "mira", present=False)).status_code == 401
        assert (await running.client.get("/people")).status_code == 401
        assert len(await running.said("roster.events")) == len(TEAM)


async def test_the_people_in_pages_and_by_what_they_can(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:

        async def names(**query: Any) -> list[str]:
            found = (await running.client.get("/people", params=query)).json()
            assert found["cursor"] is None
            return [each["person"]["id"] for each in found["people"]]

        assert await names() == ["diego", "jonas", "mei", "mira"]
        assert await names(language="es") == ["diego"]
        assert await names(skill="coffee") == ["diego", "mei"]
        assert await names(skill="coffee", language="en") == ["mei"]
        assert await names(brand="elsewhere") == []
        assert await names(on_shift=True) == ["diego", "mei", "mira"]
        paged, cursor = [], ""
        while True:
            page = (await running.client.get("/people", params={"limit": 3, "cursor": cursor})).json()
            paged.append([each["person"]["id"] for each in page["people"]])
            if not (cursor := page["cursor"] or ""):
                break
        assert paged == [["diego", "jonas", "mei"], ["mira"]]


async def test_one_person_with_hours_and_load(backends: Backends, tmp_path: Path) -> None:
    clock = ManualClock(TUESDAY)
    async with stage(backends, organisation(tmp_path), clock) as running:
        await running.batch(owner_wanted("a"), owner_wanted("b"), specialist_wanted("x"))
        mira = (await running.client.get("/people/mira")).json()
        assert (mira["at_work"], mira["works_until"], mira["works_next"]) == (
            True,
            "2026-11-24T16:30:00Z",
            "2026-11-24T13:30:00Z",
        )
        assert (mira["holds"], mira["load"], mira["capacity"], mira["answering"]) == (["a", "b"], 2, 2, None)
        jonas = (await running.client.get("/people/jonas")).json()
        assert (jonas["at_work"], jonas["works_until"], jonas["works_next"]) == (False, None, "2026-11-24T15:00:00Z")
        await running.batch(released("a", "mira"))
        assert (await running.client.get("/people/mira")).json()["holds"] == ["b"]
        await presence(running, "mira", present=False)
        assert (await running.client.get("/people", params={"on_shift": True})).json()["people"][-1]["person"][
            "id"
        ] != "mira"
        mira = (await running.client.get("/people/mira")).json()
        assert (mira["present"], mira["at_work"], mira["works_until"]) == (False, False, "2026-11-24T16:30:00Z")


@pytest.mark.parametrize("times", [1, 2])
async def test_several_instances_may_end_an_absence(backends: Backends, tmp_path: Path, times: int) -> None:
    clock = ManualClock(TUESDAY)
    folder = organisation(tmp_path)
    async with stage(backends, folder, clock) as one, stage(backends, folder, clock) as other:
        await presence(one, "mira", present=False, until=LUNCH_OVER.isoformat())
        clock.forward(minutes=31)
        for each in (one, other) * times:
            await each.service.api.state.staff.end_absences()
        assert len(await recorded(one, "mira", len(TEAM) + 2)) == 3
