"""Personal data stays masked (M3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.message import Author
from schemas.masking import masked_text
from services.desk.domain.masking import as_read, profile
from tests.unit.desk.stories import Story
from tests.unit.desk.test_folding import folded


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("write to jonas.weber@example.org please", "write to j•••@e•••.org please"),
        ("call +31 6 12345678 tonight", "call ••• 78 tonight"),
        ("(020) 555-0123 is mine", "••• 23 is mine"),
        ("415-555-0123 or +1 (415) 555-0123", "••• 23 or ••• 23"),
        ("order 1234567890", "order 1234567890"),
        ("it cost 12.50 on 2026-11-20", "it cost 12.50 on 2026-11-20"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_addresses_and_numbers_become_unreadable(text: str, masked: str) -> None:
    assert masked_text(text) == masked


@given(st.text(max_size=200))
def test_any_text_can_be_masked(text: str) -> None:
    masked_text(text)


@given(st.emails())
def test_no_mail_address_comes_through(address: str) -> None:
    assert address not in masked_text(f"my address is {address}, thanks")


class TestProfile:
    author = Author(id="jonas@example.org", name="Jonas", handle="+31612345678", address="jonas@example.org")

    def test_shows_the_name_and_masks_the_rest(self) -> None:
        shown = profile(self.author, revealed=False)
        assert shown.masked
        assert shown.name == "Jonas"
        assert "jonas@" not in shown.model_dump_json()
        assert "612345" not in shown.model_dump_json()

    def test_is_whole_when_revealed(self) -> None:
        shown = profile(self.author, revealed=True)
        assert (shown.address, shown.handle, shown.masked) == ("jonas@example.org", "+31612345678", False)

    def test_says_when_there_is_nothing_to_reveal(self) -> None:
        assert not profile(Author(id="c1", name="Jonas"), revealed=False).masked


class TestACaseAsItIsRead:
    words = "write to jonas.weber@example.org or call +31 6 12345678"
    view = folded(
        Story()
        .opened()
        .wrote(words)
        .assigned()
        .asked(words, specialist="harry.carter")
        .answered(words, "harry.carter")
        .promised(words, 60)
        .replied(words)
        .events
    )

    def test_by_who_acts_is_whole(self) -> None:
        assert as_read(self.view, acting=True) == self.view

    def test_by_others_tells_nobody_how_to_reach_the_customer(self) -> None:
        seen = as_read(self.view, acting=False)
        told = seen.model_copy(update={"customer": None}).model_dump_json()
        assert "jonas.weber" not in told
        assert "12345678" not in told
        assert told.count("j•••@e•••.org") >= 6
