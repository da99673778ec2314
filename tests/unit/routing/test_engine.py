"""What the engine keeps: assignments, the order of what waits, and independence of the way a moment was reached."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.domain import Chosen, Engine, Nobody, Rules
from tests.unit.routing.staff import NOON, at, owner_wanted, person, specialist, specialist_wanted
from tests.unit.routing.strategies import moments


def engine(*people: str, capacity: int = 1) -> Engine:
    """An engine with agents around the clock."""
    made = Engine()
    for somebody in people:
        made.upsert(person(somebody, capacity=capacity))
    return made


class TestAssignments:
    def test_assigning_twice_counts_once(self) -> None:
        made = engine("mira", capacity=3)
        made.assign("case-1", "mira")
        made.assign("case-1", "mira")
        assert made.load_of("mira") == 1
        made.release("case-1")
        made.release("case-1")
        made.release("never-assigned")
        assert made.load_of("mira") == 0

    def test_request_has_one_holder(self) -> None:
        made = engine("mira", "jonas")
        made.assign("case-1", "mira")
        made.assign("case-1", "jonas")
        assert (made.holder_of("case-1"), made.held_by("mira"), made.held_by("jonas")) == ("jonas", (), ("case-1",))

    def test_assignment_survives_that_the_person_changes_goes_or_comes_later(self) -> None:
        made = engine()
        made.assign("case-1", "mira")
        made.upsert(person("mira"))
        assert isinstance(made.decide(owner_wanted(), NOON), Nobody)
        made.upsert(person("mira", capacity=2))
        assert isinstance(made.decide(owner_wanted(), NOON), Chosen)
        made.remove("mira")
        made.remove("mira")
        assert (len(made), made.holder_of("case-1")) == (0, "mira")

    def test_new_skill_counts_at_once(self) -> None:
        made = Engine()
        made.upsert(specialist("sofia", skills={"coffee": 3}))
        assert isinstance(made.decide(specialist_wanted(skill="lighting"), NOON), Nobody)
        made.upsert(specialist("sofia", skills={"lighting": 1}))
        assert isinstance(made.decide(specialist_wanted(skill="lighting"), NOON), Chosen)
        assert isinstance(made.decide(specialist_wanted(skill="coffee"), NOON), Nobody)

    def test_deciding_changes_nothing(self) -> None:
        made = engine("mira")
        assert made.decide(owner_wanted(), NOON) == made.decide(owner_wanted(), NOON)
        assert made.load_of("mira") == 0


class TestWaiting:
    def test_least_slack_goes_first_and_takes_the_room(self) -> None:
        made = engine("mira")
        later, sooner = owner_wanted("a-later", slack_minutes=60), owner_wanted("b-sooner", slack_minutes=40)
        decided = made.decide_waiting([later, sooner], NOON)
        assert [request.request_id for request, _ in decided] == ["b-sooner", "a-later"]
        assert isinstance(decided[0][1], Chosen)
        assert isinstance(decided[1][1], Nobody)
        assert made.held_by("mira") == ("b-sooner",)

    def test_what_is_held_does_not_wait_and_repeats_are_one(self) -> None:
        made = engine("mira", "jonas")
        made.assign("held", "mira")
        decided = made.decide_waiting([owner_wanted("held"), owner_wanted("new"), owner_wanted("new")], NOON)
        assert [request.request_id for request, _ in decided] == ["new"]
        assert (made.held_by("mira"), made.held_by("jonas")) == (("held",), ("new",))

    def test_urgency_is_in_the_deadline_not_beside_it(self) -> None:
        """M5: nothing but the deadline decides who goes first."""
        made = engine("mira")
        loud = owner_wanted("loud", slack_minutes=60, urgency="high")
        quiet = owner_wanted("quiet", slack_minutes=59, urgency="low")
        assert made.decide_waiting([loud, quiet], NOON)[0][0] == quiet

    def test_everybody_is_served_as_room_comes_free(self) -> None:
        made = engine("mira", "jonas", capacity=2)
        waiting = {f"case-{number}": owner_wanted(f"case-{number}", slack_minutes=600 + number) for number in range(30)}
        served = []
        while waiting:
            for request, outcome in made.decide_waiting(waiting.values(), NOON):
                if isinstance(outcome, Chosen):
                    served.append(waiting.pop(request.request_id))
            made.release(made.held_by("mira")[0])
        assert served == sorted(served, key=lambda request: request.due_at)


class TestMoments:
    @settings(max_examples=50, deadline=None)
    @given(path=st.lists(moments, min_size=1, max_size=6), now=moments)
    def test_answer_does_not_depend_on_moments_asked_about_before(self, path: list, now: object) -> None:
        hours = ["24/7", {"mon-fri": "09:00-17:30"}, {"mon-sun": "23:00-07:00"}, {}]
        team = [specialist(f"one-{number}", hours=slots) for number, slots in enumerate(hours)]
        travelled, fresh = Engine(), Engine()
        for somebody in team:
            travelled.upsert(somebody)
            fresh.upsert(somebody)
        for moment in path:
            travelled.decide(specialist_wanted(now=moment), moment)
        request = specialist_wanted(now=now)
        assert travelled.decide(request, now) == fresh.decide(request, now)

    def test_engine_that_ran_for_years_still_knows_who_works(self) -> None:
        made = engine("mira")
        for weeks in range(0, 300, 3):
            now = NOON + timedelta(weeks=weeks)
            assert isinstance(made.decide(owner_wanted(now=now), now), Chosen)

    def test_moment_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            engine("mira").decide(owner_wanted(), at("2026-03-04 12:00").replace(tzinfo=None))


class TestRules:
    def test_overload_before_patience_makes_no_sense(self) -> None:
        with pytest.raises(ValueError, match="overload_minutes 60 must not exceed language_patience_minutes 45"):
            Rules(overload_minutes=60)
