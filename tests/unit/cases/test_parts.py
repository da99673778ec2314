"""A long text leaves as several messages in order, where the channel's custom allows it (V2, V6, I6)."""

import re

import pytest
import regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from services.cases.domain.parts import split

MARK = re.compile(r" (\d+)/(\d+)\Z")
FLAG, FAMILY, ACCENTS = "🇳🇱", "👩‍👩‍👧‍👦", "e\u0301\u0323"  # fmt: skip
LINK = "https://moccarel.example/help/lid?x=1#step-2"


def words_of(parts: tuple[str, ...], signature: str) -> list[str]:
    """The pieces without signature and marks; fails when either is not where it belongs."""
    last = f"\n{signature}" if signature else ""
    assert parts[-1].endswith(last)
    pieces = [*parts[:-1], parts[-1].removesuffix(last)]
    if len(pieces) == 1:
        return pieces
    marks = [MARK.search(piece) for piece in pieces]
    assert [mark and mark.group() for mark in marks] == [f" {n}/{len(pieces)}" for n in range(1, len(pieces) + 1)]
    return [MARK.sub("", piece) for piece in pieces]


def clusters(text: str) -> list[str]:
    return [each for each in regex.findall(r"\X", text) if not each.isspace()]


LATIN, OTHERS = ["een", "lid.", "x", "a" * 90, LINK, ACCENTS], ["☕", FLAG, FAMILY, "مرحبا", "שלום", "你好。请打开盖子"]
word = st.sampled_from(LATIN + OTHERS)
space = st.sampled_from([" ", "\n", "\n\n", "\r\n", "  ", "\u3000", "\u00a0", ""])
texts = st.lists(st.tuples(word, space), max_size=60).map(lambda pairs: "".join(a + b for a, b in pairs)) | st.text()
signatures = st.sampled_from(["", "^AL", "Ada Lovelace\nMoccarel"])


@settings(max_examples=300)
@given(texts, st.integers(90, 300), signatures)
@example("x" * 10_000, 280, "^AL")
@example(f"{FAMILY}{FLAG}{ACCENTS}" * 300, 280, "^AL")
@example("盖子" * 900, 140, "^AL")
@example("مرحبا بك في موكاريل " * 80, 280, "^AL")
@example(" \u0301" * 400, 90, "")
def test_nothing_is_lost_torn_or_too_long(text: str, limit: int, signature: str) -> None:
    links = re.findall(r"https:[!-~]+", text)
    assume(all(len(each) <= limit - 40 for each in [*clusters(text), *links]))
    parts = split(text, limit, signature)
    assert all(len(part) <= limit for part in parts)
    assert parts == split(text, limit, signature)
    pieces = words_of(parts, signature)
    assert [each for piece in pieces for each in clusters(piece)] == clusters(text)
    if "。" not in text and all(len(each) < limit - 40 for each in text.split()):
        assert [each for piece in pieces for each in piece.split()] == text.split()


@given(st.lists(st.sampled_from([LINK, f"({LINK}).", "of", "盖子", "w" * 200]), min_size=30), st.integers(120, 280))
def test_a_link_is_never_torn(words: list[str], limit: int) -> None:
    pieces = words_of(split(" ".join(words), limit, "^AL"), "^AL")
    assert sum(piece.count(LINK) for piece in pieces) == " ".join(words).count(LINK)


def test_a_link_in_a_text_without_spaces_is_not_torn_either() -> None:
    text = "请看这里" * 30 + LINK + "打开盖子" * 30
    assert sum(part.count(LINK) for part in split(text, 140, "^AL")) == 1


def test_a_text_that_fits_is_one_message_as_it_was_signed() -> None:
    assert split("Turn the lid.", 280, "^AL") == ("Turn the lid.\n^AL",)
    assert split("x" * 276, 280, "^AL") == ("x" * 276 + "\n^AL",)
    assert len(split("x" * 277, 280, "^AL")) == 2
    assert split("  Turn the lid.\n", 280, "") == ("Turn the lid.",)


def test_only_the_last_message_is_signed() -> None:
    assert split("one two three four", 14, "^AL") == ("one two 1/3", "three 2/3", "four 3/3\n^AL")


def test_it_parts_after_a_paragraph_then_a_sentence_then_a_word() -> None:
    sentence = "The lid of your machine has to click. "
    assert split(sentence * 2 + "\n\n" + sentence * 2, 110, "")[0] == (sentence * 2).strip() + " 1/2"
    assert split(sentence * 4, 110, "")[0] == (sentence * 2).strip() + " 1/2"
    assert split("word " * 40, 52, "")[0] == ("word " * 9).strip() + " 1/5"
    assert split("你好吗" * 10 + "。" + "请打开盖子" * 10, 60, "")[0] == "你好吗" * 10 + "。 1/2"


def test_a_greeting_is_no_message_of_its_own() -> None:
    text = "Hi Bo,\n\n" + "the lid of your machine has to click before it starts " * 8
    assert len(split(text, 280, "^AL")[0]) > 140


def test_ten_messages_and_more_leave_room_for_their_marks() -> None:
    parts = split("lid " * 700, 280, "^AL")
    assert parts[0].endswith(f" 1/{len(parts)}")
    assert len(parts) > 9
    assert max(len(part) for part in parts[:-1]) <= 280


@pytest.mark.parametrize(
    ("text", "limit", "named"),
    [
        ("Turn the lid.", 6, "too small for"),
        (f"See {LINK}{'x' * 300} there", 280, "https://moccarel.example/help"),
        ("e" + "\u0301" * 300, 280, "too small for"),
        ("Turn", 3, "too small for"),
        ("", 3, "too small for"),
    ],
)
def test_a_limit_too_small_is_refused_with_what_does_not_fit(text: str, limit: int, named: str) -> None:
    with pytest.raises(ValueError, match=re.escape(named)):
        split(text, limit, "^Lovelace")
