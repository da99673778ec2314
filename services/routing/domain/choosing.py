"""Picking the best of the eligible and saying why: the conditions that rule people out, the points, the ties."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol
from zlib import crc32

from services.routing.domain.bits import fewest
from services.routing.domain.outcome import Request, Scored, Why
from services.routing.domain.people import Kind, People, Row
from services.routing.domain.ranks import Rank, Ranks

SHOWN = 3
"""Candidates an explanation names."""
FEW_TO_BEGIN, FEW = 64, 8
"""So many eligible people are looked at one by one, and so many equals are told apart one by one."""
EVERYBODY = -1
"""The set that all are in, as bits: a condition that rules nobody out."""
UNKNOWN_LANGUAGE = "und"

Condition = tuple[str, int]
"""A name and the set of people who meet it."""


Part = tuple[int, int]
"""Points, and the set of people whom they are added to."""
Place = tuple[int, float, int, int, str, Row]
"""A person's place in the order, which nobody shares."""


@dataclass(slots=True)
class Costs:
    """The points of a search as sums over sets of people, so that the best are found without looking at everybody."""

    ranks: Ranks
    """What each person costs whatever the request is about."""
    parts: list[Callable[[], Iterable[Part]]]
    """Everything else that costs: of each, the cheapest set first. Who is in several is in the first of them only."""
    cheaper: int = 0
    """Who gets points taken off; they are looked at first."""
    most_off: int = 0


class Search(Protocol):
    """One request against the people of one moment: who may be chosen, and what each is worth."""

    @property
    def request(self) -> Request:
        """What is asked."""

    @property
    def considered(self) -> int:
        """Everybody whose role could do it."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What they had to meet, in the order in which failing is counted; conditions that gave way are not in it."""

    @property
    def kind(self) -> Kind | None:
        """Equal for searches whose conditions are the same until a shift changes, but for the last; None: for no other."""

    eligible: int
    """Who meets them all; nobody if nobody can be chosen now."""

    def points(self, rows: Sequence[Row]) -> list[int]:
        """What each person would cost; the fewest win."""

    def costs(self) -> Costs | None:
        """The same points by sets of people; None: everybody has to be looked at."""

    def terms(self, row: Row) -> dict[str, int]:
        """One person's points by term."""

    def unmet(self, row: Row) -> tuple[str, ...]:
        """The wishes this person does not meet."""

    def next_possible(self) -> int | None:
        """When nobody is eligible: the first second at which somebody may be."""


def best(search: Search, people: People, shown: int = SHOWN) -> list[Row]:
    """The first few people by points; ties by load share, longest since an assignment, then in turn by request."""
    turn = crc32(search.request.request_id.encode())
    if search.eligible.bit_count() <= FEW_TO_BEGIN or (costs := search.costs()) is None:
        return _first(search, people.rows_of(search.eligible), turn, shown)
    found = _Equals(shown, costs)
    if known := costs.cheaper & search.eligible:
        found.divide(-costs.most_off, known, 0)
    found.divide(0, search.eligible & ~known, 0)
    return _in_turn(found.sets, people, turn, shown)


def _first(search: Search, rows: Sequence[Row], turn: int, shown: int) -> list[Row]:
    """The first few, by looking at everybody."""
    points = search.points(rows)
    # Ties are settled only among those who can be among the first.
    enough = min(points) if shown == 1 else sorted(points)[min(shown, len(points)) - 1]
    places: list[Place] = [
        (total, row.share, row.turn, row.tie ^ turn, row.id, row)
        for total, row in zip(points, rows, strict=True)
        if total <= enough
    ]
    places.sort()
    return [place[-1] for place in places[:shown]]


