"""One owner, always: handovers and covers in the words of O1, O6 and rule 1, and every way in which they are refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.case import CaseCoverEnded, CaseCoverNamed, CaseEscalated, CaseOwnerChanged
from schemas.events.handover import HandoverForced, HandoverOffered, HandoverWithdrawn
from schemas.events.routing import CapacityReleased, CapacityTaken
from schemas.organisation import Person
from services.cases.domain import Case, Refused
from services.cases.domain.commands.covers import NameCover, end_cover, name_cover
from services.cases.domain.commands.handovers import (
    DeclineHandover,
    ForceHandover,
    OfferHandover,
    accept_handover,
    decline_handover,
    force_handover,
    offer_handover,
    withdraw_handover,
)
from services.cases.domain.commands.ownership import require_owned_by, spread
from services.cases.domain.summary import SHORT, summary
from services.cases.domain.timers import timers, wakes_at
from tests.unit.cases.life import EXPERT, OTHER, OWNER, TERMS, Life, person
from tests.unit.cases.test_rules import owned, resolved

LEAD, COACH, ELSEWHERE, SHADOW = "lena", "carl", "eve", "sam"
TEAM: dict[str, dict[str, Any]] = {
    EXPERT: {"role": "specialist"},
    LEAD: {"role": "lead"},
    COACH: {"role": "coach", "stage": "coach"},
    ELSEWHERE: {"role": "lead", "brands": ["other"]},
    SHADOW: {"stage": "shadow"},
}


def colleague(id_: str) -> Person:
    return Person.model_validate(person(id_).model_dump() | TEAM.get(id_, {}))


TERMS_OF_TEAM = replace(TERMS, person=colleague)
HANDOVER = "handover-1"


def offer(life: Life, to: str = OTHER, by: str = OWNER, id_: str = HANDOVER, **more: Any) -> None:
    command = OfferHandover.model_validate(
        {"to": to, "reason": "My shift ends", "note": "She likes short words"} | more
    )
    life.do(lambda case: offer_handover(case, command, by, id_, TERMS_OF_TEAM, life.now))


def accept(life: Life, by: str = OTHER, id_: str = HANDOVER) -> None:
    life.do(lambda case: accept_handover(case, id_, by, TERMS_OF_TEAM, life.now))


def decline(life: Life, by: str = OTHER, id_: str = HANDOVER) -> None:
    life.do(lambda case: decline_handover(case, id_, DeclineHandover(reason="Full"), by, life.now))


def withdraw(life: Life, by: str = OWNER, id_: str = HANDOVER) -> None:
    life.do(lambda case: withdraw_handover(case, id_, by, TERMS_OF_TEAM, life.now))


def force(life: Life, to: str = OTHER, by: str = LEAD, id_: str = "forced-1") -> None:
    command = ForceHandover(to=to, reason="Mira is ill", note="Call her first")
    life.do(lambda case: force_handover(case, command, by, id_, TERMS_OF_TEAM, life.now))


def cover(life: Life, who: str = OTHER, by: str = OWNER, begins: float | None = None, ends: float = 480) -> None:
    command = NameCover(
        cover=who,
        reason="Off shift",
        starts_at=None if begins is None else life.now + timedelta(minutes=begins),
        ends_at=life.now + timedelta(minutes=ends),
    )
    life.do(lambda case: name_cover(case, command, by, TERMS_OF_TEAM, life.now))


def end(life: Life, by: str = OWNER) -> None:
    life.do(lambda case: end_cover(case, by, TERMS_OF_TEAM, life.now))


def passes(life: Life, minutes: float) -> None:
    """Time passes, and the case wakes for all that is due."""
    life.now += timedelta(minutes=minutes)
    due = [timer for timer in timers(life.case) if timer.at <= life.now]
    for timer in due:
        life.do(lambda case, fire=timer.fire: fire(case, TERMS_OF_TEAM, life.now))  # type: ignore[misc]


def offered(**more: Any) -> Life:
    life = owned()
    offer(life, **more)
    return life


def capacity(life: Life) -> list[tuple[type[Event], str, str]]:
    """What routing was told of the owner's work after the request for an owner."""
    found = [each.event for each in life.said if isinstance(each.event, CapacityReleased | CapacityTaken)]
    return [(type(each), each.request_id, each.person) for each in found]


