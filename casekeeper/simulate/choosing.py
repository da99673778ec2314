"""What the policy chooses in a run: at once where somebody can, else as soon as somebody can."""

import math
from collections.abc import Callable
from datetime import datetime

import simpy

from casekeeper.simulate.served import Steps
from services.routing.domain import Chosen, Engine, Request

LOOK_EVERY_SECONDS = 60
"""How often what waits is looked at again, besides whenever room comes free."""
LOOK_PAUSE_SECONDS = 5
"""Room that comes free this soon after a look is given away when it is over: in large teams it comes free every second."""


class Choosing:
    """The engine in the time of a run, with the requests that wait."""

    def __init__(self, env: simpy.Environment, engine: Engine, now: Callable[[], datetime]) -> None:
        self.engine = engine
        self._env = env
        self._now = now
        self._waiting: dict[str, tuple[Request, simpy.Event]] = {}
        self._possible: dict[str, datetime | None] = {}
        """When somebody can take what waits, unless something happens before; as the engine says."""
        self._shifts_seen = 0
        self._stirred = False
        self._looking = False
        self._looked_at = -math.inf

    def ask(self, request: Request) -> simpy.Event:
        """Happens with the person chosen, at once or later."""
        chosen = self._env.event()
        outcome = self.engine.decide(request, self._now(), explain=False)
        if isinstance(outcome, Chosen):
            self.give(request, outcome.person)
            chosen.succeed(outcome.person)
        else:
            self._waiting[request.request_id] = (request, chosen)
            self._possible[request.request_id] = outcome.next_possible_at
        return chosen

    def give(self, request: Request, person_id: str) -> None:
        """It is this person's work from now on, and counts for their week."""
        self.engine.assign(request.request_id, person_id, self.engine.weight_of(request), self._now())

    def release(self, request_id: str) -> None:
        """The work is done, for now at least."""
        self.engine.release(request_id)
        if self._waiting and not self._looking:
            self._looking = True
            self._env.process(self._look(max(0.0, self._looked_at + LOOK_PAUSE_SECONDS - self._env.now)))

    def give_up(self, request_id: str) -> None:
        """It need not be served any more."""
        del self._waiting[request_id], self._possible[request_id]

    def stir(self) -> None:
        """Somebody came or went: what waits is to be looked at again."""
        self._stirred = True

    def nobody_ever(self, request: Request) -> bool:
        """Whether nobody can take it, and time alone will not change that."""
        outcome = self.engine.decide(request, self._now(), explain=False)
        return not isinstance(outcome, Chosen) and outcome.next_possible_at is None

    def looks(self) -> Steps:
        """Look at what waits, again and again."""
        while True:
            yield self._env.timeout(LOOK_EVERY_SECONDS)
            if self._waiting and self._may_differ():
                yield self._env.process(self._look())

    def _may_differ(self) -> bool:
        """Whether another look may find somebody: a shift has begun or ended, or a moment has come that the engine named."""
        now = self._now()
        request, _ = next(iter(self._waiting.values()))
        self.engine.decide(request, now, explain=False)  # brings the engine to this moment
        changes = self.engine.people.shifts.changes
        differs = self._stirred or changes != self._shifts_seen
        self._shifts_seen, self._stirred = changes, False
        return differs or any(moment and moment <= now for moment in self._possible.values())

    def _look(self, after: float = 0) -> Steps:
        yield self._env.timeout(after)
        self._looking, self._looked_at = False, self._env.now
        requests = [request for request, _ in self._waiting.values()]
        for request, outcome in self.engine.decide_waiting(requests, self._now(), explain=False):
            if isinstance(outcome, Chosen):
                _, chosen = self._waiting.pop(request.request_id)
                del self._possible[request.request_id]
                chosen.succeed(outcome.person)
            else:
                self._possible[request.request_id] = outcome.next_possible_at
