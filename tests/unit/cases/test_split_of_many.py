"""Splitting a case that has had more messages than stay with it: those that stay can be split off, and none is lost."""

import pytest

from services.cases.domain import Case, Refused
from services.cases.domain.case import HEARD_LIMIT
from tests.unit.cases.world import WEB, World


def many(count: int) -> tuple[World, Case]:
    """A case with so many messages."""
    world = World()
    world.owned(WEB, 1)
    for number in range(2, count + 1):
        world.writes(WEB, number, number)
    return world, world.case(WEB)


def test_the_latest_of_them_are_split_off() -> None:
    world, case = many(HEARD_LIMIT + 5)
    assert (len(case.heard), case.let_go, case.messages) == (HEARD_LIMIT, 5, HEARD_LIMIT + 5)
    new = world.splits(case, f"message-{HEARD_LIMIT + 4}", f"message-{HEARD_LIMIT + 5}")
    world.settle()
    assert len(world.state(new).heard) == 2


def test_what_was_split_off_reaches_its_case_however_much_comes_meanwhile() -> None:
    world, case = many(HEARD_LIMIT)
    new = world.splits(case, "message-1", "message-2")
    for number in range(HEARD_LIMIT + 1, HEARD_LIMIT + 6):
        world.writes(WEB, number, number)
    source = world.state(case.id)
    assert [each.message.id for each in source.heard[:3]] == ["message-1", "message-2", "message-6"]
    assert (source.let_go, len(source.heard)) == (3, HEARD_LIMIT + 2)
    world.settle()
    assert [each.message.id for each in world.state(new).heard] == ["message-1", "message-2"]


def test_one_that_is_no_longer_with_the_case_is_refused_with_the_reason() -> None:
    world, case = many(HEARD_LIMIT + 1)
    with pytest.raises(Refused, match=f"of {HEARD_LIMIT + 1} messages the latest {HEARD_LIMIT} can be split off"):
        world.splits(case, "message-1")


def test_all_that_are_left_may_go_where_earlier_ones_stay() -> None:
    world, case = many(HEARD_LIMIT + 1)
    for first in range(2, HEARD_LIMIT + 2, 50):
        world.splits(world.state(case.id), *(f"message-{number}" for number in range(first, first + 50)))
    world.settle()
    assert len(world.state(case.id).split_off) == HEARD_LIMIT
    assert [len(each.heard) for each in world.cases(WEB)[1:]] == [50] * 4
