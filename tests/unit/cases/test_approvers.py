"""Who is expected to act on what waits for four eyes: named by routing, relieved in time; all who may, still may (M1, P1)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.approval import ApprovalAssigned, ApprovalPassedOn, ApprovalRequested
from schemas.events.case import CaseEscalated
from schemas.events.routing import ApproverFound, ApproverRequested, CapacityReleased, Explanation
from services.cases.domain import commands
from services.cases.domain.commands import ProposeGrant
from tests.unit.cases.life import OWNER, START
from tests.unit.cases.replying import COACH, SECOND, Waits, owned, supervised
from tests.unit.cases.test_drafts import folds

MANDATES: dict[str, Any] = {
    "mandates": {
        "agent": {"refund": "50 EUR"},
        "coach": {"refund": "500 EUR"},
        "deputy": {"refund": "90 EUR", "voucher": "500 EUR"},
    }
}


def found(life: Waits, who: str = COACH, minutes: float = 5) -> Waits:
    """Routing names somebody for the latest request."""
    wanted = life.of(ApproverRequested)[-1]
    place = {name: getattr(wanted, name) for name in ("request_id", "approval_id", "case_id", "conversation")}
    until = life.now + timedelta(minutes=minutes)
    life.hear(ApproverFound(**place, person=who, explanation=Explanation(), decided_at=life.now, until=until))
    return life


def released(life: Waits) -> list[tuple[str, str]]:
    requests = {each.request_id for each in life.of(ApproverRequested)}
    return [(each.request_id, each.person) for each in life.of(CapacityReleased) if each.request_id in requests]


def test_routing_is_asked_for_somebody_else_than_the_author() -> None:
    life = supervised().writes()
    (asked,), (wanted,) = life.of(ApprovalRequested), life.of(ApproverRequested)
    assert (wanted.request_id, wanted.approval_id) == (asked.request_id, asked.approval_id)
    assert (wanted.language, wanted.due_at, wanted.excluded) == ("en", asked.due_at, (OWNER,))
    assert wanted.mandates == ()
    assert life.case.approvals[life.approval].approver == ""
    assert folds(life)


def test_who_is_found_is_expected_to_act_and_another_one_may() -> None:
    life = found(supervised().writes())
    (told,) = life.of(ApprovalAssigned)
    assert (told.approver, told.until) == (COACH, START + timedelta(minutes=5))
    life.approves(SECOND)
    assert life.reply().status == "queued"
    assert released(life) == [(told.request_id, COACH)]
    assert folds(life)


@pytest.mark.parametrize("end", ["approves", "refuses", "withdraws", "cancels"])
def test_however_it_ends_nobody_is_looked_for_any_more(end: str) -> None:
    life = supervised().writes()
    getattr(life, end)()
    (wanted,) = life.of(ApproverRequested)
    assert released(life) == [(wanted.request_id, "nobody")]
    found(life)
    assert not life.of(ApprovalAssigned)


def test_who_does_nothing_is_relieved_by_somebody_else_and_not_asked_again() -> None:
    life = found(supervised().writes()).waits(minutes=5)
    (passed_on,) = life.of(ApprovalPassedOn)
    assert (passed_on.approver, passed_on.cause) == (COACH, "no-answer")
    first, second = life.of(ApproverRequested)
    assert (second.request_id, second.excluded) == (passed_on.next_request, (OWNER, COACH))
    assert released(life) == [(first.request_id, COACH)]
    found(life, SECOND)
    assert life.case.approvals[life.approval].approver == SECOND
    life.approves(COACH)
    assert life.reply().status == "queued"
    assert len(released(life)) == len({*released(life)}) == 2
    assert folds(life)


def test_who_has_gone_home_may_be_expected_again_another_day() -> None:
    life = found(supervised().writes())
    life.hours = {COACH: {"tue": "09:00-14:33"}}
    life.waits(minutes=5)
    (passed_on,) = life.of(ApprovalPassedOn)
    assert passed_on.cause == "off-shift"
    assert life.of(ApproverRequested)[-1].excluded == (OWNER,)


def test_an_old_decision_changes_nothing_after_it_was_passed_on() -> None:
    life = found(supervised().writes())
    first = life.of(ApproverRequested)[0]
    life.waits(minutes=5)
    place = {name: getattr(first, name) for name in ("request_id", "approval_id", "case_id", "conversation")}
    life.hear(ApproverFound(**place, person=SECOND, explanation=Explanation(), decided_at=life.now, until=life.now))
    assert life.case.approvals[life.approval].approver == ""


def test_the_escalation_names_who_is_expected_to_act() -> None:
    life = found(supervised(approval_minutes=3).writes()).waits(minutes=3)
    (told,) = life.of(CaseEscalated)
    assert told.text == "a reply of mira still waits for coen, or another coach or lead"


def test_a_grant_asks_for_the_mandates_that_suffice() -> None:
    life = owned(**MANDATES)
    command = ProposeGrant(kind="refund", amount="80", currency="EUR", reason="It leaked twice")
    life.do(lambda case: commands.propose_grant(case, command, OWNER, life.terms, "g", life.now))
    (wanted,) = life.of(ApproverRequested)
    assert wanted.mandates == ("", "coach", "deputy")
    assert folds(life)
