"""The child processes of the local stack, with the real broker and both real stores."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from casekeeper.local.children import (
    HOST,
    STORE_ENGINES,
    Child,
    ChildDiedError,
    ChildError,
    PortInUseError,
    StoreEngine,
    broker,
    free_port,
    store,
)
from casekeeper.local.process import Spec
from casekeeper.local.readiness import kafka_answers, mongo_answers

Make = Callable[[int, Path], Child]
EVERY_KIND = ["broker", *STORE_ENGINES]


def make(kind: str, port: int, data_dir: Path) -> Child:
    return broker(port, data_dir) if kind == "broker" else store(kind, port, data_dir)  # type: ignore[arg-type]


@pytest.fixture(params=EVERY_KIND)
async def child(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Child]:
    child = make(request.param, free_port(), tmp_path)
    yield child
    await child.stop()


def sleeper(tmp_path: Path, program: str, **changes: object) -> Child:
    """A child that is a small Python program; ready as soon as it has written a line."""
    port = free_port()
    log_file = tmp_path / "logs" / "sleeper.log"

    async def ready() -> bool:
        return b"ready" in log_file.read_bytes()

    settings = {
        "name": "sleeper",
        "argv": [sys.executable, "-u", "-c", program],
        "port": port,
        "port_setting": "THE_SETTING",
        "ready": ready,
        "log_file": log_file,
        "directory": tmp_path,
    }
    return Child(Spec(**(settings | changes)))  # type: ignore[arg-type]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def listeners(port: int) -> set[str]:
    """The local addresses, in the kernel's hexadecimal, on which something listens on this port."""
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.02)


class TestLifeOfAChild:
    async def test_it_answers_once_started_and_is_gone_once_stopped(self, child: Child) -> None:
        await child.start()
        answers = kafka_answers if child.name == "broker" else mongo_answers
        assert await answers(child.port)
        pid = child.pid
        assert pid is not None
        assert child.running

        await child.stop()

        assert not child.running
        assert child.pid is None
        assert child.stopped_on_purpose
        assert not is_alive(pid)
        assert not await answers(child.port)

    async def test_a_kill_is_told_at_once_and_it_starts_again_on_the_same_port(self, child: Child) -> None:
        told: list[int | None] = []
        child.on_exit(lambda dead: told.append(dead.returncode))
        await child.start()
        first = child.pid

        child.kill()

        assert await child.wait() == -signal.SIGKILL
        assert not child.stopped_on_purpose
        await child.start()
        assert told == [-signal.SIGKILL]
        assert child.running
        assert child.pid != first

    @pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/net/tcp")
    async def test_it_listens_on_the_loopback_address_only(self, child: Child) -> None:
        await child.start()
        assert listeners(child.port) == {f"0100007F:{child.port:04X}"}

    async def test_starting_twice_changes_nothing(self, child: Child) -> None:
        await child.start()
        pid = child.pid
        await child.start()
        assert child.pid == pid

    async def test_stop_before_start_is_harmless(self, child: Child) -> None:
        await child.stop()
        assert not child.running

    async def test_two_instances_run_beside_each_other(self, child: Child, tmp_path: Path) -> None:
        kind = "broker" if child.name == "broker" else child.log_file.stem.removeprefix("store-")
        other = make(kind, free_port(), tmp_path / "other")
        await asyncio.gather(child.start(), other.start())
        try:
            assert child.running
            assert other.running
        finally:
            await other.stop()


class TestAPortInUse:
    @pytest.mark.parametrize("kind", EVERY_KIND)
    async def test_the_error_names_the_port_and_its_setting_and_nothing_is_started(
        self, kind: str, tmp_path: Path
    ) -> None:
        with socket.create_server((HOST, 0)) as taken:
            port = taken.getsockname()[1]
            child = make(kind, port, tmp_path)
            setting = "CASEKEEPER_BROKER_PORT" if kind == "broker" else "CASEKEEPER_STORE_PORT"
            with pytest.raises(PortInUseError, match=rf"port {port} .* already in use.* {setting}"):
                await child.start()
        assert not child.running
        assert os.listdir(tmp_path) == []  # noqa: PTH208


class TestAChildThatFails:
    async def test_dying_while_starting_shows_its_last_words(self, tmp_path: Path) -> None:
        child = sleeper(tmp_path, "import sys; sys.exit('the disk is full')")
        with pytest.raises(ChildDiedError, match=r"(?s)sleeper ended while it started \(exit status 1\).*disk is full"):
            await child.start()
        assert not child.running

    async def test_never_answering_ends_it(self, tmp_path: Path) -> None:
        child = sleeper(tmp_path, "import time; print('hm'); time.sleep(600)", start_timeout_seconds=0.5)
        with pytest.raises(ChildDiedError, match=r"did not answer on 127\.0\.0\.1:\d+ within 0\.5 s"):
            await child.start()
        assert not child.running

    async def test_a_missing_program_is_said(self, tmp_path: Path) -> None:
        child = sleeper(tmp_path, "", argv=["/no/such/program"])
        with pytest.raises(ChildDiedError, match="No such file"):
            await child.start()

    async def test_a_deaf_child_is_killed_after_the_grace_period(self, tmp_path: Path) -> None:
        program = "import signal, time; signal.signal(15, signal.SIG_IGN); print('ready'); time.sleep(600)"
        child = sleeper(tmp_path, program, grace_seconds=0.2)
        await child.start()
        await child.stop()
        assert child.returncode == -signal.SIGKILL
        assert child.stopped_on_purpose

    async def test_a_cancelled_start_leaves_nothing_running(self, tmp_path: Path) -> None:
        child = sleeper(tmp_path, "import time; print('hm'); time.sleep(600)")
        starting = asyncio.create_task(child.start())
        await until(lambda: child.running)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert not child.running

    def test_an_unknown_engine_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(ChildError, match="unknown store engine 'oracle': choose one of secantusdb, nx-27017"):
            store("oracle", 1, tmp_path)  # type: ignore[arg-type]

    @pytest.mark.parametrize("engine", STORE_ENGINES)
    async def test_a_second_store_on_the_same_documents_is_refused(self, engine: StoreEngine, tmp_path: Path) -> None:
        first = store(engine, free_port(), tmp_path)
        await first.start()
        second = store(engine, free_port(), tmp_path)
        try:
            with pytest.raises(ChildDiedError, match=r"by another process|already running"):
                await second.start()
        finally:
            await first.stop()

    async def test_a_leftover_lock_of_a_dead_store_does_not_matter(self, tmp_path: Path) -> None:
        child = store("nx-27017", free_port(), tmp_path)
        leftover = tmp_path / "store-nx-27017" / "server.pid"
        leftover.parent.mkdir()
        leftover.write_text(str(os.getpid()))  # the number now belongs to somebody else
        await child.start()
        await child.stop()


PARENT = """
import asyncio, sys
from pathlib import Path
from casekeeper.local.children import broker, free_port, store

async def main() -> None:
    data = Path(sys.argv[1])
    children = [broker(free_port(), data), store("secantusdb", free_port(), data), store("nx-27017", free_port(), data)]
    await asyncio.gather(*(child.start() for child in children))
    print(*(child.pid for child in children), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="children die with a killed parent on Linux only")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
async def test_children_die_with_their_parent(tmp_path: Path, end: signal.Signals) -> None:
    parent = subprocess.Popen(  # noqa: ASYNC220 - it must be no asyncio child of ours
        [sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    with parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 3
        assert all(is_alive(pid) for pid in pids)
        parent.send_signal(end)
    await until(lambda: not any(is_alive(pid) for pid in pids))
