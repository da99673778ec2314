"""Rosters taken over while the service runs: all of it or nothing, once, at once, and not lost when the files change."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from casekeeper.cli import app
from schemas.events.roster import PersonRecorded
from services.chassis.testing import ManualClock
from tests.conftest import Backends
from tests.integration.routing.stage import TEAM, TOKEN, TUESDAY, Stage, organisation, owner_wanted, stage

TABLE = """email,start,end,kind
mira@homely.example,2026-11-24 18:00,2026-11-24 23:00,shift
mira@homely.example,2026-11-24 20:00,2026-11-24 20:30,break
jonas@homely.example,2026-11-24,2026-11-25,leave
"""


async def run(running: Stage, *words: str) -> tuple[int, str]:
    """The command against the running service, in a thread of its own: it waits for the answer."""
    options = ["--url", running.service.url, "--token", TOKEN]
    shown = await asyncio.to_thread(CliRunner().invoke, app, ["roster", "import", *words, *options])
    return shown.exit_code, shown.output


async def own_time(running: Stage) -> dict[str, tuple[int, int]]:
    """Person to the number of shifts and of leave."""
    people = await running.service.api.state.staff.people()
    return {each.id: (len(each.shifts), len(each.leave)) for each in people if each.shifts or each.leave}


async def test_a_table_counts_from_the_next_decision_on_and_a_repeat_changes_nothing(
    backends: Backends, tmp_path: Path
) -> None:
    file = tmp_path / "week.csv"
    file.write_text(TABLE)
    clock = ManualClock(TUESDAY)  # 14:30 in Amsterdam
    async with stage(backends, organisation(tmp_path), clock) as running:
        assert await run(running, str(file), "--dry-run") == (
            0, "3 entries; would change the time of 2 people: jonas, mira; 0 were so already\n",
        )  # fmt: skip
        assert await own_time(running) == {}
        assert await run(running, str(file)) == (
            0, "3 entries; changed the time of 2 people: jonas, mira; 0 were so already\n",
        )  # fmt: skip
        assert await own_time(running) == {"mira": (1, 0), "jonas": (0, 1)}
        await running.hear(owner_wanted("a"))
        assert await running.holders() == {}, "Mira works in the evening today, and Jonas is away"
        assert (await run(running, str(file)))[1].endswith("0 people; 2 were so already\n")
        clock.forward(hours=4)
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "mira"}
        told = [each.data for each in await running.have_said("roster.events", len(TEAM) + 2)]
        times = Counter(each.person_id for each in told if isinstance(each, PersonRecorded))
        assert times == {"mira": 2, "jonas": 2, "diego": 1, "mei": 1}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            TABLE + "nobody@homely.example,2026-11-24,2026-11-25,leave\n",
            "line 5: nobody has the id or the mail address",
        ),
        (TABLE + "mira@homely.example,2026-11-24,2026-11-25,shift\n", "line 5: a shift has times"),
        (TABLE + "mira@homely.example,2026-11-24 9h,2026-11-25,shift\n", "line 5: start: '2026-11-24 9h' is no date"),
    ],
)
async def test_with_a_wrong_line_nothing_changes(backends: Backends, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "week.csv"
    file.write_text(text)
    async with stage(backends, organisation(tmp_path)) as running:
        code, output = await run(running, str(file))
        assert (code, says in output) == (1, True)
        assert await own_time(running) == {}


async def test_a_calendar_of_one_person(backends: Backends, tmp_path: Path) -> None:
    file = tmp_path / "mira.ics"
    file.write_text(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Evening\r\n"
        "DTSTART;TZID=Europe/Amsterdam:20261124T180000\r\nDTEND;TZID=Europe/Amsterdam:20261124T230000\r\n"
        "RRULE:FREQ=DAILY;COUNT=3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    async with stage(backends, organisation(tmp_path)) as running:
        code, output = await run(running, str(file), "--from", "2026-11-23", "--to", "2026-11-29", "--json")
        assert (code, json.loads(output)) == (
            0, {"entries": 3, "dry_run": False, "changed": ["mira"], "unchanged": []},
        )  # fmt: skip
        assert await own_time(running) == {"mira": (3, 0)}


async def test_a_change_of_the_files_elsewhere_keeps_what_was_taken_over(backends: Backends, tmp_path: Path) -> None:
    roster = {"entries": [{"person": "mira", "kind": "leave", "start": "2026-11-24", "end": "2026-11-25"}]}
    async with stage(backends, organisation(tmp_path)) as running:
        assert (await running.client.post("/roster", json=roster)).json() == {"changed": ["mira"], "unchanged": []}
    changed: list[dict[str, Any]] = [TEAM[0] | {"capacity": 3}, *TEAM[1:]]
    async with stage(backends, organisation(tmp_path, *changed)) as running:
        assert await own_time(running) == {"mira": (0, 1)}
        mira = next(each for each in await running.service.api.state.staff.people() if each.id == "mira")
        assert mira.capacity == 3


@pytest.mark.parametrize(
    "body",
    [
        {"entries": []},
        {"entries": [{"person": "mira", "kind": "holiday", "start": "2026-11-24", "end": "2026-11-25"}]},
        {"entries": [{"person": "mira", "kind": "leave", "start": "soon", "end": "2026-11-25"}]},
        {"entries": [{"person": "mira", "kind": "leave", "start": 3, "end": "2026-11-25", "more": 1}]},
    ],
)
async def test_a_request_that_is_none_is_refused(backends: Backends, tmp_path: Path, body: dict[str, Any]) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        answer = await running.client.post("/roster", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
        assert (await running.client.post("/roster", json=body, headers={"Authorization": ""})).status_code == 401
