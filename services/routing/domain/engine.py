"""The routing engine: people and open assignments in, decisions out. No I/O, no clock, no chance.

One engine per pool. The same people, the same assignments in the same order and the same `now` give the same decision.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.base import utc
from schemas.events.routing import Explanation, OwnerRequested
from schemas.organisation import Person
from services.routing.domain.choosing import SHOWN, Search, best, explanation
from services.routing.domain.loads import Loads
from services.routing.domain.named import NamedSearch
from services.routing.domain.outcome import Chosen, Nobody, Outcome, Request
from services.routing.domain.owners import OwnerSearch
from services.routing.domain.people import People
from services.routing.domain.rules import Rules
from services.routing.domain.specialists import SpecialistSearch
from services.routing.domain.week import day_of

_UNEXPLAINED = Explanation()


class Engine:
    """Decides who owns a case and which specialist is asked."""

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._people = People(self.rules)
        self._loads = Loads()

    def __len__(self) -> int:
        """How many people there are."""
        return len(self._people.slots)

    def upsert(self, person: Person, available: bool = True) -> None:
        """Record a person as known from now on (P4); `available=False`: absent, whatever the working hours say.

        Raises ValueError, and changes nothing, when the region of their public holidays is unknown.
        """
        self._people.put(person, available, self._loads)

    def remove(self, person_id: str) -> None:
        """Forget a person. What is assigned to them stays theirs until released or assigned anew."""
        self._people.remove(person_id)

    def assign(self, request_id: str, person_id: str, weight: float = 1, at: datetime | None = None) -> None:
        """A request is somebody's work from now on, and nobody else's. Also for people recorded later.

        `at`: when it was given to them; it counts for their week (fairness), unless nobody knows.
        Raises ValueError, and changes nothing, for a weight that is not above 0.
        """
        day = None if at is None else day_of(_second(at))
        for changed in self._loads.assign(request_id, person_id, weight, day):
            self._people.weigh(changed, self._loads)

    def release(self, request_id: str) -> None:
        """The work of a request is done; nothing happens when nobody holds it."""
        holder = self._loads.release(request_id)
        if holder is not None:
            self._people.weigh(holder, self._loads, given=False)

    def withdraw(self, request_id: str) -> None:
        """An assignment has come to nothing: it could not be stored, or is decided anew. It does not count for the week."""
        holder = self._loads.withdraw(request_id)
        if holder is not None:
            self._people.weigh(holder, self._loads)

    def responsiveness(self, person_id: str, share: float) -> None:
        """Which share of a specialist's next offers will be answered, as far as one can tell; also for people to come.

        Raises ValueError, and changes nothing, for what is no share.
        """
        self._people.answers(person_id, share, self._loads)

    def person(self, person_id: str) -> Person | None:
        """The person as known now."""
        return self._people.person(person_id)

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
        second = _second(now)
        self._people.advance(second, self._loads)
        search = self._search(request, second)
        if not search.eligible:
            next_possible = search.next_possible()
            return Nobody(
                explanation(search) if explain else _UNEXPLAINED,
                None if next_possible is None else datetime.fromtimestamp(next_possible, UTC),
            )
        shown = best(search, self._people, SHOWN if explain else 1)
        person = shown[0].person
        why = explanation(search, shown, search.unmet(shown[0])) if explain else _UNEXPLAINED
        return Chosen(person.id, person.country, why)

    def decide_waiting(
        self, requests: Iterable[Request], now: datetime, *, explain: bool = True
    ) -> list[tuple[Request, Outcome]]:
        """Decide all that waits, least slack first, and assign each choice so that the next one sees it.

        Returns the decisions in that order. A decision that can not be stored must be released by the caller. What
        somebody holds already is not waiting: such requests are left out, and so are repeats.
        """
        waiting = {request.request_id: request for request in requests}
        decided: list[tuple[Request, Outcome]] = []
        for request in sorted(waiting.values(), key=lambda request: (request.due_at, request.request_id)):
            if self._loads.holder(request.request_id) is not None:
                continue
            outcome = self.decide(request, now, explain=explain)
            if isinstance(outcome, Chosen):
                self.assign(request.request_id, outcome.person, self.weight_of(request), now)
            decided.append((request, outcome))
        return decided

    def weight_of(self, request: Request) -> float:
        """The room a request takes of somebody's capacity; what `assign` should be given for it."""
        kind = self.rules.owner_weight if isinstance(request, OwnerRequested) else self.rules.consult_weight
        return kind * request.weight

    def _search(self, request: Request, second: int) -> Search:
        if isinstance(request, OwnerRequested):
            return OwnerSearch(self._people, self.rules, request, second)
        if request.specialist:
            return NamedSearch(self._people, request)
        return SpecialistSearch(self._people, self.rules, request, second)


def _second(moment: datetime) -> int:
    return int(utc(moment).timestamp() // 1)
