"""P1: somebody graduates; it is recorded, told, acted on at once, and survives a restart."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2

from schemas.events.roster import PersonRecorded
from schemas.events.staff import PersonGraduated
from tests.conftest import Backends
from tests.integration.routing.stage import TEAM, Stage, organisation, person, stage

NOVICE = person("nora", stage="supervised")
COACH = person("joost", role="coach", stage="coach")
PEOPLE = [*TEAM, NOVICE, COACH]


async def graduate(
    running: Stage, to: str = "independent", by: str = "joost", who: str = "nora", key: str = "k", reason: str = "ready"
) -> httpx2.Response:
    headers = {"Acting-Person": by, "Idempotency-Key": key}
    return await running.client.post(f"/people/{who}/graduation", json={"stage": to, "reason": reason}, headers=headers)


async def shown(running: Stage, who: str = "nora") -> dict[str, Any]:
    answer = await running.client.get(f"/people/{who}/stage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stages(told: list[Any]) -> list[str]:
    return [each.data.person.stage for each in told if isinstance(each.data, PersonRecorded) and each.subject == "nora"]


async def test_graduation_is_recorded_and_told_once_however_often_it_is_said(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path, *PEOPLE)) as running:
        assert (await shown(running))["since"] is None
        answers = await asyncio.gather(*(graduate(running) for _ in range(4)))
        assert {each.status_code for each in answers} == {202}
        told = await running.have_said("staff.events", 1)
        assert [each.data.by for each in told if isinstance(each.data, PersonGraduated)] == ["joost"]
        assert stages(await running.have_said("roster.events", len(PEOPLE) + 1)) == ["supervised", "independent"]


async def test_two_coaches_at_once_graduate_somebody_once(backends: Backends, tmp_path: Path) -> None:
    other = person("vera", role="lead")
    async with stage(backends, organisation(tmp_path, *PEOPLE, other)) as running:
        answers = await asyncio.gather(graduate(running, key="a"), graduate(running, by="vera", key="b"))
        assert sorted(each.status_code for each in answers) == [202, 409]
        assert "same-stage" in {each.json().get("type", "").rpartition(":")[2] for each in answers}


async def test_everybody_can_see_since_when_and_whether_the_usual_period_has_passed(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path, *PEOPLE)) as running:
        await graduate(running)
        now = await shown(running)
        assert (now["stage"], now["by"], now["reason"], now["usual_days"]) == ("independent", "joost", "ready", 21)
        assert (now["since"], now["usual_until"]) == ("2026-11-24T13:30:00Z", "2026-12-15T13:30:00Z")
        assert now["usual_period_passed"] is False
        running.clock.forward(hours=24 * 21)
        assert (await shown(running))["usual_period_passed"] is True


async def test_a_restart_with_the_same_files_does_not_undo_it_and_a_file_with_another_stage_does(
    backends: Backends, tmp_path: Path
) -> None:
    folder = organisation(tmp_path, *PEOPLE)
    async with stage(backends, folder) as running:
        await graduate(running)
    async with stage(backends, folder) as running:
        assert (await shown(running))["stage"] == "independent"
    organisation(tmp_path, *TEAM, NOVICE | {"capacity": 4}, COACH)
    async with stage(backends, folder) as running:
        assert (await shown(running))["stage"] == "independent"
    organisation(tmp_path, *TEAM, NOVICE | {"stage": "shadow"}, COACH)
    async with stage(backends, folder) as running:
        assert ((await shown(running))["stage"], (await shown(running))["since"]) == ("shadow", None)


async def test_what_is_refused_changes_nothing(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path, *PEOPLE)) as running:
        refused = [
            ({"by": "mira"}, 403, "not-allowed"),
            ({"by": "nobody"}, 403, "unknown-person"),
            ({"by": "joost", "who": "joost"}, 403, "own-graduation"),
            ({"who": "diego"}, 422, "no-stage"),
            ({"who": "nobody"}, 404, "person-not-found"),
            ({"to": "supervised"}, 409, "same-stage"),
            ({"to": "master"}, 400, "invalid-request"),
            ({"reason": "  "}, 400, "invalid-request"),
            ({"key": ""}, 400, "invalid-request"),
        ]
        for number, (changes, status, kind) in enumerate(refused):
            answer = await graduate(running, **({"key": f"k{number}"} | changes))
            assert (answer.status_code, answer.json()["type"]) == (status, f"urn:casekeeper:problem:{kind}")
        assert (await running.client.get("/people/nobody/stage")).status_code == 404
        assert (await shown(running))["stage"] == "supervised"
        assert await running.said("staff.events") == []
        running.client.headers["Authorization"] = "Bearer wrong"
        assert (await graduate(running)).status_code == 401
