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
    share: float
    standing: int


class Ranks:
    """People by what they would cost with one more piece of work of some weight, apart from what the work is about."""

    __slots__ = ("_full", "_ranks", "_sets", "_weight")

    def __init__(self, full: int, weight: float, rows: Iterable[Ranked]) -> None:
        self._full, self._weight = full, weight
        slots: defaultdict[Rank, list[int]] = defaultdict(list)
        for row in rows:
            slots[self.rank(row)].append(row.slot)
        self._ranks = sorted(slots)
        self._sets = [united(slots[rank]) for rank in self._ranks]

    def rank(self, row: Ranked) -> Rank:
        """Where a person stands."""
        return int(self._full * (row.load + self._weight) / row.capacity) + row.standing, row.share

    def least(self) -> int:
        """The points of the first."""
        return self._ranks[0][0] if self._ranks else 0

    def in_order(self) -> Iterator[tuple[Rank, int]]:
        """Each rank that anybody has, and who has it, the first first."""
        return zip(self._ranks, self._sets, strict=True)

    def put(self, row: Ranked, bit: int) -> None:
        """Let a person stand where they belong."""
        rank = self.rank(row)
        at = bisect_left(self._ranks, rank)
        if at < len(self._ranks) and self._ranks[at] == rank:
            self._sets[at] |= bit
        else:
            self._ranks.insert(at, rank)
            self._sets.insert(at, bit)

    def take(self, row: Ranked, bit: int) -> None:
        """Take a person out, before anything changes of which their rank is made."""
        at = bisect_left(self._ranks, self.rank(row))
        self._sets[at] ^= bit
        if not self._sets[at]:
            del self._ranks[at], self._sets[at]
