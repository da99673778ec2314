"""Whatever happens to people and assignments, in whatever order: the engine decides as the slow reference does, and
keeps every promise of the rules."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody, Request, Rules
from services.routing.domain.availability import is_open, open_until
from tests.unit.routing.reference import Reference
from tests.unit.routing.strategies import PERSON_IDS, REQUEST_IDS, moments, people, requests, weights


class EngineBesideReference(RuleBasedStateMachine):
    """Everything that can be done to an engine, done to both."""

    @initialize(
        team=st.lists(people(), min_size=3, max_size=8, unique_by=lambda person: person.id),
        absent=st.sampled_from(["", *PERSON_IDS]),
    )
    def hire(self, team: list[Person], absent: str) -> None:
        self.engine = Engine(Rules())
        self.reference = Reference(Rules())
        for person in team:
            self.record(person, person.id != absent)

    @rule(person=people(), available=st.booleans())
    def record(self, person: Person, available: bool) -> None:
        self.engine.upsert(person, available)
        self.reference.people[person.id] = (person, available)

    @rule(person_id=st.sampled_from(PERSON_IDS))
    def remove(self, person_id: str) -> None:
        self.engine.remove(person_id)
        self.reference.people.pop(person_id, None)

    @rule(
        request_id=st.sampled_from(REQUEST_IDS),
        person_id=st.sampled_from(PERSON_IDS),
        weight=weights,
        times=st.integers(1, 2),
        at=st.none() | moments,
    )
    def assign(self, request_id: str, person_id: str, weight: float, times: int, at: datetime | None) -> None:
        for _ in range(times):
            self.engine.assign(request_id, person_id, weight, at)
        self.reference.assign(request_id, person_id, weight, at)

    @rule(request_id=st.sampled_from(REQUEST_IDS), times=st.integers(1, 2))
    def release(self, request_id: str, times: int) -> None:
        for _ in range(times):
            self.engine.release(request_id)
        self.reference.held.pop(request_id, None)

    @rule(data=st.data(), now=moments)
    def decide(self, data: st.DataObject, now: object) -> None:
        request = data.draw(requests(now))
        outcome = self.engine.decide(request, now)
        assert outcome == self.engine.decide(request, now), "the same state decides the same"
        expected, why = self.reference.outcome(request, now)
        assert (outcome.person if isinstance(outcome, Chosen) else None) == expected
        assert outcome.explanation == why
        event(f"{type(request).__name__}: {_kind(outcome)}")
        self._all_are_accounted_for(request, outcome)
        if isinstance(outcome, Chosen):
            self._rules_are_kept(request, outcome, now)
        elif outcome.next_possible_at is not None:
            assert outcome.next_possible_at > now

    @rule(data=st.data(), now=moments)
    def decide_waiting(self, data: st.DataObject, now: object) -> None:
        waiting = data.draw(st.lists(requests(now), max_size=6))
        held_before = set(self.reference.held)
        decided = self.engine.decide_waiting(waiting, now)
        ids = [request.request_id for request, _ in decided]
        assert sorted(ids) == sorted({request.request_id for request in waiting} - held_before)
        assert [request.due_at for request, _ in decided] == sorted(request.due_at for request, _ in decided)
        for request, outcome in decided:
            expected = self.reference.decide(request, now)
            assert (outcome.person if isinstance(outcome, Chosen) else None) == expected
            if expected:
                self.reference.assign(request.request_id, expected, self.engine.weight_of(request), now)

    @invariant()
    def load_is_the_sum_of_open_assignments(self) -> None:
        for person_id in PERSON_IDS:
            held = [request for request, (holder, _) in self.reference.held.items() if holder == person_id]
            assert self.engine.load_of(person_id) == self.reference.load(person_id)
            assert sorted(self.engine.held_by(person_id)) == sorted(held)

    def _all_are_accounted_for(self, request: Request, outcome: Chosen | Nobody) -> None:
        everybody = [person for person, _ in self.reference.people.values()]
        if isinstance(request, OwnerRequested):
            considered = [p for p in everybody if p.role != "specialist" and p.stage != "shadow"]
        else:
            considered = [p for p in everybody if p.role == "specialist"]
        why = outcome.explanation
        assert sum(why.excluded.values()) + len(why.candidates) == len(considered)
        assert type(why).model_validate_json(why.model_dump_json()) == why
        for candidate in why.candidates:
            assert abs(candidate.score - sum(candidate.terms.values())) < 1e-9
        assert [c.score for c in why.candidates] == sorted(c.score for c in why.candidates)

    def _rules_are_kept(self, request: Request, outcome: Chosen, now: object) -> None:
        person, available = self.reference.people[outcome.person]
        relaxed = outcome.explanation.relaxed
        assert outcome.explanation.candidates[0].person == outcome.person
        assert outcome.country == person.country
        assert request.brand in person.brands
        assert person.id not in request.excluded
        if isinstance(request, SpecialistRequested):
            assert request.country in ("", person.country) or request.specialist
            if request.specialist:
                assert outcome.person == request.specialist
                return
        assert available
        assert is_open(person, now)
        until = open_until(person, now)
        assert until is not None
        owner = isinstance(request, OwnerRequested)
        assert not owner or until - now > timedelta(minutes=15) or "ending-soon" in relaxed
        assert request.language == "und" or person.speaks(request.language, "B2") or "language" in relaxed
        load = self.reference.load(person.id)
        fits = load == 0 or load + self.engine.weight_of(request) <= person.capacity
        assert fits or (owner and "capacity" in relaxed)
        if not owner:
            assert not request.skill or request.skill in person.skills
            assert "language" not in relaxed or person.speaks("en", "B2")


def _kind(outcome: Chosen | Nobody) -> str:
    if isinstance(outcome, Nobody):
        return "nobody, " + ("later" if outcome.next_possible_at else "who knows when")
    return "chosen, without " + (" ".join(outcome.explanation.relaxed) or "relaxing")


EngineBesideReference.TestCase.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestEngineBesideReference = EngineBesideReference.TestCase