class TestHandover:
    def test_while_pending_the_old_owner_remains_and_acts(self) -> None:
        life = offered()
        assert life.case.owner == OWNER
        life.answered()
        with pytest.raises(Refused, match="only the owner, mira"):
            life.replies(actor=OTHER)
        (said,) = life.of(HandoverOffered)
        assert said.expires_at == life.now + timedelta(minutes=30)
        assert capacity(life) == []

    def test_accepted_by_the_new_owner_it_moves_the_case_and_its_work(self) -> None:
        """O6, rule 1: only the acceptance changes the owner; routing's load moves from one to the other."""
        life = offered()
        accept(life)
        assert (life.case.owner, life.case.pending_handover) == (OTHER, None)
        (changed,) = life.of(CaseOwnerChanged)
        assert (changed.previous_owner, changed.owner, changed.handover_id) == (OWNER, OTHER, HANDOVER)
        assert (changed.reason, changed.by, changed.forced) == ("My shift ends", OTHER, False)
        request = life.case.owner_request
        assert capacity(life) == [(CapacityReleased, request, OWNER), (CapacityTaken, request, OTHER)]
        life.replies(actor=OTHER)
        with pytest.raises(Refused, match="only the owner, jonas"):
            life.replies(actor=OWNER)

    def test_the_customer_need_not_repeat_anything(self) -> None:
        """O6: messages, consults, promises, replies and the reason are with the case, for the new owner as for the old one."""
        life = owned().arrives(2, 5, text="The seal is worn, order 4711")
        life.promises(90)
        life.offered(life.asks())
        life.sent(life.replies("holding", text="More soon"))
        before = life.case
        offer(life)
        accept(life)
        told = {"heard", "promises", "consults", "replies", "messages", "unanswered", "topic", "customer", "status"}
        assert {name: getattr(life.case, name) for name in told} == {name: getattr(before, name) for name in told}
        assert life.case.handovers[HANDOVER].note == "She likes short words"
        (change,) = life.case.owner_changes
        assert (change.previous, change.owner, change.reason, change.note) == (
            OWNER,
            OTHER,
            "My shift ends",
            "She likes short words",
        )

    def test_declined_with_a_reason_the_owner_stays_and_the_leads_hear_of_it(self) -> None:
        life = offered()
        decline(life)
        assert (life.case.owner, life.case.pending_handover) == (OWNER, None)
        assert (life.case.handovers[HANDOVER].status, life.case.handovers[HANDOVER].answer) == ("declined", "Full")
        (escalated,) = life.of(CaseEscalated)
        assert (escalated.cause, escalated.subject_id, escalated.owner) == ("handover-refused", HANDOVER, OWNER)
        offer(life, COACH, id_="handover-2")  # and may be offered to somebody else

    @pytest.mark.parametrize("by", [OWNER, COACH, LEAD])
    def test_withdrawn_by_who_offered_it_the_owner_or_a_lead(self, by: str) -> None:
        life = offered(by=COACH)
        withdraw(life, by)
        assert (life.case.owner, life.case.handovers[HANDOVER].status) == (OWNER, "withdrawn")

    def test_expired_the_owner_stays_and_the_leads_hear_of_it(self) -> None:
        life = offered(minutes=10)
        assert wakes_at(life.case) == life.now + timedelta(minutes=10)
        passes(life, 9)
        assert life.case.pending_handover
        passes(life, 1)
        assert (life.case.owner, life.case.handovers[HANDOVER].status) == (OWNER, "expired")
        assert [each.cause for each in life.of(CaseEscalated)] == ["handover-refused"]
        assert wakes_at(life.case) is None

    def test_too_late_even_when_time_has_not_been_noticed_yet(self) -> None:
        life = offered(minutes=10)
        life.now += timedelta(minutes=10)
        with pytest.raises(Refused, match="has expired; the owner is mira"):
            accept(life)

    @pytest.mark.parametrize("by", [OWNER, COACH, LEAD])
    def test_offered_by_the_owner_a_coach_or_a_lead(self, by: str) -> None:
        assert offered(by=by).case.handovers[HANDOVER].by == by

    def test_offered_by_the_cover_in_force(self) -> None:
        life = owned()
        cover(life, OTHER)
        offer(life, COACH, by=OTHER)
        assert life.case.handovers[HANDOVER].by == OTHER

    def test_a_resolved_case_changes_hands_without_work_and_comes_back_to_the_new_owner(self) -> None:
        life = resolved()
        released = capacity(life)
        offer(life)
        accept(life)
        assert (life.case.owner, life.status) == (OTHER, "resolved")
        assert capacity(life) == released
        life.arrives(9, 60)
        assert (life.case.owner, life.status) == (OTHER, "owned")
        assert capacity(life)[-1] == (CapacityTaken, life.case.owner_request, OTHER)

    def test_an_offer_of_a_case_that_is_closed_meanwhile_waits_for_nobody(self) -> None:
        life = resolved()
        offer(life, minutes=60 * 24 * 7)
        life.quiet_passes()
        assert life.case.pending_handover is None
        assert wakes_at(life.case) is None

    def test_ownership_goes_on_from_hand_to_hand_and_back(self) -> None:
        life = owned()
        for number, (giver, taker) in enumerate([(OWNER, OTHER), (OTHER, COACH), (COACH, OWNER)]):
            offer(life, taker, by=giver, id_=f"h{number}")
            accept(life, taker, f"h{number}")
        assert [each.owner for each in life.case.owner_changes] == [OTHER, COACH, OWNER]
        load = {OWNER: 1}
        for kind, _, who in capacity(life):
            load[who] = load.get(who, 0) + (1 if kind is CapacityTaken else -1)
        assert load == {OWNER: 1, OTHER: 0, COACH: 0}


