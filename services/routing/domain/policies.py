"""Ways to choose, all of one interface: ours by deadline, and those of other systems, for who wants them and for comparison.

| name | behaves like | who is chosen |
|---|---|---|
| `deadline` | ours (`Engine`) | least slack first; language, load, skill, look-ahead, what customers know |
| `round-robin` | a shared inbox's turn list | whoever was given something longest ago |
| `longest-idle` | contact-centre queues | whoever has done nothing for longest |
| `least-active` | omnichannel, least active | whoever holds the least |
| `most-spare` | omnichannel, highest spare capacity | whoever has the most room |
| `skills-relaxing` | skills that time out | most room among those with all skills; later the skill, then the language drops |

The others take requests oldest first, look at one request at a time, know no deadline, no end of a shift and no load beyond
the items held. They get the best set-up that those systems allow: a queue per language, skipped while nobody of it is on
shift (everybody then for an owner, who speaks English for a specialist); the owner whom the customer knows first, where they
are there and have room; and another look at all that waits whenever something changes.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from schemas.events.routing import ApproverRequested, InterpreterRequested, OwnerRequested, SpecialistRequested
from services.routing.domain.choosing import EVERYBODY, UNKNOWN_LANGUAGE, Condition, Search
from services.routing.domain.conditions import meeting
from services.routing.domain.engine import Engine
from services.routing.domain.outcome import Outcome, Request
from services.routing.domain.people import People, Row
from services.routing.domain.rules import Rules

RELAX_AFTER_SECONDS = (600, 1200)
"""`skills-relaxing`: the age of a request at which the skill, and then the language, is no longer asked for."""
COMMON_LANGUAGE = "en"
Points = Callable[[Row], int]
Wish = OwnerRequested | SpecialistRequested
"""What other systems have a way of their own for."""


class PlainSearch:
    """One request against the people on shift with room, by conditions that hold or not, and one measure."""

    kind = None

    def __init__(
        self,
        people: People,
        request: Wish,
        weight: float,
        wishes: Sequence[Condition],
        points: Points,
        relaxes_at: int | None = None,
    ) -> None:
        self.request = request
        self._people, self._points, self._relaxes_at = people, points, relaxes_at
        self._owner_wanted = isinstance(request, OwnerRequested)
        country = "" if isinstance(request, OwnerRequested) else request.country
        self.considered = people.owners if self._owner_wanted else people.specialists
        lasting = (
            ("excluded", ~people.set_of(request.excluded)),
            ("brand", people.branded[request.brand]),
            ("country", people.located[country] if country else EVERYBODY),
            *wishes,
            ("absent", people.present),
        )
        self.conditions: tuple[Condition, ...] = (
            *lasting,
            ("off-shift", people.shifts.on),
            ("full", people.free(weight)),
        )
        self._able = meeting(self.considered, lasting)
        self.eligible = meeting(self.considered, self.conditions)
        if self._owner_wanted and (known := people.set_of((request.preferred,)) & self.eligible):  # type: ignore[union-attr]
            self.eligible = known

    def points(self, rows: Sequence[Row]) -> list[int]:
        return [self._points(row) for row in rows]

    def costs(self) -> None:
        """The measure is any function of a person."""

    def terms(self, row: Row) -> dict[str, int]:
        return {"measure": self._points(row)}

    def unmet(self, row: Row) -> tuple[str, ...]:
        language = self.request.language
        speaks = language == UNKNOWN_LANGUAGE or self._people.speaking[language] >> row.slot & 1
        return () if speaks else ("language",)

    def next_possible(self) -> int | None:
        opening = self._people.shifts.first_opening(self._able & ~self._people.shifts.on)
        return min((moment for moment in (opening, self._relaxes_at) if moment is not None), default=None)


class Plain(Engine):
    """What the policies of other systems share: oldest first, one at a time."""

    def measure(self) -> Points:
        """What a person would cost; the fewest points win, ties go to the smaller share of capacity in use."""
        raise NotImplementedError

    def decide_waiting(
        self, requests: Iterable[Request], now: datetime, *, explain: bool = True
    ) -> list[tuple[Request, Outcome]]:
        # In the order given, which is that of age: sorting by due time is the idea of another policy.
        decided: list[tuple[Request, Outcome]] = []
        for request in requests:
            decided += super().decide_waiting([request], now, explain=explain)
        return decided

    def _search(self, request: Request, second: int) -> Search:
        if isinstance(request, ApproverRequested | InterpreterRequested):
            return super()._search(request, second)  # there is one way only
        if not isinstance(request, OwnerRequested) and request.specialist:
            return super()._search(request, second)
        wishes, relaxes_at = self._wishes(request, second)
        return PlainSearch(self.people, request, self.weight_of(request), wishes, self.measure(), relaxes_at)

    def _wishes(self, request: Wish, _: int) -> tuple[list[Condition], int | None]:
        """A queue per language; a specialist must know the matter, an owner can ask."""
        wishes = [("language", self._language(request))]
        if not isinstance(request, OwnerRequested) and request.skill:
            wishes.append(("skill", self.people.skilled[request.skill]))
        return wishes, None

    def _language(self, request: Wish) -> int:
        """Who speaks it; while nobody of these is on shift, everybody (for a specialist: who speaks English)."""
        people = self.people
        if request.language == UNKNOWN_LANGUAGE:
            return EVERYBODY
        speaking, there = people.speaking[request.language], people.present & people.shifts.on
        if isinstance(request, OwnerRequested):
            return speaking if speaking & people.owners & there else EVERYBODY
        able = people.specialists & (people.skilled[request.skill] if request.skill else EVERYBODY)
        return speaking if speaking & able & there else speaking | people.speaking[COMMON_LANGUAGE]


class RoundRobin(Plain):
    """In turn: whoever was given something longest ago; who is skipped keeps the place."""

    def measure(self) -> Points:
        return lambda row: row.turn


class LongestIdle(Plain):
    """Whoever has been without work for longest; nobody idle: whoever last took or finished something longest ago."""

    def measure(self) -> Points:
        last = self._loads.last_change
        # Somebody who holds nothing is idle and comes first, however recently they became so.
        return lambda row: last(row.person.id) + (0 if row.load == 0 else 1 << 60)


class LeastActive(Plain):
    """Whoever holds the least work, counted, not as a share of what they can."""

    def measure(self) -> Points:
        return lambda row: int(row.load * 1000)


class MostSpare(Plain):
    """Whoever has the most room left, counted."""

    def measure(self) -> Points:
        return lambda row: int((row.load - row.capacity) * 1000)


class SkillsRelaxing(MostSpare):
    """All skills at first; the skill is dropped at one age of the request, the language at a later one."""

    def _wishes(self, request: Wish, second: int) -> tuple[list[Condition], int | None]:
        if not isinstance(request, OwnerRequested):
            return super()._wishes(request, second)
        age = second - int(request.requested_at.timestamp()) if request.requested_at else 0
        steps = [self.people.skilled[request.skill] if request.skill else EVERYBODY, self._language(request)]
        names = ("skill", "language")
        wishes = [
            (name, people) for name, people, after in zip(names, steps, RELAX_AFTER_SECONDS, strict=True) if age < after
        ]
        following = (
            next((after for after in RELAX_AFTER_SECONDS if age < after), None) if request.requested_at else None
        )
        return wishes, None if following is None else second - age + following


POLICIES: dict[str, Callable[[Rules], Engine]] = {
    "deadline": Engine,
    "round-robin": RoundRobin,
    "longest-idle": LongestIdle,
    "least-active": LeastActive,
    "most-spare": MostSpare,
    "skills-relaxing": SkillsRelaxing,
}


def policy(name: str, rules: Rules | None = None) -> Engine:
    """An engine that chooses by the named policy. Raises ValueError for an unknown name, with those that there are."""
    if name not in POLICIES:
        raise ValueError(f"there is no routing policy {name!r}; there are {', '.join(POLICIES)}")
    return POLICIES[name](rules or Rules())
