"""The world of one run: customers write, the engine chooses, people work; a discrete-event simulation (simpy).

An owner has one attention and several conversations; whatever is due first is done first, by every policy alike. A
conversation takes room while it is our turn, not while the customer thinks or a specialist is asked. Work that is begun is
finished; what is still to be done when its owner leaves goes to whom the policy chooses then. A specialist is held from the
offer to the answer, reacts and answers in their own working time, and may decline or stay silent.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import simpy

from casekeeper.simulate.attendance import Attendance, Presence
from casekeeper.simulate.choosing import Choosing
from casekeeper.simulate.consulting import Consulting
from casekeeper.simulate.demand import Contact, contacts
from casekeeper.simulate.people import POOL, Worker, people
from casekeeper.simulate.scenario import Scenario, Setting
from casekeeper.simulate.served import DAY, Agent, Piece, Served, Steps
from schemas.events.routing import OwnerRequested
from schemas.working_time import working_time
from services.routing.domain import Rules
from services.routing.domain.policies import policy

PARTS = 200
"""Of a run, as its progress is told."""
Step = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who works, and who writes, in the order of time."""

    workers: Sequence[Worker]
    contacts: Sequence[Contact]
    gives_an_hour: float = 0
    """How often an agent was given something, for each hour on shift, in the week before: all of them alike."""
    presence: Sequence[Presence] = ()
    """Who went and came, besides those who are away by chance; in the order of time."""

    @classmethod
    def drawn(cls, scenario: Scenario, seed: int, agents: int | None = None) -> "Cast":
        """As the scenario says; the same seed gives the same. `agents` overrides how many agents there are."""
        workers, writing = people(scenario, seed, agents), contacts(scenario, seed)
        return cls(workers, writing, _gives_an_hour(scenario, workers))

    def with_capacity(self, capacity: int) -> "Cast":
        """The same with so many conversations at a time for each agent."""
        return replace(self, workers=[each.with_capacity(capacity) for each in self.workers])


