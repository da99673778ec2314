"""One child process of the local stack: start it, know that it answers, learn at once that it died, stop it.

On Linux a child dies with its parent, also when the parent is killed with -9. "Parent" there means the *thread* that
started the child: call `start()` from a thread that lives as long as the stack (in practice the main thread).
"""

import asyncio
import contextlib
import os
import random
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HOST = "127.0.0.1"
_LOG_LIMIT_BYTES = 10_000_000
_RESTART_PORT_PATIENCE_SECONDS = 10.0
_OWN_PORTS = range(10_000, 20_000)
_given: set[int] = set()

# Runs in the child before the real program. A pre-exec function would run Python between fork and exec in a process
# with many threads, which can deadlock; this needs one fork-and-exec only. PR_SET_PDEATHSIG (1) survives the exec.
# The second line covers a parent that died before prctl was called.
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
os.getppid() == int(sys.argv[1]) or os._exit(125)
os.execvp(sys.argv[2], sys.argv[2:])
"""


class ChildError(RuntimeError):
    """A child process could not be started; the message says what to do about it."""


class PortInUseError(ChildError):
    """Another program listens on the port that a child needs."""


class ChildDiedError(ChildError):
    """A child ended, or never answered, while it was being started."""


@dataclass(frozen=True)
class Spec:
    """What to run and how to know that it is up.

    `port_setting` names the setting by which a person changes the port; it appears in the error when the port is taken.
    `prepare` runs before every start (format a disk, remove a stale lock file).
    """

    name: str
    argv: Sequence[str]
    port: int
    port_setting: str
    ready: Callable[[], Awaitable[bool]]
    log_file: Path
    directory: Path
    env: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], Awaitable[None]] | None = None
    start_timeout_seconds: float = 30.0
    grace_seconds: float = 10.0


class Child:
    """A child process that can be started, stopped, killed and started again on the same port and data."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._process: asyncio.subprocess.Process | None = None
        self._watcher: asyncio.Task[int] | None = None
        self._log_start = 0
        self._stopping = False
        self._callbacks: list[Callable[[Child], None]] = []

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def port(self) -> int:
        return self.spec.port

    @property
    def log_file(self) -> Path:
        return self.spec.log_file

    @property
    def pid(self) -> int | None:
        """The process id while the child runs."""
        return self._process.pid if self._process is not None and self.running else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def returncode(self) -> int | None:
        """How the last run ended (negative: by that signal); None while it runs or before the first start."""
        return None if self._process is None else self._process.returncode

    @property
    def stopped_on_purpose(self) -> bool:
        """True after `stop()`; a supervisor restarts only what ended without it."""
        return self._stopping

    def on_exit(self, callback: "Callable[[Child], None]") -> None:
        """Call this in the event loop each time the process ends after it was ready, for whatever reason."""
        self._callbacks.append(callback)

    async def start(self) -> None:
        """Start the process; return when it answers. On PortInUseError or ChildDiedError nothing is left running."""
        if self.running:
            return
        await self._require_free_port(restarted=self._process is not None)
        self._stopping = False
        try:
            self.spec.directory.mkdir(parents=True, exist_ok=True)
            self.spec.log_file.parent.mkdir(parents=True, exist_ok=True)
            if self.spec.prepare is not None:
                await self.spec.prepare()
            process = await self._spawn()
        except OSError as error:
            raise ChildError(f"{self.name} cannot start: {error.strerror}: {error.filename}") from error
        watcher = asyncio.create_task(process.wait(), name=f"watch-{self.name}")
        self._process, self._watcher = process, watcher
        try:
            await self._until_ready(watcher)
        except BaseException:
            self.kill()
            await asyncio.shield(watcher)
            raise
        watcher.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End the process: ask (SIGTERM), wait for the grace period, then kill. Returns when it is gone."""
        self._stopping = True
        if self._process is None or self._watcher is None or not self.running:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        done, _ = await asyncio.wait({self._watcher}, timeout=self.spec.grace_seconds)
        if not done:
            self.kill()
            await asyncio.shield(self._watcher)

    def kill(self) -> None:
        """kill -9, now. The supervisor is told through `on_exit` and `wait`, as with any other death."""
        if self._process is not None and self.running:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until the process has ended; its return code (negative: ended by that signal)."""
        if self._watcher is None:
            raise ChildError(f"{self.name} was never started")
        return await asyncio.shield(self._watcher)

    def last_log_lines(self, count: int = 15) -> str:
        """The end of what the current (or last) run wrote to its log."""
        try:
            with self.spec.log_file.open("rb") as log:
                log.seek(self._log_start)
                text = log.read().decode(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-count:])

    def _ended(self, _: asyncio.Task[int]) -> None:
        for callback in self._callbacks:
            callback(self)

    async def _spawn(self) -> asyncio.subprocess.Process:
        argv = list(self.spec.argv)
        if sys.platform == "linux":
            argv = [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *argv]
        mode = "wb" if _size(self.spec.log_file) > _LOG_LIMIT_BYTES else "ab"
        with self.spec.log_file.open(mode) as log:
            self._log_start = log.tell()
            return await asyncio.create_subprocess_exec(
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.spec.directory,
                env={**os.environ, **self.spec.env},
                start_new_session=True,  # Ctrl-C reaches us only; we end the children in the right order
            )

    async def _until_ready(self, watcher: asyncio.Task[int]) -> None:
        try:
            async with asyncio.timeout(self.spec.start_timeout_seconds):
                while not watcher.done():
                    if await self.spec.ready() and not watcher.done():
                        return
                    await asyncio.wait({watcher}, timeout=0.05)
        except TimeoutError:
            reason = f"did not answer on {HOST}:{self.port} within {self.spec.start_timeout_seconds:g} s"
        else:
            reason = f"ended while it started (exit status {watcher.result()})"
        raise ChildDiedError(f"{self.name} {reason}; the end of {self.spec.log_file}:\n{self.last_log_lines()}")

    async def _require_free_port(self, *, restarted: bool) -> None:
        """A port of our own previous run may need a moment to be free again; anybody else's is an error at once."""
        patience = _RESTART_PORT_PATIENCE_SECONDS if restarted else 0.0
        deadline = asyncio.get_running_loop().time() + patience
        while not port_is_free(self.port):
            if asyncio.get_running_loop().time() >= deadline:
                raise PortInUseError(
                    f"{self.name} cannot start: port {self.port} on {HOST} is already in use. "
                    f"Stop the program that listens there, or choose another port with {self.spec.port_setting}."
                )
            await asyncio.sleep(0.1)


def port_is_free(port: int) -> bool:
    """True when a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nothing uses at this moment, and that was not given before.

    It lies below those that systems hand out by themselves: no outgoing connection can take it before somebody listens there.
    """
    for port in random.SystemRandom().sample(_OWN_PORTS, len(_OWN_PORTS)):  # others draw at the same moment
        if port not in _given and port_is_free(port):
            _given.add(port)
            return port
    raise ChildError(f"no port between {_OWN_PORTS.start} and {_OWN_PORTS.stop} is free")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
