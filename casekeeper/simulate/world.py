"""The world of one run: customers write, the engine chooses, people work; a discrete-event simulation (simpy).

An owner has one attention and several conversations; whatever is due first is done first, by every policy alike. A
conversation takes room while it is our turn, not while the customer thinks or a specialist is asked. Work that is begun is
finished; what is still to be done when its owner leaves goes to whom the policy chooses then. A specialist is held from the
offer to the answer, reacts and answers in their own working time, and may decline or stay silent.
"""

import random
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import simpy

from casekeeper.simulate.demand import Contact, contacts, seconds
from casekeeper.simulate.people import BRAND, POOL, Worker, people
from casekeeper.simulate.scenario import Scenario
from schemas.events.routing import OwnerRequested, SpecialistRequested
from schemas.working_time import WorkingTime, working_time
from services.routing.domain import Chosen, Engine, Request, Rules
from services.routing.domain.policies import policy

LOOK_EVERY_SECONDS = 60
"""How often what waits is looked at again, besides whenever room comes free."""
CONSULT_DUE = timedelta(minutes=240)
DRAIN_DAYS = 2
"""After the last day nobody new writes, but what is open is worked on for so long."""
DAY = 86_400.0
Steps = Generator[simpy.Event, Any, Any]


@dataclass(slots=True)
class Served:
    """What one contact got. Seconds since it came in; None: not within the run."""

    contact: Contact
    owner: str = ""
    first_reply: float | None = None
    substantive: float | None = None
    consults: int = 0
    reoffers: int = 0
    handovers: int = 0


@dataclass(slots=True)
class Asking:
    """One consult: with whom it is, and whether somebody took it."""

    accepted: simpy.Event
    answered: simpy.Event
    due_at: datetime
    excluded: set[str] = field(default_factory=set)
    """Whom it may not be offered (again)."""
    asked: set[str] = field(default_factory=set)
    """With whom an offer is now."""


@dataclass(slots=True)
class Attention:
    """One agent's: what was worked, and what waits for it."""

    worker: Worker
    desk: simpy.PriorityResource
    hours: WorkingTime
    worked: float = 0.0
    cases: int = 0
    absent_days: set[int] = field(default_factory=set)


