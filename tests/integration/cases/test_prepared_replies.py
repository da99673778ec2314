"""Prepared holding replies on a real store: agreed to by oneself only, left by itself once, whatever dies (O5)."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from typing import Any

import pytest

from schemas.events.followup import ClockWarned
from schemas.events.reply import ReplyQueued
from services.cases.handlers import Waking
from tests.conftest import Backends
from tests.integration.cases.stage import ORGANISATION, OTHER, OWNER, PROBLEM, Stage, Talk, stage


def path(person: str = OWNER) -> str:
    return f"/people/{person}/holding-agreement"


async def says(one: Stage, agreed: object, person: str = OWNER, about: str = OWNER) -> Any:
    return await one.client.put(path(about), json={"agreed": agreed}, headers={"Acting-Person": person})


def warned(talk: Talk, one: Stage) -> ClockWarned:
    names = {"clock_id": "clock-1", "kind": "first-response", "brand": "moccarel", "subject_id": talk.case_id()}
    facts = {"case_id": talk.case_id(), "conversation": talk.conversation}
    return ClockWarned.model_validate(facts | names | {"due_at": one.clock.now() + timedelta(minutes=15)})


def waking(one: Stage) -> Waking:
    found = [getattr(work, "__self__", None) for work, _ in one.service._work]
    return next(each for each in found if isinstance(each, Waking))


async def test_only_oneself_says_so_and_every_change_of_mind_is_kept(backends: Backends) -> None:
    async with stage(backends) as one:
        assert (await one.client.get(path())).json() == {
            "person": OWNER,
            "agreed": False,
            "since": None,
            "changes": [],
        }
        for agreed in (True, True, False, True):
            one.clock.forward(minutes=10)
            assert (await says(one, agreed)).status_code == 200
        told = (await one.client.get(path())).json()
        assert [(each["agreed"], each["by"]) for each in told["changes"]] == [
            (True, OWNER),
            (False, OWNER),
            (True, OWNER),
        ]
        assert (told["agreed"], told["since"]) == (True, told["changes"][-1]["at"])
        refused = await says(one, True, person=OTHER)
        assert (refused.status_code, refused.json()["type"]) == (403, f"{PROBLEM}not-allowed")
        assert (await says(one, "perhaps")).status_code == 400
        peeking = await one.client.get(path(), headers={"Acting-Person": OTHER})
        assert peeking.status_code == 403


PROGRAM = """
import asyncio, os, signal
from datetime import datetime
from services.cases.app import build
from services.cases.handlers import Waking
from services.cases.settings import Settings
from services.chassis.testing import ManualClock
async def main():
    service = build(Settings(), ManualClock(datetime.fromisoformat(os.environ["NOW"])))
    await service.start(listen=False)
    waking = next(w.__self__ for w, _ in service._work if isinstance(getattr(w, "__self__", None), Waking))
    happen = waking._happen
    async def dying(*given):
        if os.environ["STEP"] == "after":
            await happen(*given)
        os.kill(os.getpid(), signal.SIGKILL)
    waking._happen = dying
    await waking.tick()
asyncio.run(main())
"""


@pytest.mark.parametrize("step", ["before", "after"])
async def test_killed_when_its_time_has_come_it_leaves_once(backends: Backends, step: str) -> None:
    async with stage(backends) as one:
        assert (await says(one, True)).status_code == 200
        talk = await one.owned()
        one.clock.forward(minutes=45)
        for _ in range(2):
            await one.hear(warned(talk, one))
        (state,) = await one.states(talk)
        assert [(each.status, each.prepared, each.by_itself) for each in state.replies.values()] == [
            ("scheduled", True, True)
        ]
        now = one.clock.forward(minutes=10)
        settings = backends.settings() | {"organisation": ORGANISATION}
        told = {f"CASES_{name.upper()}": str(value) for name, value in settings.items()}
        environment = dict(os.environ) | told | {"STEP": step, "NOW": now.isoformat()}
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, env=environment)
        assert await asyncio.wait_for(process.wait(), 120) == -signal.SIGKILL
        for _ in range(3):
            await waking(one).tick()
        await one.service.outbox.sweep()
        queued = [each.data for each in await one.said(talk) if isinstance(each.data, ReplyQueued)]
        assert [(each.kind, each.author, each.agreed_at is not None) for each in queued] == [("holding", OWNER, True)]


async def test_two_instances_let_it_leave_once(backends: Backends) -> None:
    async with stage(backends) as one, stage(backends) as other:
        assert (await says(one, True)).status_code == 200
        talk = await one.owned()
        one.clock.forward(minutes=45)
        await one.hear(warned(talk, one))
        one.clock.forward(minutes=10)
        other.clock.forward(minutes=55)
        for each in other.service._work:
            if getattr(each[0], "func", None) is not None:
                await each[0]()  # what people said elsewhere is taken in
        await asyncio.gather(*(waking(each).tick() for each in (one, other, one, other)))
        await one.service.outbox.sweep()
        await other.service.outbox.sweep()
        queued = [each.data for each in await one.said(talk) if isinstance(each.data, ReplyQueued)]
        assert len(queued) == 1
