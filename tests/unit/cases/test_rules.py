"""The rules of a case (design 4), one class each; replies and promises have a file of their own."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from schemas.events.case import CaseAssigned, CaseClosed, CaseOpened, CaseReopened, CaseResolved
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultWithdrawn
from schemas.events.routing import CapacityReleased, CapacityTaken, OwnerRequested, SpecialistRequested
from schemas.ids import derive
from services.cases.domain import commands, fold
from services.cases.domain.commands import AnswerConsult, AskSpecialist, NewPromise
from services.chassis.errors import Rejected
from tests.unit.cases.life import (
    EXPERT,
    OTHER,
    OWNER,
    QUIET,
    START,
    Life,
    assignment,
    breach,
    case_events,
    message,
)


def owned() -> Life:
    return Life().arrives().assigned()


def resolved() -> Life:
    return owned().answered().resolves()


class TestOneOwner:
    """Rule 1 (O1)."""

    def test_a_new_case_asks_for_its_owner_by_the_first_replys_deadline(self) -> None:
        life = Life().arrives()
        (wanted,) = life.of(OwnerRequested)
        assert life.status == "new"
        assert (wanted.case_id, wanted.pool, wanted.brand) == (life.case.id, "care", "homely")
        assert (wanted.language, wanted.skill, wanted.urgency, wanted.preferred) == ("en", "coffee", "normal", "")
        assert wanted.due_at == START + timedelta(minutes=60) == life.case.first_reply_due_at

    def test_the_first_assignment_gives_the_owner(self) -> None:
        life = owned()
        assert (life.status, life.case.owner) == ("owned", OWNER)

    @pytest.mark.parametrize("again", [OWNER, OTHER])
    def test_later_assignments_change_nothing(self, again: str) -> None:
        life = owned()
        before = life.case
        life.assigned(again)
        assert life.case == before
        assert len(life.of(CaseAssigned)) == 1

    def test_the_owner_stays_through_resolution_reopening_and_closing(self) -> None:
        life = resolved().arrives(2).answered().resolves().quiet_passes()
        assert life.case.closed
        assert life.case.owner == OWNER
        assert [event.owner for event in life.of(CaseResolved)] == [OWNER, OWNER]
        assert [event.owner for event in life.of(CaseReopened)] == [OWNER]
        assert [event.owner for event in life.of(CaseClosed)] == [OWNER]

    def test_an_assignment_of_an_unknown_case_is_rejected(self) -> None:
        stranger = Life().arrives().case
        with pytest.raises(Rejected, match=f"there is no case {stranger.id}"):
            Life().hear(assignment(stranger, OWNER))


class TestConsults:
    """Rule 3 (O2): whom routing finds answers the owner; ownership does not move."""

    def test_asking_wants_a_specialist_with_the_cases_language_and_skill(self) -> None:
        life = owned()
        consult = life.asks(due_minutes=90)
        (wanted,) = life.of(SpecialistRequested)
        assert (wanted.consult_id, wanted.language, wanted.skill) == (consult, "en", "coffee")
        assert wanted.due_at == START + timedelta(minutes=90)
        assert life.status == "waiting-for-specialist"

    def test_the_owner_may_ask_for_another_language_and_for_no_skill_at_all(self) -> None:
        life = owned()
        life.asks(language="es", skill="")
        (wanted,) = life.of(SpecialistRequested)
        assert (wanted.language, wanted.skill) == ("es", "")

    def test_the_answer_is_credited_with_person_and_country_and_frees_them(self) -> None:
        life = owned()
        consult = life.asks()
        life.offered(consult)
        life.do(
            lambda case: commands.answer_consult(case, consult, AnswerConsult(answer=" A new seal. "), EXPERT, life.now)
        )
        (answered,) = life.of(ConsultAnswered)
        assert (answered.specialist, answered.country, answered.answer) == (EXPERT, "AR", "A new seal.")
        (released,) = life.of(CapacityReleased)
        assert (released.request_id, released.person) == (derive("specialist", consult), EXPERT)
        assert (life.case.owner, life.case.status) == (OWNER, "owned")

    def test_several_at_once_and_one_withdrawn(self) -> None:
        life = owned()
        first, second = life.asks(), life.asks(language="es")
        life.offered(first)
        life.do(lambda case: commands.withdraw_consult(case, first, OWNER, life.now))
        assert [consult.id for consult in life.case.open_consults] == [second]
        assert [event.specialist for event in life.of(ConsultWithdrawn)] == [EXPERT]
        assert [(each.request_id, each.person) for each in life.of(CapacityReleased)] == [
            (derive("specialist", first), EXPERT)
        ]

    def test_one_withdrawn_before_anybody_was_found_is_released_all_the_same(self) -> None:
        life = owned()
        consult = life.asks()
        life.do(lambda case: commands.withdraw_consult(case, consult, OWNER, life.now))
        (wanted,), (released,) = life.of(SpecialistRequested), life.of(CapacityReleased)
        assert released.request_id == wanted.request_id
        life.offered(consult)
        assert life.of(ConsultOffered) == []

    def test_the_same_offer_again_changes_nothing_another_one_moves_the_question(self) -> None:
        life = owned()
        consult = life.asks()
        life.offered(consult).offered(consult).offered(consult, "mei")
        assert [event.specialist for event in life.of(ConsultOffered)] == [EXPERT, "mei"]
        assert life.case.consults[consult].specialist == "mei"

    @pytest.mark.parametrize("words", ["", "   ", "\n\t"])
    def test_blanks_are_neither_question_nor_answer_nor_promise(self, words: str) -> None:
        with pytest.raises(ValidationError, match="question"):
            AskSpecialist(question=words)
        with pytest.raises(ValidationError, match="answer"):
            AnswerConsult(answer=words)
        with pytest.raises(ValidationError, match="what"):
            NewPromise(what=words, due_at=START)

    def test_a_promise_has_at_most_500_characters(self) -> None:
        assert NewPromise(what="x" * 500, due_at=START)
        with pytest.raises(ValidationError, match="500"):
            NewPromise(what="x" * 501, due_at=START)


class TestResolvingAndClosing:
    """Rule 6 (F2, O7)."""

    def test_resolving_frees_the_owner_and_sets_the_end_of_the_quiet_period(self) -> None:
        life = resolved()
        (event,) = life.of(CaseResolved)
        assert (event.resolved_at, event.closes_at) == (life.now, life.now + QUIET)
        assert [(each.request_id, each.person) for each in life.of(CapacityReleased)] == [
            (life.case.owner_request, OWNER)
        ]

    def test_resolving_twice_is_resolving_once(self) -> None:
        life = resolved()
        before = len(life.said)
        life.resolves()
        assert len(life.said) == before

    def test_resolving_takes_open_questions_back(self) -> None:
        life = owned().answered()
        asked, offered = life.asks(), life.asks()
        life.offered(offered).resolves()
        assert not life.case.open_consults
        released = {each.request_id for each in life.of(CapacityReleased)}
        assert released == {derive("specialist", asked), derive("specialist", offered), life.case.owner_request}

    def test_a_message_reopens_with_the_same_owner_whose_capacity_is_taken_again(self) -> None:
        life = resolved().arrives(2)
        assert (life.status, life.case.owner, life.case.closes_at) == ("owned", OWNER, None)
        assert [event.message_id for event in life.of(CaseReopened)] == ["message-2"]
        assert [(each.request_id, each.person) for each in life.of(CapacityTaken)] == [(life.case.owner_request, OWNER)]
        assert len(life.of(OwnerRequested)) == 1

    def test_silence_closes(self) -> None:
        assert resolved().quiet_passes().case.status == "closed"

    def test_the_end_of_an_earlier_quiet_period_does_not_close_a_case_resolved_again(self) -> None:
        life = resolved()
        stale = breach(life.case, START + QUIET)
        life.arrives(2).hear(stale)
        assert life.status == "owned"
        life.now += timedelta(minutes=5)
        life.answered().resolves().hear(stale)
        assert life.status == "resolved"

    @pytest.mark.parametrize("kind", ["first-response", "promise"])
    def test_other_clocks_close_nothing(self, kind: str) -> None:
        life = resolved()
        assert life.case.closes_at
        life.hear(breach(life.case, life.case.closes_at, kind))
        assert life.status == "resolved"

    def test_closing_twice_is_closing_once(self) -> None:
        life = resolved().quiet_passes()
        assert life.case.closes_at
        life.hear(breach(life.case, life.case.closes_at))
        assert len(life.of(CaseClosed)) == 1

    def test_a_message_after_closing_opens_a_case_linked_to_the_old_one_and_prefers_its_owner(self) -> None:
        life = resolved().quiet_passes().arrives(2, 5000)
        old, new = life.states
        assert (new.status, new.previous_case, new.owner) == ("new", old.id, "")
        opened, wanted = life.of(CaseOpened)[-1], life.of(OwnerRequested)[-1]
        assert (opened.previous_case, opened.previous_owner, wanted.preferred) == (old.id, OWNER, OWNER)
        assert old.status == "closed"
        assert new.id != old.id

    def test_a_message_in_no_known_language_is_taken_to_be_in_the_customer_s_earlier_one(self) -> None:
        life = resolved().quiet_passes().arrives(2, 5000, language="und", text="??")
        old, new = life.states
        assert (new.language, life.of(CaseOpened)[-1].language) == (old.language, old.language) == ("en", "en")
        assert life.of(OwnerRequested)[-1].language == "en"
        assert Life().arrives(language="und").case.language == "und"


class TestOneCaseForAll:
    """Rule 7: messages of one conversation are one case, whatever the order of arrival."""

    @pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1), (3, 2, 1)])
    def test_any_order_gives_one_case_with_the_same_id(self, order: tuple[int, ...]) -> None:
        life = Life()
        for number in order:
            life.arrives(number, number * 3)
        assert len(life.states) == 1
        assert (life.case.messages, life.case.last_external_id) == (3, "external-3")
        assert len(life.of(OwnerRequested)) == 1
        assert life.case.id == Life().arrives().case.id

    def test_the_same_message_twice_is_in_it_once(self) -> None:
        life = Life()
        for _ in range(2):
            life.hear(message(), "the same event")
        assert life.case.messages == 1

    def test_a_message_of_an_unknown_brand_is_rejected(self) -> None:
        life = Life()
        with pytest.raises(Rejected, match="no brand 'homly'"):
            life.arrives(brand="homly")
        assert not life.documents


class TestEveryChangeIsAnEvent:
    """Rule 8: the case is what its events fold into."""

    def test_a_long_life_is_rebuilt_from_its_topic(self) -> None:
        life = owned()
        consult = life.asks()
        life.offered(consult)
        promise = life.promises()
        life.sent(life.replies("holding")).sent(life.replies(keeps_promise=promise)).resolves().arrives(2)
        life.answered().resolves().quiet_passes()
        assert fold(case_events(life, 0)) == life.case

    def test_a_case_begins_with_its_opening(self) -> None:
        with pytest.raises(ValueError, match=r"case.closed.v1 can not be the first event"):
            fold([CaseClosed(case_id="a", conversation="b", brand="homely", owner=OWNER)])
