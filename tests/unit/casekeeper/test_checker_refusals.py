"""The judge on refused assignments: the owner changes when routing has found somebody else, and in no other way (O1)."""

from collections.abc import Callable
from typing import Any

import pytest

from schemas.events.case import CaseAssignmentRefused, CaseOwnerChanged
from schemas.events.routing import CapacityReleased, CapacityTaken
from tests.unit.casekeeper.checker_logs import NOON, OWNER, Run
from tests.unit.casekeeper.test_checker_ownership import NEXT, THIRD, Shift, ended, told


class Refusing(Shift):
    """A case whose owners refuse it."""

    def refused(self, owner: str = OWNER, request: str = "again-1") -> None:
        about = {**self.named(), "owner": owner, "by": owner, "reason": "A neighbour", "request_id": request}
        self.say(CaseAssignmentRefused(**about, refused_at=NOON, escalates_at=NOON))

    def found(self, to: str = NEXT, owner: str = OWNER, request: str = "again-1", **changes: Any) -> None:
        facts: dict[str, Any] = {
            **self.named(),
            "owner": to,
            "previous_owner": owner,
            "handover_id": request,
            "by": owner,
            "reason": "A neighbour",
            "cause": "refused-assignment",
            "changed_at": NOON,
        }
        self.say(CaseOwnerChanged(**(facts | changes)))
        self.say(CapacityReleased(**self.work(), person=owner))
        self.request_id = request


def story(*steps: Callable[[Refusing], object], owner: str = NEXT) -> Run:
    shift = Refusing(Run())
    shift.opened()
    shift.assigned()
    for step in steps:
        step(shift)
    return ended(shift, owner)


def test_what_is_right_is_not_held_against_anybody() -> None:
    """Refused, and found; refused again, answered meanwhile by who still owns it, and found again."""
    run = story(
        lambda shift: shift.refused(),
        lambda shift: shift.found(),
        lambda shift: shift.refused(NEXT, "again-2"),
        lambda shift: shift.answers(NEXT, "r1"),
        lambda shift: shift.found(THIRD, NEXT, "again-2"),
        lambda shift: shift.answers(THIRD, "r2"),
        lambda shift: shift.say(CapacityReleased(**shift.work(), person=THIRD)),
        lambda shift: shift.say(CapacityTaken(**shift.work(), person=THIRD)),
        owner=THIRD,
    )
    assert told(run) == []


def test_refused_and_then_handed_over_is_right_too() -> None:
    assert told(story(lambda shift: shift.refused(), lambda shift: shift.accepted())) == []


VIOLATIONS: dict[str, tuple[Callable[[], Run], str]] = {
    "nobody refused it": (lambda: story(lambda shift: shift.found()), "and kees had not refused it"),
    "under another request": (
        lambda: story(lambda shift: shift.refused(), lambda shift: shift.found(request="again-9")),
        "and kees had not refused it",
    ),
    "refused by a stranger": (
        lambda: story(lambda shift: shift.refused(THIRD), owner=OWNER),
        "case.assignment-refused.v1 in case case-1 by tom, who is not the owner kees",
    ),
    "found twice": (
        lambda: story(
            lambda shift: shift.refused(),
            lambda shift: shift.found(),
            lambda shift: shift.found(THIRD, NEXT),
            owner=THIRD,
        ),
        "and mia had not refused it",
    ),
    "given to who had refused it": (
        lambda: story(
            lambda shift: shift.refused(),
            lambda shift: shift.found(),
            lambda shift: shift.refused(NEXT, "again-2"),
            lambda shift: shift.found(OWNER, NEXT, "again-2"),
            owner=OWNER,
        ),
        "case case-1 went to kees, who had refused it",
    ),
    "refused after a reply": (
        lambda: story(
            lambda shift: shift.answers(OWNER, "r1"), lambda shift: shift.refused(), lambda shift: shift.found()
        ),
        "was refused by kees, who had taken it over or replied in it",
    ),
    "refused after taking it over": (
        lambda: story(lambda shift: shift.accepted(), lambda shift: shift.refused(NEXT)),
        "was refused by mia, who had taken it over or replied in it",
    ),
    "found after a handover": (
        lambda: story(
            lambda shift: shift.refused(),
            lambda shift: shift.accepted(THIRD),
            lambda shift: shift.found(NEXT, THIRD),
        ),
        "and tom had not refused it",
    ),
}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_any_other_change_of_owner_is_found(name: str) -> None:
    run, words = VIOLATIONS[name]
    (sentence,) = told(run())
    assert words in sentence
