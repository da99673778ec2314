"""What the judge makes of consults that go from one to the next (rule 3)."""

from collections.abc import Callable
from typing import Any

import pytest

from casekeeper.checker import check
from schemas.base import Event
from schemas.events.consult import ConsultAnswered, ConsultDeclined, ConsultOffered, ConsultWithdrawn
from schemas.events.routing import CapacityReleased
from tests.unit.casekeeper.checker_logs import Run, Said, Story, whole


def passed_on(*, closed: bool = True) -> Run:
    """A case whose consult was declined, expired, accepted by one before another, and answered late once more."""
    run = whole()
    story = Story(run, "7")
    story.opened()
    story.assigned()
    story.passed_on()
    if closed:
        story.replied()
        story.resolved()
        story.closed()
        late = next(each for each in run.said if isinstance(each.event, ConsultAnswered) and each.event.late)
        run.said.remove(late)
        run.said.append(late)
    return run


def place(run: Run, kind: type[Event], who: str) -> int:
    """Where that is said of somebody in the case."""
    return next(
        index
        for index, each in enumerate(run.said)
        if isinstance(each.event, kind)
        and getattr(each.event, "case_id", "") == "case-7"
        and who in (getattr(each.event, "specialist", ""), getattr(each.event, "person", ""))
    )


def again(run: Run, index: int, **changes: Any) -> None:
    said = run.said[index]
    run.said.insert(index + 1, Said(said.subject, said.event.model_copy(update=changes)))


@pytest.mark.parametrize("closed", [True, False])
def test_late_answers_declines_and_expiries_are_no_violation(closed: bool) -> None:
    run = passed_on(closed=closed)
    verdict = check(run.sent, run.envelopes(), run.received, expect_finished=closed)
    assert verdict.clean, verdict.findings
    assert verdict.consults == verdict.consults_answered


PLANTED: dict[str, tuple[Callable[[Run], object], str]] = {
    "answered twice": (
        lambda run: again(run, place(run, ConsultAnswered, "mei"), answer="Or so."),
        "was answered 2 times",
    ),
    "released twice": (lambda run: again(run, place(run, CapacityReleased, "wei")), "was released 2 times"),
    "never released": (lambda run: run.said.pop(place(run, CapacityReleased, "bo")), "was never released"),
    "offered again": (
        lambda run: run.said.insert(
            place(run, ConsultDeclined, "luz") + 1, run.said[place(run, ConsultOffered, "luz")]
        ),
        "was offered again to luz",
    ),
    "declined before it was offered": (
        lambda run: run.said.insert(
            place(run, ConsultOffered, "luz"), run.said.pop(place(run, ConsultDeclined, "luz"))
        ),
        "before its consult.offered.v1",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_wrong_is_found(name: str) -> None:
    plant, words = PLANTED[name]
    run = passed_on()
    plant(run)
    verdict = check(run.sent, run.envelopes(), run.received)
    assert any(words in finding for finding in verdict.findings), verdict.findings


def test_a_consult_that_was_taken_back_is_not_lost() -> None:
    run = passed_on()
    index = place(run, ConsultAnswered, "mei")
    answered = run.said[index]
    facts = answered.event.model_dump() | {"specialist": ""}
    run.said[index] = Said(answered.subject, ConsultWithdrawn.model_validate(facts))
    verdict = check(run.sent, run.envelopes(), run.received)
    assert verdict.clean, verdict.findings
