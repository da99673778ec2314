"""A case whose owner asks specialists, with routing's own engine and its table of handlers finding them; nothing is sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from schemas.base import Event
from schemas.events.routing import CapacityReleased, RoutingRequest, SpecialistRequested
from schemas.organisation import NotInOrganisation, Organisation, Person
from services.cases.domain import Case, Consult, commands
from services.cases.domain.commands import AnswerConsult, AskBack, AskSpecialist, Clarify, DeclineConsult, RateAnswer
from services.cases.domain.timers import timers
from services.chassis.documents import Context
from services.routing.dispatcher import Dispatcher
from services.routing.handlers import table
from services.routing.store import RequestState
from tests.unit.cases.life import BRAND, OWNER, TERMS, Life, person
from tests.unit.routing.staff import could_serve

OFFICE = {"mon-fri": "09:00-17:30"}
ARGENTINA = {"country": "AR", "time_zone": "America/Argentina/Buenos_Aires", "hours": OFFICE}


def specialist(id_: str, **changes: Any) -> Person:
    """A specialist who knows coffee, around the clock, with changes."""
    facts = person(id_).model_dump() | {"role": "specialist", "skills": {"coffee": 3}, "capacity": 5}
    return Person.model_validate(facts | changes)


DIEGO, MEI, AISHA, NOAH = (specialist(name) for name in ("diego", "mei", "aisha", "noah"))
DAMIEN = specialist("damien", brands=("lumo",))


def organisation(team: Sequence[Person]) -> Organisation:
    """The one brand with these people."""
    return Organisation.model_validate(
        {
            "name": "Homely",
            "pools": [{"id": "care", "name": "Care"}],
            "calendars": [{"id": "always", "time_zone": "Europe/Amsterdam", "hours": "24/7"}],
            "brands": [BRAND.model_dump()],
            "channels": [
                {"id": "web", "name": "Web", "kind": "web", "brand": "homely", "audience": "private", "max_length": 500}
            ],
            "people": [each.model_dump() for each in team],
        }
    )


TEAM = (DIEGO, MEI, AISHA, NOAH)
VIDEO = {"url": "https://video.example/descale", "media_type": "video/mp4", "name": "Descaling in two minutes"}


def asked(*team: Person, **changes: Any) -> "Consulting":
    """A consult that was offered as far as there are people."""
    life = Consulting(*(team or TEAM))
    life.asks(**changes)
    return life.routed()


class Consulting(Life):
    """A conversation whose case has its owner, and a team of specialists."""

    def __init__(self, *team: Person) -> None:
        super().__init__()
        known = {each.id: each for each in (person(OWNER), *team)}

        def find(id_: str) -> Person:
            if id_ not in known:
                raise NotInOrganisation("person", id_, known)
            return known[id_]

        self.terms = replace(TERMS, person=find)
        self.dispatcher = Dispatcher(organisation([*known.values()]))
        for somebody in known.values():
            self.dispatcher.record(somebody, True)
        self._handlers = table(self.dispatcher).routes
        self._requests: dict[str, RequestState] = {}
        self._heard: set[str] = set()
        self.arrives().assigned()

    @property
    def consult(self) -> Consult:
        """The latest one."""
        return [*self.case.consults.values()][-1]

    @property
    def asked(self) -> list[str]:
        """Who can answer the latest consult now."""
        return [offer.specialist for offer in self.consult.offers.values() if offer.status in ("offered", "accepted")]

    @property
    def offers(self) -> list[tuple[str, str]]:
        """Everybody to whom the latest consult was offered, and what became of it."""
        return [(offer.specialist, offer.status) for offer in self.consult.offers.values()]

    def routed(self) -> "Consulting":
        """Routing hears what was asked of it and tries again what waits, until there is nothing more to say."""
        before = -1
        while before != len(self._heard):
            before = len(self._heard)
            for said in self.said:
                if said.topic == "routing.requests" and said.envelope.id not in self._heard:
                    self._heard.add(said.envelope.id)
                    self._routing_hears(said.event)
            for request_id, state in self._requests.items():
                if state.status == "waiting" and could_serve(self.dispatcher, state.request, self.now):
                    decision = self.dispatcher.decide(state.request, self.now)
                    self._requests[request_id] = decision.state
                    self._hear_all(decision.events)
        return self

    def _routing_hears(self, event: Event) -> None:
        assert isinstance(event, RoutingRequest)
        if event.request_id == self.case.owner_request or not isinstance(event, SpecialistRequested | CapacityReleased):
            return  # who owns the case was decided before the story
        state = self._requests.get(event.request_id)
        if decision := self._handlers[event.type][0].handler(state, event, Context(self.now, "cause")):
            self._requests[event.request_id] = decision.state
            self._hear_all(decision.events)

    def _hear_all(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type in self._routes:
                self.hear(event)

    def passes(self, minutes: float = 0, until: datetime | None = None) -> "Consulting":
        """Time passes, what was due happens in its order, and routing hears of it."""
        end = until or self.now + timedelta(minutes=minutes)
        while due := [timer for timer in timers(self.case) if timer.at <= end]:
            self.now = max(self.now, due[0].at)
            self.do(lambda case, timer=due[0]: timer.fire(case, self.terms, self.now))
            self.routed()
        self.now = end
        return self.routed()

    def asks(self, actor: str = OWNER, **changes: Any) -> str:
        consult_id = f"consult-{len(self.case.consults) + 1}"
        command = AskSpecialist.model_validate({"question": "Why does it leak?"} | changes)
        self.do(lambda case: commands.ask_specialist(case, command, actor, self.terms, consult_id, self.now))
        return consult_id

    # What specialists and the owner do with the latest consult; routing hears of it at once.

    def accepts(self, actor: str) -> "Consulting":
        return self._does(lambda case, id_: commands.accept_consult(case, id_, actor))

    def declines(self, actor: str, reason: str = "I do not know this one") -> "Consulting":
        command = DeclineConsult(reason=reason)
        return self._does(lambda case, id_: commands.decline_consult(case, id_, command, actor, self.now))

    def answers(self, actor: str, answer: str = "A new seal", **more: Any) -> "Consulting":
        command = AnswerConsult.model_validate({"answer": answer} | more)
        return self._does(lambda case, id_: commands.answer_consult(case, id_, command, actor, self.now))

    def asks_back(self, actor: str, text: str = "Which model?", **more: Any) -> "Consulting":
        command = AskBack.model_validate({"text": text} | more)
        return self._does(lambda case, id_: commands.ask_back(case, id_, command, actor))

    def clarifies(self, text: str = "The Picola", actor: str = OWNER, **more: Any) -> "Consulting":
        command = Clarify.model_validate({"text": text} | more)
        return self._does(lambda case, id_: commands.clarify(case, id_, command, actor, self.now))

    def withdraws(self, actor: str = OWNER) -> "Consulting":
        return self._does(lambda case, id_: commands.withdraw_consult(case, id_, actor, self.now))

    def rates(self, stars: int, comment: str = "", actor: str = OWNER) -> "Consulting":
        command = RateAnswer(stars=stars, comment=comment)
        return self._does(lambda case, id_: commands.rate_answer(case, id_, command, actor, self.now))

    def _does(self, rule: Any) -> "Consulting":
        def decide(case: Case) -> Sequence[Event]:
            found: Sequence[Event] = rule(case, [*case.consults, "nothing"][-2 if case.consults else -1])
            return found

        self.do(decide)
        return self.routed()

    # What must hold at every moment.

    @property
    def loads(self) -> dict[str, float]:
        """What each specialist holds, as routing knows it; without those who hold nothing."""
        engine = self.dispatcher._engines["care"]
        found = {state.person for state in self._requests.values() if state.person}
        return {name: load for name in sorted(found) if (load := engine.load_of(name))}

    def released_once(self) -> None:
        """No request was released twice, and those that were not are the ones that somebody or routing still has."""
        wanted = [event.request_id for event in self.of(SpecialistRequested)]
        released = Counter(event.request_id for event in self.of(CapacityReleased) if event.request_id in wanted)
        assert len(wanted) == len(set(wanted))
        assert max(released.values(), default=0) <= 1
        live = {
            each
            for consult in self.case.open_consults
            for each in (
                *consult.waiting,
                *(offer.request_id for offer in consult.offers.values() if offer.status in ("offered", "accepted")),
            )
        }
        assert set(wanted) - set(released) == live
        assert {name for name, state in self._requests.items() if state.status != "done"} == live
