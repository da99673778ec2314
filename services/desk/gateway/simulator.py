"""The simulator, in a process of its own: it computes for minutes, and the desk goes on meanwhile."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from services.desk.domain.whatif import Outline, Refused, outline

NEEDED = ("casekeeper", "simpy")
"""Without these there is nothing to run: simpy comes with the extra `simulate`."""
PATIENCE_SECONDS = 5.0
LONGEST_PROBLEM = 500


class SimulationFailed(Exception):
    """It ended without an answer; the text says why."""


class Simulator:
    """Runs `casekeeper simulate` on changed scenarios of one folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._contents: dict[str, Mapping[str, Any]] = {}
        self.outlines: dict[str, Outline] = {}
        self.left_out: list[str] = []
        """Scenarios that can not be asked about, with why."""
        self.loaded = False

    @property
    def installed(self) -> bool:
        """Whether the simulator is there; it is an extra of the package."""
        return all(find_spec(name) is not None for name in NEEDED)

    def load(self) -> None:
        """Read the scenarios. What can not be read is left out, with the reason."""
        self.loaded = True
        for path in sorted(self._folder.glob("*.yaml")) if self._folder and self._folder.is_dir() else ():
            try:
                content = yaml.safe_load(path.read_text(encoding="utf-8"))
                self.outlines[path.stem] = outline(path.stem, content)
                self._contents[path.stem] = content
            except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
                self.left_out.append(f"{path.stem}: {error}")
            except Refused as error:
                self.left_out.append(str(error))

    def content(self, scenario: str) -> Mapping[str, Any]:
        """Raises Refused for one that is not there."""
        if scenario not in self._contents:
            raise Refused(f"there is no scenario {scenario!r}")
        return self._contents[scenario]

    async def run(self, content: Mapping[str, Any], runs: int, step: Callable[[float], None]) -> dict[str, Any]:
        """What the simulator says of it; `step` is told the share that is done. Cancelled, the process ends too.

        Raises SimulationFailed.
        """
        with TemporaryDirectory(prefix="casekeeper-what-if-") as folder:
            path = Path(folder) / "scenario.yaml"
            path.write_text(yaml.safe_dump(dict(content), allow_unicode=True), encoding="utf-8")
            process = await asyncio.create_subprocess_exec(
                *_command(path, runs),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
            try:
                return await _heard(process, step)
            finally:
                await _ended(process)


def _command(path: Path, runs: int) -> list[str]:
    # What people wait for at their desks goes before: the simulation takes what is left of the processor.
    polite = ["nice", "-n", "10"] if shutil.which("nice") else []
    asked = ["simulate", "--scenario", str(path), "--runs", str(runs), "--processes", "1", "--json", "--progress-lines"]
    return [*polite, sys.executable, "-m", "casekeeper", *asked]


async def _heard(process: asyncio.subprocess.Process, step: Callable[[float], None]) -> dict[str, Any]:
    out_pipe, said_pipe = process.stdout, process.stderr
    if out_pipe is None or said_pipe is None:
        raise SimulationFailed("the simulator can not be heard")
    out, said = asyncio.create_task(out_pipe.read()), ""
    async for line in said_pipe:
        text = line.decode(errors="replace").strip()
        name, _, share = text.partition(" ")
        if name == "progress":
            with contextlib.suppress(ValueError):
                step(float(share))
        elif text:
            said = text
    code = await process.wait()
    lines = (await out).decode(errors="replace").strip().splitlines()
    if code or not lines:
        raise SimulationFailed((said or f"the simulator ended with {code}")[:LONGEST_PROBLEM])
    try:
        found: dict[str, Any] = json.loads(lines[-1])
    except ValueError as error:
        raise SimulationFailed("the simulator said something that is no answer") from error
    return found


async def _ended(process: asyncio.subprocess.Process) -> None:
    """See to it that it is over, with whatever it started."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)
