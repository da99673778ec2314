"""What other terms would do to the clocks that run: which move, which begin, which end. Nothing changes (F3). Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from schemas.base import Model, UtcDatetime
from schemas.events.followup import ClockKind, ClockMoved, ClockResumed, ClockSet, ClockStopped
from services.followup.domain.clocks import CaseClocks
from services.followup.domain.clocks_course import with_terms
from services.followup.domain.clocks_terms import ClockTerms

MoveTo = Literal["earlier", "later", "late", "begins", "ends"]
"""`late`: it is moved to a moment that has passed already, and breaches at once."""
EXAMPLES = 5


class Move(Model):
    """What would become of one clock."""

    brand: str
    kind: ClockKind
    case_id: str
    to: MoveTo
    was_due_at: UtcDatetime | None = None
    due_at: UtcDatetime | None = None


class Planned(Model):
    """The clocks of one brand and kind with the same fate: how many, and the first few of them."""

    brand: str
    kind: ClockKind
    to: MoveTo
    count: int
    examples: tuple[Move, ...]


def moves(state: CaseClocks, terms: ClockTerms, now: datetime) -> Iterator[Move]:
    """What these terms would do to the clocks of a case."""
    for event in with_terms(state, terms, now)[1]:
        names = {"brand": event.brand, "kind": event.kind, "case_id": event.case_id}
        if isinstance(event, ClockStopped):
            yield Move(**names, to="ends", was_due_at=event.due_at)
        elif isinstance(event, ClockSet):
            yield Move(**names, to="late" if event.due_at <= now else "begins", due_at=event.due_at)
        elif isinstance(event, ClockMoved | ClockResumed):
            clock = state.find(event.clock_id)
            was = clock.due_at if clock else event.due_at
            to: MoveTo = "late" if event.due_at <= now else "earlier" if event.due_at < was else "later"
            yield Move(**names, to=to, was_due_at=was, due_at=event.due_at)


class Plan:
    """Counts moves, case by case."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, ClockKind, MoveTo], list[Move]] = {}
        self._counts: dict[tuple[str, ClockKind, MoveTo], int] = {}
        self.clocks = 0
        """Open ones that were looked at."""

    def look_at(self, state: CaseClocks, terms: ClockTerms, now: datetime) -> None:
        """Add what these terms would do to the clocks of a case."""
        self.clocks += sum(not clock.over for clock in state.clocks)
        for move in moves(state, terms, now):
            key = move.brand, move.kind, move.to
            self._counts[key] = self._counts.get(key, 0) + 1
            examples = self._found.setdefault(key, [])
            if len(examples) < EXAMPLES:
                examples.append(move)

    @property
    def planned(self) -> tuple[Planned, ...]:
        """By brand, kind and fate."""
        return tuple(
            Planned(brand=key[0], kind=key[1], to=key[2], count=self._counts[key], examples=tuple(found))
            for key, found in sorted(self._found.items())
        )
