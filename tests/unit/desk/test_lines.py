"""A line of the list is made once, and made anew as soon as anything that it shows is another."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.organisation_file import load
from services.desk.api.remembering import Remembered
from services.desk.domain.access import Reader
from services.desk.domain.board import Asking, Row
from services.desk.pages.lines import Lines
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

ORGANISATION = load(Path("deploy/example-org"))
PEOPLE = {each.id: each for each in ORGANISATION.people}
LEAD, AGENT = "fleur.visser", "sem.jansen"


@pytest.fixture
def desk() -> Any:
    return SimpleNamespace(lines=Remembered(), organisation=ORGANISATION)


def line(desk: Any, row: Row, person: str = LEAD, language: str = "en", minutes: float = 5) -> str:
    """As this person sees it so many minutes after noon."""
    now, reader = NOON + timedelta(minutes=minutes), Reader(PEOPLE[person])
    thing = Asking(person, reader.coaches, now).next_thing(row)
    return str(Lines(desk, reader, language, PEOPLE, now)(row, thing))


def row(text: str = "It leaks.") -> Row:
    return Row.of(folded(Story().opened().wrote(text).assigned("maaike.postma").events))


def test_who_sees_the_same_gets_the_same_line(desk: Any) -> None:
    assert line(desk, row()) == line(desk, row(), "joost.smit", minutes=4.5)
    assert len(desk.lines) == 1


@pytest.mark.parametrize(
    ("changed", "shown"),
    [
        ({"row": row("It leaks a lot.")}, "leaks a lot"),
        ({"minutes": 30}, "30 min"),
        ({"minutes": 61}, "1 min late"),
        ({"language": "nl"}, "bij de eigenaar"),
    ],
)
def test_another_line_is_made_when_it_reads_otherwise(desk: Any, changed: dict[str, Any], shown: str) -> None:
    before = line(desk, row())
    after = line(desk, **({"row": row()} | changed))
    assert shown not in before
    assert shown in after


def test_only_whose_cases_they_are_and_superiors_can_choose_them(desk: Any) -> None:
    found = {person: "data-several" in line(desk, row(), person) for person in (LEAD, AGENT, "maaike.postma")}
    assert found == {LEAD: True, AGENT: False, "maaike.postma": True}


def test_words_of_customers_stay_words(desk: Any) -> None:
    assert "&lt;b&gt;loud" in line(desk, row("<b>loud</b>"))


def test_what_nobody_asks_for_is_forgotten_first() -> None:
    remembered = Remembered(most=2)
    made: list[str] = []

    def make(name: str) -> str:
        made.append(name)
        return name

    for name in ("a", "b", "a", "c", "a", "b"):
        assert remembered.get(name, lambda name=name: make(name)) == name  # type: ignore[misc]
    assert made == ["a", "b", "c", "b"]
