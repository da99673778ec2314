"""By when a consult was to be answered: as the policy's clock says from the moment somebody took it (F3, F4)."""

from typing import Any

import pytest

from schemas.base import milliseconds
from schemas.organisation_clocks import Clocks
from services.followup.domain.clocks_terms import ClockTerms
from services.followup.domain.figures.targets import Targets
from services.followup.domain.figures.timings import Consult, Heard, Step, Timings
from services.followup.domain.figures.waits import waits
from tests.unit.followup.moments import at

LENGTHS: list[dict[str, Any]] = [
    {"clock": "pick-up", "minutes": "none"},
    {"clock": "next-reply", "minutes": "none"},
    {"clock": "resolution", "minutes": "none"},
    {"clock": "consult", "minutes": 60},
    {"clock": "consult", "urgencies": ["high"], "minutes": 20},
]
TARGETS = Targets(ClockTerms(clocks=Clocks.model_validate({"lengths": LENGTHS})))
"""Everybody works around the clock."""


def ms(minutes: float) -> int:
    return milliseconds(at(minutes))


def took(minutes: float, who: str = "ana") -> Step:
    return Step(at_ms=ms(minutes), who=who)


def gave_back(minutes: float, who: str = "ana") -> Step:
    return Step(at_ms=ms(minutes), who=who, gave_back=True)


def due(*steps: Step, targets: Targets = TARGETS, urgency: Any = "normal", **facts: Any) -> float | None:
    """In minutes after the question, which was to be answered within 90."""
    consult = Consult(begun_ms=ms(0), due_ms=ms(90), steps=steps, **facts)
    heard = Heard(at_ms=ms(0), urgency=urgency)
    case = Timings(case_id="c", brand="b", opened_ms=ms(0), first_heard=heard, consults={"q": consult})
    (found,) = (each for each in waits(case, targets) if each.kind == "consult")
    return None if found.due_ms is None else (found.due_ms - ms(0)) / 60_000


@pytest.mark.parametrize(
    ("steps", "facts", "expected"),
    [
        ((), {}, 90),
        ((took(10),), {}, 70),
        ((took(10),), {"urgency": "high"}, 30),
        ((took(80),), {}, 140),
        ((took(95),), {}, 90),
        ((took(10), gave_back(30)), {}, 90),
        ((took(10), gave_back(30), took(85, "bo")), {}, 145),
        ((took(10), gave_back(75), took(80, "bo")), {}, 70),
        ((took(40), gave_back(95)), {}, 95),
        ((took(10), took(20, "bo")), {}, 80),
        ((gave_back(5, "bo"), took(10)), {}, 70),
        ((took(10),), {"asked_back": (ms(40),)}, None),
        ((took(10),), {"asked_back": (ms(40),), "clarified": (ms(100),)}, 130),
        ((took(10),), {"asked_back": (ms(71),)}, 70),
        ((took(10),), {"ended_ms": ms(200)}, 70),
        ((took(10),), {"asked_back": (ms(40),), "ended_ms": ms(200)}, 200),
    ],
    ids=[
        "nobody-has-it",
        "taken",
        "urgent",
        "taken-just-in-time",
        "late-before-it-was-taken",
        "given-back",
        "taken-over",
        "late-before-it-was-taken-over",
        "given-back-after-the-questions-time",
        "two-took-it",
        "declined-by-another",
        "waits-for-the-owner",
        "waited-for-the-owner",
        "asked-back-too-late",
        "answered-late",
        "answered-without-what-was-asked-back",
    ],
)
def test_it_is_due(steps: tuple[Step, ...], facts: dict[str, Any], expected: float | None) -> None:
    assert due(*steps, **facts) == expected


def test_without_such_a_clock_it_is_due_as_the_question_said() -> None:
    none = [each for each in LENGTHS if each["clock"] != "consult"] + [{"clock": "consult", "minutes": "none"}]
    for clocks in (None, Clocks.model_validate({"lengths": none})):
        assert due(took(10), targets=Targets(ClockTerms(clocks=clocks))) == 90


def test_where_the_clock_does_not_wait_for_the_owner_asking_back_gains_no_time() -> None:
    clocks = Clocks.model_validate({"lengths": LENGTHS, "pauses": {}})
    assert due(took(10), targets=Targets(ClockTerms(clocks=clocks)), asked_back=(ms(40),)) == 70
