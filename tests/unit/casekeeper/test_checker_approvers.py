"""What the judge makes of who is expected to approve, of interpreters, and of the room of cases that wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from casekeeper.checker import check
from schemas.base import Event
from schemas.events.approval import ApprovalAssigned, ApprovalGiven, ApprovalPassedOn, ApprovalRequested
from schemas.events.case import CaseWeighed
from schemas.events.consult import ConsultAnswered, ConsultOffered, ConsultRequested, Interpretation
from schemas.events.routing import (
    ApproverFound,
    ApproverRequested,
    CapacityReleased,
    CapacityTaken,
    Explanation,
    InterpreterRequested,
)
from tests.unit.casekeeper.checker_logs import NOON, OWNER, Run, Said, Story, whole

APPROVAL = {"approval_id": "approval", "subject": "reply", "subject_id": "reply-of-before"}


class Watched(Story):
    """A case whose owner lacks a language, waits for the customer, and needs four eyes."""

    @property
    def place(self) -> dict[str, str]:
        return {"case_id": self.case_id, "conversation": self.conversation}

    def expected(self) -> None:
        """The first coach does nothing, the second approves."""
        self.say(ApprovalRequested(**self.named(), **APPROVAL, asked_by=OWNER, reasons=("stage",),
                                   requested_at=NOON, due_at=NOON, request_id="first"))  # fmt: skip
        for request, who in (("first", "coen"), ("second", "carla")):
            asked = {"brand": "homely", "language": "es", "due_at": NOON, "approval_id": "approval"}
            self.say(ApproverRequested(**self.place, **asked, pool="care", request_id=request))
            until = NOON + timedelta(minutes=5)
            found = {"person": who, "explanation": Explanation(), "decided_at": NOON, "until": until}
            self.run.say(request, ApproverFound(**self.place, request_id=request, approval_id="approval", **found))
            self.say(
                ApprovalAssigned(**self.named(), **APPROVAL, approver=who, request_id=request, until=until)
            )  # fmt: skip
            if request == "first":
                passed_on = {"approver": who, "cause": "no-answer", "request_id": request, "next_request": "second"}
                self.say(ApprovalPassedOn(**self.named(), **APPROVAL, **passed_on))
                self.released(request, who)
        self.say(ApprovalGiven(**self.named(), **APPROVAL, by="carla"))
        self.released("second", "carla")

    def interpreted(self) -> None:
        about = {**self.named(), "consult_id": "text"}
        text = Interpretation(source="es", target="en")
        self.say(ConsultRequested(**about, asked_by=OWNER, question="Gotea", language="es", due_at=NOON,
                                  interpretation=text))  # fmt: skip
        wanted = {"request_id": "interpreter", "consult_id": "text", "brand": "homely", "language": "es"}
        self.say(InterpreterRequested(**self.place, **wanted, pool="care", due_at=NOON, other_language="en"))
        self.say(ConsultOffered(**about, specialist="luz", country="ES", request_id="interpreter"))
        self.say(ConsultAnswered(**about, specialist="luz", country="ES", answer="It leaks"))
        self.released("interpreter", "luz")

    def waits(self) -> None:
        for share in (0.5, 1.0):
            self.say(CaseWeighed(**self.named(), owner=OWNER, share=share))
            taken = {"request_id": self.request_id, "pool": "care", "person": OWNER, "share": share}
            self.say(CapacityTaken(**self.place, **taken))

    def released(self, request: str, who: str) -> None:
        self.say(CapacityReleased(**self.place, request_id=request, pool="care", person=who))


def watched() -> Run:
    run = whole()
    story = Watched(run, "7")
    story.opened()
    story.assigned()
    story.interpreted()
    story.expected()
    story.waits()
    story.replied()
    story.resolved()
    story.closed()
    return run


def place(run: Run, kind: type[Event], request: str = "") -> int:
    return next(
        index
        for index, each in enumerate(run.said)
        if isinstance(each.event, kind)
        and getattr(each.event, "case_id", "") == "case-7"
        and request in ("", getattr(each.event, "request_id", ""))
    )


def again(run: Run, kind: type[Event], request: str) -> None:
    index = place(run, kind, request)
    run.said.insert(index + 1, Said(run.said[index].subject, run.said[index].event.model_copy()))


def changed(run: Run, kind: type[Event], **changes: Any) -> None:
    index = place(run, kind)
    run.said[index] = Said(run.said[index].subject, run.said[index].event.model_copy(update=changes))


def test_a_whole_story_is_no_violation() -> None:
    run = watched()
    verdict = check(run.sent, run.envelopes(), run.received)
    assert verdict.clean, verdict.findings


PLANTED: dict[str, tuple[Callable[[Run], object], str]] = {
    "an approver is never free again": (
        lambda run: run.said.pop(place(run, CapacityReleased, "first")),
        "request first for approval approval was never released",
    ),
    "an approver is freed twice": (
        lambda run: again(run, CapacityReleased, "second"),
        "request second for an approval was released 2 times",
    ),
    "two are named for one request": (
        lambda run: again(run, ApproverFound, "second"),
        "request second was given somebody to approve 2 times",
    ),
    "the author is to approve": (lambda run: changed(run, ApprovalAssigned, approver=OWNER), "who sent it"),
    "an interpreter is never free again": (
        lambda run: run.said.pop(place(run, CapacityReleased, "interpreter")),
        "request interpreter of consult text was never released",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found(name: str) -> None:
    plant, words = PLANTED[name]
    run = watched()
    plant(run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert any(words in finding for finding in verdict.findings), verdict.findings


def test_an_owner_whose_case_weighed_less_before_is_still_missed_when_their_room_is_given_away() -> None:
    """Room taken anew while it was held does not make up for a release."""
    run = whole()
    story = Watched(run, "7")
    story.opened()
    story.assigned()
    story.waits()
    story.released(story.request_id, OWNER)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert any("released though never resolved" in finding for finding in verdict.findings), verdict.findings
