"""Grants: agents decide themselves inside their mandate; above it there is one approval, with its own clock (M1)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from schemas.events.approval import ApprovalGiven, ApprovalRequested
from schemas.events.case import CaseEscalated
from schemas.events.grant import GrantMade, GrantProposed, GrantRefused
from services.cases.domain import grant_refusals, refusals, reply_refusals
from services.cases.domain.allowance import LASTS, Allowance, left, reserved, said_by, settled
from services.cases.domain.commands.approvals import late_approvals
from services.cases.domain.evolve import fold
from services.cases.domain.mandate import mandate
from services.cases.domain.merging_refusals import ApprovalIsWaiting
from tests.unit.cases.life import BRAND, OTHER, OWNER, START, case_events
from tests.unit.cases.mandates import COACH, GRANTING, LEAD, POLICY, SENIOR_COACH, Granting, owned, somebody

LIMITS = POLICY.mandate_limits["agent"]


def names(life: Granting) -> list[str]:
    return [type(each).__name__ for each in case_events(life, 0) if "rant" in each.type or "pproval" in each.type]


def test_inside_the_mandate_it_is_granted_at_once_and_nobody_is_asked() -> None:
    """M1: every agent has a mandate and needs nobody's permission inside it."""
    life = owned()
    grant = life.grants("50.00")
    assert (grant.status, grant.approved_by, grant.amount, grant.currency) == ("made", "", "50.00", "EUR")
    assert names(life) == ["GrantProposed", "GrantMade"]
    assert not life.case.approvals


def test_above_it_there_is_one_approval_step_with_its_own_clock() -> None:
    """M1."""
    life = owned()
    grant = life.grants("50.01")
    assert (grant.status, grant.above, grant.limit) == ("proposed", ("amount",), "50.00 EUR")
    [asked] = life.of(ApprovalRequested)
    assert (asked.subject, asked.subject_id, asked.reasons) == ("grant", grant.id, ("mandate",))
    assert asked.due_at == life.now + timedelta(minutes=20)
    life.approves(grant)
    assert (life.again(grant).status, life.again(grant).approved_by) == ("made", SENIOR_COACH)
    assert names(life) == ["GrantProposed", "ApprovalRequested", "ApprovalGiven", "GrantMade"]
    with pytest.raises(reply_refusals.ApprovalNotWaiting):
        life.approves(grant)
    assert len(life.of(GrantMade)) == len(life.of(ApprovalGiven)) == 1


def test_what_was_granted_is_rebuilt_from_the_topic() -> None:
    """Rule 8: the state is a fold of the events."""
    life = owned()
    life.grants("10")
    life.approves(life.grants("200"))
    life.refuses(life.grants("300"))
    assert fold(case_events(life, 0)) == life.case


def test_a_refusal_says_why_and_nothing_is_granted() -> None:
    life = owned()
    grant = life.grants("51")
    life.refuses(grant)
    [refused] = life.of(GrantRefused)
    assert (life.again(grant).status, refused.by, refused.reason) == ("refused", SENIOR_COACH, "Repair it instead")
    assert not life.of(GrantMade)


def test_whoever_asked_can_withdraw_it_while_it_waits() -> None:
    life = owned()
    grant = life.grants("51")
    life.withdraws(grant)
    assert life.again(grant).status == "refused"
    assert life.of(GrantRefused)[0].by == OWNER
    with pytest.raises(reply_refusals.ApprovalNotWaiting):
        life.approves(grant)


def test_the_smallest_unit_of_the_currency_is_exact() -> None:
    """Never a float: 0.1 + 0.2 is 0.3, and an amount is written as its currency is."""
    life = owned()
    assert [life.grants(each).amount for each in ("0.1", "0.2", "7")] == ["0.10", "0.20", "7.00"]
    assert life.grants("74.70", "refund").above == ("amount", "case")
    assert life.grants("50", "refund").status == "made"
    assert life.grants("500", "airmiles", currency="JPY").amount == "500"


def test_one_case_is_given_no_more_than_the_limit_per_case_without_asking() -> None:
    """M1, per case: whoever grants, in however many pieces."""
    life = owned()
    life.grants("50")
    assert life.grants("20", "voucher").status == "made"
    third = life.grants("5.01")
    assert (third.status, third.above, third.limit) == ("proposed", ("case",), "5.00 EUR")
    assert life.grants("5").status == "made"


def test_what_somebody_else_approved_does_not_use_the_mandate_up() -> None:
    life = owned()
    life.approves(life.grants("400"))
    assert life.grants("50").status == "made"


