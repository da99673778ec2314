"""How the work is shared: its Gini, and what it would be if nobody chose.

Work is attention, in time; the share of a person is their work in the counted days by their hours on shift in these days.
All policies are measured alike. Three things keep it above 0 even where nobody is preferred: hours of the day with little
work fall to some and not to others, a piece of work is whole, and chance. So each figure comes with two others to hold it
against: `chance` gives every stretch of work to anybody on shift then, whatever they speak; `spread` divides each piece
among all on shift then, so that only the hours of the day are left.
"""

import bisect
import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from casekeeper.simulate.served import Agent
from schemas.working_time import WorkingTime

DRAWS = 20
Shift = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sharing:
    """The Gini of a run, and those to hold it against; and how busy people were on shift, as a share."""

    gini: float
    chance: float
    spread: float
    busy: float


@dataclass(frozen=True, slots=True)
class _Stretch:
    """All that one agent did for one contact, within the counted days: when it began, and how many seconds of work."""

    began: float
    seconds: float


def sharing(agents: Mapping[str, Agent], start: float, since: float, until: float) -> Sharing:
    """The days counted go from `since` to `until`, in seconds after the start (a Unix time)."""
    shifts = {id_: list(shifts_of(agent, start, since, until)) for id_, agent in agents.items()}
    hours = {id_: sum(end - begin for begin, end in each) for id_, each in shifts.items()}
    there = {id_: each for id_, each in hours.items() if each > 0}
    done = {id_: list(_stretches(agent, since, until)) for id_, agent in agents.items()}
    work = [each for stretches in done.values() for each in stretches]
    on_shift = _OnShift({id_: shifts[id_] for id_ in there}, work)
    given = {id_: sum(each.seconds for each in done[id_]) for id_ in there}
    return Sharing(
        gini=_by_hours(given, there),
        chance=mean([_by_hours(on_shift.drawn(random.Random(draw)), there) for draw in range(DRAWS)]),
        spread=_by_hours(on_shift.spread(), there),
        busy=sum(given.values()) / max(1e-9, sum(there.values())),
    )


def _by_hours(given: Mapping[str, float], hours: Mapping[str, float]) -> float:
    return gini([given.get(id_, 0.0) / each for id_, each in hours.items()])


def _stretches(agent: Agent, since: float, until: float) -> Iterable[_Stretch]:
    found: dict[int, tuple[float, float]] = {}
    for piece in agent.pieces:
        seconds = min(piece.ended, until) - max(piece.began, since)
        if seconds > 0:
            began, before = found.get(piece.contact, (max(piece.began, since), 0.0))
            found[piece.contact] = (began, before + seconds)
    return [_Stretch(began, seconds) for began, seconds in found.values()]


class _OnShift:
    """Who could have been given each stretch, if it had been nobody's choice."""

    def __init__(self, shifts: Mapping[str, Sequence[Shift]], work: Iterable[_Stretch]) -> None:
        moments = sorted({0.0, *(moment for each in shifts.values() for shift in each for moment in shift)})
        ranges = list(zip(moments, [*moments[1:], math.inf], strict=True))
        present = [
            [id_ for id_, each in shifts.items() if any(begin <= first and last <= end for begin, end in each)]
            for first, last in ranges
        ]
        self._work = [(each.seconds, present[bisect.bisect_right(moments, each.began) - 1]) for each in work]

    def drawn(self, chance: random.Random) -> dict[str, float]:
        """Each stretch to anybody of those on shift."""
        given: dict[str, float] = {}
        for seconds, there in self._work:
            if there:
                id_ = chance.choice(there)
                given[id_] = given.get(id_, 0.0) + seconds
        return given

    def spread(self) -> dict[str, float]:
        """Each stretch in equal parts to all on shift."""
        given: dict[str, float] = {}
        for seconds, there in self._work:
            for id_ in there:
                given[id_] = given.get(id_, 0.0) + seconds / len(there)
        return given


def shifts_of(agent: Agent, start: float, since: float, until: float) -> Iterable[Shift]:
    """When somebody was on shift and not away, in seconds after the start, within these bounds."""
    for opened, closed in _open(agent.hours, start + since, start + until):
        begin, end = opened - start, closed - start
        for left, back in agent.away:
            if left < end and back > begin:
                if left > begin:
                    yield begin, left
                begin = min(back, end)
        if begin < end:
            yield begin, end


def _open(hours: WorkingTime, first: float, last: float) -> Iterable[Shift]:
    second = int(first)
    while (stretch := hours.stretch(second)) is not None and stretch[0] < last:
        yield max(stretch[0], first), min(stretch[1], last)
        if stretch[1] >= last:
            return
        second = stretch[1]


def gini(values: Sequence[float]) -> float:
    """How unevenly something is shared: 0 all the same, towards 1 one has it all."""
    ordered, whole = sorted(values), sum(values)
    if not whole:
        return 0.0
    count = len(ordered)
    ranked = sum(rank * value for rank, value in enumerate(ordered, 1))
    return 2 * ranked / (count * whole) - (count + 1) / count
