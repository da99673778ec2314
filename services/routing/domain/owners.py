"""Who owns the case (O1): the conditions for care agents, and which of them give way when time runs out.

In the normal order an owner speaks the language, is on shift beyond the look-ahead and has room. Conditions give way
only as far as they must. Nobody on shift speaks the language, or those who do are full and patience is over: the best
owner with room takes it (`language`). Everybody is full and the deadline is near: the least loaded takes it beyond
capacity (`capacity`), for an owner late is worse than an owner busy; until then the request waits for room. Only
people about to leave are there and the deadline is near: one of them takes it (`ending-soon`). Who refused the case is
never given it again (`excluded`), whatever gives way.
Reach has no say (M5): it is no part of a request.
"""

from collections.abc import Callable, Iterable, Sequence

from schemas.events.routing import OwnerRequested
from services.routing.domain.choosing import EVERYBODY, UNKNOWN_LANGUAGE, Condition, Costs, Part
from services.routing.domain.people import Kind, People, Row, reweighed
from services.routing.domain.rules import Rules


class OwnerSearch:
    """The search for the owner of one case."""

    def __init__(self, people: People, rules: Rules, request: OwnerRequested, second: int) -> None:
        self.request = request
        self._people, self._rules = people, rules
        self._second = second
        self._speakers = EVERYBODY if request.language == UNKNOWN_LANGUAGE else people.speaking[request.language]
        self._weight = rules.owner_weight * request.weight
        self._free = people.free(self._weight)
        self.kind: Kind | None = (request.brand, request.language)
        self._team, self._on, self._staying, self._ready = people.known.get(self.kind) or self._look(self.kind)
        self._not_excluded = EVERYBODY
        if request.excluded and (excluded := people.set_of(request.excluded)):
            self._not_excluded, self.kind = ~excluded, None
            self._team, self._on = self._team & ~excluded, self._on & ~excluded
            self._staying, self._ready = self._staying & ~excluded, self._ready & ~excluded
        self.considered = people.owners
        self.eligible, self._gave_way = self._search()
        if self._gave_way:
            self.kind = None

    def _look(self, key: Kind) -> tuple[int, ...]:
        """The team, who of it is on shift, who stays, and who of these speaks the language; until a shift changes."""
        people = self._people
        team = people.owners & people.branded[self.request.brand] & people.present
        staying = team & people.shifts.staying
        found = people.known[key] = (team, team & people.shifts.on, staying, staying & self._speakers)
        return found

    def _search(self) -> tuple[int, tuple[str, ...]]:
        """Who is eligible, and which conditions had to give way for that."""
        staying, free, speakers = self._staying, self._free, self._ready
        if found := speakers & free:
            return found, ()
        if (not speakers or self._slack_within(self._rules.language_patience_minutes)) and (found := staying & free):
            return found, ("language",)
        if self._slack_within(self._rules.overload_minutes):
            if staying:
                return staying, ("language", "full")
            if found := self._on & free:
                return found, ("language", "ending-soon")
            return self._on, ("language", "ending-soon", "full")
        return 0, ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        people = self._people
        conditions = (
            ("excluded", self._not_excluded),
            ("brand", people.branded[self.request.brand]),
            ("absent", people.present),
            ("off-shift", people.shifts.on),
            ("ending-soon", people.shifts.staying),
            ("language", self._speakers),
            ("full", self._free),
        )
        if not self._gave_way:
            return conditions
        return tuple(condition for condition in conditions if condition[0] not in self._gave_way)

    def points(self, rows: Sequence[Row]) -> list[int]:
        rules, skill, preferred = self._rules, self.request.skill, self.request.preferred
        points = [row.usual for row in rows]
        if skill:
            lacking = rules.owner_skill_points
            points = [
                total if skill in row.skills else total + lacking for total, row in zip(points, rows, strict=True)
            ]
        if self._gave_way:
            speakers, lacking = self._speakers, rules.owner_language_points
            points = [
                total if speakers >> row.slot & 1 else total + lacking for total, row in zip(points, rows, strict=True)
            ]
        if preferred and self._people.set_of((preferred,)) & self.eligible & self._free:
            points = [
                total - rules.preferred_points if row.id == preferred else total
                for total, row in zip(points, rows, strict=True)
            ]
        if self.request.weight == 1:
            return points
        return reweighed(points, rows, rules.load_points, rules.owner_weight, self._weight)

    def costs(self) -> Costs:
        rules, request, people = self._rules, self.request, self._people
        parts: list[Callable[[], Iterable[Part]]] = []
        if request.skill:
            parts.append(lambda: ((0, people.skilled[request.skill]), (rules.owner_skill_points, EVERYBODY)))
        if self._gave_way:
            parts.append(lambda: ((0, self._speakers), (rules.owner_language_points, EVERYBODY)))
        known = people.set_of((request.preferred,)) & self._free if request.preferred else 0
        return Costs(people.ranks(self._weight, specialists=False), parts, known, rules.preferred_points)

    def terms(self, row: Row) -> dict[str, int]:
        rules, request = self._rules, self.request
        terms = {"load": int(rules.load_points * (row.load + self._weight) / row.capacity)}
        if row.fairness:
            terms["fairness"] = row.fairness
        if request.skill and request.skill not in row.skills:
            terms["skill"] = rules.owner_skill_points
        if self._gave_way and not self._speakers >> row.slot & 1:
            terms["language"] = rules.owner_language_points
        if request.preferred == row.id and self._free >> row.slot & 1:
            terms["preferred"] = -rules.preferred_points
        return terms

    def unmet(self, row: Row) -> tuple[str, ...]:
        request = self.request
        unmet: tuple[str, ...] = ()
        if self._gave_way:
            wished = (("language", self._speakers), ("capacity", self._free), ("ending-soon", self._staying))
            unmet = tuple(name for name, met in wished if not met >> row.slot & 1)
        if request.skill and request.skill not in row.skills:
            unmet = (*unmet, "skill")
        if request.preferred not in ("", row.id):
            unmet = (*unmet, "preferred")
        return unmet

    def next_possible(self) -> int | None:
        rules, shifts, staying = self._rules, self._people.shifts, self._staying
        moments = [shifts.first_opening(self._team & ~self._on), shifts.first_return(self._on & ~staying)]
        if staying & self._free:  # without the language: they wait for the speakers to have room, or to leave
            leaving = shifts.last_end(self._ready) - rules.look_ahead_minutes * 60
            moments.append(min(leaving, self._due() - rules.language_patience_minutes * 60))
        if self._on:
            moments.append(self._due() - rules.overload_minutes * 60)
        return min((moment for moment in moments if moment is not None), default=None)

    def _slack_within(self, minutes: int) -> bool:
        return self._due() - self._second <= minutes * 60

    def _due(self) -> int:
        return int(self.request.due_at.timestamp())
