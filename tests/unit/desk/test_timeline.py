"""A timeline is in order of time and never too long."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.desk.domain.timeline import (
    KEPT_FROM_THE_START,
    MAX_CHARACTERS,
    MAX_ENTRIES,
    MAX_ENTRY_CHARACTERS,
    Entry,
    bounded,
    entry_text,
    with_entry,
)
from tests.unit.desk.stories import NOON


def entry(number: int, text: str = "", minutes: int | None = None) -> Entry:
    at = NOON + timedelta(minutes=number if minutes is None else minutes)
    return Entry(id=str(number), kind="message", at=at, text=text)


@given(st.lists(st.integers(0, 50), max_size=40))
def test_entries_are_in_order_of_time_and_then_of_arrival(minutes: list[int]) -> None:
    entries: tuple[Entry, ...] = ()
    for number, minute in enumerate(minutes):
        entries = with_entry(entries, entry(number, minutes=minute))
    assert [each.at for each in entries] == sorted(each.at for each in entries)
    expected = sorted(range(len(minutes)), key=lambda number: (minutes[number], number))
    assert [int(each.id) for each in entries] == expected


def test_a_long_story_keeps_its_beginning_and_its_end() -> None:
    kept, dropped = bounded([entry(number) for number in range(MAX_ENTRIES + 50)])
    assert (len(kept), dropped) == (MAX_ENTRIES, 50)
    assert [int(each.id) for each in kept[:KEPT_FROM_THE_START]] == list(range(KEPT_FROM_THE_START))
    assert kept[-1].id == str(MAX_ENTRIES + 49)


def test_long_texts_make_room_too() -> None:
    text = "x" * MAX_ENTRY_CHARACTERS
    kept, dropped = bounded([entry(number, text) for number in range(40)])
    assert len(kept) + dropped == 40
    assert kept[-1].id == "39"
    assert len(kept) == KEPT_FROM_THE_START + 1 or sum(len(each.text) for each in kept) <= MAX_CHARACTERS


def test_a_text_is_clipped_and_says_so() -> None:
    assert entry_text("x" * (MAX_ENTRY_CHARACTERS + 1)) == {"text": "x" * MAX_ENTRY_CHARACTERS, "clipped": True}
    assert entry_text("short") == {"text": "short", "clipped": False}
