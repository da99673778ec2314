"""The judge on ownership: handovers and covers are clean when right, and each way of going wrong is found (O1, O6, rule 1)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from casekeeper.checker import check
from schemas.base import Event
from schemas.events.approval import ApprovalRequested, ApprovalWithdrawn
from schemas.events.case import (
    CaseAssigned,
    CaseClosed,
    CaseCoverEnded,
    CaseCoverNamed,
    CaseOwnerChanged,
    CaseResolved,
)
from schemas.events.grant import GrantProposed
from schemas.events.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverExpired,
    HandoverForced,
    HandoverOffered,
    HandoverWithdrawn,
)
from schemas.events.reply import ReplyQueued, ReplyScheduled, ReplySent
from schemas.events.routing import CapacityReleased, CapacityTaken
from tests.unit.casekeeper.checker_logs import CHANNEL, NOON, OWNER, Run, Said, Story
from tests.unit.casekeeper.checker_planted import changed, twice, without

GRANT = {"reason": "Late", "proposed_at": NOON}
NEXT, THIRD = "mia", "tom"
HOUR = timedelta(hours=1)


class Shift(Story):
    """A case that changes hands, step by step. Every step is right by itself."""

    def handover(self, to: str = NEXT, owner: str = OWNER, id_: str = "h1") -> dict[str, Any]:
        about = {**self.named(), "handover_id": id_}
        self.say(
            HandoverOffered(
                **about, owner=owner, to=to, by=owner, reason="Shift", offered_at=NOON, expires_at=NOON + HOUR
            )
        )
        return about

    def accepted(self, to: str = NEXT, owner: str = OWNER, id_: str = "h1") -> None:
        """Offered, accepted, and the work moved."""
        about = self.handover(to, owner, id_)
        self.say(HandoverAccepted(**about, by=to))
        self.owner_is(to, owner, id_)

    def forced(self, to: str = NEXT, owner: str = OWNER, id_: str = "f1") -> None:
        self.say(HandoverForced(**self.named(), handover_id=id_, to=to, by="lead", reason="Ill"))
        self.owner_is(to, owner, id_)

    def owner_is(self, to: str, owner: str, id_: str) -> None:
        about = {**self.named(), "handover_id": id_, "owner": to, "previous_owner": owner}
        self.say(CaseOwnerChanged(**about, by=to, reason="Shift", changed_at=NOON))
        self.say(CapacityReleased(**self.work(), person=owner))
        self.say(CapacityTaken(**self.work(), person=to))

    def work(self) -> dict[str, Any]:
        return {
            "request_id": self.request_id,
            "pool": "care",
            "case_id": self.case_id,
            "conversation": self.conversation,
        }

    def covered(self, who: str = THIRD, owner: str = OWNER, begins: timedelta = -HOUR, ends: timedelta = HOUR) -> None:
        about = {**self.named(), "owner": owner, "cover": who, "by": owner, "reason": "Leave"}
        self.say(CaseCoverNamed(**about, starts_at=NOON + begins, ends_at=NOON + ends))

    def returned(self, who: str = THIRD, owner: str = OWNER) -> None:
        self.say(CaseCoverEnded(**self.named(), owner=owner, cover=who, by=owner, ended_at=NOON))

    def answers(self, author: str, id_: str = "r", *, kept_waiting: Sequence[Event] = ()) -> None:
        """A reply in somebody's name."""
        about = {**self.named(), "reply_id": id_, "author": author, "kind": "answer"}
        for event in kept_waiting:
            self.say(event)
        self.say(
            ReplyQueued(
                **about,
                signature="^X",
                text="Así.",
                language="es",
                channel=CHANNEL,
                recipient_id="ana",
                queued_at=NOON,
            )
        )
        self.say(ReplySent(**about, first=False, sent_at=NOON))

    def scheduled(self, by: str, id_: str = "r") -> ReplyScheduled:
        return ReplyScheduled(**self.named(), reply_id=id_, by=by, version=1, send_at=NOON)

    def held(self, by: str, id_: str = "r") -> ApprovalRequested:
        about = {"approval_id": "a", "subject": "reply", "subject_id": id_, "asked_by": by, "reasons": ("stage",)}
        return ApprovalRequested(**self.named(), **about, requested_at=NOON, due_at=NOON)


def told(run: Run) -> list[str]:
    """What the judge has against the ownership of the cases."""
    verdict = check(run.sent, run.envelopes(), run.received)
    return [each.removeprefix("owner_violations: ") for each in verdict.findings if each.startswith("owner_")]


def begun() -> Shift:
    shift = Shift(Run())
    shift.opened()
    shift.assigned()
    return shift


