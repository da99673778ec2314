"""The open clocks of many cases in a few numbers, for whoever looks after the system (F3, I4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import get_args

from schemas.base import Model, UtcDatetime
from schemas.events.followup import ClockKind
from services.followup.domain.clocks import CaseClocks


class KindSum(Model):
    """The open clocks of one kind. `late` are overdue, `paused` stand still; both are among the `open` ones."""

    kind: ClockKind
    open: int = 0
    warned: int = 0
    late: int = 0
    paused: int = 0
    next_due_at: UtcDatetime | None = None
    """The next one that runs out; None: none runs that is not late already."""
    late_since: UtcDatetime | None = None
    """Since when the one is late that is late for longest."""


def summed(cases: Iterable[CaseClocks], now: datetime) -> tuple[KindSum, ...]:
    """Every kind, also those of which none is open, in the order of the contract."""
    found: dict[ClockKind, KindSum] = {kind: KindSum(kind=kind) for kind in get_args(ClockKind)}
    for clock in (clock for case in cases for clock in case.clocks if not clock.over):
        known = found[clock.kind]
        late = not clock.paused and now >= clock.due_at
        changes: dict[str, object] = {
            "open": known.open + 1,
            "warned": known.warned + (clock.warned and not late and not clock.paused),
            "late": known.late + late,
            "paused": known.paused + clock.paused,
        }
        if late:
            changes["late_since"] = min(clock.due_at, known.late_since or clock.due_at)
        elif not clock.paused:
            changes["next_due_at"] = min(clock.due_at, known.next_due_at or clock.due_at)
        found[clock.kind] = known.model_copy(update=changes)
    return tuple(found.values())