class World:
    """One policy on one seed. `run` gives what each contact got. A consult is offered to `places` specialists at a time."""

    def __init__(
        self,
        setting: Setting,
        policy_name: str,
        seed: int,
        cast: Cast,
        *,
        places: int = 1,
        rules: Rules | None = None,
    ) -> None:
        self.setting = setting
        self.env = simpy.Environment()
        engine = policy(policy_name, rules)
        workers = {each.person.id: each for each in cast.workers}
        self.served: list[Served] = []
        self._cast = cast
        self._attendance = Attendance(workers, engine, seed)
        self._desks = {id_: simpy.PriorityResource(self.env) for id_ in self.agents}
        self._choosing = Choosing(self.env, engine, self.now)
        self._consulting = Consulting(
            self.env, self._choosing, workers, self.now, offer_minutes=setting.offer_minutes, places=places
        )
        self._next_reply = timedelta(minutes=setting.targets.next_reply_minutes)
        self._known: dict[str, list[str]] = {}

    @property
    def agents(self) -> dict[str, Agent]:
        """Who owns cases, by id, with what they have worked."""
        return self._attendance.agents

    def run(self, step: Step = lambda _: None) -> list[Served]:
        """Let it happen; `step` is told of each part of it that is done, together 1."""
        self._attendance.begin(0)
        self._attendance.even_past(self.setting.start, self._cast.gives_an_hour)
        self.env.process(self._days())
        self.env.process(self._come_and_go())
        self.env.process(self._arrivals())
        self.env.process(self._choosing.looks())
        until = (self.setting.days + self.setting.drain_days) * DAY
        for part in range(1, PARTS + 1):
            self.env.run(until=until * part / PARTS)
            step(1 / PARTS)
        return self.served

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self.setting.start + timedelta(seconds=self.env.now)

    def _days(self) -> Steps:
        while True:
            yield self.env.timeout(DAY)
            self._attendance.begin(int(self.env.now // DAY))
            self._choosing.stir()

    def _come_and_go(self) -> Steps:
        for at, person_id, present in self._cast.presence:
            yield self.env.timeout(max(0.0, at - self.env.now))
            self._attendance.say(person_id, self.env.now, present)
            self._choosing.stir()

    def _arrivals(self) -> Steps:
        for contact in self._cast.contacts:
            yield self.env.timeout(max(0.0, contact.at - self.env.now))
            served = Served(contact)
            self.served.append(served)
            self.env.process(self._case(served))

    # one contact

    def _case(self, served: Served) -> Steps:
        contact = served.contact
        due = self.now() + timedelta(seconds=contact.reply_within(self.setting))
        yield from self._find_owner(served, due, self._known_owner(contact))
        self._known.setdefault(contact.language, []).append(served.owner)
        yield from self._first_answer(served, due)
        for pause, effort in zip(contact.pauses, contact.next_replies[1:], strict=True):
            self._choosing.release(_owner_request(contact))
            yield self.env.timeout(pause)
            due = self._next_due()
            yield from self._return_to_owner(served, due)
            yield from self._work(served, effort, due)
        self._choosing.release(_owner_request(contact))

    def _first_answer(self, served: Served, due: datetime) -> Steps:
        contact = served.contact
        if contact.consults is False or (contact.consults is None and self._knows(served)):
            if self.setting.holding_replies:
                yield from self._hold_if_late(served, due)
            yield from self._work(served, contact.first_reply, due if served.first_reply is None else self._next_due())
            self._replied(served, substantive=True)
            return
        yield from self._work(served, contact.holding_reply, due)
        if self.setting.holding_replies:
            self._replied(served, substantive=False)
        self._choosing.release(_owner_request(contact))
        yield from self._consulting.consult(served)
        due = self._next_due()
        yield from self._return_to_owner(served, due)
        yield from self._work(served, contact.next_replies[0], due)
        self._replied(served, substantive=True)

    def _knows(self, served: Served) -> bool:
        """Whether the owner can answer alone: knows the matter, and speaks the language."""
        contact = served.contact
        speaks = self._attendance.workers[served.owner].person.speaks(contact.language, "B2")
        return speaks and not contact.needs_specialist

    def _hold_if_late(self, served: Served, due: datetime) -> Steps:
        """The clock runs low before anybody has begun: an honest word first, the answer after it (O5)."""
        low = due - timedelta(minutes=self.setting.hold_before_minutes)
        with self._desks[served.owner].request(priority=int(due.timestamp())) as turn:
            yield turn
        if self.now() >= low:
            yield from self._work(served, served.contact.holding_reply, due)
            self._replied(served, substantive=False)

    def _next_due(self) -> datetime:
        return self.now() + self._next_reply

    def _replied(self, served: Served, *, substantive: bool) -> None:
        after = self.env.now - served.contact.at
        if served.first_reply is None:
            served.first_reply = after
        if substantive:
            served.substantive = after

    def _known_owner(self, contact: Contact) -> str:
        known = self._known.get(contact.language) if contact.returning else None
        return known[contact.luck % len(known)] if known else contact.preferred

    def _find_owner(self, served: Served, due: datetime, preferred: str = "") -> Steps:
        served.owner = yield self._choosing.ask(_owner_wanted(served.contact, due, preferred, self.now()))

    def _return_to_owner(self, served: Served, due: datetime) -> Steps:
        """It is our turn again: the owner takes it, however much they hold; somebody else when the owner is away."""
        if self._attendance.at_work(served.owner, self.now()):
            self._choosing.give(_owner_wanted(served.contact, due, served.owner, self.now()), served.owner)
            return
        served.handovers += 1
        yield from self._find_owner(served, due, served.owner)

    def _work(self, served: Served, effort: float, due: datetime) -> Steps:
        while True:
            with self._desks[served.owner].request(priority=int(due.timestamp())) as turn:
                yield turn
                if self._attendance.at_work(served.owner, self.now()):
                    began = self.env.now
                    yield self.env.timeout(effort)
                    self.agents[served.owner].pieces.append(Piece(served.contact.number, began, self.env.now))
                    return
            self._choosing.release(_owner_request(served.contact))
            served.handovers += 1
            yield from self._find_owner(served, due, served.owner)


def _gives_an_hour(scenario: Scenario, workers: Sequence[Worker]) -> float:
    """For each message of a case, and each answer of a specialist, somebody is given work; about."""
    agents = [working_time(each.person) for each in workers if each.behaviour.role == "agent"]
    week = timedelta(days=7)
    hours = sum(hours.working_minutes_between(scenario.start, scenario.start + week) for hours in agents) / 60
    demand = scenario.demand
    return 7 * demand.contacts_per_day * (demand.messages_per_case.mean + demand.needs_specialist) / max(1.0, hours)


def _owner_request(contact: Contact) -> str:
    return f"owner-{contact.number}"


def _owner_wanted(contact: Contact, due: datetime, preferred: str, now: datetime) -> OwnerRequested:
    return OwnerRequested(
        request_id=_owner_request(contact),
        pool=POOL,
        case_id=f"case-{contact.number}",
        conversation=f"conversation-{contact.number}",
        brand=contact.brand,
        language=contact.language,
        skill=contact.skill,
        due_at=due,
        preferred=preferred,
        requested_at=now,
        weight=contact.weight,
    )
