"""Who may see and do what."""

from pathlib import Path

import pytest

from schemas.organisation import Organisation, Person
from schemas.organisation_file import load
from services.desk.domain.access import Reader
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

VIEW = folded(Story().opened().wrote("?").assigned("maaike.postma").events)


@pytest.fixture(scope="module")
def organisation() -> Organisation:
    return load(Path("deploy/example-org"))


def reader(organisation: Organisation, role: str, **changes: object) -> Reader:
    person = next(each for each in organisation.people if each.role == role and "moccarel" in each.brands)
    return Reader(Person.model_validate(person.model_dump() | changes))


@pytest.mark.parametrize(
    ("role", "sees"), [("agent", True), ("coach", True), ("lead", True), ("specialist", False), ("operator", False)]
)
def test_the_team_sees_cases_and_specialists_do_not(organisation: Organisation, role: str, sees: bool) -> None:
    assert reader(organisation, role).may_see(VIEW) is sees


def test_nobody_sees_another_brand(organisation: Organisation) -> None:
    assert not reader(organisation, "agent", brands=("pluvane",)).may_see(VIEW)


def test_only_the_owner_acts(organisation: Organisation) -> None:
    assert reader(organisation, "agent", id="maaike.postma").may_act(VIEW, NOON)
    assert not reader(organisation, "agent", id="sem.schouten").may_act(VIEW, NOON)
    assert not reader(organisation, "lead", id="fleur.visser").may_act(VIEW, NOON)


def test_nobody_acts_on_a_closed_case_or_sees_one_not_opened(organisation: Organisation) -> None:
    owner = reader(organisation, "agent", id="maaike.postma")
    closed = folded(Story().opened().wrote("?").assigned("maaike.postma").resolved().closed().events)
    assert owner.may_see(closed)
    assert not owner.may_act(closed, NOON)
    assert not owner.may_see(folded(Story().assigned().events))


@pytest.mark.parametrize(("role", "may"), [("agent", False), ("coach", False), ("lead", True), ("operator", True)])
def test_operators_and_leads_look_after_the_system(organisation: Organisation, role: str, may: bool) -> None:
    assert reader(organisation, role).may_operate is may
