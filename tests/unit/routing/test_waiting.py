"""What waits in one pool: its order, its kinds, and what wakes it."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.routing import OwnerRequested
from services.routing.waiting import Wait, Waiting, by_age, by_deadline, kind_of
from tests.unit.routing.staff import NOON, owner_wanted, specialist_wanted

LATER = NOON + timedelta(hours=2)


def waiting(*names: str, **changes: Any) -> Waiting:
    """Waiting requests of which all has been said."""
    found = Waiting()
    for name in names:
        found.add(Wait(owner_wanted(name, **changes), NOON, told=True, until=None))
    return found


class TestWaking:
    def test_nothing_wakes_a_pool_in_which_nothing_waits(self) -> None:
        pool = Waiting()
        pool.free()
        pool.stir()
        assert not pool.awake(LATER)

    def test_it_sleeps_while_nothing_happens(self) -> None:
        assert not waiting("a").awake(LATER)

    def test_room_wakes_it_once_and_nobody_has_to_be_looked_at_alone(self) -> None:
        pool = waiting("a", "b")
        pool.free()
        assert pool.awake(NOON)
        assert pool.wake(NOON) == set()
        assert not pool.awake(NOON)

    def test_a_record_of_a_person_makes_everything_uncertain(self) -> None:
        pool = waiting("a", "b")
        pool.stir()
        assert pool.wake(NOON) == {"a", "b"}
        assert not pool.awake(NOON)

    def test_what_has_not_been_said_keeps_it_awake_until_it_is(self) -> None:
        pool = Waiting()
        pool.add(Wait(owner_wanted("a"), NOON, told=False, until=None))
        assert pool.wake(NOON) == {"a"}
        assert pool.awake(NOON)
        pool.add(Wait(owner_wanted("a"), NOON, told=True, until=None))
        assert not pool.awake(NOON)

    def test_the_moment_somebody_can_wakes_it(self) -> None:
        pool = waiting("a")
        pool.add(Wait(owner_wanted("b"), NOON, told=True, until=LATER))
        assert not pool.awake(LATER - timedelta(seconds=1))
        assert pool.awake(LATER)
        assert pool.wake(LATER) == {"b"}
        assert not pool.awake(LATER)

    def test_a_moment_that_has_moved_does_not_count_any_more(self) -> None:
        pool = Waiting()
        pool.add(Wait(owner_wanted("b"), NOON, told=True, until=NOON))
        pool.add(Wait(owner_wanted("b"), NOON, told=True, until=LATER))
        assert pool.wake(NOON) == set()
        assert pool.wake(LATER) == {"b"}

    def test_the_last_one_to_leave_takes_all_news_along(self) -> None:
        pool = waiting("a")
        pool.free()
        pool.discard("a")
        pool.add(Wait(owner_wanted("b"), NOON, told=True, until=None))
        assert not pool.awake(LATER)
        assert len(pool) == 1
        assert ("a" in pool, "b" in pool) == (False, True)


class TestOrder:
    def test_the_first_of_each_kind_speaks_for_all_of_it(self) -> None:
        pool = waiting("a", "b", "c", slack_minutes=60)
        pool.add(Wait(owner_wanted("urgent", 5), NOON, told=True, until=None))
        pool.add(Wait(owner_wanted("other", language="pl"), NOON, told=True, until=None))
        assert [wait.request.request_id for wait in pool.heads(kind_of, ())] == ["urgent", "other"]
        assert [wait.request.request_id for wait in pool.heads(kind_of, ["b", "gone"])] == ["urgent", "other", "b"]

    def test_all_of_a_kind_come_least_slack_first(self) -> None:
        pool = waiting("a", slack_minutes=60)
        pool.add(Wait(owner_wanted("urgent", 5), NOON, told=True, until=None))
        pool.add(Wait(owner_wanted("other", language="pl"), NOON, told=True, until=None))
        kinds = {kind_of(owner_wanted("any"))}
        assert [each.request_id for each in pool.of_kinds(kind_of, kinds)] == ["urgent", "a"]

    def test_other_policies_take_the_oldest_first(self) -> None:
        old = owner_wanted("old", 600, requested_at=NOON - timedelta(hours=1))
        new = owner_wanted("new", 5, requested_at=NOON)
        unknown = specialist_wanted("unknown")
        waits = [Wait(new, NOON, True, None), Wait(old, NOON, True, None), Wait(unknown, NOON, True, None)]
        assert [each.request.request_id for each in sorted(waits, key=by_age)] == ["old", "new", "unknown"]
        assert min(waits, key=by_deadline).request.request_id == "new"


@pytest.mark.parametrize(
    "change",
    [{"brand": "luma"}, {"language": "pl"}, {"skill": "coffee"}, {"excluded": ("mira",)}],
    ids=lambda change: next(iter(change)),
)
def test_requests_that_other_people_can_take_are_of_another_kind(change: dict[str, Any]) -> None:
    assert kind_of(owner_wanted("a", **change)) != kind_of(owner_wanted("b"))


def test_urgency_and_whom_the_customer_knows_make_no_other_kind() -> None:
    same: OwnerRequested = owner_wanted("a", 5, preferred="mira", urgency="high")
    assert kind_of(same) == kind_of(owner_wanted("b"))


@pytest.mark.parametrize("change", [{"country": "AR"}, {"specialist": "diego"}], ids=["country", "by name"])
def test_a_place_and_a_name_make_another_kind_of_consult(change: dict[str, Any]) -> None:
    assert kind_of(specialist_wanted("a", **change)) != kind_of(specialist_wanted("b"))
