"""What follow-up answers about all open clocks, as far as the operator's page shows it (F3, I4)."""

from schemas.base import Model, UtcDatetime


class KindSum(Model):
    """The open clocks of one kind."""

    kind: str
    open: int
    warned: int
    late: int
    paused: int
    next_due_at: UtcDatetime | None = None
    late_since: UtcDatetime | None = None


class ClockSummary(Model):
    """`complete`: whether all open cases were counted; if not, those that are due first were."""

    at: UtcDatetime
    cases: int
    complete: bool
    kinds: tuple[KindSum, ...]
