"""What waits in one pool, in memory: in what order, until when, and whether something has happened that may serve it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from schemas.events.routing import ApproverRequested, InterpreterRequested, OwnerRequested
from services.routing.domain import Request

Kind = tuple[object, ...]
KindOf = Callable[[Request], Kind]


@dataclass(slots=True)
class Wait:
    """One request that waits."""

    request: Request
    heard_at: datetime
    told: bool
    """Whether it has been said that nobody can; `until` was said then."""
    until: datetime | None


def by_deadline(wait: Wait) -> tuple[Any, ...]:
    """Least slack first."""
    return (wait.request.due_at, wait.request.request_id)


def by_age(wait: Wait) -> tuple[Any, ...]:
    """Oldest first: the order of policies that know no deadline."""
    request = wait.request
    asked_at = request.requested_at if isinstance(request, OwnerRequested) else None
    return (asked_at or wait.heard_at, request.request_id)


class Waiting:
    """The requests of one pool that nobody has. Rebuilt from the store at any time.

    Between two rounds of serving nobody can take any of them: only what wakes the pool can change that.
    """

    def __init__(self, order: Callable[[Wait], tuple[Any, ...]] = by_deadline) -> None:
        self._order = order
        self._waits: dict[str, Wait] = {}
        self._agenda: list[tuple[datetime, str]] = []
        self._untold: set[str] = set()
        self._freed = self._stirred = False

    def __len__(self) -> int:
        return len(self._waits)

    def __contains__(self, request_id: str) -> bool:
        return request_id in self._waits

    def get(self, request_id: str) -> Wait | None:
        """One that waits, None for any other."""
        return self._waits.get(request_id)

    def add(self, wait: Wait) -> None:
        """It waits; `until` is when it can first be served, if nothing else happens."""
        id = wait.request.request_id
        self._waits[id] = wait
        if wait.told:
            self._untold.discard(id)
        else:
            self._untold.add(id)
        if wait.until:
            heappush(self._agenda, (wait.until, id))

    def discard(self, request_id: str) -> None:
        """It waits no longer."""
        self._waits.pop(request_id, None)
        self._untold.discard(request_id)
        if not self._waits:  # what comes next is decided by what is so then
            self._freed = self._stirred = False
            self._agenda.clear()

    def free(self) -> None:
        """Somebody has room again."""
        self._freed = bool(self._waits)

    def stir(self) -> None:
        """What was known of all that waits may be so no longer: a person was recorded, say."""
        self._stirred = bool(self._waits)

    def awake(self, now: datetime) -> bool:
        """Whether somebody may be able to take something, or something has not been said yet."""
        if not self._waits:
            return False
        return self._freed or self._stirred or bool(self._untold) or (bool(self._agenda) and self._agenda[0][0] <= now)

    def wake(self, now: datetime) -> set[str]:
        """The requests that have to be looked at one by one; from here on it sleeps until something happens anew."""
        looked_at = set(self._waits) if self._stirred else set(self._untold)
        while self._agenda and self._agenda[0][0] <= now:
            moment, id = heappop(self._agenda)
            if (wait := self._waits.get(id)) and wait.until == moment:
                looked_at.add(id)
        self._freed = self._stirred = False
        return looked_at

    def heads(self, kind_of: KindOf, looked_at: Iterable[str]) -> Iterator[Wait]:
        """The first of each kind, and these. Who cannot take the first cannot take others of its kind: they have more time."""
        heads: dict[Kind, Wait] = {}
        for wait in self._waits.values():
            kind = kind_of(wait.request)
            if (head := heads.get(kind)) is None or self._order(wait) < self._order(head):
                heads[kind] = wait
        yield from list(heads.values())
        shown = {head.request.request_id for head in heads.values()}
        yield from [self._waits[id] for id in looked_at if id in self._waits and id not in shown]

    def of_kinds(self, kind_of: KindOf, kinds: set[Kind]) -> list[Request]:
        """All of these kinds, first come those to be served first."""
        return [
            wait.request for wait in sorted(self._waits.values(), key=self._order) if kind_of(wait.request) in kinds
        ]


def kind_of(request: Request) -> Kind:
    """Equal for requests that the same people can take, each at its own time."""
    if isinstance(request, ApproverRequested):
        return (request.type, request.brand, request.language, request.excluded, request.mandates)
    wanted = (request.brand, request.language, request.skill, request.excluded)
    if isinstance(request, OwnerRequested):
        return wanted
    if isinstance(request, InterpreterRequested):
        return (*wanted, request.type, request.other_language, request.level)
    return (*wanted, request.country, request.specialist)
