"""People recorded over HTTP and by the organisation's files: what is known counts from the next decision on (P4)."""

from pathlib import Path
from typing import Any

from schemas.events.roster import PersonRecorded
from tests.conftest import Backends
from tests.integration.routing.stage import TEAM, Stage, organisation, owner_wanted, person, specialist_wanted, stage

MIRA, MEI = TEAM[0], TEAM[3]


async def recorded(running: Stage, count: int) -> list[PersonRecorded]:
    """Everything said about people, once it is that much."""
    return [
        each.data for each in await running.have_said("roster.events", count) if isinstance(each.data, PersonRecorded)
    ]


async def test_a_record_acts_at_once_and_is_told(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        assert (await running.record(MIRA, available=False)).status_code == 204
        await running.hear(owner_wanted("a"), specialist_wanted("x", skill="tea"))
        assert await running.holders() == {}
        assert (await running.record(MIRA)).status_code == 204
        assert (await running.record(MEI | {"skills": {"tea": 1}})).status_code == 204
        assert (await running.record(MEI | {"skills": {"tea": 1}})).status_code == 204
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "mira", "x": "mei"}
        told = await recorded(running, 7)
        assert [each.available for each in told if each.person_id == "mira"] == [True, False, True]
        assert [each.person.skills for each in told if each.person_id == "mei"] == [{"coffee": 3}, {"tea": 1}]


async def test_somebody_new_takes_part_at_once(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.record(MIRA, available=False)
        await running.record(person("ines", languages={"es": "C2", "en": "B2"}))
        await running.hear(owner_wanted("a", language="es"))
        assert await running.holders() == {"a": "ines"}
        await _who_is_known_by_records_alone_leaves_by_one(running)


async def _who_is_known_by_records_alone_leaves_by_one(running: Stage) -> None:
    for id_, status in (("ines", 204), ("ines", 204), ("mira", 409), ("nobody", 404)):
        assert (await running.client.delete(f"/people/{id_}")).status_code == status
    told = await recorded(running, len(TEAM) + 3)
    assert [(each.filed, each.left) for each in told if each.person_id == "ines"] == [(False, False), (False, True)]
    assert all(each.filed and not each.left for each in told if each.person_id != "ines")
    await running.hear(owner_wanted("b", language="es"))
    assert "b" not in await running.holders()


async def test_a_repeat_of_an_older_record_does_not_come_back(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        for available, key in ((False, "first"), (True, "second"), (False, "first")):
            assert (await running.record(MIRA, available, key)).status_code == 204
        await running.hear(owner_wanted("a"))
        assert await running.holders() == {"a": "mira"}


async def test_files_count_where_they_say_something_new_and_records_survive_a_restart(
    backends: Backends, tmp_path: Path
) -> None:
    folder = organisation(tmp_path)
    async with stage(backends, folder) as running:
        await running.record(MIRA | {"capacity": 1})
        await recorded(running, len(TEAM) + 1)
    async with stage(backends, folder) as running:
        await running.hear(owner_wanted("a", 240), owner_wanted("b", 240))
        assert await running.holders() == {"a": "mira"}
        assert len(await recorded(running, len(TEAM) + 1)) == len(TEAM) + 1
    organisation(tmp_path, MIRA | {"capacity": 3}, *TEAM[1:])
    async with stage(backends, folder) as running:
        await running.batch(owner_wanted("c", 240))
        assert await running.holders() == {"a": "mira", "b": "mira", "c": "mira"}  # what waited has room now
        told = [each.person.capacity for each in await recorded(running, len(TEAM) + 2) if each.person_id == "mira"]
        assert told == [2, 1, 3]


async def test_what_can_not_be_recorded_is_refused_named_and_leaves_everything_as_it_was(
    backends: Backends, tmp_path: Path
) -> None:
    refused: list[tuple[dict[str, Any], int, str, str]] = [
        ({"brands": ["homly"]}, 422, "unknown-brand", "person.brands.0: unknown brand 'homly' (did you mean homely?)"),
        ({"public_holidays": "NL-XX"}, 422, "invalid-person", "person.public_holidays: NL has no subdivision 'XX'"),
        ({"country": "UK"}, 422, "invalid-person", "person.country: unknown country 'UK' (Great Britain is GB)"),
        ({"skills": {"coffe": 3}}, 422, "invalid-person", "unknown skill 'coffe' (did you mean coffee?)"),
        ({"mandate": "emperor"}, 422, "invalid-person", "no mandate level 'emperor'"),
        ({"time_zone": "Europe/Amsterdm"}, 400, "invalid-request", "body.person.time_zone: "),
        ({"capacity": 0}, 400, "invalid-request", "body.person.capacity: "),
        ({"hours": {"mon": ["9-5"]}}, 400, "invalid-request", "'9-5' is not a slot of time"),
        ({"nickname": "Mi"}, 400, "invalid-request", "body.person.nickname: "),
    ]
    async with stage(backends, organisation(tmp_path)) as running:
        for changes, status, kind, words in refused:
            answer = await running.record(MIRA | changes, available=False)
            assert answer.headers["content-type"] == "application/problem+json"
            assert (answer.status_code, answer.json()["type"]) == (status, f"urn:casekeeper:problem:{kind}")
            assert words in answer.json()["detail"]
        elsewhere = await running.client.put("/people/jonas", json={"person": MIRA})
        assert (elsewhere.status_code, elsewhere.json()["detail"][:10]) == (422, "person.id:")
        running.client.headers["Authorization"] = "Bearer wrong"
        assert (await running.record(MIRA, available=False)).status_code == 401
        await running.duty.rebuild()
        await running.hear(owner_wanted("a"))
        assert await running.holders() == {"a": "mira"}