class _Equals:
    """Sets of people who cost the same and have the same share of their capacity in use, as far as they can be the first."""

    def __init__(self, shown: int, costs: Costs) -> None:
        self.sets: dict[Rank, int] = {}
        self._shown, self._ranks, self._parts = shown, costs.ranks, costs.parts
        self._least = costs.ranks.least()
        self._limit = inf
        """More points than this nobody has who is shown."""
        self._count = 0

    def divide(self, points: int, group: int, depth: int) -> None:
        """Look at people who all cost these points so far; cheapest first, so that most need no look."""
        if depth == len(self._parts):
            self._look(points, group)
            return
        for more, who in self._parts[depth]():
            if points + more + self._least > self._limit:
                return
            if part := group & who:
                self.divide(points + more, part, depth + 1)
                group ^= part
                if not group:
                    return

    def _look(self, points: int, group: int) -> None:
        for (own, share), who in self._ranks.in_order():
            if points + own > self._limit:
                return
            if part := group & who:
                rank = points + own, share
                self.sets[rank] = self.sets.get(rank, 0) | part
                self._count += part.bit_count()
                if self._count >= self._shown:
                    self._limit = self._last()
                group ^= part
                if not group:
                    return

    def _last(self) -> int:
        """What the last of those who are shown costs, by all that is known so far."""
        missing = self._shown
        for rank in sorted(self.sets):
            missing -= self.sets[rank].bit_count()
            if missing <= 0:
                break
        return rank[0]


def _in_turn(sets: Mapping[Rank, int], people: People, turn: int, shown: int) -> list[Row]:
    """The first few of sets of equals: who was given something longest ago, then by a number of request and person."""
    found: list[Row] = []
    for rank in sorted(sets):
        equals, missing = sets[rank], shown - len(found)
        if equals.bit_count() > FEW:
            equals = fewest(equals, _later(people, turn), missing, FEW)
        rows = people.rows_of(equals)
        rows.sort(key=lambda row: (row.turn, row.tie ^ turn, row.id))
        found += rows[:missing]
        if len(found) == shown:
            break
    return found


def _later(people: People, turn: int) -> Iterator[int]:
    """Who comes later among equals, by each digit of their last turn, then by each digit of a number of their own."""
    yield from reversed(people.turns.digits())
    ties = people.ties.digits()
    for digit in reversed(range(32)):
        ones = ties[digit] if digit < len(ties) else 0
        yield ~ones if turn >> digit & 1 else ones


def explanation(
    search: Search, people: People, shown: Sequence[Row] = (), relaxed: tuple[str, ...] = (), together: int = 0
) -> Why:
    """Why: `excluded` counts each person at the first condition they failed, or as `outscored`.

    Its counts and its candidates together are all the people considered. `together`: what the first of those shown was
    given off because it serves all that waits best (`together.plan`).
    """
    excluded, left = _ruled_out(search, people)
    if outscored := left - len(shown):
        excluded["outscored"] = outscored
    candidates = [Scored(row.id, search.terms(row)) for row in shown]
    if together:
        candidates[0].terms["together"] = -together
    return Why(candidates, excluded, relaxed)


def _ruled_out(search: Search, people: People) -> tuple[dict[str, int], int]:
    """How many failed each condition first, and how many are left. What searches of a kind share is counted once."""
    if (kind := search.kind) is None:
        return _counted(search.considered, search.conditions)
    if (known := people.ruled_out.get(kind)) is None:
        known = people.ruled_out[kind] = _counted(search.considered, search.conditions[:-1])
    excluded, left = known[0].copy(), search.eligible.bit_count()
    if failed := known[1] - left:
        excluded[search.conditions[-1][0]] = failed
    return excluded, left


def _counted(left: int, conditions: Iterable[Condition]) -> tuple[dict[str, int], int]:
    excluded: dict[str, int] = {}
    count_left = left.bit_count()
    for name, allowed in conditions:
        rest = left & allowed
        if rest != left:
            count_rest = rest.bit_count()
            excluded[name] = count_left - count_rest
            left, count_left = rest, count_rest
    return excluded, count_left