def test_above_the_limit_per_period_it_needs_approval_too() -> None:
    """M1, per period: the allowance over all cases has no room."""
    life = owned()
    full = replace(life.with_room("7.00"), reserved_at=None)
    grant = life.grants("10", period=full)
    assert (grant.status, grant.above, grant.limit) == ("proposed", ("period",), "7.00 EUR")


def test_a_reservation_that_is_too_old_grants_nothing() -> None:
    """Somebody may have given its room to another case."""
    life = owned()
    old = replace(life.with_room(), reserved_at=life.now - LASTS - timedelta(seconds=1))
    with pytest.raises(grant_refusals.TooLongAgo):
        life.grants("10", period=old)
    with pytest.raises(grant_refusals.TooLongAgo):
        life.grants("10", period=None)
    assert not life.of(GrantProposed)


def test_somebody_without_a_mandate_asks_for_everything() -> None:
    life = Granting()
    life.arrives().assigned("nina")
    grant = life.grants("0.01", by="nina")
    assert (grant.status, grant.above, grant.limit) == ("proposed", ("kind",), "")


def test_a_kind_that_only_others_may_grant_needs_approval() -> None:
    life = owned()
    grant = life.grants("60", "replacement")
    assert (grant.status, grant.above) == ("proposed", ("kind",))
    life.approves(grant)
    assert life.again(grant).status == "made"


class TestWhoApproves:
    def test_a_coach_whose_own_mandate_covers_it(self) -> None:
        life = owned()
        grant = life.grants("60")
        with pytest.raises(grant_refusals.MandateTooSmall, match="goes up to 50 EUR"):
            life.approves(grant, COACH)
        assert life.again(grant).status == "proposed"
        life.approves(grant, SENIOR_COACH)

    def test_a_lead_without_a_mandate_answers_for_the_largest_of_the_brand(self) -> None:
        life = owned()
        grant = life.grants("900", "replacement")
        life.approves(grant, LEAD)
        assert life.again(grant).approved_by == LEAD

    def test_nobody_approves_what_they_asked_for(self) -> None:
        """One approval step is four eyes, also for a lead."""
        life = Granting()
        life.arrives().assigned(LEAD)
        grant = life.grants("60", by=LEAD)
        with pytest.raises(reply_refusals.OwnApproval):
            life.approves(grant, LEAD)

    def test_no_agent_and_nobody_of_another_brand(self) -> None:
        """M7: a partner team acts on its own brands only."""
        life = owned()
        grant = life.grants("60")
        for stranger in (OTHER, "elsewhere"):
            with pytest.raises(refusals.NotAllowed):
                life.approves(grant, stranger)

    def test_late_it_is_escalated_and_goes_on_waiting(self) -> None:
        """M1: the approval step has its own clock."""
        life = owned()
        life.grants("60")
        [timer] = late_approvals(life.case)
        assert timer.at == life.now + timedelta(minutes=20)
        life.do(lambda case: timer.fire(case, GRANTING, timer.at))
        assert [(each.cause, each.subject_id) for each in life.of(CaseEscalated)] == [
            ("approval-late", timer.name[14:])
        ]
        assert [each.status for each in life.case.approvals.values()] == ["waiting"]


class TestRefused:
    @pytest.mark.parametrize(
        ("fields", "refusal", "said"),
        [
            ({"kind": "cake"}, grant_refusals.UnknownGrantKind, "airmiles, refund, replacement, voucher"),
            ({"currency": "USD"}, grant_refusals.WrongCurrency, "grants refund in EUR, not in USD"),
            ({"amount": "0"}, grant_refusals.AmountNotRight, "nothing"),
            ({"amount": "0.00"}, grant_refusals.AmountNotRight, "nothing"),
            ({"amount": "-5"}, grant_refusals.AmountNotRight, "'-5'"),
            ({"amount": "1e2"}, grant_refusals.AmountNotRight, "'1e2'"),
            ({"amount": "NaN"}, grant_refusals.AmountNotRight, "'NaN'"),
            ({"amount": "12,50"}, grant_refusals.AmountNotRight, "with a point"),
            ({"amount": "٥"}, grant_refusals.AmountNotRight, "'٥'"),
            ({"amount": "1.005"}, grant_refusals.AmountNotRight, "0.01 EUR"),
            ({"amount": "1.5", "kind": "airmiles", "currency": "JPY"}, grant_refusals.AmountNotRight, "1 JPY"),
            ({"amount": "500.01"}, grant_refusals.AboveEveryMandate, "the most is 500 EUR"),
            ({"by": OTHER}, refusals.NotTheOwner, OWNER),
        ],
    )
    def test_what_is_not_right_is_named_and_changes_nothing(
        self, fields: dict[str, str], refusal: type[refusals.Refused], said: str
    ) -> None:
        life = owned()
        with pytest.raises(refusal, match=said):
            life.grants(**fields)
        assert not life.case.grants

    def test_before_there_is_an_owner(self) -> None:
        life = Granting()
        life.arrives()
        with pytest.raises(refusals.NoOwnerYet):
            life.grants()

    def test_in_a_resolved_case(self) -> None:
        life = owned()
        life.answered().resolves()
        with pytest.raises(refusals.CaseIsResolved):
            life.grants()


