"""Routing killed at any step: every request is somebody's once, is told of, and nobody is thought busier than they are."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.routing import OwnerAssigned, RequestUnserved
from services.chassis.documents import Document
from services.chassis.errors import Unavailable
from services.chassis.testing import ManualClock, envelope, record
from tests.conftest import Backends, eventually
from tests.integration.routing.stage import (
    TUESDAY,
    Stage,
    organisation,
    owner_wanted,
    person,
    released,
    specialist_wanted,
    stage,
)
from tests.integration.routing.test_routing import agrees_with_the_store, decided

ASKED: Sequence[Event] = (*(owner_wanted(name, 240) for name in "abc"), specialist_wanted("x"))
SOLVED: Sequence[Event] = (released("a", "mira"), owner_wanted("d", 300))
BATCHES = [
    [record(envelope(event, id=f"event-{event.type}-{event.request_id}")) for event in events]  # type: ignore[attr-defined]
    for events in (ASKED, SOLVED)
]


@asynccontextmanager
async def until_killed(backends: Backends, folder: Path, clock: ManualClock) -> AsyncIterator[Stage]:
    """A service of which nothing is finished, published or cleared after the kill."""
    async with stage(backends, folder, clock) as running:
        yield running
        outbox = running.service.outbox
        for task in outbox._tasks:
            task.cancel()
        await asyncio.gather(*outbox._tasks, return_exceptions=True)
        outbox._tasks = []
        outbox._waiting.clear()
        outbox._candidates.clear()


async def handle_all(running: Stage) -> None:
    """The batches with what follows each, once: an error ends it, as a kill would."""
    for batch in BATCHES:
        await running.service.processor.process(batch)
        await running.duty.serve_freed()


async def comes_out_right(backends: Backends, folder: Path, clock: ManualClock) -> None:
    """A new process, to which Kafka delivers again what was not acknowledged, and then the same once more."""
    async with stage(backends, folder, clock) as running:
        for _ in range(2):
            for batch in BATCHES:
                await running.service._handle(batch)
            await running.duty.serve_waiting()
        assert await running.holders() == {"b": "mira", "c": "mira", "x": "mei"}
        await agrees_with_the_store(running)
        told = decided(await running.have_said("routing.decisions", 6))
        served = {name: [each for each in said if isinstance(each, OwnerAssigned)] for name, said in told.items()}
        assert {name: len(each) for name, each in served.items()} == {"a": 1, "b": 1, "c": 1, "d": 0, "x": 0}
        assert [type(each) for each in told["c"]] == [RequestUnserved, OwnerAssigned]
        assert isinstance(told["d"][-1], RequestUnserved)


@pytest.mark.parametrize("step", range(4))
async def test_before_a_commit_in_the_middle_of_it_and_after_it(
    backends: Backends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The commits: what was asked; the end of work and what is new; whom it is given to; what is said of the others."""
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    for moment in ("before", "middle", "after"):
        own = Backends(
            **(
                vars(backends)
                | {
                    "kafka_prefix": f"{backends.kafka_prefix}{moment}.",
                    "database_prefix": f"{backends.database_prefix}{moment}-",
                }
            )
        )
        async with until_killed(own, folder, clock) as running:
            database, replace = running.service.database, running.service.database.replace
            commits = []

            async def dying(
                documents: Sequence[Document[Any]],
                replace: Any = replace,
                commits: list[int] = commits,
                moment: str = moment,
            ) -> bool:
                commits.append(len(documents))
                if len(commits) <= step:
                    return bool(await replace(documents))
                if moment != "before":
                    await replace(documents[:1] if moment == "middle" else documents)
                raise Unavailable("killed")

            monkeypatch.setattr(database, "replace", dying)
            with pytest.raises(Unavailable):
                await handle_all(running)
        monkeypatch.undo()
        await comes_out_right(own, folder, clock)


