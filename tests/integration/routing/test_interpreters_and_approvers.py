"""Interpreter wanted, approver wanted, room that returns while a case waits: in the running service, over a restart."""

from pathlib import Path
from typing import Any

from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    CapacityTaken,
    InterpreterRequested,
    RequestUnserved,
    SpecialistOffered,
)
from tests.conftest import Backends
from tests.integration.routing.stage import TEAM, TUESDAY, organisation, owner_wanted, person, released, stage, taken
from tests.integration.routing.test_explain import run

BOTH = {"tr": "C1", "en": "C1"}


def interpreter_wanted(name: str, **changes: Any) -> InterpreterRequested:
    usual = owner_wanted(name).model_dump() | {
        "consult_id": f"consult-{name}",
        "language": "tr",
        "other_language": "en",
    }
    return InterpreterRequested.model_validate(usual | {"excluded": ("mira",)} | changes)


def approver_wanted(name: str, **changes: Any) -> ApproverRequested:
    usual = owner_wanted(name, 15).model_dump() | {"approval_id": f"approval-{name}", "excluded": ("mira",)}
    return ApproverRequested.model_validate(usual | changes)


async def test_both_are_found_wait_and_are_known_after_a_restart(backends: Backends, tmp_path: Path) -> None:
    emre = person("emre", languages=BOTH, capacity=1)
    coen = person("coen", role="coach", capacity=1, hours={"mon-fri": ["09:00-14:33"]})
    folder = organisation(tmp_path, *TEAM, emre, coen)
    async with stage(backends, folder) as running:
        await running.hear(interpreter_wanted("a"), interpreter_wanted("b"), approver_wanted("c"))
        assert await running.holders() == {"a": "emre", "c": "coen"}
        told = {each.data.request_id: each.data for each in await running.have_said("routing.decisions", 3)}
        offered, unserved, found = told["a"], told["b"], told["c"]
        assert isinstance(offered, SpecialistOffered)
        assert offered.explanation.candidates[0].terms["language_level"] == 0.1
        assert isinstance(unserved, RequestUnserved)
        assert unserved.explanation.excluded["full"] == 1
        assert isinstance(found, ApproverFound)
        assert (found.approval_id, found.until) == ("approval-c", TUESDAY.replace(minute=33))
    async with stage(backends, folder) as running:
        await running.hear(released("a", "emre"), released("c", "coen"))
        await running.duty.serve_waiting()
        assert await running.holders() == {"b": "emre"}
        again = interpreter_wanted("d", case_id="case-b", level="C2")
        for event in (interpreter_wanted("b"), again, approver_wanted("e", case_id="case-b")):
            await running.publish(event)
            await running.hear(event)
        await running.have_said("routing.decisions", 6)
        code, text = await run(running, "case-b")
        assert code == 0
        assert "wanted an interpreter for homely, in tr, at B2 or better, and in en, but not mira; due" in text
        assert "an interpreter for homely, in tr, at C2 or better, and in en" in text
        assert "wanted somebody to approve a reply or a grant for homely, in en, but not mira; due" in text
        assert "coen was expected to act, until 2026-11-24 13:33 UTC" in text


async def test_room_returns_while_a_case_waits_and_a_restart_knows_it(backends: Backends, tmp_path: Path) -> None:
    folder = organisation(tmp_path, person("mira", capacity=1))
    waits = CapacityTaken.model_validate(taken("first", "mira").model_dump() | {"share": 0.5})
    async with stage(backends, folder) as running:
        await running.hear(owner_wanted("first", 600), owner_wanted("second", 600, weight=0.5))
        assert await running.holders() == {"first": "mira"}
        await running.batch(waits)
        assert await running.holders() == {"first": "mira", "second": "mira"}
    async with stage(backends, folder) as running:
        await running.hear(owner_wanted("third", 600, weight=0.5), taken("first", "mira"), released("second", "mira"))
        await running.duty.serve_waiting()
        assert await running.holders() == {"first": "mira"}, "the answer came: Mira is full again"