def test_no_case_is_resolved_while_a_grant_waits() -> None:
    """The customer has not had the last word on it."""
    life = owned()
    life.answered()
    grant = life.grants("60")
    with pytest.raises(ApprovalIsWaiting):
        life.resolves()
    life.refuses(grant)
    assert life.resolves().status == "resolved"


def test_a_channel_that_deviates_has_its_own_mandate() -> None:
    """M2: only where the organisation's files say so, and why."""
    mandates = {**POLICY.mandates, "agent": {**POLICY.mandates["agent"], "refund": POLICY.mandates["agent"]["voucher"]}}
    less = replace(
        GRANTING, brand=BRAND.model_copy(update={"policy": POLICY.model_copy(update={"mandates": mandates})})
    )
    terms = replace(GRANTING, deviating={"web": less})
    life = owned()
    assert life.grants("20", terms=terms).status == "made"
    assert life.grants("20.01", terms=terms).above == ("amount",)


class TestAllowance:
    """The sum over all cases in a period, reserved before a case is asked."""

    EMPTY = Allowance(person=OWNER, brand="homely")

    @staticmethod
    def money(amount: str):  # type: ignore[no-untyped-def]
        return POLICY.mandates["agent"]["refund"].model_copy(update={"amount": Decimal(amount)})

    def test_two_cases_share_one_period(self) -> None:
        first = reserved(self.EMPTY, "g1", "case-1", self.money("60"), LIMITS, START)
        assert first
        assert reserved(first, "g2", "case-2", self.money("40.01"), LIMITS, START) is None
        assert reserved(first, "g2", "case-2", self.money("40"), LIMITS, START)

    def test_the_same_grant_takes_its_room_once(self) -> None:
        first = reserved(self.EMPTY, "g1", "case-1", self.money("60"), LIMITS, START)
        assert first
        again = reserved(first, "g1", "case-1", self.money("60"), LIMITS, START + timedelta(seconds=5))
        assert again
        assert str(left(again, LIMITS, START)) == "40 EUR"

    def test_what_was_refused_gives_its_room_back_and_what_was_granted_does_not(self) -> None:
        both = reserved(self.EMPTY, "g1", "case-1", self.money("60"), LIMITS, START)
        assert both
        both = reserved(both, "g2", "case-2", self.money("40"), LIMITS, START)
        assert both
        after = settled(both, {"g1": both.grants["g1"].model_copy(update={"settled": True}), "g2": None, "g3": None})
        assert str(left(after, LIMITS, START)) == "40 EUR"
        assert not after.stale(START + timedelta(days=1))

    def test_after_the_period_there_is_room_again(self) -> None:
        first = reserved(self.EMPTY, "g1", "case-1", self.money("100"), LIMITS, START)
        assert first
        spent = settled(first, {"g1": first.grants["g1"].model_copy(update={"settled": True})})
        assert str(left(spent, LIMITS, START + timedelta(days=29, hours=23))) == "0 EUR"
        later = reserved(spent, "g2", "case-2", self.money("100"), LIMITS, START + timedelta(days=30))
        assert later
        assert set(later.grants) == {"g2"}


def test_a_case_says_of_a_reservation_whether_it_was_granted_on_the_mandate_alone() -> None:
    """What a crash left behind is settled by the case."""
    life = owned()
    alone, waiting, approved = life.grants("10"), life.grants("60"), life.grants("70")
    life.approves(approved)
    found = said_by(life.case, alone.id)
    assert found
    assert (found.amount, found.settled) == ("10.00", True)
    assert [said_by(life.case, each) for each in (waiting.id, approved.id, "unknown")] == [None, None, None]
    assert said_by(None, alone.id) is None


def test_a_mandate_says_what_is_left_in_the_case() -> None:
    life = owned()
    life.grants("30")
    own = mandate(POLICY, somebody(OWNER), "refund", "EUR", life.case)
    assert (own.at_once, own.left_in_case, own.alone) == (Decimal(50), Decimal("45.00"), Decimal("45.00"))
