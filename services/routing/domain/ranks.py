"""Who is next: people in the order of their own points, in sets of equals, so that the first of any set of people are
found without looking at each."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from services.routing.domain.bits import united

Rank = tuple[int, float]
"""Points, and the share of capacity in use: the fewer of both, the sooner."""


class Ranked(Protocol):
    """What a person's rank is made of."""

    slot: int
    capacity: int
    load: float
    standing: int


class Ranks:
    """People by what they would cost with one more piece of work of some weight, apart from what the work is about."""

    __slots__ = ("_full", "_ranks", "_sets", "_weight")

    def __init__(self, full: int, weight: float, rows: Iterable[Ranked]) -> None:
        self._full, self._weight = full, weight
        slots: defaultdict[Rank, list[int]] = defaultdict(list)
        for row in rows:
            slots[self._rank(row, row.load, row.standing)].append(row.slot)
        self._ranks = sorted(slots)
        self._sets = [united(slots[rank]) for rank in self._ranks]

    def least(self) -> int:
        """The points of the first."""
        return self._ranks[0][0] if self._ranks else 0

    def in_order(self) -> Iterator[tuple[Rank, int]]:
        """Each rank that anybody has, and who has it, the first first."""
        return zip(self._ranks, self._sets, strict=True)

    def move(self, row: Ranked, load: float, standing: int, bit: int) -> None:
        """Let a person stand where a load and a standing put them, before they are noted in the row."""
        before, after = self._rank(row, row.load, row.standing), self._rank(row, load, standing)
        if before == after:
            return
        self._discard(before, bit)
        self._add(after, bit)

    def put(self, row: Ranked, bit: int) -> None:
        """Take a person in."""
        self._add(self._rank(row, row.load, row.standing), bit)

    def take(self, row: Ranked, bit: int) -> None:
        """Take a person out."""
        self._discard(self._rank(row, row.load, row.standing), bit)

    def _rank(self, row: Ranked, load: float, standing: int) -> Rank:
        return int(self._full * (load + self._weight) / row.capacity) + standing, load / row.capacity

    def _add(self, rank: Rank, bit: int) -> None:
        ranks = self._ranks
        at = bisect_left(ranks, rank)
        if at < len(ranks) and ranks[at] == rank:
            self._sets[at] |= bit
        else:
            ranks.insert(at, rank)
            self._sets.insert(at, bit)

    def _discard(self, rank: Rank, bit: int) -> None:
        at = bisect_left(self._ranks, rank)
        if rest := self._sets[at] ^ bit:
            self._sets[at] = rest
        else:
            del self._ranks[at], self._sets[at]
