"""Interpreters and approvers, chosen as somebody would who looks at everybody, over random teams."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.routing import ApproverRequested, InterpreterRequested
from schemas.organisation import Person
from schemas.organisation_values import CEFR_LEVELS
from schemas.working_time import working_time
from services.routing.domain import Chosen, Engine, Nobody
from tests.unit.routing.staff import NOON, person
from tests.unit.routing.test_approvers import approver_wanted
from tests.unit.routing.test_interpreters import interpreter_wanted

LEVELS = st.sampled_from([None, "B1", "B2", "C1", "C2"])
HOURS = st.sampled_from(["24/7", {"mon-fri": "09:00-17:30"}, {"wed": "09:00-13:05"}, {"wed": "18:00-22:00"}])


@st.composite
def people(draw: st.DrawFn, number: int) -> tuple[Person, float, bool]:
    """Somebody, what they hold, and whether they are there."""
    levels = {language: draw(LEVELS) for language in ("tr", "en")}
    known = {language: level for language, level in levels.items() if level} or {"nl": "C2"}
    role = draw(st.sampled_from(["agent", "agent", "specialist", "coach", "lead"]))
    found = person(
        f"person-{number}",
        role=role,
        languages=known,
        hours=draw(HOURS),
        capacity=draw(st.integers(1, 3)),
        brands=draw(st.sampled_from([("homely",), ("homely", "lumo"), ("lumo",)])),
        stage=draw(st.sampled_from(["independent", "independent", "coach", "shadow"]))
        if role == "agent"
        else "independent",
        mandate=draw(st.sampled_from([None, "agent", "coach"])),
    )
    return found, draw(st.sampled_from([0, 0, 0.5, 1, 2])), draw(st.sampled_from([True, True, True, False]))


TEAMS = st.integers(1, 8).flatmap(lambda count: st.tuples(*(people(number) for number in range(count))))


def engine(team: Sequence[tuple[Person, float, bool]]) -> Engine:
    made = Engine()
    for each, load, there in team:
        made.upsert(each, there)
        if load:
            made.assign(f"held-{each.id}", each.id, load)
    return made


def room(each: Person, load: float, weight: float) -> bool:
    return load == 0 or load + weight <= each.capacity


def able(each: Person, load: float, there: bool, weight: float) -> bool:
    """What is asked of everybody."""
    return there and "homely" in each.brands and working_time(each).is_open(NOON) and room(each, load, weight)


def translates(each: Person, request: InterpreterRequested) -> bool:
    works = each.role == "specialist" or each.stage != "shadow"
    speaks = each.speaks("tr", request.level) and each.speaks("en", "B2")
    return works and speaks and each.id not in request.excluded


def approves(each: Person, request: ApproverRequested) -> bool:
    eyes = each.role in ("coach", "lead") or each.stage == "coach"
    enough = not request.mandates or (each.mandate or ("" if each.role == "lead" else None)) in request.mandates
    return eyes and enough and each.id not in request.excluded


def minutes_left(each: Person) -> float:
    until = working_time(each).open_until(NOON)
    return (until - NOON) / timedelta(minutes=1) if until else float("inf")


def agree(team: Any, outcome: Any, expected: dict[str, int]) -> None:
    """Nobody where nobody can; else whoever costs the least."""
    if not expected:
        assert isinstance(outcome, Nobody), (outcome, team)
        return
    assert isinstance(outcome, Chosen), (expected, team)
    assert expected.get(outcome.person) == min(expected.values()), (outcome, expected)
    shown = {each.person: round(each.score * 1000) for each in outcome.explanation.candidates}
    assert {name: expected[name] for name in shown} == shown
    counted = len(shown) + sum(outcome.explanation.excluded.values())
    assert counted <= len(team)


@settings(max_examples=400, deadline=None)
@given(team=TEAMS, level=st.sampled_from(["B2", "C1", "C2"]), excluded=st.sampled_from([(), ("person-0",)]))
def test_interpreters(team: Any, level: str, excluded: tuple[str, ...]) -> None:
    request = interpreter_wanted(level=level, excluded=excluded)
    expected = {}
    for each, load, there in team:
        if able(each, load, there, 1) and translates(each, request):
            closing = int(300 * max(0.0, 240 - minutes_left(each)) // 240)
            below = len(CEFR_LEVELS) - 1 - CEFR_LEVELS.index(each.languages["tr"])
            expected[each.id] = int(1000 * (load + 1) / each.capacity) + closing + 100 * below
    agree(team, engine(team).decide(request, NOON), expected)


@settings(max_examples=400, deadline=None)
@given(
    team=TEAMS,
    mandates=st.sampled_from([(), ("coach",), ("", "coach"), ("", "agent", "coach")]),
    excluded=st.sampled_from([(), ("person-0",)]),
)
def test_approvers(team: Any, mandates: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    request = approver_wanted(mandates=mandates, excluded=excluded)
    fit = [one for one in team if able(*one, 0.25) and approves(one[0], request)]
    staying = [one for one in fit if minutes_left(one[0]) > 15]
    expected = {}
    for each, load, _ in staying or fit:
        language = 0 if each.speaks("en", "B2") else 300
        expected[each.id] = int(1000 * (load + 0.25) / each.capacity) + language + (200 if each.role == "lead" else 0)
    agree(team, engine(team).decide(request, NOON), expected)
