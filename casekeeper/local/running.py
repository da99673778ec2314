"""Where a running stack can be found: it leaves a note in its data folder."""

import json
import os
from pathlib import Path

from pydantic import BaseModel

from casekeeper.local import children
from casekeeper.local.secrets import FILE as SECRETS_FILE
from casekeeper.local.secrets import Secrets
from casekeeper.local.stack import Stack
from services.chassis.clock import ShiftedClock
from services.chassis.kafka import Cluster

FILE = "stack.json"


class NotRunning(RuntimeError):
    """There is no stack on this data folder."""


class Running(BaseModel):
    """A running stack, as other commands need to know it."""

    pid: int
    host: str
    ports: dict[str, int]
    organisation: Path
    secrets: Secrets
    clock_offset_seconds: float = 0
    """How far the stack's clock is ahead: who signs something for it has to use the same."""
    kafka_idempotent: bool = False

    def url(self, service: str) -> str:
        """Where a service answers."""
        return f"http://{self.host}:{self.ports[service]}"

    @property
    def cluster(self) -> Cluster:
        return Cluster(f"{children.HOST}:{self.ports['broker']}", idempotent=self.kafka_idempotent)

    @property
    def clock(self) -> ShiftedClock:
        return ShiftedClock(self.clock_offset_seconds)

    @property
    def internal_headers(self) -> dict[str, str]:
        """What our own services show each other."""
        return {"Authorization": f"Bearer {self.secrets.internal_token}"}


def note(stack: Stack) -> None:
    """Leave the note."""
    plan = stack.plan
    text = {
        "pid": os.getpid(),
        "host": plan.host,
        "ports": stack.ports,
        "organisation": str(plan.organisation.absolute()),
        "clock_offset_seconds": plan.clock_offset_seconds,
        "kafka_idempotent": stack.cluster.idempotent,
    }
    (plan.folder / FILE).write_text(json.dumps(text), encoding="utf-8")


def forget(folder: Path) -> None:
    """Take the note away."""
    (folder / FILE).unlink(missing_ok=True)


def find(folder: Path) -> Running:
    """The stack on this folder. Raises NotRunning."""
    try:
        note = json.loads((folder / FILE).read_text(encoding="utf-8"))
        secrets = json.loads((folder / SECRETS_FILE).read_text(encoding="utf-8"))
        os.kill(note["pid"], 0)
    except (OSError, ValueError, KeyError) as error:
        raise NotRunning(f"no stack is running on the folder {folder}; start one with: make run") from error
    return Running(**note, secrets=secrets)
