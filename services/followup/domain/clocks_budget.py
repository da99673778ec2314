"""How many escalations of a brand people are told of one by one in an hour; the rest is told as a sum (F3). Pure."""

from datetime import datetime, timedelta

from pydantic import Field

from schemas.base import Identifier, Model, UtcDatetime
from schemas.events.followup import ClockEscalated, ClockKind, ClocksSummedUp, LateClock

WINDOW = timedelta(hours=1)
WORST = 10
"""So many are named in a sum."""
SUM_EVERY = timedelta(minutes=1)
"""A sum waits so long for more of its kind; while a mountain is worked off, the sums come no closer than WINDOW."""


class Budget(Model):
    """One brand's escalations: those of the last hour, and those that wait to be summed up."""

    brand: Identifier
    window_began_at: UtcDatetime
    taken: int = 0
    """One by one in this window."""
    granted: int = 0
    """What the last request was given."""
    by_kind: dict[ClockKind, int] = Field(default_factory=dict)
    """Waiting to be summed up."""
    worst: tuple[LateClock, ...] = ()
    waiting_since: UtcDatetime | None = None
    summed_up_at: UtcDatetime | None = None
    sums: int = 0


def take(state: Budget | None, brand: str, wanted: int, most: int, now: datetime) -> Budget:
    """Ask for so many escalations one by one; `granted` says how many there may be."""
    known = state or Budget(brand=brand, window_began_at=now)
    # A clock that was set back must not leave the brand without a word for as long as that.
    if not known.window_began_at <= now < known.window_began_at + WINDOW:
        known = known.model_copy(update={"window_began_at": now, "taken": 0})
    granted = max(0, min(wanted, most - known.taken))
    return known.model_copy(update={"granted": granted, "taken": known.taken + granted})


def summed(state: Budget | None, event: ClockEscalated, now: datetime) -> Budget | None:
    """One more for the next sum; None for what people are told of one by one."""
    if not event.in_digest:
        return None
    known = state or Budget(brand=event.brand, window_began_at=now)
    late = LateClock(
        clock_id=event.clock_id, kind=event.kind, case_id=event.case_id, due_at=event.due_at, harm=event.harm
    )
    worst = sorted((*known.worst, late), key=lambda each: (-each.harm, each.clock_id))[:WORST]
    return known.model_copy(
        update={
            "by_kind": {**known.by_kind, event.kind: known.by_kind.get(event.kind, 0) + 1},
            "worst": tuple(worst),
            "waiting_since": known.waiting_since or now,
        }
    )


def sum_due_at(state: Budget) -> datetime | None:
    """When the leads are told what waits; None: nothing does."""
    if state.waiting_since is None:
        return None
    soon = state.waiting_since + SUM_EVERY
    return max(soon, state.summed_up_at + WINDOW) if state.summed_up_at else soon


def sum_up(state: Budget | None, now: datetime) -> tuple[Budget, ClocksSummedUp] | None:
    """Tell what waits, if it is time."""
    due_at = sum_due_at(state) if state else None
    if state is None or state.waiting_since is None or due_at is None or now < due_at:
        return None
    told = ClocksSummedUp(
        brand=state.brand,
        number=state.sums + 1,
        by_kind=state.by_kind,
        worst=state.worst,
        since=state.waiting_since,
        summed_up_at=now,
    )
    over: dict[str, object] = {"by_kind": {}, "worst": (), "waiting_since": None}
    return state.model_copy(update=over | {"summed_up_at": now, "sums": told.number}), told
