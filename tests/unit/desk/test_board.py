"""The live list."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.desk.domain.board import Board, Filters, Row, urgency_order
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded

EVERY_BRAND = frozenset({"moccarel", "pluvane"})


@pytest.fixture
def board() -> Board:
    filled = Board()
    stories = [
        Story("late").opened(30).wrote("?").assigned("maaike.postma"),
        Story("promised")
        .opened()
        .wrote("?")
        .assigned("sem.schouten")
        .replied("wait", kind="holding")
        .promised("it", 90),
        Story("new", brand="pluvane", language="nl").opened(500).wrote("?"),
        Story("waiting").opened().wrote("?").assigned("maaike.postma").replied("so"),
        Story("done").opened().wrote("?").assigned("maaike.postma").replied("so").resolved(),
    ]
    for story in stories:
        assert filled.take(folded(story.events))
    return filled


def ids(rows: list[Row]) -> list[str]:
    return [row.id for row in rows]


class TestListed:
    def test_is_what_is_open_with_the_next_due_first(self, board: Board) -> None:
        assert ids(board.listed(Filters(EVERY_BRAND))) == ["late", "promised", "new", "waiting"]

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (Filters(EVERY_BRAND, owner="maaike.postma"), ["late", "waiting"]),
            (Filters(EVERY_BRAND, brand="pluvane"), ["new"]),
            (Filters(EVERY_BRAND, language="nl"), ["new"]),
            (Filters(EVERY_BRAND, statuses=("resolved",)), ["done"]),
            (Filters(frozenset({"pluvane"})), ["new"]),
            (Filters(frozenset({"pluvane"}), brand="moccarel"), []),
            (Filters(frozenset()), []),
        ],
    )
    def test_keeps_to_the_filters_and_to_the_readers_brands(
        self, board: Board, filters: Filters, expected: list[str]
    ) -> None:
        assert ids(board.listed(filters)) == expected


class TestCounts:
    def test_tell_what_needs_attention(self, board: Board) -> None:
        counts = board.counts(Filters(EVERY_BRAND), NOON)
        assert (counts.open, counts.unowned, counts.breaching, counts.promises_due) == (4, 1, 1, 1)

    def test_are_about_the_readers_own_work_when_they_ask_for_it(self, board: Board) -> None:
        counts = board.counts(Filters(EVERY_BRAND, owner="maaike.postma", language="xx"), NOON)
        assert (counts.open, counts.unowned, counts.promises_due) == (2, 0, 0)


class TestTake:
    def test_ignores_an_older_view(self, board: Board) -> None:
        story = Story("late").opened(30).wrote("?").assigned("maaike.postma")
        older = folded(story.events).model_copy(update={"updated_at": NOON - timedelta(days=1), "owner": "somebody"})
        assert not board.take(older)
        assert board.rows["late"].owner == "maaike.postma"

    def test_forgets_a_closed_case(self, board: Board) -> None:
        story = Story("done").opened().wrote("?").assigned().replied("so").resolved().closed()
        assert board.take(folded(story.events))
        assert "done" not in board.rows

    def test_does_not_list_a_case_that_is_not_opened(self) -> None:
        board = Board()
        assert not board.take(folded(Story().assigned().events))
        assert not board.rows


@given(st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=30))
def test_whatever_is_due_comes_before_whatever_is_not(minutes: list[int | None]) -> None:
    row = Row.of(folded(Story().opened().wrote("?").events))
    rows = [
        replace(row, id=str(number), next_due=None if each is None else NOON + timedelta(minutes=each))
        for number, each in enumerate(minutes)
    ]
    ordered = [each.next_due for each in sorted(rows, key=urgency_order)]
    dues = [each for each in ordered if each]
    assert ordered == sorted(dues) + [None] * (len(ordered) - len(dues))
