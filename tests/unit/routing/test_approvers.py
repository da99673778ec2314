"""Who is expected to approve: a coach or a lead at work, with a mandate for it; reading the language is a wish (M1, P1)."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.routing import ApproverFound, ApproverRequested, RequestUnserved
from schemas.organisation import Person
from services.routing.domain import Chosen, Engine, Nobody
from services.routing.domain.policies import POLICIES, policy
from tests.unit.routing.staff import NOON, at, owner_wanted, person, specialist
from tests.unit.routing.test_dispatcher import done, round_of, said, staffed

COACH = {"role": "coach"}


def approver_wanted(id_: str = "wanted", **changes: Any) -> ApproverRequested:
    """A reply in English, of an author who is no coach."""
    usual = owner_wanted(id_, slack_minutes=15).model_dump() | {"approval_id": f"approval-{id_}"}
    return ApproverRequested.model_validate(usual | changes)


def engine(*team: Person, busy: tuple[str, ...] = ()) -> Engine:
    made = Engine()
    for somebody in team:
        made.upsert(somebody)
    for person_id in busy:
        made.assign(f"earlier-{person_id}", person_id)
    return made


def chosen(made: Engine, now: Any = NOON, **changes: Any) -> Chosen:
    outcome = made.decide(approver_wanted(**changes), now)
    assert isinstance(outcome, Chosen), outcome
    return outcome


@pytest.mark.parametrize("facts", [COACH, {"role": "lead"}, {"stage": "coach"}])
def test_coaches_by_role_or_stage_and_leads(facts: dict[str, Any]) -> None:
    assert chosen(engine(person("agent"), specialist("ana"), person("eyes", **facts))).person == "eyes"


def test_each_condition_is_counted_once_at_the_first_that_fails() -> None:
    team = (
        person("author", **COACH, mandate="coach"),
        person("other-brand", **COACH, brands=("lumo",)),
        person("small", **COACH, mandate="agent"),
        person("without", **COACH),
        person("asleep", **COACH, mandate="coach", hours={"mon": "09:00-10:00"}),
        person("busy", **COACH, mandate="coach"),
    )
    why = (
        engine(*team, busy=("busy",))
        .decide(approver_wanted(excluded=("author",), mandates=("", "coach")), NOON)
        .explanation
    )
    assert why.excluded == {"excluded": 1, "brand": 1, "mandate": 2, "off-shift": 1, "full": 1}


def test_a_lead_without_a_mandate_goes_as_far_as_the_brand() -> None:
    team = (person("lena", role="lead"), person("coen", **COACH), person("small", role="lead", mandate="agent"))
    assert chosen(engine(*team), mandates=("",)).person == "lena"
    assert isinstance(engine(*team).decide(approver_wanted(mandates=("director",)), NOON), Nobody)


def test_who_reads_the_language_comes_first_and_nobody_is_ruled_out_for_it() -> None:
    team = (person("coen", **COACH, languages={"nl": "C2"}), person("lena", role="lead", languages={"en": "B2"}))
    found = chosen(engine(*team))
    assert (found.person, found.explanation.relaxed) == ("lena", ())
    assert found.explanation.candidates[1].terms["language"] == 0.3
    alone = chosen(engine(team[0]))
    assert (alone.person, alone.explanation.relaxed) == ("coen", ("language",))


def test_a_coach_comes_before_a_lead() -> None:
    assert chosen(engine(person("lena", role="lead"), person("coen", **COACH))).person == "coen"


def test_who_is_about_to_go_home_only_where_nobody_else_is() -> None:
    leaving = person("coen", **COACH, hours={"wed": "09:00-13:10"}, time_zone="Europe/Amsterdam")
    assert chosen(engine(leaving, person("carla", **COACH, languages={"nl": "C2"}))).person == "carla"
    alone = chosen(engine(leaving))
    assert (alone.person, alone.explanation.relaxed) == ("coen", ("ending-soon",))


def test_nobody_beyond_capacity_however_late_and_the_next_moment_is_named() -> None:
    team = (person("busy", **COACH), person("asleep", **COACH, hours={"wed": "20:00-22:00"}))
    outcome = engine(*team, busy=("busy",)).decide(approver_wanted(due_at=at("2026-03-04 09:00")), NOON)
    assert isinstance(outcome, Nobody)
    assert outcome.next_possible_at == at("2026-03-04 19:00")


def test_it_takes_a_quarter_of_a_case() -> None:
    made = engine(person("coen", **COACH, capacity=1))
    for number in range(4):
        found = chosen(made, request_id=str(number))
        made.assign(str(number), found.person, made.weight_of(approver_wanted()), NOON)
    assert made.load_of("coen") == 1
    assert isinstance(made.decide(approver_wanted("fifth"), NOON), Nobody)


class TestTheService:
    def test_says_until_when(self) -> None:
        told = said(staffed(person("coen", **COACH)), approver_wanted())
        assert isinstance(told, ApproverFound)
        assert (told.person, told.approval_id) == ("coen", "approval-wanted")
        assert told.until == NOON + timedelta(minutes=5)

    def test_not_longer_than_the_shift(self) -> None:
        service = staffed(person("coen", **COACH, hours={"wed": "09:00-13:03"}))
        assert said(service, approver_wanted()).until == NOON + timedelta(minutes=3)

    def test_it_waits_and_is_served_when_a_coach_comes(self) -> None:
        service = staffed(person("mira"))
        assert isinstance(said(service, approver_wanted()), RequestUnserved)
        service.record(person("coen", **COACH), available=True)
        ((request, outcome),) = round_of(service)
        assert isinstance(outcome, Chosen)
        assert (request.request_id, outcome.person) == ("wanted", "coen")

    def test_one_with_a_larger_amount_is_another_kind_of_wait(self) -> None:
        service = staffed(person("mira"))
        assert isinstance(said(service, approver_wanted("a", mandates=("coach",))), RequestUnserved)
        assert isinstance(said(service, approver_wanted("b")), RequestUnserved)
        service.record(person("coen", **COACH), available=True)
        assert [request.request_id for request, _ in round_of(service)] == ["b"]

    def test_room_is_there_again_when_it_is_over(self) -> None:
        service = staffed(person("coen", **COACH))
        assert isinstance(said(service, approver_wanted()), ApproverFound)
        assert service.load_of("coen") == 0.25
        service.settle([done(approver_wanted(), "coen")])
        assert service.load_of("coen") == 0


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_finds_the_same_people(name: str) -> None:
    made = policy(name)
    for somebody in (person("coen", **COACH), person("mira"), specialist("ana")):
        made.upsert(somebody)
    outcome = made.decide(approver_wanted(), NOON)
    assert isinstance(outcome, Chosen)
    assert outcome.person == "coen"
