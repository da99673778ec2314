"""What a screen on the wall shows: clocks, who waits longest, load against room. Never a customer's words or name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.desk.domain.board import Row
from services.desk.domain.case_view import OPEN
from services.desk.domain.coverage import Member
from services.desk.domain.next_thing import SOON

LONGEST = 5
Weight = Callable[[str], float]
"""The room that a case of a channel takes (P5)."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """Open cases by the clock that is due next, whichever it is (F3)."""

    late: int = 0
    soon: int = 0
    """Due within half an hour, as the list of cases has it."""
    fine: int = 0
    """Due later."""
    nothing: int = 0
    """No clock runs: the customer has heard, and nothing was promised."""
    unowned: int = 0
    """Among all of these."""

    @property
    def open(self) -> int:
        return self.late + self.soon + self.fine + self.nothing

    @property
    def parts(self) -> Sequence[tuple[str, int]]:
        """Each state with its count, the worst first."""
        return (("late", self.late), ("soon", self.soon), ("fine", self.fine), ("nothing", self.nothing))


@dataclass(frozen=True, slots=True)
class Load:
    """The work of a team, or in a language, and the people on shift for it."""

    key: str
    open: int
    unowned: int
    late: int
    """With a clock that is late now."""
    agents: int
    """On shift."""
    held: float
    """Room that is taken of theirs by open cases of any kind, by the weights of the channels."""
    capacity: int
    elsewhere: int
    """Open cases whose owner is not on shift."""

    @property
    def share(self) -> float | None:
        """Of the room of those on shift; None where nobody is. Above 1 they hold more than they should."""
        return self.held / self.capacity if self.capacity else None

    @property
    def full(self) -> bool:
        return self.share is None or self.share >= 1


def clocks_of(rows: Iterable[Row], now: datetime) -> Clocks:
    """The counts of these open cases."""
    counts = {"late": 0, "soon": 0, "fine": 0, "nothing": 0}
    unowned = 0
    for row in rows:
        counts[state_of(row, now)] += 1
        unowned += not row.owner
    return Clocks(**counts, unowned=unowned)


def state_of(row: Row, now: datetime) -> str:
    """One of the states of `Clocks`."""
    due = due_at(row)
    if due is None:
        return "nothing"
    return "late" if due < now else "soon" if due <= now + SOON else "fine"


def due_at(row: Row) -> datetime | None:
    """When the first of the case's clocks that run is due."""
    return row.needs.running[0].due_at if row.needs.running else None


def opened(rows: Iterable[Row], brands: frozenset[str]) -> list[Row]:
    """The open cases of these brands."""
    return [row for row in rows if row.brand in brands and row.status in OPEN]


def longest_waiting(rows: Iterable[Row], count: int = LONGEST) -> list[Row]:
    """Those whose customers wait longest for a word of ours, the longest first."""
    waiting = [(row.needs.wrote_at, row.id, row) for row in rows if row.needs.wrote_at]
    return [row for _, _, row in sorted(waiting, key=lambda each: each[:2])[:count]]


def held_by(rows: Iterable[Row], weight: Weight) -> dict[str, float]:
    """The room that open cases take of their owners'."""
    held: dict[str, float] = {}
    for row in rows:
        if row.owner:
            held[row.owner] = held.get(row.owner, 0.0) + weight(row.channel)
    return held


def loads(
    rows: Sequence[Row],
    on_shift: Sequence[Member],
    now: datetime,
    weight: Weight,
    of_row: Callable[[Row], str],
    of_member: Callable[[Member], Iterable[str]],
) -> list[Load]:
    """One line for each key that rows or people have, the most open cases first.

    `rows` are open cases, `on_shift` the people at work; somebody who belongs to two lines counts in both.
    """
    held = held_by(rows, weight)
    owners = [member for member in on_shift if member.owns]
    there = {member.person.id for member in owners}
    by_key: dict[str, list[Row]] = {}
    for row in rows:
        by_key.setdefault(of_row(row), []).append(row)
    people: dict[str, list[Member]] = {}
    for member in owners:
        for key in of_member(member):
            people.setdefault(key, []).append(member)
    found = [
        Load(
            key=key,
            open=len(mine := by_key.get(key, [])),
            unowned=sum(not row.owner for row in mine),
            late=sum(state_of(row, now) == "late" for row in mine),
            agents=len(team := people.get(key, [])),
            held=round(sum(held.get(member.person.id, 0.0) for member in team), 1),
            capacity=sum(member.person.capacity for member in team),
            elsewhere=sum(bool(row.owner) and row.owner not in there for row in mine),
        )
        for key in by_key.keys() | people.keys()
    ]
    return sorted(found, key=lambda load: (-load.open, load.key))
