"""The kinds of failure (design 6), and how HTTP tells them (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

PROBLEM_ROOT = "urn:casekeeper:problem:"


class Rejected(Exception):
    """Not valid and never will be: a dead letter at once."""


class Unavailable(Exception):
    """The store, the broker or somebody else's system does not answer: wait, and try the same again."""


class Conflict(Exception):
    """Others kept changing the same document; nothing of ours was written."""


class PortInUse(Exception):
    """Something else listens where we want to."""


class Problem(Exception):
    """An answer to a command that can not be carried out; nothing has changed.

    `kind` is stable and becomes the problem document's `type`; `extra` are further members.
    """

    def __init__(self, status: int, kind: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.extra: Mapping[str, Any] = extra

    def document(self) -> dict[str, Any]:
        """The problem document."""
        title = self.kind.replace("-", " ").capitalize()
        return {
            "type": f"{PROBLEM_ROOT}{self.kind}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
        } | dict(self.extra)
