"""Picking the best of the eligible and saying why: the conditions that rule people out, the points, the ties."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Any, Protocol, TypeVar
from zlib import crc32

from pydantic import BaseModel

from schemas.events.routing import Candidate, Explanation
from services.routing.domain.bits import fewest
from services.routing.domain.outcome import Request
from services.routing.domain.people import People, Row

SHOWN = 3
"""Candidates an explanation names."""
FEW_TO_BEGIN, FEW = 160, 24
"""So many eligible people are looked at one by one; of more, sets are made until a set has so few."""
EVERYBODY = -1
"""The set that all are in, as bits: a condition that rules nobody out."""
UNKNOWN_LANGUAGE = "und"

Condition = tuple[str, int]
"""A name and the set of people who meet it."""


Part = tuple[int, int]
"""Points, and the set of people whom they are added to."""
Place = tuple[Any, ...]
"""A person's place in the order, the person at the end."""
Made = TypeVar("Made", bound=BaseModel)
_DEFAULTS: dict[type[BaseModel], dict[str, Any]] = {
    Explanation: dict(Explanation()),
    Candidate: dict(Candidate(person="nobody", score=0)),
}
_set = object.__setattr__


@dataclass(slots=True)
class Costs:
    """The points of a search as sums over sets of people, so that the best is found without looking at everybody."""

    full: int
    """Points of a person who would be just full."""
    weight: float
    """The room the request takes."""
    parts: list[list[Part]]
    """Everything else that costs: at each, the sets do not overlap, and who is in none of them gets no points."""
    cheaper: int = 0
    """Who gets points taken off; they are looked at first."""
    most_off: int = 0


class Search(Protocol):
    """One request against the people of one moment: who may be chosen, and what each is worth."""

    @property
    def request(self) -> Request:
        """What is asked."""

    considered: int
    """Everybody whose role could do it."""
    conditions: tuple[Condition, ...]
    """What they had to meet, in the order in which failing is counted; conditions that gave way are not in it."""
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
        return [place[-1] for place in _first(search, people.rows_of(search.eligible), turn, shown)]
    return _narrowed(search, people, costs, turn, shown)


def _first(search: Search, rows: Sequence[Row], turn: int, shown: int) -> list[Place]:
    """The first few, by looking at everybody."""
    points = search.points(rows)
    # Ties are settled only among those who can be among the first.
    enough = min(points) if shown == 1 else sorted(points)[min(shown, len(points)) - 1]
    places = [_place(row, total, turn) for total, row in zip(points, rows, strict=True) if total <= enough]
    places.sort()
    return places[:shown]


def _place(row: Row, points: int, turn: int) -> Place:
    """A person's place in the order; nobody shares it."""
    return (points, row.load / row.capacity, True, row.turn, row.tie ^ turn, row.person.id, row)


def _narrowed(search: Search, people: People, costs: Costs, turn: int, shown: int) -> list[Row]:
    """The first few, by dividing people into sets of equal cost, the cheapest further and further; few are looked at."""
    sets = count()
    heap: list[tuple[Any, ...]] = [
        (points, share, False, next(sets), 0, bits) for points, share, bits in _by_load(search.eligible, people, costs)
    ]
    heapify(heap)
    found: list[Row] = []
    while len(found) < shown and heap:
        points, share, single, _, depth, *_, last = heappop(heap)
        if single:
            found.append(last)
            continue
        done = depth == len(costs.parts)
        if done:
            last = fewest(last, _ties(people, turn), shown, FEW)
        if done or last.bit_count() <= FEW:
            for place in _first(search, people.rows_of(last), turn, shown):
                heappush(heap, place)
        else:
            for more, part in _divided(last, costs.parts[depth]):
                heappush(heap, (points + more, share, False, next(sets), depth + 1, part))
    return found


def _by_load(eligible: int, people: People, costs: Costs) -> Iterator[tuple[int, float, int]]:
    """The eligible by what their load costs: points, load share, people. Who gets something taken off comes alone."""
    rest = eligible & ~costs.cheaper
    least = people.least_standing
    if costs.cheaper & eligible:
        yield least - costs.most_off, 0.0, costs.cheaper & eligible
    for (load, capacity), bits in people.loaded.items():
        if part := rest & bits:
            yield least + int(costs.full * (load + costs.weight) / capacity), load / capacity, part


def _divided(bits: int, parts: Iterable[Part]) -> Iterator[Part]:
    for points, who in parts:
        if part := bits & who:
            yield points, part
            bits ^= part
            if not bits:
                return
    yield 0, bits


def _ties(people: People, turn: int) -> Iterator[int]:
    """Who comes later among equals, by each digit of their last turn, then by each digit of a number of their own."""
    for _, later in people.turns.digits():
        yield later
    own = dict(people.ties.digits())
    for digit in reversed(range(32)):
        ones = own.get(1 << digit, 0)
        yield ~ones if turn >> digit & 1 else ones


def explanation(
    search: Search, shown: Sequence[Row] = (), relaxed: tuple[str, ...] = (), together: int = 0
) -> Explanation:
    """Why: `excluded` counts each person at the first condition they failed, or as `outscored`.

    Its counts and its candidates together are all the people considered. Built without validation, for every value
    is ours, and this happens thousands of times a second. `together`: what the first of those shown was given off because
    it serves all that waits best (`together.plan`).
    """
    left = search.considered
    count_left = left.bit_count()
    excluded: dict[str, int] = {}
    for name, allowed in search.conditions:
        rest = left & allowed
        if rest != left:
            count_rest = rest.bit_count()
            excluded[name] = count_left - count_rest
            left, count_left = rest, count_rest
    if outscored := count_left - len(shown):
        excluded["outscored"] = outscored
    terms = [search.terms(row) for row in shown]
    if together:
        terms[0]["together"] = -together
    candidates = tuple(_candidate(each, row) for each, row in zip(terms, shown, strict=True))
    return _made(Explanation, candidates=candidates, excluded=excluded, relaxed=relaxed)


def _candidate(terms: dict[str, int], row: Row) -> Candidate:
    return _made(
        Candidate,
        person=row.person.id,
        score=sum(terms.values()) / 1000,
        terms={name: points / 1000 for name, points in terms.items() if points},
    )


def _made(model: type[Made], **values: Any) -> Made:
    """As `model_construct`, several times as fast, for models whose other fields are in `_DEFAULTS`."""
    made = model.__new__(model)
    _set(made, "__dict__", _DEFAULTS[model] | values)
    _set(made, "__pydantic_fields_set__", set(values))
    _set(made, "__pydantic_extra__", None)
    _set(made, "__pydantic_private__", None)
    return made
