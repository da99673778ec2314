"""Asking specialists (O2, rule 3): one or a few at once; the first who accepts or answers has it; taking it back."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from schemas.events.consult import (
    ConsultAccepted,
    ConsultAnswered,
    ConsultOfferEnded,
    ConsultRequested,
    ConsultWithdrawn,
)
from schemas.events.routing import CapacityReleased, SpecialistRequested
from schemas.ids import derive
from schemas.organisation import NotInOrganisation
from services.cases.domain import commands, fold, refusals
from services.cases.domain.commands import AskSpecialist
from tests.unit.cases.consulting import (
    DAMIEN,
    DIEGO,
    MEI,
    TEAM,
    VIDEO,
    Consulting,
    asked,
    specialist,
)
from tests.unit.cases.life import OTHER, OWNER, START, case_events


class TestAsking:
    """To one named specialist, or by need; several at once; with attachments and links."""

    def test_by_need_language_skill_and_country_go_to_routing(self) -> None:
        life = asked(specialist("diego", country="AR", languages={"es": "C2"}), MEI, language="es", country="AR")
        (wanted,) = life.of(SpecialistRequested)
        assert (wanted.language, wanted.skill, wanted.country, wanted.specialist) == ("es", "coffee", "AR", "")
        assert life.asked == ["diego"]
        assert (life.consult.wanted_country, life.consult.due_at) == ("AR", START + timedelta(minutes=240))

    def test_a_named_specialist_and_nobody_else(self) -> None:
        life = asked(DIEGO, specialist("mei", skills={}), specialist="mei")
        (wanted,) = life.of(SpecialistRequested)
        assert wanted.specialist == "mei"
        assert (life.asked, life.consult.specialist) == (["mei"], "mei")

    def test_each_place_is_a_request_of_its_own_the_first_with_the_consults_own_id(self) -> None:
        life = asked(places=3)
        ids = [event.request_id for event in life.of(SpecialistRequested)]
        assert ids == [derive("specialist", "consult-1"), *(derive("specialist", "consult-1", n) for n in "23")]
        assert len(set(life.asked)) == 3
        assert life.consult.specialist == ""

    def test_the_question_carries_pictures_and_videos(self) -> None:
        life = asked(attachments=[VIDEO])
        assert life.of(ConsultRequested)[0].attachments[0].url == VIDEO["url"]
        assert life.consult.attachments[0].name == VIDEO["name"]

    def test_several_consults_at_once_are_independent(self) -> None:
        life = asked(places=2)
        life.asks(skill="")
        life.routed().answers(life.consult.specialist)
        assert [len(consult.offers) for consult in life.case.consults.values()] == [2, 1]
        assert [consult.id for consult in life.case.open_consults] == ["consult-1"]
        life.released_once()

    def test_ownership_does_not_move(self) -> None:
        life = asked(places=3)
        life.accepts(life.asked[1])
        life.declines(life.asked[0])
        life.answers(life.asked[0]).rates(5)
        assert life.case.owner == OWNER

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"places": 0}, "places"),
            ({"places": 4}, "places"),
            ({"specialist": "mei", "places": 2}, "leave out places"),
            ({"specialist": "mei", "country": "AR"}, "leave out places and country"),
            ({"specialist": ""}, "specialist"),
            ({"country": "Argentina"}, "country"),
            ({"attachments": [{"url": "javascript:alert(1)"}]}, "is not a link"),
            ({"attachments": [VIDEO] * 11}, "attachments"),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, changes: dict[str, object], words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            AskSpecialist.model_validate({"question": "Why?"} | changes)

    @pytest.mark.parametrize(
        ("name", "words"), [(OWNER, "no specialist, but has the role agent"), ("damien", "does not work for homely")]
    )
    def test_only_specialists_of_the_brand_are_asked(self, name: str, words: str) -> None:
        life = Consulting(*TEAM, DAMIEN)
        with pytest.raises(refusals.NotASpecialist, match=words) as refused:
            life.asks(specialist=name)
        assert (refused.value.kind, refused.value.status) == ("not-a-specialist", 422)
        assert not life.case.consults

    def test_a_stranger_is_not_in_the_organisation(self) -> None:
        with pytest.raises(NotInOrganisation, match="no person 'mia'"):
            Consulting(*TEAM).asks(specialist="mia")


class TestTheFirstHasIt:
    """An owner asks three at once; who accepts or answers first is credited, the others' offers end."""

    def test_the_first_who_answers_is_credited(self) -> None:
        life = asked(places=3)
        slow, fast, other = life.asked
        life.answers(fast)
        (answered,) = life.of(ConsultAnswered)
        assert (answered.specialist, answered.answered_at, answered.late) == (fast, life.now, False)
        assert (life.consult.specialist, life.consult.answer, life.consult.open) == (fast, "A new seal", False)
        assert sorted(event.specialist for event in life.of(ConsultOfferEnded)) == sorted([slow, other])
        assert life.loads == {}
        life.released_once()

    def test_the_first_who_accepts_has_it(self) -> None:
        life = asked(places=3)
        slow, fast, other = life.asked
        life.accepts(fast).accepts(fast)
        assert len(life.of(ConsultAccepted)) == 1
        assert (life.asked, life.consult.specialist) == ([fast], fast)
        assert life.loads == {fast: 1}
        for late in (slow, other):
            with pytest.raises(refusals.OfferHasEnded, match=f"{fast} was faster") as refused:
                life.accepts(late)
            assert (refused.value.kind, refused.value.status) == ("offer-ended", 409)
        life.answers(fast)
        life.released_once()

    def test_accepting_ends_the_search_for_the_other_places(self) -> None:
        life = asked(DIEGO, places=3)
        life.accepts("diego")
        assert life.consult.waiting == ()
        life.dispatcher.record(MEI, True)
        life.routed()
        assert life.asked == ["diego"]
        life.released_once()

    def test_an_offer_on_its_way_when_somebody_accepted_is_not_made(self) -> None:
        """Routing had decided before it heard; what it gave away is free again."""
        life = Consulting(*TEAM)
        life.asks(places=2)
        life.offered("consult-1", "diego")
        commands_events = life.do(lambda case: commands.accept_consult(case, "consult-1", "diego"))
        assert [type(event) for event in commands_events] == [ConsultAccepted, CapacityReleased]
        life.routed()
        assert life.asked == ["diego"]

    @pytest.mark.parametrize("act", ["accepts", "declines", "asks_back"])
    def test_only_to_whom_it_is_offered(self, act: str) -> None:
        life = asked(DIEGO)
        for stranger in ("mei", OWNER):
            with pytest.raises(refusals.NotTheSpecialist, match="somebody else"):
                getattr(life, act)(stranger)
        life.declines("diego")
        with pytest.raises(refusals.OfferHasEnded, match="you have declined it"):
            getattr(life, act)("diego")

    @pytest.mark.parametrize("act", ["accepts", "declines", "asks_back"])
    def test_nothing_is_left_to_do_in_a_consult_that_has_ended(self, act: str) -> None:
        life = asked()
        first = life.asked[0]
        life.withdraws()
        with pytest.raises(refusals.ConsultNotOpen, match="no open consult"):
            getattr(life, act)(first)

    def test_after_expiry_it_is_said_so(self) -> None:
        life = asked()
        first = life.asked[0]
        life.passes(30)
        with pytest.raises(refusals.OfferHasEnded, match="the time for it has passed"):
            life.accepts(first)