async def test_between_commit_and_publish(backends: Backends, tmp_path: Path) -> None:
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    async with until_killed(backends, folder, clock) as running:
        for task in running.service.outbox._tasks:
            task.cancel()  # commits, and never publishes
        for batch in BATCHES:
            await running.service._handle(batch)
        assert await running.holders() == {"b": "mira", "c": "mira", "x": "mei"}
        assert await running.said("routing.decisions") == []
    await comes_out_right(backends, folder, clock)


async def test_between_publish_and_clear_everything_is_said_again_under_the_same_id(
    backends: Backends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    async with until_killed(backends, folder, clock) as running:

        async def not_now(*_: Any) -> None:
            raise Unavailable("killed before it could")

        monkeypatch.setattr(running.service.database, "clear_outboxes", not_now)
        for batch in BATCHES:
            await running.service._handle(batch)
        await running.have_said("routing.decisions", 6)
    monkeypatch.undo()
    await comes_out_right(backends, folder, clock)


async def test_what_waits_untold_is_told_after_a_crash(backends: Backends, tmp_path: Path) -> None:
    """It was left to the round after the batch, and that round never came."""
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    async with until_killed(backends, folder, clock) as running:
        for batch in BATCHES:
            await running.service.processor.process(batch)
        state = (await running.states())["d"]
        assert (state.status, state.told_unserved) == ("waiting", False)
        assert await running.holders() == {"b": "mira", "x": "mei"}
    async with stage(backends, folder, clock) as running:
        await running.duty.serve_waiting()
        assert await running.holders() == {"b": "mira", "c": "mira", "x": "mei"}
        assert (await running.states())["d"].told_unserved


async def test_a_process_killed_with_kill_9_again_and_again(backends: Backends, tmp_path: Path) -> None:
    team = [person(f"p{number}", hours="24/7", capacity=10) for number in range(3)]
    folder = organisation(tmp_path, *team)
    soon = datetime.now(UTC) + timedelta(hours=5)
    wanted = [owner_wanted(f"w{number:02}", due_at=soon + timedelta(minutes=number)) for number in range(60)]
    async with stage(backends, folder) as running:  # only to speak to Kafka and to look into the store
        for number in range(3):
            process = await served(backends, folder)
            await running.publish(*wanted[number * 20 : number * 20 + 20])

            async def some(at_least: int = number * 10 + 5) -> bool:
                return len(await running.holders()) >= min(at_least, 30)

            await eventually(some, "nothing is decided")
            os.kill(process.pid, signal.SIGKILL)
            await process.wait()
        process = await served(backends, folder)
        holders = await running.holders()
        await running.publish(*(released(name, who) for name, who in list(holders.items())[:10]))

        async def full_again() -> bool:
            states = await running.states()
            ended = sum(state.status == "done" for state in states.values())
            return ended == 10 and len(await running.holders()) == 30

        await eventually(full_again, "room that came free is not given to who waits")
        process.terminate()
        await process.wait()
        told = decided(await running.have_said("routing.decisions", 40))
        served_ = {
            name: {each.person for each in said if isinstance(each, OwnerAssigned)} for name, said in told.items()
        }
        assert max(map(len, served_.values())) == 1
        await running.duty.rebuild()
        dispatcher = running.duty._dispatcher
        assert {each["id"]: dispatcher.load_of(each["id"]) for each in team} == {each["id"]: 10 for each in team}


async def served(backends: Backends, folder: Path) -> asyncio.subprocess.Process:
    """`casekeeper serve routing` in a process of its own."""
    names = {f"CASEKEEPER_{name.upper()}": str(value) for name, value in backends.settings().items()}
    names |= {"CASEKEEPER_ORGANISATION": str(folder), "CASEKEEPER_SESSION_TIMEOUT_MS": "6000"}
    names |= {"ROUTING_HTTP_PORT": "0", "ROUTING_LOOK_AGAIN_SECONDS": "0.05"}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "casekeeper", "serve", "routing", env=os.environ | names
    )
