"""Consults of a run: specialists are asked, react, decline, stay silent, answer; all in their own working time."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import simpy

from casekeeper.simulate.choosing import Choosing
from casekeeper.simulate.demand import Contact, seconds
from casekeeper.simulate.people import POOL, Worker
from casekeeper.simulate.served import Served, Steps
from schemas.events.routing import SpecialistRequested
from schemas.working_time import WorkingTime, working_time

CONSULT_DUE = timedelta(minutes=240)


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


class Consulting:
    """Asks specialists, `places` of them at a time; an offer stands for `offer_minutes` of the specialist's working time."""

    def __init__(
        self,
        env: simpy.Environment,
        choosing: Choosing,
        workers: Mapping[str, Worker],
        now: Callable[[], datetime],
        *,
        offer_minutes: float,
        places: int,
    ) -> None:
        self._env = env
        self._choosing = choosing
        self._workers = workers
        self._now = now
        self._offer_minutes = offer_minutes
        self._places = places

    def consult(self, served: Served) -> Steps:
        """Ask until somebody has answered; the first of several who accepts has it, and the others' offers end."""
        served.consults += 1
        asking = Asking(self._env.event(), self._env.event(), self._now() + CONSULT_DUE)
        for place in range(self._places):
            self._env.process(self._place(served, asking, place))
        yield asking.answered

    def _place(self, served: Served, asking: Asking, place: int) -> Steps:
        luck = random.Random(served.contact.luck + place)
        for attempt in range(1_000):
            request = _specialist_wanted(served.contact, f"{place}-{attempt}", asking)
            chosen = self._choosing.ask(request)
            if not chosen.triggered and asking.excluded and self._choosing.nobody_ever(request):
                # Everybody who could was asked once: ask them again rather than nobody.
                self._choosing.give_up(request.request_id)
                asking.excluded.clear()
                asking.excluded.update(asking.asked)
                request = _specialist_wanted(served.contact, f"{place}-{attempt}", asking)
                chosen = self._choosing.ask(request)
            yield chosen | asking.accepted
            if not chosen.triggered:
                self._choosing.give_up(request.request_id)
                return
            yield from self._offer(served, asking, str(chosen.value), luck)
            self._choosing.release(request.request_id)
            if asking.accepted.triggered:
                return

    def _offer(self, served: Served, asking: Asking, person_id: str, luck: random.Random) -> Steps:
        """Until the specialist has answered, declined, let it expire, or somebody else has accepted."""
        worker = self._workers[person_id]
        usual, hours = worker.behaviour, working_time(worker.person)
        assert usual.notice_minutes is not None  # noqa: S101 - what specialists do has been checked for it
        assert usual.answer_minutes is not None  # noqa: S101
        served.offers += 1
        asking.excluded.add(person_id)
        asking.asked.add(person_id)
        notice, answer = seconds(usual.notice_minutes, luck) / 60, seconds(usual.answer_minutes, luck) / 60
        fate = luck.random()
        silent = fate < usual.silent or notice > self._offer_minutes
        reacts = self._until(hours, self._offer_minutes if silent else notice)
        yield reacts | asking.accepted
        asking.asked.discard(person_id)
        if asking.accepted.triggered:
            return
        if silent or fate < usual.silent + usual.declines:
            served.reoffers += 1
            return
        asking.accepted.succeed()
        yield self._until(hours, answer)
        asking.answered.succeed()

    def _until(self, hours: WorkingTime, minutes: float) -> simpy.Event:
        now = self._now()
        return self._env.timeout((hours.after(now, minutes) - now).total_seconds())


def _specialist_wanted(contact: Contact, offer: str, asking: Asking) -> SpecialistRequested:
    return SpecialistRequested(
        request_id=f"consult-{contact.number}-{offer}",
        pool=POOL,
        case_id=f"case-{contact.number}",
        conversation=f"conversation-{contact.number}",
        consult_id=f"consult-{contact.number}",
        brand=contact.brand,
        language=contact.language,
        skill=contact.skill if contact.needs_specialist else "",
        due_at=asking.due_at,
        excluded=tuple(sorted(asking.excluded)),
    )
