"""Who puts a text into another language: anybody of the brand who speaks both, the better the rather."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.routing import InterpreterRequested, RequestUnserved, SpecialistOffered
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody
from services.routing.domain.policies import POLICIES, policy
from tests.unit.routing.staff import NOON, at, person, specialist, specialist_wanted
from tests.unit.routing.test_dispatcher import round_of, said, staffed

BOTH = {"tr": "B2", "en": "B2"}


def interpreter_wanted(id_: str = "wanted", **changes: Any) -> InterpreterRequested:
    """A text in Turkish, for an owner who speaks English."""
    usual = specialist_wanted(id_, slack_minutes=30).model_dump() | {"skill": "", "language": "tr"}
    return InterpreterRequested.model_validate(usual | {"other_language": "en"} | changes)


def engine(*team: Person, busy: tuple[str, ...] = ()) -> Engine:
    made = Engine()
    for somebody in team:
        made.upsert(somebody)
    for person_id in busy:
        made.assign(f"earlier-{person_id}", person_id)
    return made


def chosen(made: Engine, now: Any = NOON, **changes: Any) -> Chosen:
    outcome = made.decide(interpreter_wanted(**changes), now)
    assert isinstance(outcome, Chosen), outcome
    return outcome


@pytest.mark.parametrize("role", ["agent", "specialist", "coach", "lead"])
def test_whatever_their_work_is(role: str) -> None:
    assert chosen(engine(person("emre", role=role, languages=BOTH))).person == "emre"


def test_each_condition_is_counted_once_at_the_first_that_fails() -> None:
    team = (
        person("asks", languages=BOTH),
        person("other-brand", brands=("lumo",), languages=BOTH),
        person("knows-a-little", languages={"tr": "B1", "en": "C1"}),
        specialist("no-english", languages={"tr": "C2"}),
        person("asleep", hours={"mon": "09:00-10:00"}, languages=BOTH),
        specialist("busy", languages=BOTH),
    )
    why = engine(*team, busy=("busy",)).decide(interpreter_wanted(excluded=("asks",)), NOON).explanation
    assert why.excluded == {"excluded": 1, "brand": 1, "language": 2, "off-shift": 1, "full": 1}


@pytest.mark.parametrize(
    ("level", "who"), [("B2", ["basic", "better", "born"]), ("C1", ["better", "born"]), ("C2", ["born"])]
)
def test_a_level_may_be_asked_for(level: str, who: list[str]) -> None:
    levels = {"basic": "B2", "better": "C1", "born": "C2"}
    team = [person(name, languages={"tr": spoken, "en": "B2"}) for name, spoken in levels.items()]
    found = chosen(engine(*team), level=level).explanation
    assert sorted(each.person for each in found.candidates) == who


def test_who_speaks_it_better_is_preferred_and_the_term_says_so() -> None:
    team = [person(name, languages={"tr": name.upper(), "en": "C1"}) for name in ("b2", "c2", "c1")]
    found = chosen(engine(*team)).explanation
    assert [each.person for each in found.candidates] == ["c2", "c1", "b2"]
    assert [each.terms.get("language_level", 0) for each in found.candidates] == [0, 0.1, 0.2]
    assert [each.score for each in found.candidates] == [
        round(sum(each.terms.values()), 3) for each in found.candidates
    ]


def test_a_person_who_learns_it_is_found_at_once() -> None:
    made = engine(person("emre", languages=BOTH))
    assert isinstance(made.decide(interpreter_wanted(level="C1"), NOON), Nobody)
    made.upsert(person("emre", languages={"tr": "C1", "en": "B2"}))
    assert chosen(made, level="C1").person == "emre"


def test_nothing_gives_way_however_late_and_the_next_moment_is_named() -> None:
    team = (person("emre", languages=BOTH), person("ayse", languages=BOTH, hours={"wed": "20:00-22:00"}))
    outcome = engine(*team, busy=("emre",)).decide(interpreter_wanted(due_at=at("2026-03-04 09:00")), NOON)
    assert isinstance(outcome, Nobody)
    assert outcome.next_possible_at == at("2026-03-04 19:00")


def test_it_waits_until_somebody_has_room_and_is_offered_like_a_question() -> None:
    service = staffed(person("emre", languages=BOTH, capacity=1))
    assert isinstance(said(service, interpreter_wanted("first")), SpecialistOffered)
    assert isinstance(said(service, interpreter_wanted("second")), RequestUnserved)
    service.record(person("ayse", languages=BOTH), available=True)
    ((request, outcome),) = round_of(service)
    assert isinstance(outcome, Chosen)
    assert (request.request_id, outcome.person) == ("second", "ayse")


def test_the_offer_is_short_for_the_customer_waits() -> None:
    offered = said(staffed(person("emre", languages=BOTH)), interpreter_wanted())
    assert offered.expires_at == NOON + timedelta(minutes=10)
    asked = said(staffed(specialist("ana")), specialist_wanted())
    assert asked.expires_at == NOON + timedelta(minutes=30)


def test_nobody_is_offered_two_places_of_one_text() -> None:
    service = staffed(person("emre", languages=BOTH, capacity=5))
    assert isinstance(said(service, interpreter_wanted("first", consult_id="one")), SpecialistOffered)
    assert isinstance(said(service, interpreter_wanted("second", consult_id="one")), RequestUnserved)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_finds_the_same_people(name: str) -> None:
    made = policy(name)
    for somebody in (person("emre", languages=BOTH), specialist("ana"), person("mira")):
        made.upsert(somebody)
    outcome = made.decide(interpreter_wanted(), NOON)
    assert isinstance(outcome, Chosen)
    assert outcome.person == "emre"
