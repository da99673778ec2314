"""The room that a case takes: less while it waits for somebody, where the brand says so (P5)."""

from dataclasses import replace

import pytest

from schemas.events.case import CaseWeighed
from schemas.events.routing import CapacityReleased, CapacityTaken
from services.cases.domain import commands
from services.cases.domain.commands import AnswerConsult, handovers
from services.cases.domain.terms import Terms
from services.cases.handlers import deciding, table
from tests.unit.cases.life import BRAND, EXPERT, OTHER, OWNER, TERMS, Life
from tests.unit.cases.test_drafts import folds


class Weighing(Life):
    """A case of a brand whose cases keep a quarter of their room while they wait."""

    def __init__(self, waiting_weight: float = 0.25) -> None:
        super().__init__()
        policy = BRAND.policy.model_copy(update={"waiting_weight": waiting_weight})
        self.terms = replace(TERMS, brand=BRAND.model_copy(update={"policy": policy}))
        self._routes, self._decided = table(self.terms_of).routes, deciding(self.terms_of)
        self.arrives().assigned()

    def terms_of(self, _: str) -> Terms:
        return self.terms

    @property
    def shares(self) -> list[float]:
        return [each.share for each in self.of(CaseWeighed)]

    @property
    def room(self) -> float:
        """What the owner's request takes in the end, by what routing was told."""
        taken: float = 1
        for each in self.said:
            event = each.event
            if isinstance(event, CapacityReleased | CapacityTaken) and event.request_id == self.case.owner_request:
                taken = event.share if isinstance(event, CapacityTaken) else 0
        return taken


def test_by_itself_a_case_keeps_its_room() -> None:
    life = Weighing(1)
    life.sent(life.replies())
    assert (life.status, life.shares, life.of(CapacityTaken)) == ("waiting-for-customer", [], [])


def test_while_the_customer_thinks_there_is_room_for_others_and_then_there_is_not() -> None:
    life = Weighing()
    life.sent(life.replies())
    assert (life.shares, life.room) == ([0.25], 0.25)
    life.arrives(2)
    assert (life.shares, life.room) == ([0.25, 1], 1)
    assert {each.person for each in life.of(CapacityTaken)} == {OWNER}
    assert folds(life)


def test_while_a_specialist_thinks_too() -> None:
    life = Weighing()
    consult = life.asks()
    assert (life.status, life.room) == ("waiting-for-specialist", 0.25)
    life.offered(consult)
    answer = AnswerConsult(answer="Descale it")
    life.do(lambda case: commands.answer_consult(case, consult, answer, EXPERT, life.now))
    assert (life.status, life.room) == ("owned", 1)
    assert folds(life)


def test_from_one_wait_to_the_other_nothing_is_said() -> None:
    life = Weighing()
    life.sent(life.replies())
    life.asks()
    assert (life.status, life.shares) == ("waiting-for-specialist", [0.25])


def test_a_resolved_case_takes_nothing_and_all_of_it_when_it_is_opened_again() -> None:
    life = Weighing()
    life.sent(life.replies())
    life.resolves()
    assert life.room == 0
    life.arrives(2, 60)
    assert (life.room, life.case.share, life.shares) == (1, 1, [0.25])
    assert folds(life)


def test_who_takes_over_a_case_that_waits_has_that_share_of_it() -> None:
    life = Weighing()
    life.sent(life.replies())
    offer = handovers.OfferHandover(to=OTHER, reason="My shift ends")
    life.do(lambda case: handovers.offer_handover(case, offer, OWNER, "handover", life.terms, life.now))
    life.do(lambda case: handovers.accept_handover(case, "handover", OTHER, life.terms, life.now))
    assert (life.case.owner, life.room, life.shares) == (OTHER, 0.25, [0.25])
    assert life.of(CapacityTaken)[-1].person == OTHER


@pytest.mark.parametrize("waiting_weight", [0.5, 1])
def test_a_changed_policy_holds_from_the_next_event_on(waiting_weight: float) -> None:
    life = Weighing()
    life.sent(life.replies())
    policy = BRAND.policy.model_copy(update={"waiting_weight": waiting_weight})
    life.terms = replace(TERMS, brand=BRAND.model_copy(update={"policy": policy}))
    assert life.room == 0.25
    life.asks()
    assert (life.room, life.case.share) == (waiting_weight, waiting_weight)
