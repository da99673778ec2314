"""The routing engine: people and open assignments in, decisions out. No I/O, no clock, no chance.

One engine per pool. The same people, the same assignments in the same order and the same `now` give the same decision.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.base import utc
from schemas.events.routing import (
    ApproverRequested,
    InterpreterRequested,
    OwnerRequested,
    SpecialistRequested,
)
from schemas.organisation import Person
from services.routing.domain.approvers import ApproverSearch
from services.routing.domain.choosing import SHOWN, Search, best, explanation
from services.routing.domain.interpreters import InterpreterSearch
from services.routing.domain.loads import Before, Loads
from services.routing.domain.named import NamedSearch
from services.routing.domain.outcome import Chosen, Nobody, Outcome, Request, Why
from services.routing.domain.owners import OwnerSearch
from services.routing.domain.people import People, Row
from services.routing.domain.rules import Rules
from services.routing.domain.specialists import SpecialistSearch
from services.routing.domain.together import FROM, MOST, Wanted, lateness, plan
from services.routing.domain.week import day_of

_UNEXPLAINED = Why()
_HARD = frozenset({"language", "capacity", "ending-soon"})
"""Wishes that give way only when people are scarce."""


@dataclass(slots=True)
class _Choice:
    """A decision with the search that led to it, and the person chosen."""

    outcome: Outcome
    search: Search
    row: Row | None = None

    @property
    def points(self) -> int:
        """What the choice costs; nothing, where there is none."""
        return self.search.points([self.row])[0] if self.row else 0

    @property
    def compromised(self) -> bool:
        """Whether more people at hand might have made a better one."""
        return self.row is None or not _HARD.isdisjoint(self.search.unmet(self.row))


@dataclass(slots=True)
class _Round:
    """All that waited, decided once."""

    decided: list[tuple[Request, Outcome]] = field(default_factory=list)
    chosen: list[Before] = field(default_factory=list)
    merit: tuple[int, int, int] = (0, 0, 0)
    """How many were not served, how late these are, the points of the others: the less, the better."""
    compromised: bool = False

    def add(self, request: Request, choice: _Choice, now: datetime) -> None:
        """One more decision."""
        served = isinstance(choice.outcome, Chosen)
        unserved, late, points = self.merit
        late += 0 if served else lateness(request, now)
        self.merit = (unserved + (not served), late, points + choice.points)
        self.compromised |= choice.compromised
        self.decided.append((request, choice.outcome))


class Engine:
    """Decides who owns a case and which specialist is asked."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self.people = People(self.rules)
        self._loads = Loads()
        self._moment: datetime | None = None
        self._at = 0

    def __len__(self) -> int:
        """How many people there are."""
        return len(self.people.slots)

    def upsert(self, person: Person, available: bool = True) -> None:
        """Record a person as known from now on (P4); `available=False`: absent, whatever the working hours say.

        Raises ValueError, and changes nothing, when the region of their public holidays is unknown.
        """
        self.people.put(person, available, self._loads)

    def remove(self, person_id: str) -> None:
        """Forget a person. What is assigned to them stays theirs until released or assigned anew."""
        self.people.remove(person_id)

    def assign(self, request_id: str, person_id: str, weight: float = 1, at: datetime | None = None) -> None:
        """A request is somebody's work from now on, and nobody else's. Also for people recorded later.

        `at`: when it was given to them; it counts for their week (fairness), unless nobody knows.
        Raises ValueError, and changes nothing, for a weight that is not above 0.
        """
        day = None if at is None else day_of(self._second(at))
        for changed in self._loads.assign(request_id, person_id, weight, day):
            self.people.weigh(changed, self._loads)

    def release(self, request_id: str) -> None:
        """The work of a request is done; nothing happens when nobody holds it."""
        holder = self._loads.release(request_id)
        if holder is not None:
            self.people.weigh(holder, self._loads, given=False)

    def withdraw(self, request_id: str) -> None:
        """An assignment has come to nothing: it could not be stored, or is decided anew. It does not count for the week."""
        holder = self._loads.withdraw(request_id)
        if holder is not None:
            self.people.weigh(holder, self._loads)

    def responsiveness(self, person_id: str, share: float) -> None:
        """Which share of a specialist's next offers will be answered, as far as one can tell; also for people to come.

        Raises ValueError, and changes nothing, for what is no share.
        """
        self.people.answers(person_id, share, self._loads)

    def person(self, person_id: str) -> Person | None:
        """The person as known now."""
        return self.people.person(person_id)

    def load_of(self, person_id: str) -> float:
        """The weight of all that a person holds."""
        return self._loads.load(person_id)

    def holder_of(self, request_id: str) -> str | None:
        """Who holds a request, if anybody."""
        return self._loads.holder(request_id)

    def held_by(self, person_id: str) -> tuple[str, ...]:
        """The requests a person holds, oldest first."""
        return self._loads.held_by(person_id)

    def decide(self, request: Request, now: datetime, *, explain: bool = True) -> Outcome:
        """Who gets this request. Changes nothing: the caller assigns what it has stored.

        A request that is decided anew should be released first, or the room it takes counts against its holder.
        """
        return self._choice(request, now, explain).outcome

    def decide_waiting(
        self, requests: Iterable[Request], now: datetime, *, explain: bool = True
    ) -> list[tuple[Request, Outcome]]:
        """Decide all that waits, least slack first, and assign each choice so that the next one sees it.

        Where that leaves somebody waiting, or served against a wish that gave way, the most urgent are decided together
        (`together`), and whichever serves better holds. Returns the decisions in the order of slack. A decision that can
        not be stored must be withdrawn by the caller. What somebody holds already is not waiting: such requests are left
        out, and so are repeats.
        """
        waiting = sorted(
            {request.request_id: request for request in requests if not self.holder_of(request.request_id)}.values(),
            key=lambda request: (request.due_at, request.request_id),
        )
        simple = self._round(waiting, {}, now, explain)
        if len(waiting) < FROM or not simple.chosen or not simple.compromised:
            return simple.decided
        self._undo(simple)
        planned = plan(self.searches(waiting[:MOST], now), self.people, self.rules.load_points, now)
        joint = self._round(waiting, planned, now, explain)
        if joint.merit < simple.merit:
            return joint.decided
        self._undo(joint)
        for request, outcome in simple.decided:
            if isinstance(outcome, Chosen):
                self.assign(request.request_id, outcome.person, self.weight_of(request), now)
        return simple.decided

    def _choice(self, request: Request, now: datetime, explain: bool, planned: str = "") -> _Choice:
        """Who gets this request; the planned person, if they may be chosen and have room."""
        search = self._search_at(request, now)
        if not search.eligible:
            next_possible = search.next_possible()
            moment = None if next_possible is None else datetime.fromtimestamp(next_possible, UTC)
            return _Choice(Nobody(explanation(search, self.people) if explain else _UNEXPLAINED, moment), search)
        shown = best(search, self.people, SHOWN if explain or planned else 1)
        able = search.eligible & self.people.free(self.weight_of(request)) if planned else 0
        first, together = shown[0], 0
        if fit := self.people.rows_of(self.people.set_of((planned,)) & able):
            shown = [fit[0], *(row for row in shown if row is not fit[0])][:SHOWN]
            together = search.points(fit)[0] - search.points([first])[0]
        unmet = search.unmet(shown[0])
        why = explanation(search, self.people, shown, unmet, together) if explain else _UNEXPLAINED
        outcome = Chosen(shown[0].id, shown[0].person.country, why)
        return _Choice(outcome, search, shown[0])

    def _round(self, waiting: Sequence[Request], planned: Mapping[str, str], now: datetime, explain: bool) -> _Round:
        """Decide and assign: what is planned first, then the others, each by least slack."""
        found = _Round()
        asked: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
        for request in sorted(waiting, key=lambda request: request.request_id not in planned):
            consult = request.consult_id if isinstance(request, SpecialistRequested) else ""
            others = {"excluded": (*request.excluded, *asked[consult])}
            wanted = request.model_copy(update=others) if consult and asked[consult] else request
            choice = self._choice(wanted, now, explain, planned.get(request.request_id, ""))
            outcome = choice.outcome
            found.add(request, choice, now)
            if isinstance(outcome, Chosen):
                found.chosen.append(self._loads.before(request.request_id, outcome.person))
                self.assign(request.request_id, outcome.person, self.weight_of(request), now)
                if consult:
                    asked[consult] += (outcome.person,)
        found.decided.sort(key=lambda decision: (decision[0].due_at, decision[0].request_id))
        return found

    def _undo(self, played: _Round) -> None:
        for before in reversed(played.chosen):
            self._loads.undo(before)
            self.people.weigh(before.person_id, self._loads)

    def _search_at(self, request: Request, now: datetime) -> Search:
        second = self._second(now)
        self.people.advance(second, self._loads)
        return self._search(request, second)

    def searches(self, requests: Iterable[Request], now: datetime) -> list[Wanted]:
        """What a joint plan is made of: who could take each of the requests now."""
        return [Wanted(request, self._search_at(request, now), self.weight_of(request)) for request in requests]

    def weight_of(self, request: Request) -> float:
        """The room a request takes of somebody's capacity; what `assign` should be given for it."""
        if isinstance(request, OwnerRequested):
            return self.rules.owner_weight * request.weight
        if isinstance(request, ApproverRequested):
            return self.rules.approval_weight * request.weight
        return self.rules.consult_weight * request.weight

    def _search(self, request: Request, second: int) -> Search:
        if isinstance(request, OwnerRequested):
            return OwnerSearch(self.people, self.rules, request, second)
        if isinstance(request, ApproverRequested):
            return ApproverSearch(self.people, self.rules, request)
        if isinstance(request, InterpreterRequested):
            return InterpreterSearch(self.people, self.rules, request, second)
        if request.specialist:
            return NamedSearch(self.people, request)
        return SpecialistSearch(self.people, self.rules, request, second)

    def _second(self, moment: datetime) -> int:
        """A moment in seconds; the last one is remembered, for to decide and to assign are of one moment."""
        if moment is not self._moment:
            self._moment, self._at = moment, int(utc(moment).timestamp() // 1)
        return self._at
