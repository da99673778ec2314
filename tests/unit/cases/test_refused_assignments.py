"""Assignment, refusal (with reason, back to routing): whoever refuses owns the case until somebody else is found (O1)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from schemas.events.case import CaseAssignmentRefused, CaseEscalated, CaseOwnerChanged
from schemas.events.delivery import DeliveryCancelled
from schemas.events.handover import HandoverWithdrawn
from schemas.events.routing import CapacityReleased, CapacityTaken, Explanation, OwnerAssigned, OwnerRequested
from schemas.ids import derive
from services.cases.domain import Refused, fold
from services.cases.domain.commands.refusing import RefuseAssignment, refuse_assignment
from services.cases.domain.timers import wakes_at
from tests.unit.cases.life import EXPERT, OTHER, OWNER, Life, case_events, facts
from tests.unit.cases.test_ownership import (
    COACH,
    ELSEWHERE,
    LEAD,
    TERMS_OF_TEAM,
    accept,
    capacity,
    cover,
    force,
    offer,
    passes,
)
from tests.unit.cases.test_rules import owned, resolved

WHY = "She is a neighbour of mine"


def refuse(life: Life, by: str = OWNER, reason: str = WHY) -> str:
    """Refuse the case; returns the id of the request for somebody else."""
    command = RefuseAssignment(reason=reason)
    life.do(lambda case: refuse_assignment(case, command, by, TERMS_OF_TEAM, life.now))
    return life.case.next_owner_request


def found(life: Life, owner: str = OTHER, request: str = "") -> None:
    """Routing has found somebody."""
    request = request or life.case.next_owner_request
    names = {**facts(life.case), "request_id": request, "person": owner}
    life.hear(OwnerAssigned(**names, explanation=Explanation(), decided_at=life.now))


def refused() -> Life:
    life = owned()
    refuse(life)
    return life


class TestRefusal:
    def test_goes_back_to_routing_with_its_reason_and_whoever_refused_is_excluded(self) -> None:
        life = refused()
        (said,) = life.of(CaseAssignmentRefused)
        assert (said.owner, said.by, said.reason) == (OWNER, OWNER, WHY)
        wanted = life.of(OwnerRequested)[-1]
        assert (wanted.request_id, wanted.excluded) == (said.request_id, (OWNER,))
        assert (wanted.language, wanted.skill, wanted.due_at) == ("en", "coffee", life.case.first_reply_due_at)
        assert wanted.request_id == derive("owner", life.case.id, "2") != life.case.owner_request

    def test_until_somebody_else_is_found_the_refuser_owns_the_case_and_acts(self) -> None:
        """Rule 1: after assignment never a moment without an owner."""
        life = refused()
        assert (life.case.owner, life.status) == (OWNER, "owned")
        assert capacity(life) == []
        life.sent(life.replies("holding", text="You hear from us within the hour"))
        with pytest.raises(Refused, match="only the owner, mira"):
            life.replies(actor=OTHER)

    def test_when_routing_finds_somebody_the_case_is_theirs_with_the_whole_story(self) -> None:
        life = refused()
        before = life.case
        found(life)
        assert life.case.owner == OTHER
        (changed,) = life.of(CaseOwnerChanged)
        assert (changed.previous_owner, changed.by, changed.reason) == (OWNER, OWNER, WHY)
        assert (changed.cause, changed.handover_id) == ("refused-assignment", before.next_owner_request)
        assert (life.case.heard, life.case.messages) == (before.heard, before.messages)
        with pytest.raises(Refused, match="only the owner, jonas"):
            life.replies(actor=OWNER)
        assert fold(case_events(life, 0)) == life.case

    def test_the_room_of_the_old_request_is_free_once_and_the_case_goes_on_under_the_new_one(self) -> None:
        life = refused()
        old, new = life.case.owner_request, life.case.next_owner_request
        found(life)
        found(life, request=new)  # said once more under another id
        found(life, COACH, request=old)  # and late
        assert (life.case.owner, life.case.owner_request, life.case.next_owner_request) == (OTHER, new, "")
        assert capacity(life) == [(CapacityReleased, old, OWNER)]
        life.sent(life.replies(actor=OTHER)).resolves(OTHER)
        assert capacity(life)[1:] == [(CapacityReleased, new, OTHER)]
        life.arrives(2, 5)
        assert capacity(life)[2:] == [(CapacityTaken, new, OTHER)]

    def test_a_second_one_refuses_too_and_neither_is_asked_again(self) -> None:
        life = refused()
        found(life)
        refuse(life, OTHER, "I do not know this machine")
        assert life.of(OwnerRequested)[-1].excluded == (OWNER, OTHER)
        assert len({each.request_id for each in life.of(OwnerRequested)}) == 3
        found(life, COACH)
        assert life.case.owner == COACH

    def test_by_a_lead_for_the_owner(self) -> None:
        life = owned()
        refuse(life, LEAD)
        (said,) = life.of(CaseAssignmentRefused)
        assert (said.owner, said.by) == (OWNER, LEAD)
        assert life.of(OwnerRequested)[-1].excluded == (OWNER,)

    def test_a_cover_ends_with_it(self) -> None:
        life = owned()
        cover(life, COACH)
        refuse(life)
        assert life.case.cover
        found(life)
        assert life.case.cover is None


class TestNobodyElse:
    def test_the_leads_hear_of_it_once_when_the_first_reply_is_in_danger(self) -> None:
        life = refused()
        assert wakes_at(life.case) == life.case.first_reply_due_at - timedelta(minutes=15)
        passes(life, 45)
        (escalated,) = life.of(CaseEscalated)
        assert (escalated.cause, escalated.subject_id) == ("assignment-refused", life.case.next_owner_request)
        assert escalated.owner == life.case.owner == OWNER
        assert wakes_at(life.case) is None
        passes(life, 60)
        assert len(life.of(CaseEscalated)) == 1
        found(life)  # and still somebody may be found
        assert life.case.owner == OTHER

    def test_somebody_found_in_time_escalates_nothing(self) -> None:
        life = refused()
        found(life)
        passes(life, 90)
        assert life.of(CaseEscalated) == []

    def test_refused_late_it_is_escalated_at_once(self) -> None:
        life = owned()
        life.now += timedelta(minutes=50)
        refuse(life)
        assert wakes_at(life.case) == life.now

    def test_once_the_customer_has_heard_from_us_the_leads_are_told_after_the_time_of_a_handover(self) -> None:
        life = owned()
        cover(life, COACH)
        life.sent(life.replies("holding", actor=COACH, text="We look into it at once"))
        life.now += timedelta(minutes=90)
        refuse(life)
        assert wakes_at(life.case) == life.now + timedelta(minutes=30)


class TestSomethingElseComesFirst:
    def ended(self, life: Life, request: str) -> None:
        """Nobody is looked for any more, routing was told once, and what it has found all the same changes nothing."""
        owner = life.case.owner
        assert life.case.next_owner_request == ""
        assert capacity(life).count((CapacityReleased, request, "nobody")) == 1
        found(life, "late", request)
        assert life.case.owner == owner
        assert fold(case_events(life, 0)) == life.case

    def test_an_accepted_handover_ends_the_search(self) -> None:
        life = refused()
        request = life.case.next_owner_request
        offer(life, COACH)
        accept(life, COACH)
        self.ended(life, request)
        assert life.case.owner == COACH

    def test_a_forced_handover_ends_it(self) -> None:
        life = refused()
        request = life.case.next_owner_request
        force(life, COACH)
        self.ended(life, request)

    def test_resolving_ends_it(self) -> None:
        life = refused()
        request = life.case.next_owner_request
        life.answered().resolves()
        self.ended(life, request)
        assert life.status == "resolved"

    def test_an_offer_that_waits_ends_when_somebody_is_found(self) -> None:
        life = refused()
        offer(life, COACH)
        found(life)
        assert (life.case.owner, life.case.pending_handover) == (OTHER, None)
        assert len(life.of(HandoverWithdrawn)) == 1


def new() -> Life:
    return Life().arrives()


def replied() -> Life:
    life = owned()
    life.replies()
    return life


def taken_over() -> Life:
    life = owned()
    offer(life)
    accept(life)
    return life


def offered() -> Life:
    life = owned()
    offer(life)
    return life


class TestRefusedRefusals:
    @pytest.mark.parametrize(
        ("begin", "by", "kind"),
        [
            (new, OWNER, "no-owner-yet"),
            (owned, OTHER, "not-the-owner"),
            (owned, COACH, "not-the-owner"),
            (owned, EXPERT, "not-the-owner"),
            (owned, ELSEWHERE, "not-the-owner"),
            (replied, OWNER, "already-replied"),
            (replied, LEAD, "already-replied"),
            (refused, OWNER, "assignment-refused"),
            (taken_over, OTHER, "not-assigned"),
            (offered, OWNER, "handover-pending"),
            (resolved, OWNER, "case-resolved"),
            (lambda: resolved().quiet_passes(), OWNER, "case-closed"),
        ],
    )
    def test_changes_nothing_and_says_why(self, begin: Callable[[], Life], by: str, kind: str) -> None:
        life = begin()
        before = life.case
        with pytest.raises(Refused) as refusal:
            refuse(life, by)
        assert refusal.value.kind == kind
        assert life.case == before

    def test_a_reason_is_needed(self) -> None:
        with pytest.raises(ValueError, match="reason"):
            RefuseAssignment(reason="  ")

    def test_a_reply_that_was_kept_back_does_not_count(self) -> None:
        life = owned()
        reply = life.replies()
        life.hear(DeliveryCancelled(**facts(life.case), reply_id=reply))
        refuse(life)
        assert life.case.next_owner_request
