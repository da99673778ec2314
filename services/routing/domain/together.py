"""Deciding together for what waits when there are not enough people for all: the fewest left waiting, the least late first.

One request after the other would give the only Turkish speaker to whoever is a minute more urgent, though English would
have done. Here all pairs of a request and a place at a person are weighed at once, as a linear assignment. What counts
comes in this order: how many are served; how late the others are; the points of those who serve. A most urgent request
is never left waiting for the sake of two others: each takes one place, so giving it one costs at most one of theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.events.routing import ApproverRequested, OwnerRequested, SpecialistRequested
from services.routing.domain.choosing import Search, best
from services.routing.domain.outcome import Request
from services.routing.domain.people import People, Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

FROM, MOST = 8, 200
"""Fewer than the one are decided one by one; of more than the other the most urgent are decided together."""
_LOOKED_AT = 1_000
"""Of more eligible people for one request, only as many of the best are weighed as there are requests."""
# Whole numbers that a double keeps exactly, so that no sum of a lesser concern outweighs a unit of a greater one.
_MOST_POINTS = 1 << 13
_MINUTE_LATE = _MOST_POINTS * 256
_MOST_MINUTES = 1 << 13
_UNSERVED = _MINUTE_LATE * _MOST_MINUTES * 256
_DUE_NOW = _MOST_MINUTES // 2
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Wanted:
    """One request that waits, its search at this moment, and the room it takes."""

    request: Request
    search: Search
    weight: float


@dataclass(frozen=True, slots=True)
class Place:
    """Room for one request at a person; `nth` counts those that the person would get before, in the same round."""

    row: Row
    nth: int


def lateness(request: Request, now: datetime) -> int:
    """How late it is to leave a request waiting, in minutes, counted from some days before it is due."""
    late = int((now - request.due_at).total_seconds() // 60)
    return min(max(late + _DUE_NOW, 0), _MOST_MINUTES - 1)


def plan(wanted: Sequence[Wanted], people: People, load_points: int, now: datetime) -> dict[str, str]:
    """Request to person, for those that are best given so; the others are left to be decided one by one.

    Only people with room are planned for. Of several places of one consult one is planned: they must be different people.
    """
    owners = [each for each in wanted if isinstance(each.request, OwnerRequested)]
    return _plan(owners, people, load_points, now) | _plan(_consults(wanted), people, load_points, now)


def _consults(wanted: Sequence[Wanted]) -> list[Wanted]:
    found: dict[str, Wanted] = {}
    for each in wanted:
        if isinstance(each.request, SpecialistRequested) and not each.request.specialist:
            found.setdefault(each.request.consult_id, each)
    return list(found.values())


def load_solver() -> None:
    """Load what plans are made with, which takes about a second the first time."""
    import scipy.optimize  # noqa: F401


def _plan(wanted: Sequence[Wanted], people: People, load_points: int, now: datetime) -> dict[str, str]:
    import numpy as np  # here, since most engines never have to decide together, and these take long to load
    from scipy.optimize import linear_sum_assignment

    points = _points(wanted, people)
    weight = max((each.weight for each in wanted), default=1.0)
    rows = {row.slot: row for found in points for row in found}
    places = _places(rows.values(), weight, len(wanted))
    if not places:
        return {}
    column = {slot: index for index, slot in enumerate(rows)}
    lines: dict[int, NDArray[np.float64]] = {}
    for found in points:
        if id(found) not in lines:
            line = lines[id(found)] = np.full(len(rows), np.inf)
            line[[column[row.slot] for row in found]] = np.minimum(list(found.values()), _MOST_POINTS)
    by_person = np.stack([lines[id(found)] for found in points])
    more_load = [int(load_points * place.nth * weight / place.row.capacity) for place in places]
    pairs = by_person[:, [column[place.row.slot] for place in places]] + more_load
    waits = np.full((len(wanted), len(wanted)), np.inf)
    np.fill_diagonal(waits, [_UNSERVED + lateness(each.request, now) * _MINUTE_LATE for each in wanted])
    chosen, at = linear_sum_assignment(np.hstack([pairs, waits]))
    return {
        wanted[line].request.request_id: places[place].row.person.id
        for line, place in zip(chosen.tolist(), at.tolist(), strict=True)
        if place < len(places)
    }


def _points(wanted: Sequence[Wanted], people: People) -> list[Mapping[Row, int]]:
    """For each request the people who have room for it, with their points. Requests that differ in nothing share them."""
    known: dict[tuple[object, ...], Mapping[Row, int]] = {}
    sets: dict[int, list[Row]] = {}
    found = []
    for each in wanted:
        request, search = each.request, each.search
        assert not isinstance(request, ApproverRequested)  # noqa: S101 - `plan` takes no others
        able = search.eligible & people.free(each.weight)
        preferred = request.preferred if isinstance(request, OwnerRequested) else ""
        key = (type(request), able, request.language, request.skill, preferred, each.weight)
        if key not in known:
            if able not in sets:
                sets[able] = people.rows_of(able)
            rows = sets[able]
            if len(rows) > _LOOKED_AT:
                rows = best(search, people, len(wanted))
            known[key] = dict(zip(rows, search.points(rows), strict=True))
        found.append(known[key])
    return found


def _places(rows: Iterable[Row], weight: float, most: int) -> list[Place]:
    """The room of people as places for one request each, in an order that does not go by how people were recorded."""
    found = []
    for row in sorted(rows, key=lambda row: row.person.id):
        room = 1 if row.load == 0 else 0
        room = max(room, int((row.capacity - row.load) / weight + _ROUNDING))
        found += [Place(row, nth) for nth in range(min(room, most))]
    return found
