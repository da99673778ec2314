"""The engines in service: one per pool, fed from the store, asked for each request."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.events.routing import (
    OwnerAssigned,
    OwnerRequested,
    RequestUnserved,
    SpecialistOffered,
    SpecialistRequested,
)
from schemas.organisation import NotInOrganisation, Organisation, Person
from schemas.working_time import working_time
from services.chassis.documents import Decision
from services.routing.domain import Chosen, Engine, Nobody, Request
from services.routing.store import RequestState


class Dispatcher:
    """Decides requests and keeps in mind who holds what; can be rebuilt from the store at any time."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._engines: dict[str, Engine] = {}
        self._asked: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """For each consult, who holds which of its requests: the same person is not asked twice at a time."""
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._engines = {pool.id: Engine() for pool in self._organisation.pools}
        self._asked.clear()

    def knows(self, pool: str) -> bool:
        """Whether there is such a pool."""
        return pool in self._engines

    def record(self, person: Person, available: bool) -> None:
        """A person as known from now on, in every pool for whose brands they work (P4)."""
        for pool, engine in self._engines.items():
            if {brand.id for brand in self._organisation.brands_of(pool)} & set(person.brands):
                engine.upsert(person, available)
            else:
                engine.remove(person.id)

    def settle(self, states: Iterable[RequestState]) -> None:
        """Hold of these requests what is stored: somebody's work, or nobody's."""
        for state in states:
            request = state.request
            engine = self._engines.get(request.pool)
            if engine is None:
                continue
            if state.status == "assigned":
                self._assign(engine, request, state.person)
            else:
                self._release(engine, request)

    def decide(self, request: Request, now: datetime) -> Decision[RequestState]:
        """Give the request to somebody, or let it wait and say until when."""
        engine = self._engines[request.pool]
        self._release(engine, request)  # held already when the same batch is decided again
        outcome = engine.decide(self._among_others(request), now)
        state = _state(request)
        if isinstance(outcome, Nobody):
            return Decision(state, [_unserved(request, outcome, now)])
        self._assign(engine, request, outcome.person)
        chosen = state.model_copy(update={"status": "assigned", "person": outcome.person})
        return Decision(chosen, [self._decision(request, outcome, now)])

    def could_serve(self, request: Request, now: datetime) -> bool:
        """Whether somebody could take the request now."""
        return isinstance(self._engines[request.pool].decide(self._among_others(request), now, explain=False), Chosen)

    def _assign(self, engine: Engine, request: Request, person: str) -> None:
        engine.assign(request.request_id, person, engine.weight_of(request))
        if isinstance(request, SpecialistRequested):
            self._asked[request.consult_id][request.request_id] = person

    def _release(self, engine: Engine, request: Request) -> None:
        engine.release(request.request_id)
        if isinstance(request, SpecialistRequested) and (asked := self._asked.get(request.consult_id)):
            asked.pop(request.request_id, None)
            if not asked:
                del self._asked[request.consult_id]

    def _among_others(self, request: Request) -> Request:
        """The request without those who are asked the same already, at another of the consult's places."""
        if isinstance(request, OwnerRequested) or not (asked := self._asked.get(request.consult_id)):
            return request
        others = tuple(person for other, person in asked.items() if other != request.request_id)
        return request.model_copy(update={"excluded": (*request.excluded, *others)})

    def _decision(self, request: Request, chosen: Chosen, now: datetime) -> OwnerAssigned | SpecialistOffered:
        facts = {
            "request_id": request.request_id,
            "case_id": request.case_id,
            "conversation": request.conversation,
            "person": chosen.person,
            "explanation": chosen.explanation,
            "decided_at": now,
        }
        if isinstance(request, OwnerRequested):
            return OwnerAssigned(**facts)
        expires_at = self._expires_at(request, chosen.person, now)
        return SpecialistOffered(**facts, consult_id=request.consult_id, country=chosen.country, expires_at=expires_at)

    def _expires_at(self, request: SpecialistRequested, person_id: str, now: datetime) -> datetime | None:
        """When the offer has lain there for the brand's time, in the person's own working minutes (rule 3).

        Somebody who does not work as far as we can see has the same time on the clock.
        """
        person = self._engines[request.pool].person(person_id)
        try:
            minutes = self._organisation.brand(request.brand).policy.consult_offer_minutes
        except NotInOrganisation:
            return None
        try:
            return working_time(person).after(now, minutes) if person else None
        except ValueError:
            return now + timedelta(minutes=minutes)


def _state(request: Request) -> RequestState:
    if isinstance(request, OwnerRequested):
        return RequestState(owner=request, status="waiting")
    return RequestState(specialist=request, status="waiting")


def _unserved(request: Request, nobody: Nobody, now: datetime) -> RequestUnserved:
    return RequestUnserved(
        request_id=request.request_id,
        case_id=request.case_id,
        conversation=request.conversation,
        explanation=nobody.explanation,
        next_possible_at=nobody.next_possible_at,
        decided_at=now,
    )
