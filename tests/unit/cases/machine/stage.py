"""Everything of the cases service but its network: documents, commands, time, and the lanes that it hears others through.

A lane is a Kafka topic with one key: it keeps its order, and a consumer that comes back hears its end again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.base import Event
from schemas.envelope import Envelope, parse
from schemas.ids import derive
from schemas.topics import BY_EVENT, key_of
from services.cases.domain import Case, Refused
from services.cases.domain.evolve import evolve
from services.cases.domain.terms import Terms
from services.cases.domain.timers import timers
from services.cases.handlers import deciding, table
from services.cases.own_topic import hear_of_cases
from services.cases.store import CASES
from services.chassis.documents import Context, Decision, Document
from services.chassis.errors import Rejected
from tests.unit.cases.life import START
from tests.unit.cases.machine.team import Staff

Rule = Callable[[Case, Terms, datetime], Sequence[Event]]


@dataclass(frozen=True)
class Commit:
    """What one write of one case said: by whose command, or because of which event; neither: because its time had come."""

    case_id: str
    actor: str
    heard: Event | None
    envelopes: tuple[Envelope, ...]
    now: datetime

    @property
    def events(self) -> list[Event]:
        return [each.data for each in self.envelopes]


@dataclass
class Lane:
    """One key of one topic, as one consumer reads it."""

    log: list[tuple[str, Event]] = field(default_factory=list)
    position: int = 0

    @property
    def waiting(self) -> int:
        return len(self.log) - self.position

    def next(self) -> tuple[str, Event]:
        self.position += 1
        return self.log[self.position - 1]


class Stage:
    """The cases, and what is on its way to them. `watch` is told of each commit."""

    def __init__(self, staff: Staff, watch: Callable[[Commit], None]) -> None:
        self.now = START
        self.staff = staff
        self.documents: dict[str, Document[Case]] = {}
        self.lanes: dict[tuple[str, str], Lane] = {}
        self.outgoing: list[Envelope] = []
        """What other services have not been told yet."""
        self.log: list[Envelope] = []
        self._watch = watch
        self._handlers, self._decided = table(staff.terms_of), deciding(staff.terms_of)
        hear_of_cases(self._handlers, staff.terms_of)
        self._folded: dict[str, Case] = {}

    @property
    def hears_of(self) -> frozenset[str]:
        """The types of events that the service handles."""
        return frozenset(self._handlers.routes)

    @property
    def cases(self) -> list[Case]:
        """Those that are open, the latest first, and then the others."""
        found = [each.state for each in reversed(self.documents.values()) if each.state]
        return sorted(found, key=lambda case: case.closed)

    def state(self, case_id: str) -> Case:
        found = self.documents[case_id].state
        assert found
        return found

    def say(self, event: Event, id_: str) -> None:
        """Another service says something in its lane."""
        topic = BY_EVENT[type(event)].name
        self.lanes.setdefault((topic, key_of(event)), Lane()).log.append((id_, event))

    def hear(self, lane: Lane) -> None:
        """The service handles the next record of a lane. Raises Rejected for what it can not place."""
        cause, event = lane.next()
        routes = self._handlers.routes.get(event.type)
        if routes is None:
            return
        (route,) = routes
        key = route.lane(event)
        documents = sorted((each for each in self.documents.values() if each.lane == key), key=lambda each: each.number)
        if any(cause in document.seen for document in documents):
            return
        siblings = tuple(each.state for each in documents if each.state)
        id_ = route.locate(event, siblings)
        document = self.documents.get(id_) or Document(CASES, id_, key, number=len(documents) + 1)
        context = Context(self.now, cause, siblings)
        if decision := route.handler(document.state, event, context):
            self._commit(document, decision, context, heard=event)

    def do(self, case_id: str, actor: str, rule: Rule, key: str) -> bool:
        """Carry a command out as the service does; whether it was not refused. Under an earlier key nothing happens."""
        document = self.documents[case_id]
        if key in document.seen:
            return True
        before = self.state(case_id)
        try:
            events = rule(before, self.staff.terms_of(before.brand), self.now)
        except (Refused, LookupError):
            assert document.state == self._folded[case_id], "a refused command changed the case"
            return False
        if decision := self._decided(before, events):
            self._commit(document, decision, Context(self.now, key), actor=actor)
        return True

    def wake(self) -> None:
        """Time is noticed: each case whose moment has come hears of it, each happening once."""
        for document in list(self.documents.values()):
            for timer in timers(self.state(document.id)):
                case = self.state(document.id)
                if timer.at <= self.now and timer.name in {each.name for each in timers(case) if each.at <= self.now}:
                    cause = derive("timer", case.id, timer.name, timer.at.isoformat())
                    assert cause not in document.seen, f"{timer.name} happened and is due again"
                    events = timer.fire(case, self.staff.terms_of(case.brand), self.now)
                    if decision := self._decided(case, events):
                        self._commit(document, decision, Context(self.now, cause))

    def pass_time(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    def _commit(
        self,
        document: Document[Case],
        decision: Decision[Case],
        context: Context,
        actor: str = "",
        heard: Event | None = None,
    ) -> None:
        document.apply(decision, context, "casekeeper/cases", {})
        self.documents[document.id] = document
        said = [
            parse(e.key.encode(), e.value.encode(), [(k, v.encode()) for k, v in e.headers.items()])
            for e in document.outbox
        ]
        document.outbox = []
        for envelope in said:
            if envelope.subject == document.id and BY_EVENT[type(envelope.data)].name == "cases.events":
                self._folded[document.id] = evolve(self._folded.get(document.id), envelope.data)
                self.say(envelope.data, envelope.id)
        assert self._folded[document.id] == document.state, "the events do not fold into the state"
        self.log += said
        self.outgoing += said
        self._watch(Commit(document.id, actor, heard, tuple(said), self.now))


__all__ = ["Commit", "Lane", "Rejected", "Rule", "Stage"]