class World:
    """One policy on one seed. `run` gives what each contact got. A consult is offered to `places` specialists at a time."""

    def __init__(
        self,
        scenario: Scenario,
        policy_name: str,
        seed: int,
        *,
        agents: int | None = None,
        capacity: int | None = None,
        places: int = 1,
        rules: Rules | None = None,
    ) -> None:
        self.scenario = scenario
        self.places = places
        self.env = simpy.Environment()
        self.engine: Engine = policy(policy_name, rules)
        self.workers = {each.person.id: each for each in people(scenario, seed, agents, capacity)}
        self.agents = {
            id_: Attention(worker, simpy.PriorityResource(self.env), working_time(worker.person))
            for id_, worker in self.workers.items()
            if worker.group.role == "agent"
        }
        self.served: list[Served] = []
        self._contacts = contacts(scenario, seed)
        self._seed = seed
        self._next_reply = timedelta(minutes=scenario.targets.next_reply_minutes)
        self._waiting: dict[str, tuple[Request, simpy.Event]] = {}
        self._present: dict[str, bool] = {}
        self._known: dict[str, list[str]] = {}
        self._looking = False

    def run(self) -> list[Served]:
        """Let it happen."""
        self._attend()
        self.env.process(self._days())
        self.env.process(self._arrivals())
        self.env.process(self._looks())
        self.env.run(until=(self.scenario.days + DRAIN_DAYS) * DAY)
        return self.served

    def now(self) -> datetime:
        """The moment, in UTC."""
        return self.scenario.start + timedelta(seconds=self.env.now)

    # who is there

    def _attend(self) -> None:
        """Who is away today: the same people on the same days under every policy."""
        day = int(self.env.now // DAY)
        for id_, worker in self.workers.items():
            absent = random.Random(f"absence {self._seed} {id_} {day}").random() < worker.group.absence
            if self._present.get(id_) is not (not absent):
                self._present[id_] = not absent
                self.engine.upsert(worker.person, not absent)
            if absent and id_ in self.agents:
                self.agents[id_].absent_days.add(day)

    def _days(self) -> Steps:
        while True:
            yield self.env.timeout(DAY)
            self._attend()

    def _at_work(self, agent: Attention) -> bool:
        return self._present[agent.worker.person.id] and agent.hours.is_open(self.now())

    # choosing

    def _ask(self, request: Request) -> simpy.Event:
        """Happens with the person chosen, at once or later."""
        chosen = self.env.event()
        outcome = self.engine.decide(request, self.now(), explain=False)
        if isinstance(outcome, Chosen):
            self._give(request, outcome, chosen)
        else:
            self._waiting[request.request_id] = (request, chosen)
        return chosen

    def _give(self, request: Request, outcome: Chosen, chosen: simpy.Event) -> None:
        self.engine.assign(request.request_id, outcome.person, self.engine.weight_of(request), self.now())
        chosen.succeed(outcome.person)

    def _release(self, request_id: str) -> None:
        self.engine.release(request_id)
        if self._waiting and not self._looking:
            self._looking = True
            self.env.process(self._look())

    def _looks(self) -> Steps:
        while True:
            yield self.env.timeout(LOOK_EVERY_SECONDS)
            yield self.env.process(self._look())

    def _look(self) -> Steps:
        yield self.env.timeout(0)
        self._looking = False
        requests = [request for request, _ in self._waiting.values()]
        for request, outcome in self.engine.decide_waiting(requests, self.now(), explain=False):
            if isinstance(outcome, Chosen):
                _, chosen = self._waiting.pop(request.request_id)
                chosen.succeed(outcome.person)

    # one contact

    def _arrivals(self) -> Steps:
        for contact in self._contacts:
            yield self.env.timeout(max(0.0, contact.at - self.env.now))
            served = Served(contact)
            self.served.append(served)
            self.env.process(self._case(served))

    def _case(self, served: Served) -> Steps:
        contact = served.contact
        due = self.now() + timedelta(minutes=self.scenario.targets.first_reply_minutes)
        yield from self._find_owner(served, due, self._known_owner(contact))
        self._known.setdefault(contact.language, []).append(served.owner)
        self.agents[served.owner].cases += 1
        yield from self._first_answer(served, due)
        for pause, effort in zip(contact.pauses, contact.next_replies[1:], strict=True):
            self._release(_owner_request(contact))
            yield self.env.timeout(pause)
            due = self._next_due()
            yield from self._return_to_owner(served, due)
            yield from self._work(served, effort, due)
        self._release(_owner_request(contact))

    def _first_answer(self, served: Served, due: datetime) -> Steps:
        contact = served.contact
        speaks = self.workers[served.owner].person.speaks(contact.language, "B2")
        if speaks and not contact.needs_specialist:
            if self.scenario.holding_replies:
                yield from self._hold_if_late(served, due)
            yield from self._work(served, contact.first_reply, due if served.first_reply is None else self._next_due())
            self._replied(served, substantive=True)
            return
        yield from self._work(served, contact.holding_reply, due)
        if self.scenario.holding_replies:
            self._replied(served, substantive=False)
        self._release(_owner_request(contact))
        yield from self._consult(served)
        due = self._next_due()
        yield from self._return_to_owner(served, due)
        yield from self._work(served, contact.next_replies[0], due)
        self._replied(served, substantive=True)

    def _hold_if_late(self, served: Served, due: datetime) -> Steps:
        """The clock runs low before anybody has begun: an honest word first, the answer after it (O5)."""
        agent = self.agents[served.owner]
        low = due - timedelta(minutes=self.scenario.hold_before_minutes)
        with agent.desk.request(priority=int(due.timestamp())) as turn:
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
        return known[contact.luck % len(known)] if known else ""

    def _find_owner(self, served: Served, due: datetime, preferred: str = "") -> Steps:
        served.owner = yield self._ask(_owner_wanted(served.contact, due, preferred, self.now()))

    def _return_to_owner(self, served: Served, due: datetime) -> Steps:
        """It is our turn again: the owner takes it, however much they hold; somebody else when the owner is away."""
        if self._at_work(self.agents[served.owner]):
            self.engine.assign(_owner_request(served.contact), served.owner, self.engine.rules.owner_weight)
            return
        served.handovers += 1
        yield from self._find_owner(served, due, served.owner)

    def _work(self, served: Served, effort: float, due: datetime) -> Steps:
        while True:
            agent = self.agents[served.owner]
            with agent.desk.request(priority=int(due.timestamp())) as turn:
                yield turn
                if self._at_work(agent):
                    yield self.env.timeout(effort)
                    agent.worked += effort
                    return
            self._release(_owner_request(served.contact))
            served.handovers += 1
            yield from self._find_owner(served, due, served.owner)

    # one consult

    def _consult(self, served: Served) -> Steps:
        """Ask until somebody has answered; the first of several who accepts has it, and the others' offers end."""
        served.consults += 1
        asking = Asking(self.env.event(), self.env.event(), self.now() + CONSULT_DUE)
        for place in range(self.places):
            self.env.process(self._place(served, asking, place))
        yield asking.answered

    def _place(self, served: Served, asking: Asking, place: int) -> Steps:
        luck = random.Random(served.contact.luck + place)
        for attempt in range(1_000):
            request = _specialist_wanted(served.contact, f"{place}-{attempt}", asking)
            chosen = self._ask(request)
            if not chosen.triggered and asking.excluded and self._nobody_ever(request):
                # Everybody who could was asked once: ask them again rather than nobody.
                self._waiting.pop(request.request_id)
                asking.excluded.clear()
                asking.excluded.update(asking.asked)
                request = _specialist_wanted(served.contact, f"{place}-{attempt}", asking)
                chosen = self._ask(request)
            yield chosen | asking.accepted
            if not chosen.triggered:
                self._waiting.pop(request.request_id)
                return
            yield from self._offer(served, asking, str(chosen.value), luck)
            self._release(request.request_id)
            if asking.accepted.triggered:
                return

    def _offer(self, served: Served, asking: Asking, person_id: str, luck: random.Random) -> Steps:
        """Until the specialist has answered, declined, let it expire, or somebody else has accepted."""
        worker = self.workers[person_id]
        group, hours = worker.group, working_time(worker.person)
        assert group.notice_minutes is not None  # noqa: S101 - the scenario says so of specialists
        assert group.answer_minutes is not None  # noqa: S101
        asking.excluded.add(person_id)
        asking.asked.add(person_id)
        notice, answer = seconds(group.notice_minutes, luck) / 60, seconds(group.answer_minutes, luck) / 60
        fate = luck.random()
        silent = fate < group.silent or notice > self.scenario.offer_minutes
        reacts = self._until(hours, self.scenario.offer_minutes if silent else notice)
        yield reacts | asking.accepted
        asking.asked.discard(person_id)
        if asking.accepted.triggered:
            return
        if silent or fate < group.silent + group.declines:
            served.reoffers += 1
            return
        asking.accepted.succeed()
        yield self._until(hours, answer)
        asking.answered.succeed()

    def _nobody_ever(self, request: Request) -> bool:
        outcome = self.engine.decide(request, self.now(), explain=False)
        return not isinstance(outcome, Chosen) and outcome.next_possible_at is None

    def _until(self, hours: WorkingTime, minutes: float) -> simpy.Event:
        now = self.now()
        return self.env.timeout((hours.after(now, minutes) - now).total_seconds())


def _owner_request(contact: Contact) -> str:
    return f"owner-{contact.number}"


def _owner_wanted(contact: Contact, due: datetime, preferred: str, now: datetime) -> OwnerRequested:
    return OwnerRequested(
        request_id=_owner_request(contact),
        pool=POOL,
        case_id=f"case-{contact.number}",
        conversation=f"conversation-{contact.number}",
        brand=BRAND,
        language=contact.language,
        skill=contact.skill,
        due_at=due,
        preferred=preferred,
        requested_at=now,
    )


def _specialist_wanted(contact: Contact, offer: str, asking: Asking) -> SpecialistRequested:
    return SpecialistRequested(
        request_id=f"consult-{contact.number}-{offer}",
        pool=POOL,
        case_id=f"case-{contact.number}",
        conversation=f"conversation-{contact.number}",
        consult_id=f"consult-{contact.number}",
        brand=BRAND,
        language=contact.language,
        skill=contact.skill if contact.needs_specialist else "",
        due_at=asking.due_at,
        excluded=tuple(sorted(asking.excluded)),
    )
