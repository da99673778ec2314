"""The engines in service: one per pool, fed from the store, asked for each request, and for all that waits at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2s

from schemas.events.routing import SpecialistRequested
from schemas.organisation import Organisation, Person
from services.chassis.documents import Decision
from services.routing.answers import Answers, waiting_state
from services.routing.domain import Chosen, Engine, Nobody, Outcome, Request
from services.routing.domain.policies import policy
from services.routing.store import RequestState
from services.routing.waiting import Kind, Wait, Waiting, by_age, by_deadline, kind_of

DEADLINE = "deadline"
"""The policy unless another one is set; the only one that knows deadlines."""
Decided = tuple[Request, Outcome]
JOINTLY = 200
"""How many requests are decided together; more take further rounds."""


class Dispatcher:
    """Decides requests and keeps in mind who holds what, and what waits; can be rebuilt from the store at any time."""

    def __init__(self, organisation: Organisation, policy_name: str = DEADLINE) -> None:
        self._organisation = organisation
        self._policy = policy_name
        self._rules = _fingerprint(policy(policy_name))
        self._answers = Answers(organisation)
        self._engines: dict[str, Engine] = {}
        self._waiting: dict[str, Waiting] = {}
        self._asked: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """For each consult, who holds which of its requests: the same person is not asked twice at a time."""
        self.in_charge: Callable[[], bool] = lambda: True
        """Whether Kafka has given the pools to this instance: only one decides."""
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        pools = [pool.id for pool in self._organisation.pools]
        order = by_deadline if self._policy == DEADLINE else by_age
        self._engines = {pool: policy(self._policy) for pool in pools}
        self._waiting = {pool: Waiting(order) for pool in pools}
        self._asked.clear()

    def knows(self, pool: str) -> bool:
        """Whether there is such a pool."""
        return pool in self._engines

    def record(self, person: Person, available: bool) -> None:
        """A person as known from now on, in every pool for whose brands they work (P4)."""
        for pool, engine in self._engines.items():
            self._waiting[pool].stir()
            if {brand.id for brand in self._organisation.brands_of(pool)} & set(person.brands):
                engine.upsert(person, available)
            else:
                engine.remove(person.id)

    def responsiveness(self, person_id: str, share: float) -> None:
        """Which share of their offers a specialist answers."""
        for engine in self._engines.values():
            engine.responsiveness(person_id, share)

    def replay(self, states: Iterable[RequestState]) -> None:
        """Hold what is stored, after `reset`, and remember the work that is done: it counts for turns and for a fair week."""
        for state in sorted(states, key=lambda state: state.assigned_at or state.request.due_at):
            if state.status == "done" and state.person and (engine := self._engines.get(state.request.pool)):
                self._assign(engine, state.request, state.person, state.assigned_at)
            self.settle([state])

    def settle(self, states: Iterable[RequestState]) -> None:
        """Hold of these requests what is stored: somebody's work, or nobody's."""
        for state in states:
            request = state.request
            engine = self._engines.get(request.pool)
            if engine is None:
                continue
            if state.status == "assigned":
                before = engine.load_of(state.person)
                self._assign(engine, request, state.person, state.assigned_at, state.share)
                if engine.load_of(state.person) < before:
                    self._waiting[request.pool].free()
                continue
            freed = self._release(engine, request)
            if state.status == "waiting":
                heard_at = state.heard_at or request.due_at
                self._waiting[request.pool].add(Wait(request, heard_at, state.told_unserved, state.next_possible_at))
            if freed:
                self._waiting[request.pool].free()

    def decide(self, request: Request, now: datetime) -> Decision[RequestState]:
        """Give the request to somebody, or let it wait and say until when.

        Where something else waits that may be served by now, it is left to the next round: the most urgent comes first.
        """
        if not self.in_charge():
            return Decision(waiting_state(request, now, unsettled=True))
        engine, waiting = self._engines[request.pool], self._waiting[request.pool]
        engine.withdraw(request.request_id)  # held already when the same batch is decided again
        self._release(engine, request)
        if waiting.awake(now):
            waiting.add(Wait(request, now, told=False, until=None))
            return Decision(waiting_state(request, now))
        outcome = engine.decide(self._among_others(request), now)
        if isinstance(outcome, Chosen):
            self._assign(engine, request, outcome.person, now)
        return self.answer(waiting_state(request, now), outcome, now)

    def foresee(self, request: Request, now: datetime) -> Outcome:
        """Who would get the request at this moment; nothing changes."""
        return self._engines[request.pool].decide(request, now)

    def answer(self, state: RequestState, outcome: Outcome, now: datetime) -> Decision[RequestState]:
        """What is stored and said of a request that was waiting."""
        request = state.request
        explanation = outcome.explanation.model_copy(update={"policy": self._policy, "rules": self._rules})
        if isinstance(outcome, Nobody):
            told = {"told_unserved": True, "next_possible_at": outcome.next_possible_at, "unsettled": False}
            after = state.model_copy(update=told)
            self._waiting[request.pool].add(Wait(request, after.heard_at or now, True, after.next_possible_at))
            return Decision(after, [self._answers.unserved(request, explanation, outcome.next_possible_at, now)])
        given = {"status": "assigned", "person": outcome.person, "assigned_at": now, "unsettled": False}
        chosen = state.model_copy(update=given)
        person = self._engines[request.pool].person(outcome.person)
        return Decision(chosen, [self._answers.decided(request, outcome, person, explanation, now)])

    def awake(self, now: datetime) -> list[str]:
        """The pools where somebody may be able to take what waits."""
        return [pool for pool, waiting in self._waiting.items() if waiting.awake(now)]

    def wake(self, pool: str, now: datetime) -> set[str]:
        """The requests that have to be looked at one by one."""
        return self._waiting[pool].wake(now)

    def stir(self) -> None:
        """All that waits has to be looked at again."""
        for waiting in self._waiting.values():
            waiting.stir()

    def postpone(self, request: Request, now: datetime) -> None:
        """The request waits after all: what was decided of it is not so."""
        engine = self._engines[request.pool]
        engine.withdraw(request.request_id)
        self._release(engine, request)
        self._waiting[request.pool].add(Wait(request, now, told=False, until=None))

    def serve(self, pool: str, looked_at: Iterable[str], now: datetime) -> list[Decided]:
        """Decide together what waits and can be served now; each choice is held from here on, by request.

        Nothing waits that could be served when this returns nothing.
        """
        engine, waiting = self._engines[pool], self._waiting[pool]
        kinds = {
            self._kind(head.request)
            for head in waiting.heads(self._kind, looked_at)
            if isinstance(engine.decide(self._among_others(head.request), now, explain=False), Chosen)
        }
        wanted = _one_of_each_consult(waiting.of_kinds(self._kind, kinds))[:JOINTLY] if kinds else []
        chosen: list[Decided] = []
        for request, outcome in engine.decide_waiting([self._among_others(each) for each in wanted], now):
            if isinstance(outcome, Chosen):
                self._assign(engine, request, outcome.person, now)
                chosen.append((request, outcome))
        return chosen

    def unserved(self, pool: str, ids: Iterable[str], now: datetime) -> list[Decided]:
        """Of these requests, those of which there is something new to say: that they wait, or another moment."""
        engine, waiting = self._engines[pool], self._waiting[pool]
        news: list[Decided] = []
        for id in ids:
            if (wait := waiting.get(id)) is None:
                continue
            request = self._among_others(wait.request)
            outcome = engine.decide(request, now, explain=False)
            if isinstance(outcome, Chosen):
                waiting.free()  # not in this round; another one will see
            elif not wait.told or outcome.next_possible_at != wait.until:
                news.append((wait.request, engine.decide(request, now)))
        return news

    def load_of(self, person_id: str) -> float:
        """The weight of all that a person holds, over all pools."""
        return sum(engine.load_of(person_id) for engine in self._engines.values())

    def person(self, person_id: str) -> Person | None:
        """The person as the engines know them."""
        return next((found for engine in self._engines.values() if (found := engine.person(person_id))), None)

    def _assign(self, engine: Engine, request: Request, person: str, at: datetime | None, share: float = 1) -> None:
        """Somebody has it; `share` of its room while its case waits."""
        engine.assign(request.request_id, person, engine.weight_of(request) * share, at)
        self._waiting[request.pool].discard(request.request_id)
        if isinstance(request, SpecialistRequested):
            self._asked[request.consult_id][request.request_id] = person

    def _release(self, engine: Engine, request: Request) -> bool:
        """Nobody has it any more; whether somebody had it."""
        self._waiting[request.pool].discard(request.request_id)
        held = engine.holder_of(request.request_id) is not None
        engine.release(request.request_id)
        if isinstance(request, SpecialistRequested) and (asked := self._asked.get(request.consult_id)):
            asked.pop(request.request_id, None)
            if not asked:
                del self._asked[request.consult_id]
        return held

    def _among_others(self, request: Request) -> Request:
        """The request without those who are asked the same already, at another of the consult's places."""
        if not isinstance(request, SpecialistRequested) or not (asked := self._asked.get(request.consult_id)):
            return request
        others = tuple(person for other, person in asked.items() if other != request.request_id)
        return request.model_copy(update={"excluded": (*request.excluded, *others)})

    def _kind(self, request: Request) -> Kind:
        return (self._engines[request.pool].weight_of(request), *kind_of(self._among_others(request)))


def _one_of_each_consult(requests: Sequence[Request]) -> list[Request]:
    """One place of each consult: who is asked there may not be asked at the next one."""
    first: dict[str, Request] = {}
    for request in requests:
        first.setdefault(
            request.consult_id if isinstance(request, SpecialistRequested) else request.request_id, request
        )
    return list(first.values())


def _fingerprint(engine: Engine) -> str:
    """A name for the rules in force: two decisions under the same name were made by the same points and times."""
    return blake2s(engine.rules.model_dump_json().encode(), digest_size=4).hexdigest()
