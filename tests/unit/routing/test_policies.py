"""Each policy of other systems chooses as the system does that it is named after (their published rules)."""

from datetime import timedelta

import pytest

from services.routing.domain import Chosen, Engine, Nobody
from services.routing.domain.policies import POLICIES, policy
from tests.unit.routing.staff import NOON, owner_wanted, person, specialist, specialist_wanted

PLAIN = sorted(set(POLICIES) - {"deadline"})


def team(name: str, *people: object) -> Engine:
    engine = policy(name)
    for each in people:
        engine.upsert(each)  # type: ignore[arg-type]
    return engine


def chosen(engine: Engine, request: object, after_minutes: float = 0) -> str:
    outcome = engine.decide(request, NOON + timedelta(minutes=after_minutes))  # type: ignore[arg-type]
    return outcome.person if isinstance(outcome, Chosen) else ""


def given(engine: Engine, *requests: str) -> list[str]:
    """To whom these go, one after the other."""
    people = []
    for id_ in requests:
        request = owner_wanted(id_)
        people.append(chosen(engine, request))
        engine.assign(id_, people[-1], 1)
    return people


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"no routing policy 'best'.*deadline, round-robin"):
        policy("best")


@pytest.mark.parametrize("name", PLAIN)
class TestEvery:
    def test_gives_nothing_to_who_is_off_absent_full_or_of_another_brand(self, name: str) -> None:
        engine = team(
            name,
            person("asleep", hours={"mon-sun": "23:00-07:00"}),
            person("elsewhere", brands=("lumo",)),
            person("busy"),
            specialist("harry"),
        )
        engine.upsert(person("away"), available=False)
        engine.assign("other", "busy", 1)
        assert chosen(engine, owner_wanted()) == ""

    def test_gives_a_case_to_nobody_who_refused_it(self, name: str) -> None:
        engine = team(name, person("mira"), person("jonas"))
        assert chosen(engine, owner_wanted(preferred="mira", excluded=("mira",))) == "jonas"
        assert chosen(engine, owner_wanted(excluded=("mira", "jonas"))) == ""

    def test_has_a_queue_per_language_and_everybody_as_overflow_for_one_that_nobody_speaks(self, name: str) -> None:
        engine = team(name, person("mira", capacity=9), person("lotte", languages={"nl": "C2"}, capacity=2))
        engine.assign("other", "lotte", 1)
        assert chosen(engine, owner_wanted(language="nl")) == "lotte"
        assert chosen(engine, owner_wanted(language="ja")) in ("mira", "lotte")

    def test_prefers_the_owner_whom_the_customer_knows_when_there_is_room(self, name: str) -> None:
        engine = team(name, person("mira", capacity=5), person("jonas", capacity=9))
        engine.assign("other", "mira", 1)
        assert chosen(engine, owner_wanted(preferred="mira")) == "mira"

    def test_takes_what_waits_in_the_order_of_age_not_of_deadlines(self, name: str) -> None:
        engine = team(name, person("mira"))
        old, urgent = owner_wanted("old", slack_minutes=60), owner_wanted("urgent", slack_minutes=1)
        decided = engine.decide_waiting([old, urgent], NOON)
        assert [(request.request_id, isinstance(outcome, Chosen)) for request, outcome in decided] == [
            ("old", True),
            ("urgent", False),
        ]

    def test_gives_a_case_to_somebody_whose_shift_ends_in_a_minute(self, name: str) -> None:
        engine = team(name, person("leaving", hours={"mon-sun": "08:00-13:01"}))
        assert chosen(engine, owner_wanted()) == "leaving"

    def test_says_when_somebody_may_come(self, name: str) -> None:
        engine = team(name, person("later", hours={"mon-sun": "15:00-16:00"}))
        outcome = engine.decide(owner_wanted(), NOON)
        assert isinstance(outcome, Nobody)
        assert outcome.next_possible_at == NOON + timedelta(hours=2)
        assert outcome.explanation.excluded == {"off-shift": 1}

    def test_asks_a_specialist_who_knows_the_matter(self, name: str) -> None:
        engine = team(
            name, specialist("diego", languages={"es": "C2", "en": "B2"}), specialist("mei", skills={"lighting": 3})
        )
        assert chosen(engine, specialist_wanted(language="tr")) == "diego"
        assert chosen(engine, specialist_wanted(excluded=("diego",))) == ""
        assert chosen(engine, specialist_wanted(country="SG")) == ""


def test_round_robin_goes_round_and_the_skipped_keep_their_place() -> None:
    engine = team("round-robin", person("a", capacity=5), person("b", capacity=1), person("c", capacity=5))
    first = given(engine, "1", "2", "3")
    assert sorted(first) == ["a", "b", "c"]
    assert given(engine, "4", "5", "6") == [who for who in first if who != "b"] + [
        next(who for who in first if who != "b")
    ]
    engine.release(str(first.index("b") + 1))
    assert given(engine, "7") == ["b"]


def test_longest_idle_prefers_the_idle_and_among_them_who_became_idle_first() -> None:
    engine = team("longest-idle", person("a", capacity=5), person("b", capacity=5), person("c", capacity=5))
    for who in ("a", "b", "c"):
        engine.assign(f"of-{who}", who, 1)
    engine.release("of-b")
    engine.release("of-a")
    assert given(engine, "1", "2", "3") == ["b", "a", "c"]


def test_least_active_counts_items_not_shares() -> None:
    engine = team("least-active", person("small", capacity=2), person("large", capacity=10))
    engine.assign("x", "small", 1)
    engine.assign("y", "large", 1)
    engine.assign("z", "large", 1)
    assert chosen(engine, owner_wanted()) == "small"


def test_most_spare_counts_the_room_that_is_left() -> None:
    engine = team("most-spare", person("small", capacity=2), person("large", capacity=10))
    for number in range(5):
        engine.assign(f"y{number}", "large", 1)
    assert chosen(engine, owner_wanted()) == "large"


def test_skills_relaxing_drops_the_skill_then_the_language_with_age() -> None:
    engine = team(
        "skills-relaxing",
        person("baker", languages={"nl": "C2"}, skills={"kitchen": 3}, capacity=1),
        person("speaker", languages={"nl": "C2"}, capacity=5),
        person("anybody", capacity=9),
    )
    engine.assign("other", "baker", 1)
    request = owner_wanted(language="nl", skill="kitchen", requested_at=NOON)
    assert [chosen(engine, request, minutes) for minutes in (0, 9, 10, 19, 20)] == [
        "", "", "speaker", "speaker", "anybody",
    ]  # fmt: skip
    outcome = engine.decide(request, NOON)
    assert isinstance(outcome, Nobody)
    assert outcome.next_possible_at == NOON + timedelta(minutes=10)
