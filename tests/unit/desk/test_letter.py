"""What of a dead letter is shown to whom (I4, M3)."""

import json

from services.desk.domain.letter import brand_of, error_shown, shown

VALUE = json.dumps(
    {
        "case_id": "c1",
        "opened_at": "2026-11-22T12:00:00Z",
        "customer": {"id": "@sam", "name": "Sam", "address": "sam@example.com"},
        "message": {"id": "m1", "brand": "moccarel", "text": "I am Sam, call +31 6 12345678", "reach": 12},
        "attachments": [{"url": "https://example.com/sam.png", "media_type": "image/png"}],
        "parts": ["Dear Sam", ""],
        "unheard_of": "Sam again",
        "author": "sam@example.com",
    }
).encode()


def test_an_operator_sees_how_it_is_built_and_no_word() -> None:
    text = shown(VALUE, words=False)
    for kept in (
        '"case_id": "c1"',
        '"opened_at": "2026-11-22T12:00:00Z"',
        '"brand": "moccarel"',
        '"reach": 12',
        "image/png",
    ):
        assert kept in text
    for word in ("Sam", "@sam", "12345678", "sam.png", "sam@example.com"):
        assert word not in text
    assert '"text": "••• 29 characters"' in text
    assert '"customer": "•••"' in text


def test_the_team_of_the_brand_reads_the_words_but_not_how_to_reach_the_customer() -> None:
    text = shown(VALUE, words=True)
    assert "I am Sam" in text
    assert "12345678" not in text
    assert "sam@example.com" not in text


def test_what_is_no_json_is_shown_to_nobody() -> None:
    for value in (b"\xff\x00 Sam", None, b"[" * 100_000):
        for words in (True, False):
            assert "Sam" not in shown(value, words=words)
            assert "no JSON" in shown(value, words=words)


def test_whose_it_is_is_read_from_the_event_or_its_message() -> None:
    assert brand_of(VALUE) == "moccarel"
    assert brand_of(b'{"brand": "pluvane"}') == "pluvane"
    for nobody in (b"{}", b"[]", b"not json", b'{"brand": 7}', b'{"message": "x"}', None):
        assert brand_of(nobody) == ""


def test_an_error_is_shown_without_what_it_quotes_of_a_customer() -> None:
    assert (
        error_shown("no brand 'pluvanne' for 'I am Sam' of sam@example.com")
        == "no brand 'pluvanne' for '…' of s•••@e•••.com"
    )
