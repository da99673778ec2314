"""Cover wanted: found by the rules for owners, the owner left out, the room held and given back once (rule 1)."""

from datetime import timedelta

from schemas.events.routing import CoverRequested
from services.routing.domain import Chosen, Engine, Nobody
from services.routing.domain.policies import POLICIES, policy
from tests.unit.routing.staff import NOON, owner_wanted, person


def cover_wanted(id_: str = "cover", **changes: object) -> CoverRequested:
    facts = owner_wanted(id_).model_dump() | {
        "owner": "mira",
        "excluded": ("mira",),
        "until": NOON + timedelta(hours=15),
    }
    return CoverRequested.model_validate(facts | changes)


def team(name: str = "deadline") -> Engine:
    engine = policy(name)
    for each in (
        person("mira"),
        person("jonas", capacity=1),
        person("diego", role="specialist"),
        person("gone", hours={"mon-sun": "16:00-20:00"}),
    ):
        engine.upsert(each)
    return engine


def test_somebody_on_shift_who_can_own_the_case_and_is_not_the_owner() -> None:
    for name in POLICIES:
        outcome = team(name).decide(cover_wanted(), NOON)
        assert isinstance(outcome, Chosen), name
        assert outcome.person == "jonas"
        assert outcome.explanation.excluded == {"excluded": 1, "off-shift": 1}


def test_the_same_person_as_an_owner_would_be() -> None:
    engine = team()
    owner = engine.decide(owner_wanted("cover", excluded=("mira",)), NOON)
    cover = engine.decide(cover_wanted(), NOON)
    assert owner == cover


def test_it_takes_room_until_it_is_released() -> None:
    engine = team()
    asked = cover_wanted()
    engine.assign(asked.request_id, "jonas", engine.weight_of(asked))
    assert engine.load_of("jonas") == 1
    full = engine.decide(cover_wanted("another"), NOON)
    assert isinstance(full, Nobody)
    near = timedelta(minutes=60 - engine.rules.overload_minutes)
    assert full.next_possible_at == NOON + near, "near the deadline somebody busy is better than nobody"
    engine.release(asked.request_id)
    engine.release(asked.request_id)
    assert isinstance(engine.decide(cover_wanted("another"), NOON), Chosen)


def test_nobody_now_says_when() -> None:
    engine = Engine()
    engine.upsert(person("mira"))
    engine.upsert(person("gone", hours={"mon-sun": "16:00-20:00"}))
    outcome = engine.decide(cover_wanted(), NOON)
    assert isinstance(outcome, Nobody)
    assert outcome.next_possible_at == NOON + timedelta(hours=3)
