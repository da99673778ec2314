"""Choosing as one would write it first: look at everybody, for each request. What the engine is measured beside.

It finds the same people and the same reasons as the engine in the normal order, and never relaxes a wish; so it has a
little less to do. Working times are known week by week, as the engine knows them.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import nsmallest

from schemas.events.routing import Candidate, Explanation, OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from schemas.working_time import WorkingTime, working_time
from services.routing.domain import Rules
from services.routing.domain.people import languages_of
from tests.benchmarks.routing_people import Asked


@dataclass(slots=True)
class Looked:
    """One person, with what is looked at often."""

    person: Person
    time: WorkingTime
    spoken: frozenset[str]
    home: frozenset[str]
    load: float = 0
    turn: int = 0


class Scan:
    """People in a list."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.rules = Rules()
        self._people = [
            Looked(
                person,
                working_time(person),
                frozenset(language for language in person.languages if person.speaks(language, "B2")),
                languages_of(person.country),
            )
            for person in people
        ]
        self._by_id = {each.person.id: each for each in self._people}
        self._turns = 0

    def assign(self, person_id: str) -> None:
        """One more piece of work."""
        self._turns += 1
        self._by_id[person_id].load += 1
        self._by_id[person_id].turn = self._turns

    def release(self, person_id: str) -> None:
        """One less."""
        self._by_id[person_id].load -= 1

    def decide(self, request: Asked, now: datetime) -> Explanation:
        """The first three and why the others lost; nobody, if it has no candidates."""
        second = int(now.timestamp())
        excluded: Counter[str] = Counter()
        found = []
        role: Callable[[Person], bool] = _owner if isinstance(request, OwnerRequested) else _specialist
        failed = self._owner_fails if isinstance(request, OwnerRequested) else self._specialist_fails
        for each in self._people:
            if role(each.person):
                begins, ends = each.time.stretch(second) or (second + 1, second + 1)
                if reason := failed(request, each, begins <= second, ends - second):
                    excluded[reason] += 1
                else:
                    terms = self._terms(request, each, ends - second)
                    found.append((sum(terms.values()), each.load, each.turn, each.person.id, terms))
        shown = nsmallest(3, found, key=lambda each: each[:4])
        excluded["outscored"] = len(found) - len(shown)
        candidates = tuple(
            Candidate.model_construct(person=id_, score=total / 1000, terms=terms) for total, _, _, id_, terms in shown
        )
        return Explanation.model_construct(candidates=candidates, excluded=dict(excluded), relaxed=())

    def _owner_fails(self, request: Asked, each: Looked, on: bool, left: int) -> str:
        if request.brand not in each.person.brands:
            return "brand"
        if not on:
            return "off-shift"
        if left <= self.rules.look_ahead_minutes * 60:
            return "ending-soon"
        if request.language not in each.spoken:
            return "language"
        return "" if each.load + 1 <= each.person.capacity else "full"

    def _specialist_fails(self, request: Asked, each: Looked, on: bool, _: int) -> str:
        if request.brand not in each.person.brands:
            return "brand"
        if request.skill not in each.person.skills:
            return "skill"
        if request.language not in each.spoken:
            return "language"
        if not on:
            return "off-shift"
        return "" if each.load + 1 <= each.person.capacity else "full"

    def _terms(self, request: Asked, each: Looked, left: int) -> dict[str, float]:
        rules, person = self.rules, each.person
        terms: dict[str, float] = {"load": int(rules.load_points * (each.load + 1) / person.capacity)}
        if isinstance(request, SpecialistRequested):
            enough = rules.long_enough_minutes * 60
            terms["skill"] = (5 - person.skills[request.skill]) * rules.skill_level_points
            terms["closing"] = rules.closing_points * max(0, enough - left) // enough
            terms["abroad"] = 0 if request.language in each.home else rules.abroad_points
        elif request.skill not in person.skills:
            terms["skill"] = rules.owner_skill_points
        return terms


def _owner(person: Person) -> bool:
    return person.role != "specialist" and person.stage != "shadow"


def _specialist(person: Person) -> bool:
    return person.role == "specialist"
