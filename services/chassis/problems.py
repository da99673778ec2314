"""Kinds of problems, as the description of an HTTP API tells them, and those that any service can answer with."""

import re
from dataclasses import dataclass
from typing import Any

from services.chassis.errors import PROBLEM_ROOT

_RAISED = re.compile(r"Problem\(\s*(\d+),\s*\"([a-z-]+)\"")


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """One kind of problem, with the status under which it is told."""

    status: int
    kind: str
    meaning: str

    @property
    def type(self) -> str:
        return f"{PROBLEM_ROOT}{self.kind}"

    @property
    def title(self) -> str:
        return self.kind.replace("-", " ").capitalize()

    def document(self) -> dict[str, Any]:
        """An example of its problem document."""
        return {"type": self.type, "title": self.title, "status": self.status, "detail": self.meaning}


ALWAYS = (
    Kind(400, "invalid-request", "What was sent does not fit; `errors` names each field."),
    Kind(401, "not-authenticated", "The bearer token of the services is missing or wrong."),
    Kind(413, "body-too-large", "The body is larger than the limit of 1 MiB."),
    Kind(503, "unavailable", "The store does not answer; try the same again under the same key."),
)
"""What every route can lead to."""
OF_A_COMMAND = (
    Kind(400, "idempotency-key-missing", "A command needs the header Idempotency-Key."),
    Kind(409, "conflict", "Others keep changing the same at this moment; try again under the same key."),
)
"""What every command can lead to."""
INVALID_CURSOR = Kind(400, "invalid-cursor", "The cursor does not belong to this list; begin again without one.")
ELSEWHERE = (
    Kind(404, "not-found", "There is nothing at this address."),
    Kind(405, "method-not-allowed", "The address does not take this method."),
    Kind(500, "internal-error", "A bug of ours; it has been logged."),
)
"""What no route of ours answers when all is well."""


def named_in(source: str) -> set[tuple[int, str]]:
    """The kinds that a source text raises by name, as `Problem(<status>, "<kind>", ...)`."""
    return {(int(status), kind) for status, kind in _RAISED.findall(source)}
