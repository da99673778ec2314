"""In which language a colleague is written to."""

from pathlib import Path

import pytest

from schemas.organisation import Person
from schemas.organisation_file import load
from services.followup.gateway.words import language_of

PERSON = load(Path("deploy/example-org")).people[0]


@pytest.mark.parametrize(
    ("languages", "written"),
    [
        ({"nl": "C2", "en": "B2"}, "nl"),
        ({"nl": "A2", "en": "C1"}, "en"),
        ({"nl": "C1", "en": "C1"}, "en"),
        ({"de": "C2", "nl": "B1"}, "nl"),
        ({"de": "C2", "pl": "C2"}, "en"),
    ],
)
def test_it_is_the_one_they_speak_best_of_those_there_are_texts_in_else_english(
    languages: dict[str, str], written: str
) -> None:
    person = Person.model_validate(PERSON.model_dump() | {"languages": languages})
    assert language_of(person) == written