def ended(shift: Shift, owner: str) -> Run:
    """The last owner resolves the case."""
    about = {**shift.named(), "owner": owner}
    shift.say(CaseResolved(**about, resolved_at=NOON, closes_at=NOON + 48 * HOUR))
    shift.say(CapacityReleased(**shift.work(), person=owner))
    shift.say(CaseClosed(**about))
    return shift.run


def handed_on() -> Run:
    """From one to the next, forced to a third, and back: every step as it should be."""
    shift = begun()
    shift.answers(OWNER, "r0")
    shift.accepted()
    shift.answers(NEXT, "r1")
    shift.forced(THIRD, NEXT)
    shift.answers(THIRD, "r2")
    shift.accepted(OWNER, THIRD, "h2")
    return ended(shift, OWNER)


def covered() -> Run:
    """A cover acts for the owner, who returns."""
    shift = begun()
    shift.covered()
    shift.answers(THIRD, "r1")
    shift.answers(OWNER, "r2")
    shift.returned()
    shift.answers(OWNER, "r3")
    return ended(shift, OWNER)


def not_taken() -> Run:
    """Declined, expired, withdrawn: the owner stays the owner."""
    shift = begun()
    shift.say(HandoverDeclined(**shift.handover(id_="h1"), by=NEXT, reason="Full"))
    shift.answers(OWNER, "r1")
    shift.say(HandoverExpired(**shift.handover(id_="h2"), to=NEXT))
    shift.answers(OWNER, "r2")
    shift.say(HandoverWithdrawn(**shift.handover(id_="h3"), by=OWNER))
    shift.answers(OWNER, "r3")
    return ended(shift, OWNER)


def let_go() -> Run:
    """What was scheduled or put before other eyes by who could act leaves later, whoever owns the case by then."""
    shift = begun()
    first, second = shift.scheduled(OWNER, "r1"), shift.held(OWNER, "r2")
    shift.say(first)
    shift.say(second)
    shift.accepted()
    shift.answers(OWNER, "r1")
    shift.answers(OWNER, "r2", kept_waiting=[shift.scheduled(OWNER, "r2")])
    return ended(shift, NEXT)


def merged() -> Run:
    shift = begun()
    shift.say(CapacityReleased(**shift.work(), person=OWNER))
    shift.say(CaseClosed(**shift.named(), owner=OWNER, cause="merged"))
    return shift.run


@pytest.mark.parametrize("run", [handed_on, covered, not_taken, let_go, merged])
def test_what_is_right_is_not_held_against_anybody(run: Callable[[], Run]) -> None:
    assert told(run()) == []


def unfinished() -> Run:
    shift = begun()
    shift.accepted()
    return shift.run


def story(*steps: Callable[[Shift], object], owner: str = OWNER) -> Callable[[], Run]:
    """A case in which this happens after the assignment; then its owner ends it."""

    def run() -> Run:
        shift = begun()
        for step in steps:
            step(shift)
        return ended(shift, owner)

    return run


def planted(run: Callable[[], Run], plant: Callable[[Run], None]) -> Callable[[], Run]:
    def spoiled() -> Run:
        found = run()
        plant(found)
        return found

    return spoiled


def says(kind: type[Event], /, **fields: Any) -> Callable[[Shift], object]:
    return lambda shift: shift.say(kind(**shift.named(), **fields))


def lent(shift: Shift) -> None:
    shift.say(CapacityTaken(**shift.work(), person="mallory"))


def second_assignment(shift: Shift) -> None:
    shift.run.said.append(
        Said(shift.case_id, CaseAssigned(**shift.named(), owner=NEXT, request_id=shift.request_id, assigned_at=NOON))
    )


