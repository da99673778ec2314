"""The engines in service: one per pool, fed from the store, asked for each request."""

from collections.abc import Iterable
from datetime import datetime

from schemas.events.routing import OwnerAssigned, OwnerRequested, RequestUnserved, SpecialistOffered
from schemas.organisation import Organisation, Person
from services.chassis.documents import Decision
from services.routing.domain import Chosen, Engine, Nobody, Request
from services.routing.store import RequestState


class Dispatcher:
    """Decides requests and keeps in mind who holds what; can be rebuilt from the store at any time."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._engines: dict[str, Engine] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self._engines = {pool.id: Engine() for pool in self._organisation.pools}

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
                engine.assign(request.request_id, state.person, engine.weight_of(request))
            else:
                engine.release(request.request_id)

    def decide(self, request: Request, now: datetime) -> Decision[RequestState]:
        """Give the request to somebody, or let it wait and say until when."""
        engine = self._engines[request.pool]
        engine.release(request.request_id)  # held already when the same batch is decided again
        outcome = engine.decide(request, now)
        state = _state(request)
        if isinstance(outcome, Nobody):
            return Decision(state, [_unserved(request, outcome, now)])
        engine.assign(request.request_id, outcome.person, engine.weight_of(request))
        chosen = state.model_copy(update={"status": "assigned", "person": outcome.person})
        return Decision(chosen, [_decision(request, outcome, now)])

    def could_serve(self, request: Request, now: datetime) -> bool:
        """Whether somebody could take the request now."""
        return isinstance(self._engines[request.pool].decide(request, now, explain=False), Chosen)


def _state(request: Request) -> RequestState:
    if isinstance(request, OwnerRequested):
        return RequestState(owner=request, status="waiting")
    return RequestState(specialist=request, status="waiting")


def _decision(request: Request, chosen: Chosen, now: datetime) -> OwnerAssigned | SpecialistOffered:
    facts = {
        "request_id": request.request_id,
        "case_id": request.case_id,
        "conversation": request.conversation,
        "person": chosen.person,
    }
    if isinstance(request, OwnerRequested):
        return OwnerAssigned(**facts, explanation=chosen.explanation, decided_at=now)
    return SpecialistOffered(
        **facts, consult_id=request.consult_id, country=chosen.country, explanation=chosen.explanation, decided_at=now
    )


def _unserved(request: Request, nobody: Nobody, now: datetime) -> RequestUnserved:
    return RequestUnserved(
        request_id=request.request_id,
        case_id=request.case_id,
        conversation=request.conversation,
        explanation=nobody.explanation,
        next_possible_at=nobody.next_possible_at,
        decided_at=now,
    )
