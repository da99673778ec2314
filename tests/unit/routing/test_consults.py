"""What routing does for a consult (rule 3): a named person, a country, several places, and the time an offer has."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.events.routing import RequestUnserved, RoutingDecision, SpecialistOffered
from schemas.organisation import Organisation, Person
from services.routing.dispatcher import Dispatcher
from services.routing.domain import Chosen, Engine, Nobody
from services.routing.store import RequestState
from tests.unit.routing.staff import NOON, at, could_serve, specialist, specialist_wanted

OFFICE = {"mon-fri": "09:00-17:30"}
ARGENTINA = {"country": "AR", "time_zone": "America/Argentina/Buenos_Aires", "hours": OFFICE}
FRIDAY_AFTERNOON = at("2026-03-06 20:20")
"""Ten minutes before an office in Buenos Aires closes for the weekend."""


def organisation(*people: Person, **policy: Any) -> Organisation:
    """One brand, whose offers lie for half an hour unless the policy says otherwise."""
    return Organisation.model_validate(
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
                    "policy": policy,
                }
            ],
            "channels": [
                {"id": "web", "name": "Web", "kind": "web", "brand": "homely", "audience": "private", "max_length": 500}
            ],
            "people": [each.model_dump() for each in people],
        }
    )


class Desk:
    """A dispatcher with a team, asked one request after the other."""

    def __init__(self, *team: Person, absent: Sequence[str] = (), **policy: Any) -> None:
        self.dispatcher = Dispatcher(organisation(*team, **policy))
        for somebody in team:
            self.dispatcher.record(somebody, somebody.id not in absent)
        self.states: dict[str, RequestState] = {}

    def asks(self, id_: str = "wanted", now: datetime = NOON, **changes: Any) -> RoutingDecision:
        """What is decided about a request of the one consult."""
        request = specialist_wanted(id_, now=now, **({"consult_id": "consult"} | changes))
        decision = self.dispatcher.decide(request, now)
        self.states[id_] = decision.state
        (told,) = decision.events
        assert isinstance(told, RoutingDecision)
        return told

    def offers(self, id_: str = "wanted", now: datetime = NOON, **changes: Any) -> SpecialistOffered:
        told = self.asks(id_, now, **changes)
        assert isinstance(told, SpecialistOffered), told
        return told

    def releases(self, id_: str) -> None:
        self.dispatcher.settle([self.states[id_].model_copy(update={"status": "done"})])


class TestTheClockRunsInTheSpecialistsOwnWorkingMinutes:
    """Rule 3: an offer's time is the brand's, measured in the specialist's own calendar."""

    def test_around_the_clock_it_is_the_clocks_time(self) -> None:
        assert Desk(specialist("sofia")).offers().expires_at == NOON + timedelta(minutes=30)

    def test_over_the_weekend_in_their_zone(self) -> None:
        told = Desk(specialist("sofia", **ARGENTINA)).offers(now=FRIDAY_AFTERNOON)
        assert told.expires_at == at("2026-03-09 12:20")

    def test_over_their_public_holidays_and_leave(self) -> None:
        away = [{"first_day": "2026-03-09", "last_day": "2026-03-10"}]
        sofia = specialist("sofia", public_holidays="AR", leave=away, **ARGENTINA)
        assert Desk(sofia).offers(now=FRIDAY_AFTERNOON).expires_at == at("2026-03-11 12:20")
        before_easter = at("2026-04-01 20:20")  # Thursday is the day of the Malvinas, Friday is Good Friday
        assert Desk(sofia).offers(now=before_easter).expires_at == at("2026-04-06 12:20")

    def test_the_time_is_the_brands(self) -> None:
        desk = Desk(specialist("sofia"), consult_offer_minutes=5)
        assert desk.offers().expires_at == NOON + timedelta(minutes=5)

    def test_of_the_person_as_recorded_now(self) -> None:
        desk = Desk(specialist("sofia"))
        desk.dispatcher.record(specialist("sofia", **ARGENTINA), True)
        assert desk.offers(now=FRIDAY_AFTERNOON).expires_at == at("2026-03-09 12:20")

    def test_who_does_not_work_as_far_as_we_see_has_the_same_time_on_the_clock(self) -> None:
        away = [{"first_day": "2026-01-01", "last_day": "2026-12-31"}]
        told = Desk(specialist("sofia", leave=away)).offers(specialist="sofia")
        assert told.expires_at == NOON + timedelta(minutes=30)