VIOLATIONS: dict[str, tuple[Callable[[], Run], str]] = {
    "two owners": (story(second_assignment), "case case-1 has two owners, kees and mia"),
    "changed without a handover": (
        story(lambda shift: shift.owner_is(NEXT, OWNER, "h1"), owner=NEXT),
        "went from kees to mia without an accepted or forced handover",
    ),
    "changed while the offer was pending": (
        planted(story(lambda shift: shift.accepted(), owner=NEXT), without(HandoverAccepted)),
        "went from kees to mia without an accepted or forced handover",
    ),
    "changed by the acceptance of another handover": (
        planted(story(lambda shift: shift.forced(), owner=NEXT), changed(HandoverForced, to=THIRD)),
        "though handover f1 was from kees to tom",
    ),
    "changed from somebody else": (
        planted(story(lambda shift: shift.accepted(), owner=NEXT), changed(CaseOwnerChanged, previous_owner=THIRD)),
        "case case-1 of kees went from tom to mia, though handover h1 was from kees to mia",
    ),
    "one acceptance, two changes": (
        planted(story(lambda shift: shift.accepted(), owner=NEXT), twice(CaseOwnerChanged)),
        "went from mia to mia without an accepted or forced handover",
    ),
    "accepted by somebody else": (
        planted(story(lambda shift: shift.accepted(), owner=NEXT), changed(HandoverOffered, to=THIRD)),
        "handover h1 of case case-1 was accepted by mia, to whom it was not offered",
    ),
    "accepted and nothing came of it": (
        planted(story(lambda shift: shift.accepted()), without(CaseOwnerChanged, CapacityTaken)),
        "case case-1 stayed with kees though handover h1 gave it to mia",
    ),
    "offered to two at once": (
        story(
            lambda shift: shift.say(HandoverWithdrawn(**shift.handover(id_="h1"), by=OWNER)),
            lambda shift: shift.handover(id_="h2"),
            lambda shift: shift.handover(THIRD, id_="h3"),
        ),
        "was offered to tom while it was offered to somebody else",
    ),
    "handed over by who does not own it": (
        story(lambda shift: shift.handover(owner=THIRD)),
        "was handed over from tom, who is not the owner kees",
    ),
    "the old owner goes on": (
        story(lambda shift: shift.accepted(), lambda shift: shift.answers(OWNER), owner=NEXT),
        "reply.queued.v1 in case case-1 by kees, who is not the owner mia",
    ),
    "the new owner begins too early": (
        story(lambda shift: shift.handover(), lambda shift: shift.answers(NEXT)),
        "reply.queued.v1 in case case-1 by mia, who is not the owner kees",
    ),
    "the cover before its time": (
        story(lambda shift: shift.covered(begins=HOUR, ends=2 * HOUR), lambda shift: shift.answers(THIRD)),
        "reply.queued.v1 in case case-1 by tom, who covers for the owner kees at another time",
    ),
    "the cover when its time is over": (
        story(lambda shift: shift.covered(ends=timedelta()), lambda shift: shift.answers(THIRD)),
        "reply.queued.v1 in case case-1 by tom, who covers for the owner kees at another time",
    ),
    "the cover after the owner's return": (
        story(lambda shift: shift.covered(), lambda shift: shift.returned(), lambda shift: shift.answers(THIRD)),
        "reply.queued.v1 in case case-1 by tom, who is not the owner kees",
    ),
    "the cover of an earlier owner": (
        story(
            lambda shift: shift.covered(),
            lambda shift: shift.accepted(),
            lambda shift: shift.answers(THIRD),
            owner=NEXT,
        ),
        "reply.queued.v1 in case case-1 by tom, who is not the owner mia",
    ),
    "two covers": (
        story(lambda shift: shift.covered(), lambda shift: shift.covered(NEXT)),
        "case case-1 has two covers, tom and mia",
    ),
    "a cover for somebody else": (
        story(lambda shift: shift.covered(owner=NEXT)),
        "case.cover-named.v1 in case case-1 for mia, who is not the owner kees",
    ),
    "scheduled by a stranger": (
        story(lambda shift: shift.say(shift.scheduled(NEXT))),
        "reply.scheduled.v1 in case case-1 by mia, who is not the owner kees",
    ),
    "granted by a stranger": (
        story(says(GrantProposed, grant_id="g", kind="gesture", amount="5", currency="EUR", by=NEXT, **GRANT)),
        "grant.proposed.v1 in case case-1 by mia, who is not the owner kees",
    ),
    "sent after the approval was withdrawn": (
        story(
            lambda shift: shift.say(shift.held(OWNER)),
            lambda shift: shift.accepted(),
            says(ApprovalWithdrawn, approval_id="a", subject="reply", subject_id="r", by=NEXT),
            lambda shift: shift.answers(OWNER),
            owner=NEXT,
        ),
        "reply.queued.v1 in case case-1 by kees, who is not the owner mia",
    ),
    "work that weighs on a stranger": (story(lent), "case case-1 weighs on mallory, who never owned it"),
    "released at a handover and taken by nobody": (
        planted(unfinished, without(CapacityTaken)),
        "case case-1 is without its owner kees: released though never resolved",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_a_breach_of_ownership_is_found_and_nothing_else(name: str) -> None:
    run, words = VIOLATIONS[name]
    (sentence,) = told(run())
    assert words in sentence


def test_an_answer_before_the_offer_is_out_of_order() -> None:
    shift = begun()
    about = {**shift.named(), "handover_id": "h1"}
    shift.say(HandoverDeclined(**about, by=NEXT, reason="Full"))
    verdict = check(shift.run.sent, shift.run.envelopes(), shift.run.received, expect_finished=False)
    assert verdict.findings == ("order_violations: handover.declined.v1 of handover h1 before its handover.offered.v1",)


@pytest.mark.parametrize("kind", [HandoverOffered, HandoverAccepted, CaseOwnerChanged])
def test_a_handover_happens_once(kind: type[Event]) -> None:
    run = handed_on()
    twice(kind)(run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert verdict.double_effects == 1
    assert any("h1" in finding and "2 times" in finding for finding in verdict.findings)