class TestForced:
    def test_a_lead_forces_a_handover_with_a_reason_audited(self) -> None:
        life = owned()
        force(life)
        assert life.case.owner == OTHER
        (forced,), (changed,) = life.of(HandoverForced), life.of(CaseOwnerChanged)
        assert (forced.by, forced.to, forced.reason, forced.handover_id) == (LEAD, OTHER, "Mira is ill", "forced-1")
        assert (changed.by, changed.reason, changed.forced) == (LEAD, "Mira is ill", True)
        assert (changed.note, changed.handover_id) == ("Call her first", "forced-1")
        assert [each[2] for each in capacity(life)] == [OWNER, OTHER]

    def test_an_offer_that_was_pending_ends(self) -> None:
        life = offered()
        force(life, COACH)
        assert [each.handover_id for each in life.of(HandoverWithdrawn)] == [HANDOVER]
        assert life.case.owner == COACH
        with pytest.raises(Refused, match="was withdrawn already; the owner is carl"):
            accept(life)


class TestCover:
    def test_a_cover_acts_for_the_owner_and_the_owner_returns(self) -> None:
        """Rule 1: the owner stays the owner; the cover's replies are the cover's own, the promises the owner's."""
        life = owned()
        cover(life)
        life.sent(life.replies(actor=OTHER))
        promise = life.promises(actor=OTHER)
        life.asks(actor=OTHER)
        assert (life.case.owner, life.case.promises[promise].owner) == (OWNER, OWNER)
        assert [each.author for each in life.case.replies.values()] == [OTHER]
        life.replies(actor=OWNER)  # the owner may always act
        end(life)
        (ended,) = life.of(CaseCoverEnded)
        assert (ended.by, ended.cover, ended.owner) == (OWNER, OTHER, OWNER)
        with pytest.raises(Refused, match="only the owner, mira"):
            life.replies(actor=OTHER)

    def test_before_and_after_its_time_the_cover_does_not_act(self) -> None:
        life = owned()
        cover(life, begins=30, ends=60)
        with pytest.raises(Refused, match="only the owner"):
            life.replies(actor=OTHER)
        passes(life, 30)
        life.replies(actor=OTHER)
        life.now += timedelta(minutes=30)
        with pytest.raises(Refused, match="only the owner"):
            life.replies(actor=OTHER)
        passes(life, 0)
        (ended,) = life.of(CaseCoverEnded)
        assert (ended.by, ended.ended_at, life.case.cover) == ("", life.now, None)

    def test_a_cover_in_the_past_begins_now(self) -> None:
        life = owned()
        cover(life, begins=-60)
        (named,) = life.of(CaseCoverNamed)
        assert named.starts_at == life.now

    def test_a_lead_names_a_cover_and_ends_it(self) -> None:
        life = owned()
        cover(life, by=LEAD)
        end(life, LEAD)
        assert life.case.cover is None

    def test_the_next_cover_after_one_whose_time_nobody_has_noticed(self) -> None:
        life = owned()
        cover(life, ends=10)
        life.now += timedelta(minutes=10)
        cover(life, COACH)
        assert [each.cover for each in life.of(CaseCoverEnded)] == [OTHER]
        assert life.case.cover_at(life.now) == COACH

    def test_a_new_owner_has_no_cover_of_the_old_one(self) -> None:
        life = owned()
        cover(life)
        offer(life, COACH)
        accept(life, COACH)
        assert life.case.cover is None
        assert [each.owner for each in life.of(CaseCoverEnded)] == [OWNER]

    def test_the_cover_can_become_the_owner(self) -> None:
        life = owned()
        cover(life)
        offer(life, OTHER)
        accept(life, OTHER)
        assert (life.case.owner, life.case.cover) == (OTHER, None)


