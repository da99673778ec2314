"""Offers (rule 3): declined or expired they go to somebody else; their clock is the specialist's own."""

from datetime import UTC, datetime, timedelta

from schemas.events.case import CaseEscalated
from schemas.events.consult import (
    ConsultDeclined,
    ConsultOffered,
    ConsultOfferEnded,
    ConsultOfferExpired,
)
from schemas.events.routing import SpecialistRequested
from services.cases.domain.timers import wakes_at
from tests.unit.cases.consulting import (
    ARGENTINA,
    DIEGO,
    MEI,
    TEAM,
    Consulting,
    asked,
    specialist,
)
from tests.unit.cases.life import OWNER, START


class TestExpiryAndDeclineLeadToANewOfferWithoutTheOwnerDoingAnything:
    """Rule 3, in its own words."""

    def test_declined(self) -> None:
        life = asked()
        first = life.consult.specialist
        life.declines(first, "I have not seen this model")
        (declined,) = life.of(ConsultDeclined)
        assert (declined.specialist, declined.reason) == (first, "I have not seen this model")
        assert life.asked
        assert life.asked != [first]
        assert life.of(SpecialistRequested)[-1].excluded == (first,)
        assert life.consult.offers[declined.request_id].reason == "I have not seen this model"
        assert life.loads == {life.asked[0]: 1}
        life.released_once()

    def test_expired(self) -> None:
        life = asked()
        first = life.consult.specialist
        assert wakes_at(life.case) == START + timedelta(minutes=30)
        life.passes(29)
        assert life.asked == [first]
        life.passes(1)
        assert [event.specialist for event in life.of(ConsultOfferExpired)] == [first]
        assert life.asked
        assert life.asked != [first]
        life.released_once()

    def test_it_goes_round_until_somebody_answers_and_nobody_is_asked_twice(self) -> None:
        life = asked()
        life.declines(life.asked[0]).passes(30).declines(life.asked[0])
        last = life.asked[0]
        assert {name for name, _ in life.offers} == {each.id for each in TEAM}
        life.answers(last)
        assert life.consult.specialist == last
        assert sorted(status for _, status in life.offers) == ["accepted", "declined", "declined", "expired"]
        life.released_once()
        assert life.loads == {}

    def test_when_nobody_is_left_it_waits_in_routing(self) -> None:
        life = asked(DIEGO)
        life.declines("diego")
        assert life.asked == []
        assert life.consult.open
        assert len(life.consult.waiting) == 1
        assert life.case.status == "waiting-for-specialist"
        life.dispatcher.record(MEI, True)
        life.routed()
        assert life.asked == ["mei"]
        life.released_once()

    def test_one_who_accepted_may_still_find_that_they_can_not(self) -> None:
        life = asked(places=2)
        first, second = life.asked
        life.accepts(first).declines(first)
        assert first not in life.asked
        assert len(life.asked) == 2
        assert [event.specialist for event in life.of(ConsultOfferEnded)] == [second]
        life.released_once()

    def test_a_place_that_comes_free_is_filled_and_the_others_keep_theirs(self) -> None:
        life = asked(places=2)
        first, second = life.asked
        life.declines(first)
        assert life.asked[0] == second
        assert len(set(life.asked) - {first}) == 2
        life.released_once()

    def test_places_that_wait_never_go_to_who_declined_meanwhile(self) -> None:
        life = asked(DIEGO, MEI, places=3)
        assert len(life.consult.waiting) == 1
        life.declines("diego")
        assert life.asked == ["mei"]
        assert len(life.consult.waiting) == 2
        assert all("diego" in event.excluded for event in life.of(SpecialistRequested)[-2:])
        life.passes(45)
        assert (life.asked, len(life.consult.waiting)) == ([], 3)
        life.released_once()
        life.withdraws()
        life.released_once()

    def test_who_accepted_keeps_it_for_as_long_as_it_takes(self) -> None:
        life = asked()
        first = life.asked[0]
        life.accepts(first).passes(600)
        assert life.asked == [first]
        assert life.of(ConsultOfferExpired) == []


class TestTheClockRunsInTheSpecialistsOwnWorkingMinutes:
    """Rule 3: a weekend in their zone is none of it."""

    def test_friday_evening_in_buenos_aires_is_monday_morning(self) -> None:
        life = Consulting(
            specialist("diego", **ARGENTINA), specialist("wei", country="SG", hours={"tue": "9:00-17:00"})
        )
        life.now = datetime(2026, 11, 27, 20, 20, tzinfo=UTC)  # ten minutes before they go home
        life.asks()
        life.routed()
        assert life.asked == ["diego"]
        monday = datetime(2026, 11, 30, 12, 20, tzinfo=UTC)
        assert life.of(ConsultOffered)[0].expires_at == monday
        life.passes(until=monday - timedelta(seconds=1))
        assert life.asked == ["diego"]
        life.passes(until=monday)
        assert life.of(ConsultOfferExpired)
        assert life.asked == []

    def test_a_named_specialist_on_weekend_has_until_they_have_worked_for_the_time(self) -> None:
        life = Consulting(specialist("diego", **ARGENTINA))
        life.now = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
        life.asks(specialist="diego")
        life.routed()
        assert life.asked == ["diego"]
        assert life.of(ConsultOffered)[0].expires_at == datetime(2026, 11, 30, 12, 30, tzinfo=UTC)


class TestANamedSpecialistIsNotReplaced:
    """Somebody else was not wanted: the owner is told instead."""

    def test_declined(self) -> None:
        life = asked(specialist="mei")
        life.declines("mei", "I am no expert")
        (told,) = life.of(CaseEscalated)
        assert (told.cause, told.subject_id, told.owner) == ("nobody-can-answer", "consult-1", OWNER)
        assert "mei declined: I am no expert" in told.text
        assert (life.asked, life.consult.waiting, len(life.of(SpecialistRequested))) == ([], (), 1)
        life.released_once()

    def test_expired(self) -> None:
        life = asked(specialist="mei")
        life.passes(30)
        (told,) = life.of(CaseEscalated)
        assert "mei said nothing in time" in told.text
        assert life.loads == {}
        life.withdraws()
        life.released_once()
