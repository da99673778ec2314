"""`casekeeper simulate --record` and `--replay` of a day that a whole stack has worked."""

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path

from typer.testing import CliRunner, Result

from casekeeper.cli import app
from casekeeper.cli.options import DEFAULT_ORGANISATION
from casekeeper.demo.receiver import Receiver
from casekeeper.demo.run import arena
from casekeeper.demo.source import enough, threads
from casekeeper.local.demonstration_clock import to_workday
from casekeeper.local.stack import Plan
from casekeeper.simulate.recording import read
from schemas.organisation_file import load
from tests.conftest import Backends, eventually

ORGANISATION = Path(__file__).parents[3] / DEFAULT_ORGANISATION
MESSAGES = 24


async def simulate(*words: str) -> Result:
    return await asyncio.to_thread(CliRunner(env={"COLUMNS": "200"}).invoke, app, ["simulate", *words])


async def test_a_worked_day_is_recorded_and_worked_through_by_every_policy(tmp_path: Path) -> None:
    plan = Plan(tmp_path / "stack", ORGANISATION, log_level="error", clock_offset_seconds=to_workday(datetime.now(UTC)))
    chosen = enough(threads(load(ORGANISATION), ORGANISATION / "samples"), MESSAGES)
    file = tmp_path / "day.jsonl"
    async with arena(plan, Receiver()) as (stack, sender, autopilot):
        await sender.send_all(chosen, doubled=0, swapped=0, seed=1, progress=lambda _: None)

        async def worked_off() -> bool:
            return sum(case.messages for case in autopilot.cases.values() if case.resolved) >= MESSAGES

        await eventually(worked_off, "the day was not worked to its end")
        held = [
            each.text for case in autopilot.cases.values() for each in case.replies.values() if each.kind == "holding"
        ]
        assert held
        proposed = re.compile(r"\([A-ZÁ]\w*terdam\)")  # the time with its city, as the service writes it out
        assert all(proposed.search(text) for text in held), held
        recorded = await simulate("--record", str(file), "--kafka", stack.cluster.bootstrap)
        assert recorded.exit_code == 0, recorded.output
        assert f"{len(autopilot.cases)} cases, {len(autopilot.cases)} answered, 544 people" in recorded.output
        elsewhere = await simulate("--replay", "--day", "2001-01-01", "--kafka", stack.cluster.bootstrap)
        assert elsewhere.exit_code == 1
        assert "no case came in on 2001-01-01 (UTC); the topics have cases from" in elsewhere.output.replace("\n", " ")
        direct = await simulate("--replay", "--json", "--kafka", stack.cluster.bootstrap)

    kept = read(file)
    assert len(kept.cases) == len(autopilot.cases)
    assert sum(len(case.messages) for case in kept.cases) == MESSAGES
    assert any(case.consults and case.consults[0].answered_at for case in kept.cases)
    written = file.read_text(encoding="utf-8")
    assert not any(said.text in written or said.author.id in written for each in chosen for said in each.messages)

    replayed = await simulate("--replay", "--recording", str(file), "--policy", "all", "--json")
    assert replayed.exit_code == 0, replayed.output
    found = json.loads(replayed.stdout.splitlines()[-1])
    assert found["scenario"] == f"replay of {kept.day.day}"
    assert found["happened"]["overall"]["cases"] == len(kept.cases)
    assert found["happened"]["overall"]["first_reply_within_target"] == 1
    assert found["happened"]["consults_per_case"] > 0
    for each in found["policies"].values():
        assert each["overall"]["cases"] == len(kept.cases)
        assert each["consults_per_case"] == found["happened"]["consults_per_case"]
        assert each["overall"]["first_reply_minutes"]["p50"] is not None
    same = json.loads(direct.stdout.splitlines()[-1])
    assert same["policies"]["deadline"] == found["policies"]["deadline"]
    assert same["happened"] == found["happened"]


async def test_topics_without_anything_in_them_are_told(backends: Backends) -> None:
    done = await simulate("--replay", "--kafka", backends.kafka, "--kafka-prefix", backends.kafka_prefix)
    assert done.exit_code == 1
    assert "no case came in, as far as the topics go back" in done.output.replace("\n", " ")