def answered(status: str) -> Callable[[], Life]:
    def given() -> Life:
        life = offered()
        {"accepted": accept, "declined": decline, "withdrawn": withdraw}[status](life)
        return life

    return given


def covered() -> Life:
    life = owned()
    cover(life)
    return life


def closed() -> Life:
    return resolved().quiet_passes()


def new() -> Life:
    return Life().arrives()


REFUSED: list[tuple[str, int, str, Callable[[], Life], Callable[[Life], None]]] = [
    ("no-owner-yet", 409, "no owner yet", new, offer),
    ("no-owner-yet", 409, "no owner yet", new, force),
    ("no-owner-yet", 409, "no owner yet", new, cover),
    ("case-closed", 409, "a new message", closed, offer),
    ("case-closed", 409, "a new message", closed, force),
    ("case-closed", 409, "a new message", closed, cover),
    ("case-closed", 409, "a new message", closed, end),
    ("not-the-owner", 403, "or a coach or lead of homely", owned, lambda life: offer(life, COACH, by=OTHER)),
    ("not-the-owner", 403, "or a coach or lead of homely", owned, lambda life: offer(life, by=ELSEWHERE)),
    ("handover-pending", 409, "offered to jonas already, by mira", offered, lambda life: offer(life, COACH, id_="2")),
    ("already-the-owner", 409, "mira owns the case already", owned, lambda life: offer(life, OWNER)),
    ("can-not-own", 422, "is a specialist", owned, lambda life: offer(life, EXPERT)),
    ("can-not-own", 422, "shadow stage", owned, lambda life: offer(life, SHADOW)),
    ("can-not-own", 422, "does not work for homely", owned, lambda life: offer(life, ELSEWHERE)),
    ("not-offered-to-you", 403, "offered to jonas; only they", offered, lambda life: accept(life, COACH)),
    ("not-offered-to-you", 403, "offered to jonas; only they", offered, lambda life: accept(life, OWNER)),
    ("not-offered-to-you", 403, "offered to jonas; only they", offered, lambda life: decline(life, LEAD)),
    ("handover-not-pending", 409, "no handover", owned, accept),
    ("handover-not-pending", 409, "accepted already; the owner is jonas", answered("accepted"), accept),
    ("handover-not-pending", 409, "declined already; the owner is mira", answered("declined"), accept),
    ("handover-not-pending", 409, "withdrawn already; the owner is mira", answered("withdrawn"), decline),
    ("handover-not-pending", 409, "accepted already; the owner is jonas", answered("accepted"), withdraw),
    ("not-allowed", 403, "who offered it, the owner or a lead", offered, lambda life: withdraw(life, OTHER)),
    ("not-allowed", 403, "who offered it, the owner or a lead", offered, lambda life: withdraw(life, ELSEWHERE)),
    ("not-allowed", 403, "needs a lead of homely", owned, lambda life: force(life, by=OWNER)),
    ("not-allowed", 403, "needs a lead of homely", owned, lambda life: force(life, by=COACH)),
    ("not-allowed", 403, "needs a lead of homely", owned, lambda life: force(life, by=ELSEWHERE)),
    ("already-the-owner", 409, "mira owns", owned, lambda life: force(life, OWNER)),
    ("can-not-own", 422, "shadow stage", owned, lambda life: force(life, SHADOW)),
    ("not-the-owner", 403, "or a lead of homely", owned, lambda life: cover(life, COACH, by=OTHER)),
    ("not-the-owner", 403, "or a lead of homely", owned, lambda life: cover(life, by=COACH)),
    ("not-the-owner", 403, "or a lead of homely", covered, lambda life: end(life, OTHER)),
    ("cover-named", 409, "jonas covers until", covered, lambda life: cover(life, COACH)),
    ("already-the-owner", 409, "mira owns", owned, lambda life: cover(life, OWNER)),
    ("can-not-own", 422, "is a specialist", owned, lambda life: cover(life, EXPERT)),
    ("cover-without-time", 422, "can not end at", owned, lambda life: cover(life, begins=60, ends=60)),
    ("cover-without-time", 422, "can not end at", owned, lambda life: cover(life, ends=-1)),
    ("no-cover", 409, "nobody covers", owned, end),
    (
        "owned-by-another",
        409,
        "the case is mira's, not carl's",
        owned,
        lambda life: require_owned_by(life.case, COACH),
    ),
]


