"""From the command that sets a classification right to the row that the classifier learns from, on real broker and store."""

import asyncio
import json
from typing import Any

from typer.testing import CliRunner

from casekeeper.cli import app
from tests.conftest import Backends
from tests.integration.cases.stage import OTHER, PROBLEM, Stage, kinds, stage


async def rows(running: Stage) -> list[dict[str, Any]]:
    cluster = running.service.config.cluster
    words = ["corrections", "--kafka", cluster.bootstrap, "--kafka-prefix", cluster.prefix]
    shown = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert shown.exit_code == 0, shown.output
    return [json.loads(line) for line in shown.stdout.splitlines()]


async def test_what_a_colleague_sets_right_is_a_row_to_learn_from(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        path = f"/cases/{talk.case_id()}/classification-corrections"
        message = f"{talk.conversation}-1"
        done = await running.accepted(path, {"message_id": message, "urgency": "high", "topic": "safety"}, OTHER)
        assert done["correction_id"]
        shown = await running.shown(talk)
        assert (shown["topic"], shown["skill"], shown["urgency"]) == ("safety", "general", "high")
        said = kinds(await running.have_said(talk, 6))
        assert {"classification.corrected", "case.reclassified"} <= {*said}
        (row,) = [row for row in await rows(running) if row["id"] == message]
        assert (row["text"], row["spoken"], row["by"]) == ("It leaks", "en", OTHER)
        assert (row["urgency"], row["topic"], "sentiment" in row) == ("high", "safety", False)


async def test_what_can_not_be_is_refused_and_changes_nothing(backends: Backends) -> None:
    async with stage(backends) as running:
        talk = await running.owned()
        path, message = f"/cases/{talk.case_id()}/classification-corrections", f"{talk.conversation}-1"
        before = await running.shown(talk)
        for body, status, kind in (
            ({"message_id": message}, 400, "invalid-request"),
            ({"message_id": message, "urgency": "huge"}, 400, "invalid-request"),
            ({"message_id": message, "topic": "no-such-topic"}, 422, "unknown-topic"),
            ({"message_id": "another", "urgency": "high"}, 422, "message-not-here"),
        ):
            answer = await running.post(path, body, OTHER)
            assert (answer.status_code, answer.json()["type"]) == (status, PROBLEM + kind), answer.text
        assert await running.shown(talk) == before
