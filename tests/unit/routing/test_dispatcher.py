"""The engines in service: what waits comes first by urgency, and every decision says truly why it fell so (O4, P4)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.base import Event
from schemas.events.routing import Explanation, OwnerAssigned, RequestUnserved, SpecialistOffered
from schemas.organisation import Organisation, Person
from services.routing.dispatcher import JOINTLY, Decided, Dispatcher
from services.routing.domain import Chosen, Request
from services.routing.settings import Settings
from services.routing.store import RequestState
from tests.unit.routing.staff import NOON, owner_wanted, person, specialist, specialist_wanted

ORGANISATION = Organisation.model_validate(
    {
        "name": "Homely",
        "pools": [{"id": "care", "name": "Care"}],
        "calendars": [{"id": "always", "time_zone": "UTC", "hours": "24/7"}],
        "brands": [
            {"id": "homely", "name": "Homely", "purpose": "service", "voice": "-", "pool": "care", "calendar": "always"}
        ],
        "channels": [
            {"id": "web", "name": "Web", "kind": "web", "brand": "homely", "audience": "private", "max_length": 500}
        ],
        "people": [person("somebody").model_dump()],
    }
)


def staffed(*people: Person, policy: str = "deadline") -> Dispatcher:
    found = Dispatcher(ORGANISATION, policy)
    for each in people:
        found.record(each, available=True)
    return found


def said(dispatcher: Dispatcher, request: Request, now: datetime = NOON) -> Any:
    """The one event of a decision, None if nothing was said."""
    events = dispatcher.decide(request, now).events
    return events[0] if events else None


def round_of(dispatcher: Dispatcher, now: datetime = NOON) -> list[Decided]:
    """What is served when the pool is looked at."""
    looked_at = dispatcher.wake("care", now)
    found: list[Decided] = []
    while more := dispatcher.serve("care", looked_at, now):
        found += more
    return found


def given(decided: list[Decided]) -> dict[str, str]:
    return {request.request_id: outcome.person for request, outcome in decided if isinstance(outcome, Chosen)}


def done(request: Request, holder: str) -> RequestState:
    return RequestState(status="done", person=holder, **{request.type.partition(".")[0]: request})


def told(event: Event) -> Explanation:
    assert isinstance(event, OwnerAssigned | SpecialistOffered | RequestUnserved)
    return event.explanation


def considered(explanation: Explanation) -> int:
    return len(explanation.candidates) + sum(explanation.excluded.values())


class TestWhatWaits:
    def test_of_a_thousand_the_most_urgent_gets_the_room_that_comes_free(self) -> None:
        service = staffed(person("mira", capacity=1))
        first = owner_wanted("first", 600)
        assert isinstance(said(service, first), OwnerAssigned)
        for number in range(1000):
            assert isinstance(said(service, owner_wanted(f"w{number}", 600 - number / 10)), RequestUnserved)
        assert not service.awake(NOON)
        service.settle([done(first, "mira")])
        assert service.awake(NOON) == ["care"]
        assert given(round_of(service)) == {"w999": "mira"}
        assert not service.awake(NOON)

    def test_who_comes_after_room_has_come_free_does_not_go_before_who_waits(self) -> None:
        service = staffed(person("mira", capacity=1))
        first = owner_wanted("first", 240)
        said(service, first)
        said(service, owner_wanted("waits", 100))
        service.settle([done(first, "mira")])
        decision = service.decide(owner_wanted("comes", 200), NOON)
        assert (decision.state.status, decision.events) == ("waiting", ())
        assert given(round_of(service)) == {"waits": "mira"}
        (news,) = service.unserved("care", ["comes"], NOON)
        answer = service.answer(decision.state, news[1], NOON)
        assert isinstance(answer.events[0], RequestUnserved)
        assert not service.awake(NOON)

    def test_who_comes_and_is_more_urgent_goes_first(self) -> None:
        service = staffed(person("mira", capacity=1))
        first = owner_wanted("first", 240)
        said(service, first)
        said(service, owner_wanted("waits", 100))
        service.settle([done(first, "mira")])
        service.decide(owner_wanted("comes", 50), NOON)
        assert given(round_of(service)) == {"comes": "mira"}

    def test_many_are_decided_in_rounds_none_twice(self) -> None:
        service = staffed()
        wanted = [owner_wanted(f"w{number:03}", 60 + number) for number in range(JOINTLY + 50)]
        for request in wanted:
            said(service, request)
        for number in range(10):
            service.record(person(f"p{number}", capacity=20), available=True)
        found = round_of(service)
        assert [request.request_id for request, _ in found] == [each.request_id for each in wanted[:200]]
        assert sorted(given(found).values()) == sorted([f"p{number}" for number in range(10)] * 20)

    def test_two_places_of_a_consult_never_go_to_one_person(self) -> None:
        service = staffed()
        places = [specialist_wanted(f"place-{number}", consult_id="one") for number in range(3)]
        for each in places:
            said(service, each)
        service.record(specialist("ana", capacity=5), available=True)
        service.record(specialist("bo", capacity=5), available=True)
        found = given(round_of(service))
        assert sorted(found.values()) == ["ana", "bo"]

    def test_a_moment_is_told_anew_only_when_it_has_moved(self) -> None:
        service = staffed(person("mira", hours={"wed": ["16:00-18:00"]}))
        waits = service.decide(owner_wanted("waits", 600), NOON)
        assert waits.state.next_possible_at == NOON + timedelta(hours=3)
        assert service.unserved("care", ["waits"], NOON) == []
        service.record(person("jo", hours={"wed": ["15:00-18:00"]}), available=True)
        assert round_of(service) == []
        ((_, outcome),) = service.unserved("care", ["waits"], NOON)
        assert service.answer(waits.state, outcome, NOON).state.next_possible_at == NOON + timedelta(hours=2)
        assert service.unserved("care", ["waits"], NOON) == []

    def test_when_the_moment_comes_it_is_served(self) -> None:
        service = staffed(person("mira", hours={"wed": ["16:00-18:00"]}))
        service.decide(owner_wanted("waits", 600), NOON)
        assert not service.awake(NOON + timedelta(hours=2, minutes=59))
        assert service.awake(NOON + timedelta(hours=3)) == ["care"]
        assert given(round_of(service, NOON + timedelta(hours=3))) == {"waits": "mira"}

    def test_what_could_not_be_stored_waits_on_and_weighs_on_nobody(self) -> None:
        service = staffed(person("mira", capacity=1))
        first = owner_wanted("first")
        said(service, first)
        said(service, owner_wanted("waits", 240))
        service.settle([done(first, "mira")])
        ((request, _),) = round_of(service)
        service.postpone(request, NOON)
        assert service.load_of("mira") == 0
        assert given(round_of(service)) == {"waits": "mira"}

    def test_an_instance_without_the_pools_leaves_the_choice_to_the_one_that_has_them(self) -> None:
        service = staffed(person("mira"))
        service.in_charge = lambda: False
        decision = service.decide(owner_wanted(), NOON)
        assert (decision.state.status, decision.state.unsettled, decision.events) == ("waiting", True, ())
        assert service.load_of("mira") == 0


class TestExplanations:
    """Candidates and counts together are everybody considered; what is said of each is so."""

    def test_names_the_policy_and_the_rules(self) -> None:
        for policy in ("deadline", "round-robin"):
            why = told(said(staffed(person("mira"), policy=policy), owner_wanted()))
            assert why.policy == policy
            assert len(why.rules) == 8

    def test_of_somebody_named(self) -> None:
        service = staffed(specialist("ana"), specialist("bo"), person("mira"))
        event = said(service, specialist_wanted(specialist="bo"))
        why = told(event)
        assert (event.person, [each.person for each in why.candidates], why.excluded) == ("bo", ["bo"], {"named": 1})
        refused = told(said(service, specialist_wanted("again", specialist="bo", excluded=("bo",))))
        assert (refused.candidates, refused.excluded) == ((), {"named": 1, "excluded": 1})

    def test_of_who_refused(self) -> None:
        service = staffed(person("mira"), person("jo"), person("luc", languages={"fr": "C2"}), specialist("ana"))
        event = said(service, owner_wanted(excluded=("mira",)))
        assert event.person == "jo"
        assert told(event).excluded == {"excluded": 1, "language": 1}

    def test_of_who_is_asked_the_same_already(self) -> None:
        service = staffed(specialist("ana", capacity=9), specialist("bo", capacity=9))
        first = said(service, specialist_wanted("one", consult_id="c"))
        second = said(service, specialist_wanted("two", consult_id="c"))
        assert {first.person, second.person} == {"ana", "bo"}
        assert told(second).excluded == {"excluded": 1}

    def test_of_what_was_decided_together(self) -> None:
        """Only Ana speaks Polish: English goes to Bo, though it was asked first and Ana has fewer points for it."""
        service = staffed()
        wanted: list[Request] = [
            specialist_wanted(f"{language}-{number}", 480 + number, language=language)
            for number in range(5)
            for language in ("en", "pl")
        ]
        for each in wanted:
            said(service, each)
        both = {"en": "C2", "pl": "C2"}
        service.record(
            specialist("ana", languages=both, skills={"coffee": 5}, capacity=5, country="PL"), available=True
        )
        service.record(specialist("bo", capacity=5, country="NL"), available=True)
        found = round_of(service)
        assert given(found) == {each.request_id: "ana" if each.language == "pl" else "bo" for each in wanted}
        for request, outcome in found:
            assert isinstance(outcome, Chosen)
            why = outcome.explanation
            assert considered(why) == 2
            assert why.candidates[0].person == outcome.person
            assert why.candidates[0].score == pytest.approx(sum(why.candidates[0].terms.values()))
            assert all(each.score >= why.candidates[0].score for each in why.candidates[1:]), request.request_id

    def test_of_nobody(self) -> None:
        service = staffed(person("mira", capacity=1), person("jo", hours={"sat": ["09:00-12:00"]}), specialist("ana"))
        said(service, owner_wanted("first"))
        why = told(said(service, owner_wanted("second", 240)))
        assert (why.candidates, why.excluded) == ((), {"off-shift": 1, "full": 1})


class TestPolicies:
    def test_the_set_policy_chooses(self) -> None:
        """Mira has half of two, Jo a third of three: least active goes by number, most spare by room."""
        people = (person("mira", capacity=2), person("jo", capacity=9))
        held = [("m1", "mira"), ("j1", "jo"), ("j2", "jo")]
        for policy, expected in (("least-active", "mira"), ("most-spare", "jo")):
            service = staffed(*people, policy=policy)
            service.replay(
                RequestState(owner=owner_wanted(name), status="assigned", person=holder) for name, holder in held
            )
            assert said(service, owner_wanted("new")).person == expected

    def test_turns_are_as_they_were_after_a_restart(self) -> None:
        people = (person("mira", capacity=5), person("jo", capacity=5))
        service = staffed(*people, policy="round-robin")
        states = [
            RequestState(owner=owner_wanted("late"), status="done", person="jo", assigned_at=NOON),
            RequestState(
                owner=owner_wanted("early"), status="done", person="mira", assigned_at=NOON - timedelta(hours=1)
            ),
        ]
        service.replay(states)
        assert (service.load_of("mira"), service.load_of("jo")) == (0, 0)
        assert said(service, owner_wanted("new")).person == "mira"

    def test_an_unknown_one_is_refused_with_those_that_there_are(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ROUTING_POLICY", "least-activ")
        with pytest.raises(
            ValidationError, match=r"no routing policy 'least-activ'; there are deadline, round-robin, "
        ):
            Settings()
        monkeypatch.setenv("ROUTING_POLICY", "least-active")
        assert Settings().policy == "least-active"
