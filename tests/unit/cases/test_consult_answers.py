"""Asking back, answering, late answers, rating and credit (O2, rule 3)."""

import pytest
from pydantic import ValidationError

from schemas.events.consult import (
    ConsultAnswered,
    ConsultAskedBack,
    ConsultClarified,
    ConsultOfferExpired,
    ConsultRated,
    ConsultSaved,
)
from services.cases.domain import commands, fold, refusals
from services.cases.domain.commands import Clarify, RateAnswer, SaveConsult
from services.cases.domain.timers import wakes_at
from tests.unit.cases.consulting import (
    DIEGO,
    TEAM,
    VIDEO,
    Consulting,
    asked,
)
from tests.unit.cases.life import OTHER, OWNER, Life


class TestRounds:
    """The specialist asks back and the owner answers, as often as it takes."""

    def test_back_and_forth_with_attachments(self) -> None:
        life = asked()
        first = life.asked[0]
        life.asks_back(first).clarifies(attachments=[VIDEO]).asks_back(first, "And the year?").clarifies("2024")
        life.answers(first, attachments=[VIDEO])
        assert [(each.by, each.text, each.asked_back) for each in life.consult.rounds] == [
            (first, "Which model?", True),
            (OWNER, "The Picola", False),
            (first, "And the year?", True),
            (OWNER, "2024", False),
        ]
        assert life.consult.rounds[1].attachments[0].url == VIDEO["url"]
        assert life.consult.answer_attachments[0].url == VIDEO["url"]
        assert (len(life.of(ConsultAskedBack)), len(life.of(ConsultClarified))) == (2, 2)
        life.released_once()

    def test_who_asks_back_does_not_lose_it_while_the_owner_thinks(self) -> None:
        life = asked(places=2)
        first, second = life.asked
        life.asks_back(first).passes(30)
        assert [event.specialist for event in life.of(ConsultOfferExpired)] == [second]
        assert first in life.asked

    def test_the_owner_may_tell_more_without_being_asked_nobody_else_may(self) -> None:
        life = asked()
        life.clarifies("It also hisses")
        with pytest.raises(refusals.NotTheOwner):
            life.clarifies(actor=OTHER)
        life.withdraws()
        with pytest.raises(refusals.ConsultNotOpen):
            life.clarifies()

    def test_words_are_needed(self) -> None:
        with pytest.raises(ValidationError, match="text"):
            Clarify(text=" \n")


class TestLateAnswersAreKeptAndShown:
    """By somebody who was asked, after it was over; they change nothing else."""

    @pytest.mark.parametrize("how", ["withdrawn", "expired", "declined", "resolved", "closed", "somebody else"])
    def test_after(self, how: str) -> None:
        life = asked(places=2) if how == "somebody else" else asked()
        life.answered()
        first = life.asked[0]
        if how == "withdrawn":
            life.withdraws()
        elif how == "expired":
            life.passes(30)
        elif how == "declined":
            life.declines(first)
        elif how == "somebody else":
            life.answers(life.asked[1], "Tighten it")
        else:
            life.resolves()
            if how == "closed":
                life.quiet_passes()
        life.routed()
        before, said = life.case, len(life.said)
        life.answers(first, "It was the valve", attachments=[VIDEO])
        (late,) = life.consult.late_answers
        assert (late.specialist, late.answer, late.answered_at) == (first, "It was the valve", life.now)
        assert late.attachments[0].url == VIDEO["url"]
        consult = before.consults["consult-1"].model_copy(update={"late_answers": (late,)})
        assert life.case == before.model_copy(update={"consults": {"consult-1": consult}})
        assert len(life.said) == said + 1
        assert life.of(ConsultAnswered)[-1].late
        life.answers(first, "It was the valve")
        assert len(life.said) == said + 1
        life.released_once()

    def test_not_by_somebody_who_was_never_asked(self) -> None:
        life = asked(DIEGO)
        life.withdraws()
        with pytest.raises(refusals.ConsultNotOpen):
            life.answers("mei")

    def test_nor_twice_by_who_has_answered(self) -> None:
        life = asked()
        first = life.asked[0]
        life.answers(first)
        with pytest.raises(refusals.ConsultNotOpen, match="has your answer"):
            life.answers(first, "Once more")

    def test_a_late_answer_does_not_stop_the_search(self) -> None:
        life = asked()
        first = life.asked[0]
        life.declines(first)
        second = life.asked[0]
        life.answers(first, "On second thought").answers(second)
        assert (life.consult.specialist, life.consult.answer) == (second, "A new seal")
        life.released_once()


class TestRating:
    """The owner says how much it helped; the specialist is credited."""

    def test_it_may_be_changed_and_the_same_again_is_nothing_new(self) -> None:
        life = asked()
        first = life.asked[0]
        life.answers(first).rates(2).rates(5, "Solved it").rates(5, "Solved it")
        assert [(event.specialist, event.stars, event.by) for event in life.of(ConsultRated)] == [
            (first, 2, OWNER),
            (first, 5, OWNER),
        ]
        assert (life.consult.stars, life.consult.rating, life.consult.rated_at) == (5, "Solved it", life.now)

    def test_also_when_the_case_is_resolved(self) -> None:
        life = asked()
        life.answers(life.asked[0]).answered().resolves()
        life.rates(4)
        assert life.consult.stars == 4

    def test_only_the_owner_and_only_an_answer(self) -> None:
        life = asked()
        first = life.asked[0]
        with pytest.raises(refusals.ConsultNotAnswered) as refused:
            life.rates(5)
        assert (refused.value.kind, refused.value.status) == ("consult-not-answered", 409)
        life.answers(first)
        for other in (first, OTHER):
            with pytest.raises(refusals.NotTheOwner):
                life.rates(5, actor=other)
        for stars in (0, 6):
            with pytest.raises(ValidationError):
                RateAnswer(stars=stars)


class TestSaving:
    def test_an_earlier_answer_served_and_counts_once_a_case(self) -> None:
        life = Consulting(*TEAM)
        command = SaveConsult(answer_id="consult-of-another-case", question="Why does it leak?")
        for _ in range(2):
            life.do(lambda case: commands.save_consult(case, command, "mei", OWNER, life.now))
        (saved,) = life.of(ConsultSaved)
        assert (saved.by, saved.specialist, saved.answer_id) == (OWNER, "mei", "consult-of-another-case")
        assert [each.answer_id for each in life.case.saved_consults] == ["consult-of-another-case"]
        with pytest.raises(refusals.NotTheOwner):
            life.do(lambda case: commands.save_consult(case, command, "mei", OTHER, life.now))
        life.answered().resolves()
        with pytest.raises(refusals.CaseIsResolved):
            life.do(lambda case: commands.save_consult(case, command, "mei", OWNER, life.now))


def test_a_consult_of_before_offers_were_kept_can_still_be_answered() -> None:
    """Facts without `answered_at`, and an offer without a time, are facts too."""
    life = Life().arrives().assigned()
    consult_id = life.asks()
    life.offered(consult_id)
    assert wakes_at(life.case) is None
    old = ConsultAnswered(
        case_id=life.case.id,
        conversation=life.case.conversation,
        brand="homely",
        consult_id=consult_id,
        specialist="diego",
        country="AR",
        answer="A seal",
    )
    after = fold([old], life.case)
    assert after
    assert after.consults[consult_id].answered_at == life.case.last_message_at
