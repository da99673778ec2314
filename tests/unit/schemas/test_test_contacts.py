"""The mark of test contacts: only who has the secret makes it, and it holds on one channel (F11)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, TypeAdapter, ValidationError

from schemas.test_contacts import Key, author_id, is_test_author

KEY = "a secret of more than 24 characters"
words = st.text(min_size=1, max_size=20)


@given(brand=words, channel=words, slot=words)
def test_what_the_key_made_is_recognised_on_its_channel_only(brand: str, channel: str, slot: str) -> None:
    made = author_id(KEY, brand, channel, slot)
    assert is_test_author(KEY, brand, channel, made)
    assert author_id(KEY, brand, channel, slot) == made
    assert not is_test_author(KEY, brand, channel + "x", made)
    assert not is_test_author(KEY, brand + "x", channel, made)
    assert not is_test_author(KEY + "x", brand, channel, made)
    assert not is_test_author("", brand, channel, made)


@given(author=st.text(max_size=40) | st.text("0123456789abcdef", min_size=32, max_size=32))
def test_what_others_call_themselves_is_no_mark(author: str) -> None:
    assert not is_test_author(KEY, "moccarel", "social", author)


@given(slot=words, place=st.integers(0, 31))
def test_a_mark_that_was_changed_is_none(slot: str, place: int) -> None:
    made = author_id(KEY, "moccarel", "social", slot)
    changed = made[:place] + ("1" if made[place] == "0" else "0") + made[place + 1 :]
    assert not is_test_author(KEY, "moccarel", "social", changed)


def test_every_slot_is_somebody_else_and_nobody_looks_like_a_test() -> None:
    made = {author_id(KEY, "moccarel", "social", str(slot)) for slot in range(500)}
    assert len(made) == 500
    assert not any("test" in each for each in made)


def test_a_short_key_is_refused() -> None:
    keys: TypeAdapter[SecretStr] = TypeAdapter(Key)
    assert keys.validate_python("").get_secret_value() == ""
    assert keys.validate_python(KEY).get_secret_value() == KEY
    with pytest.raises(ValidationError, match="at least 24 characters"):
        keys.validate_python("short")