class TestNamed:
    """An owner may want one person and nobody else (O2)."""

    @pytest.mark.parametrize(
        "changes",
        [{"skills": {}}, {"languages": {"tr": "C2"}}, {"hours": {"mon": "09:00-10:00"}}, {"country": "AR"}],
        ids=lambda changes: next(iter(changes)),
    )
    def test_they_are_asked_at_once_whatever_they_know_and_whenever_they_work(self, changes: dict[str, Any]) -> None:
        told = Desk(specialist("meant", **changes), specialist("better")).offers(specialist="meant")
        assert told.person == "meant"

    def test_off_shift_the_offer_lies_until_they_have_worked_for_its_time(self) -> None:
        told = Desk(specialist("sofia", **ARGENTINA)).offers(specialist="sofia", now=at("2026-03-07 15:00"))
        assert told.expires_at == at("2026-03-09 12:30")

    def test_also_when_absent_or_full(self) -> None:
        desk = Desk(specialist("absent"), specialist("full"), absent=["absent"])
        desk.offers("other-work", consult_id="another")
        assert desk.offers("a", specialist="absent", consult_id="a").person == "absent"
        assert desk.offers("b", specialist="full", consult_id="b").person == "full"

    @pytest.mark.parametrize(
        ("wanted", "excluded", "why"),
        [
            ("stranger", (), {"named": 2}),
            ("elsewhere", (), {"named": 1, "brand": 1}),
            ("declined", ("declined",), {"named": 1, "excluded": 1}),
        ],
    )
    def test_nobody_else_is_asked_instead(self, wanted: str, excluded: tuple[str, ...], why: dict[str, int]) -> None:
        team = [specialist("declined"), specialist("elsewhere", brands=("lumo",))]
        engine = Engine()
        for somebody in team:
            engine.upsert(somebody)
        outcome = engine.decide(specialist_wanted(specialist=wanted, excluded=excluded), NOON)
        assert isinstance(outcome, Nobody)
        assert outcome.explanation.excluded == why
        assert outcome.next_possible_at is None


class TestCountry:
    """By need: the country, where one is asked for, is no wish but a condition."""

    def test_nobody_elsewhere_will_do(self) -> None:
        desk = Desk(specialist("nl"), specialist("ar", country="AR", skills={"coffee": 1}))
        assert desk.offers(country="AR").person == "ar"
        told = desk.asks("b", country="SG", consult_id="b")
        assert isinstance(told, RequestUnserved)
        assert told.explanation.excluded == {"country": 2}

    def test_it_waits_for_somebody_there_to_begin_work(self) -> None:
        desk = Desk(specialist("nl"), specialist("ar", **ARGENTINA))
        told = desk.asks(country="AR", now=at("2026-03-07 15:00"), slack_minutes=60 * 24 * 7)
        assert isinstance(told, RequestUnserved)
        assert told.next_possible_at == at("2026-03-09 12:00")

    def test_english_stands_in_only_there(self) -> None:
        engine = Engine()
        for somebody in (specialist("nl"), specialist("ar", country="AR"), specialist("es", languages={"es": "C2"})):
            engine.upsert(somebody)
        outcome = engine.decide(specialist_wanted(language="es", country="AR"), NOON)
        assert isinstance(outcome, Chosen)
        assert (outcome.person, outcome.explanation.relaxed) == ("ar", ("language",))


class TestSeveralAtOnce:
    """A consult with several places is offered to several people (rule 3)."""

    def test_each_place_is_another_person(self) -> None:
        desk = Desk(*(specialist(name, capacity=5) for name in ("a", "b", "c")))
        asked = [desk.offers(place).person for place in ("first", "second", "third")]
        assert sorted(asked) == ["a", "b", "c"]
        fourth = desk.asks("fourth")
        assert isinstance(fourth, RequestUnserved)
        assert fourth.explanation.excluded == {"excluded": 3}
        assert not could_serve(desk.dispatcher, desk.states["fourth"].request, NOON)

    def test_other_consults_may_ask_the_same_person(self) -> None:
        desk = Desk(specialist("a", capacity=5))
        assert [desk.offers(name, consult_id=name).person for name in ("x", "y")] == ["a", "a"]

    def test_who_was_released_may_be_asked_at_another_place(self) -> None:
        desk = Desk(specialist("a", capacity=5))
        desk.offers("first")
        assert isinstance(desk.asks("second"), RequestUnserved)
        desk.releases("first")
        assert could_serve(desk.dispatcher, desk.states["second"].request, NOON)
        assert desk.offers("second").person == "a"

    def test_a_restart_knows_who_is_asked_already(self) -> None:
        team = [specialist(name, capacity=5) for name in ("a", "b")]
        desk = Desk(*team)
        first = desk.offers("first").person
        desk.dispatcher.reset()
        for somebody in team:
            desk.dispatcher.record(somebody, True)
        desk.dispatcher.settle(desk.states.values())
        assert {first, desk.offers("second").person} == {"a", "b"}

    def test_deciding_the_same_request_again_does_not_exclude_its_own_holder(self) -> None:
        desk = Desk(specialist("a"))
        assert [desk.offers("first").person, desk.offers("first").person] == ["a", "a"]

    def test_the_request_is_kept_as_it_was_asked(self) -> None:
        desk = Desk(specialist("a", capacity=5), specialist("b", capacity=5))
        desk.offers("first")
        desk.offers("second")
        kept = desk.states["second"].specialist
        assert kept
        assert kept.excluded == ()