@pytest.mark.parametrize(
    ("kind", "status", "words", "given", "tried"), REFUSED, ids=[f"{n}-{row[0]}" for n, row in enumerate(REFUSED)]
)
def test_refused_nothing_changes(
    kind: str, status: int, words: str, given: Callable[[], Life], tried: Callable[[Life], None]
) -> None:
    life = given()
    before, said = life.states, len(life.said)
    with pytest.raises(Refused, match=words) as refusal:
        tried(life)
    assert (refusal.value.kind, refusal.value.status) == (kind, status)
    assert (life.states, len(life.said)) == (before, said)


def test_who_was_demoted_meanwhile_can_not_accept() -> None:
    life = offered()
    demoted = replace(TERMS, person=lambda id_: colleague(id_).model_copy(update={"stage": "shadow"}))
    with pytest.raises(Refused, match="shadow stage"):
        life.do(lambda case: accept_handover(case, HANDOVER, OTHER, demoted, life.now))


class TestShiftEnd:
    def test_cases_are_spread_in_turn_by_language_else_evenly(self) -> None:
        cases = [
            case_in(language, number) for number, language in enumerate(["en", "nl", "en", "nl", "nl", "xx", "xx"])
        ]
        dutch = {"languages": {"nl": "C2", "en": "B2"}}
        people = [
            colleague("ann"),
            *(Person.model_validate(colleague(id_).model_dump() | dutch) for id_ in ("bo", "cy")),
        ]
        given = [spread(cases, people)[case.id] for case in cases]
        assert given == ["ann", "bo", "cy", "bo", "cy", "ann", "ann"]

    def test_who_can_not_own_a_case_is_passed_over_while_somebody_can(self) -> None:
        people = [colleague(SHADOW), colleague(ELSEWHERE), colleague(OTHER)]
        cases = [case_in("en", 1), case_in("en", 2)]
        assert set(spread(cases, people).values()) == {OTHER}
        assert set(spread(cases, people[:1]).values()) == {SHADOW}  # to be refused there

    def test_the_summary_says_what_the_receiver_has_to_know(self) -> None:
        life = owned().arrives(2, 5, text="word " * 100)
        life.promises(90)
        life.offered(life.asks())
        offer(life, bulk_id="b")
        told = summary(OTHER, [life.case, owned().case])
        (case,) = told.cases
        assert (case.customer, case.language, case.topic, case.messages) == ("ana", "en", "coffee-machine", 2)
        assert (case.reason, case.note, case.owner) == ("My shift ends", "She likes short words", OWNER)
        assert case.expires_at == life.now + timedelta(minutes=30)
        assert [(each.what, each.due_at) for each in case.promises] == [("a part", life.now + timedelta(minutes=90))]
        assert [each.specialist for each in case.consults] == [EXPERT]
        assert len(case.last_message) == SHORT
        assert case.last_message.endswith("…")
        totals = told.totals
        assert (totals.cases, totals.unanswered, totals.open_promises, totals.open_consults) == (1, 1, 1, 1)
        assert totals.next_due_at == life.now + timedelta(minutes=60)  # the first reply

    def test_nothing_offered_is_an_empty_summary(self) -> None:
        told = summary(OTHER, [])
        assert (told.totals.cases, told.totals.next_due_at, told.cases) == (0, None, ())


def case_in(language: str, number: int) -> Case:
    return owned().case.model_copy(update={"language": language, "id": f"case-{number}"})
