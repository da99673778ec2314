"""Runs `casekeeper …` as people do, and tells which processes work on a folder."""

import asyncio
import codecs
import contextlib
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casekeeper.local.process import port_is_free
from tests.conftest import eventually
from tests.e2e.stage import REPOSITORY

PORTS_NEEDED = 13
"""The desk's and the twelve after it."""
LOWEST_PORT, HIGHEST_PORT = 20_000, 30_000


class Command:
    """A running command, whose output is kept as it comes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.out = self.errors = ""
        self._reading = [asyncio.create_task(self._read_out()), asyncio.create_task(self._read_errors())]

    @property
    def printed(self) -> str:
        """Everything so far, for people and for scripts."""
        return self.out + self.errors

    async def says(self, words: str, timeout_seconds: float = 120) -> None:
        """Wait until it has printed this."""

        async def said() -> bool:
            if self.process.returncode is not None and words not in self.printed:
                raise AssertionError(
                    f"it ended with {self.process.returncode} and never said {words!r}:\n{self.printed}"
                )
            return words in self.printed

        try:
            await eventually(said, timeout_seconds=timeout_seconds)
        except pytest.fail.Exception:
            pytest.fail(f"it did not say {words!r}, but:\n{self.printed}")

    async def ended(self) -> int:
        """Its exit status, when it has ended and everything it printed was read."""
        await asyncio.gather(*self._reading)
        return await self.process.wait()

    async def _read_out(self) -> None:
        async for text in _texts(self.process.stdout):
            self.out += text

    async def _read_errors(self) -> None:
        async for text in _texts(self.process.stderr):
            self.errors += text


async def _texts(stream: asyncio.StreamReader | None) -> AsyncIterator[str]:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    while stream and (part := await stream.read(4096)):
        yield decoder.decode(part)


@contextlib.asynccontextmanager
async def casekeeper(*arguments: str) -> AsyncIterator[Command]:
    """The command, from the repository's folder; killed when the block ends and it still runs."""
    pipe = asyncio.subprocess.PIPE
    environment = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}
    argv = [sys.executable, "-m", "casekeeper", *arguments]
    process = await asyncio.create_subprocess_exec(*argv, stdout=pipe, stderr=pipe, cwd=REPOSITORY, env=environment)
    command = Command(process)
    try:
        yield command
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await command.ended()


def free_ports() -> int:
    """A port that is free together with the ones a stack takes after it.

    Below those that the system itself hands out, so that nobody who asks for any free port gets one of them meanwhile.
    """
    bases = range(LOWEST_PORT, HIGHEST_PORT, PORTS_NEEDED)
    for base in random.sample(bases, len(bases)):
        if all(port_is_free(base + number) for number in range(PORTS_NEEDED)):
            return base
    raise AssertionError(f"no {PORTS_NEEDED} neighbouring ports are free between {LOWEST_PORT} and {HIGHEST_PORT}")


def working_on(folder: Path) -> dict[int, str]:
    """Processes whose command line or working folder is this folder, by number."""
    found = {}
    for each in Path("/proc").iterdir():
        if not each.name.isdigit() or int(each.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            line = (each / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(folder) in line or (each / "cwd").readlink().is_relative_to(folder):
                found[int(each.name)] = line
    return found
