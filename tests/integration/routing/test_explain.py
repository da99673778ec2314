"""`casekeeper route explain` on what the service has really said."""

import asyncio
import json
from pathlib import Path

from typer.testing import CliRunner

from casekeeper.cli import app
from tests.conftest import Backends
from tests.integration.routing.stage import Stage, organisation, owner_wanted, released, specialist_wanted, stage


async def run(running: Stage, *words: str) -> tuple[int, str]:
    cluster = running.service.config.cluster
    options = ["--kafka", cluster.bootstrap, "--kafka-prefix", cluster.prefix]
    runner = CliRunner(env={"COLUMNS": "200"})
    shown = await asyncio.to_thread(runner.invoke, app, ["route", "explain", *words, *options])
    return shown.exit_code, shown.output


async def test_every_decision_of_a_case_is_told(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        story = [owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 200, language="pl")]
        story += [specialist_wanted("x", case_id="case-c"), released("a", "mira")]  # type: ignore[list-item]
        for event in story:
            await running.publish(event)
            await running.batch(event)
        await running.have_said("routing.decisions", 5)
        code, text = await run(running, "case-c")
        assert code == 0
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        assert lines[0] == "case-c: routing was asked 2 times"
        assert "wanted an owner for homely, in pl; due 2026-11-24 16:50 UTC" in lines[1]
        assert "Nobody could. It waits: somebody can from 2026-11-24 15:00 UTC on" in text
        assert "mira was chosen" in text
        assert "Not kept: that the person speaks the language" in text
        assert "By the policy deadline, rules " in text
        assert "mei was asked, with an answer wanted by 2026-11-24 14:00 UTC" in text
        assert "1 without the language" in text
        assert "candidate" in text

        code, text = await run(running, "case-c", "--json")
        owner, consult = json.loads(text)["requests"]
        assert [each["type"] for each in owner["decisions"]] == ["request.unserved.v1", "owner.assigned.v1"]
        assert consult["decisions"][0]["explanation"]["policy"] == "deadline"

        code, text = await run(running, "case-nowhere")
        assert code == 1
        assert "routing was asked nothing for a case case-nowhere" in text.replace("\n", " ")
