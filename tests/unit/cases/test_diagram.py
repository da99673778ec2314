"""The picture of a case's states is made by living every life; what it shows is what design and rules say."""

from typing import get_args

from services.cases.domain import diagram
from services.cases.domain.case import Status

TRANSITIONS = diagram.transitions()
ARROWS = {(start, end) for start, end, _ in TRANSITIONS}


def test_every_state_can_be_reached_and_only_these() -> None:
    assert {end for _, end in ARROWS} == set(get_args(Status))


def test_once_owned_a_case_is_never_new_again() -> None:
    """Rule 1: after assignment there is never a moment without an owner."""
    assert {start for start, end in ARROWS if end == "new"} == {diagram.NOBODY}


def test_only_a_resolved_case_closes_by_itself_and_a_message_opens_it_again() -> None:
    """Rule 6."""
    assert {start for start, end, name in TRANSITIONS if end == "closed" and "merged" not in name} == {"resolved"}
    assert ("resolved", "owned", "a message comes") in TRANSITIONS


def test_a_closed_case_goes_on_only_where_the_case_it_was_merged_into_could_not_take_it() -> None:
    assert {name for start, _, name in TRANSITIONS if start == "closed"} == {"the other case can not take it"}


def test_handovers_covers_and_notes_leave_the_state_as_it_is() -> None:
    quiet = (
        "a handover is offered",
        "a handover is accepted",
        "a handover is forced",
        "a cover is named",
        "a note is written",
    )
    assert not {name for _, _, name in TRANSITIONS} & set(quiet)


def test_the_picture_has_every_arrow_once() -> None:
    lines = [line for line in diagram.mermaid().splitlines() if "-->" in line]
    assert len(lines) == len(ARROWS)
