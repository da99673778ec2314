"""What a customer was promised (F1)."""

from typing import Literal

from schemas.base import UtcDatetime
from services.cases.domain.records import Frozen

PromiseState = Literal["open", "broken", "kept", "late", "withdrawn"]
"""open: its time has not come; broken: it has, and nothing was reported yet; kept: in time; late: kept after its time;
withdrawn: the reply that made it never left, so that the customer was promised nothing."""


class Promise(Frozen):
    """What was promised by when (F1)."""

    id: str
    what: str
    due_at: UtcDatetime
    made_at: UtcDatetime | None = None
    owner: str = ""
    reply_id: str = ""
    kept: bool = False
    kept_at: UtcDatetime | None = None
    late: bool = False
    broken: bool = False
    withdrawn: bool = False

    @property
    def open(self) -> bool:
        """Whether the customer still waits for the result."""
        return not self.kept and not self.withdrawn

    @property
    def state(self) -> PromiseState:
        """What the ledger says of it."""
        if self.withdrawn:
            return "withdrawn"
        if self.kept:
            return "late" if self.late else "kept"
        return "broken" if self.broken else "open"