class TestWithdrawing:
    def test_all_offers_end_and_all_room_is_free(self) -> None:
        life = asked(DIEGO, MEI, places=3)
        life.withdraws()
        assert len(life.of(ConsultWithdrawn)) == 1
        assert sorted(event.specialist for event in life.of(ConsultOfferEnded)) == ["diego", "mei"]
        assert life.loads == {}
        assert life.case.status == "owned"
        life.released_once()

    def test_only_by_the_owner_and_once(self) -> None:
        life = asked()
        with pytest.raises(refusals.NotTheOwner):
            life.withdraws(OTHER)
        with pytest.raises(refusals.NotTheOwner):
            life.withdraws(life.asked[0])
        life.withdraws()
        with pytest.raises(refusals.ConsultNotOpen):
            life.withdraws()

    def test_resolving_takes_everything_back(self) -> None:
        life = asked(places=3)
        life.asks(specialist="noah")
        life.routed().answered().resolves()
        life.routed()
        assert life.loads == {}
        life.released_once()


def test_everything_is_rebuilt_from_the_topic() -> None:
    life = asked(places=3)
    first, second, third = life.asked
    life.declines(first).asks_back(second).clarifies().passes(30).answers(second).answers(third, "Me too").rates(4)
    life.asks(specialist="noah")
    life.routed().passes(30).withdraws()
    assert fold(case_events(life, 0)) == life.case
