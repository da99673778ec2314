"""A refused case in routing: its next owner is somebody else, and a request that is over is over whoever had it by then."""

from datetime import timedelta

from schemas.base import Event
from schemas.events.routing import CapacityReleased, OwnerAssigned, OwnerRequested, RequestUnserved
from schemas.organisation import Organisation
from services.chassis.documents import Context
from services.routing.dispatcher import Dispatcher
from services.routing.handlers import table
from services.routing.store import RequestState
from tests.unit.routing.staff import NOON, could_serve, owner_wanted, person


class Routing:
    """Two agents, and routing's own table of handlers."""

    def __init__(self) -> None:
        team = [person("mira", languages={"en": "C1"}), person("jonas", languages={"en": "C1"})]
        self.dispatcher = Dispatcher(
            Organisation.model_validate(
                {
                    "name": "Homely",
                    "pools": [{"id": "care", "name": "Care"}],
                    "calendars": [{"id": "always", "time_zone": "Europe/Amsterdam", "hours": "24/7"}],
                    "brands": [
                        {
                            "id": "homely",
                            "name": "Homely",
                            "purpose": "service",
                            "voice": "Kind.",
                            "pool": "care",
                            "calendar": "always",
                        }
                    ],
                    "channels": [
                        {
                            "id": "web",
                            "name": "Web",
                            "kind": "web",
                            "brand": "homely",
                            "audience": "private",
                            "max_length": 500,
                        }
                    ],
                    "people": [each.model_dump() for each in team],
                }
            )
        )
        for each in team:
            self.dispatcher.record(each, True)
        self.routes = table(self.dispatcher).routes
        self.states: dict[str, RequestState] = {}

    def hears(self, event: OwnerRequested | CapacityReleased) -> list[Event]:
        decision = self.routes[event.type][0].handler(self.states.get(event.request_id), event, Context(NOON, "cause"))
        assert decision
        self.states[event.request_id] = decision.state
        return list(decision.events)

    def over(self, request: OwnerRequested, who: str) -> None:
        names = {name: getattr(request, name) for name in ("request_id", "pool", "case_id", "conversation")}
        self.hears(CapacityReleased(**names, person=who))

    def load(self, who: str) -> float:
        return self.dispatcher._engines["care"].load_of(who)


def test_the_next_owner_is_somebody_else_and_the_refuser_is_free_once_the_case_lets_go() -> None:
    routing = Routing()
    first = owner_wanted("first")
    (assigned,) = routing.hears(first)
    assert isinstance(assigned, OwnerAssigned)
    again = owner_wanted("again", excluded=(assigned.person,))
    (found,) = routing.hears(again)
    assert isinstance(found, OwnerAssigned)
    assert {assigned.person, found.person} == {"mira", "jonas"}
    routing.over(first, assigned.person)
    assert (routing.load(assigned.person), routing.load(found.person)) == (0, 1)


def test_when_everybody_has_refused_it_waits_and_is_never_given_back() -> None:
    routing = Routing()
    wanted = owner_wanted("again", excluded=("mira", "jonas"), slack_minutes=-60)
    (unserved,) = routing.hears(wanted)
    assert isinstance(unserved, RequestUnserved)
    assert unserved.explanation.excluded == {"excluded": 2}
    assert not could_serve(routing.dispatcher, wanted, NOON + timedelta(days=3))


def test_a_search_that_is_over_frees_whoever_was_found_meanwhile() -> None:
    """The case was handed over while routing's answer was on its way: `nobody` is nobody in particular."""
    routing = Routing()
    (found,) = routing.hears(wanted := owner_wanted("again"))
    assert isinstance(found, OwnerAssigned)
    routing.over(wanted, "nobody")
    assert (routing.load(found.person), routing.states["again"].status) == (0, "done")


def test_what_is_let_go_by_an_earlier_owner_stays_with_the_next() -> None:
    routing = Routing()
    (found,) = routing.hears(wanted := owner_wanted("again"))
    assert isinstance(found, OwnerAssigned)
    routing.over(wanted, "somebody-else")
    assert routing.load(found.person) == 1
