"""What may be in a body, what may not, and that the field is named."""

import contextlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas.events.message import MAX_TEXT_CHARACTERS
from schemas.ids import conversation_id, message_id
from services.ingestion.domain.accounts import Account
from services.ingestion.domain.normal import message, typed_on_the_web
from services.ingestion.domain.payload import Malformed, WebhookBody, WebMessage, WireMessage, parse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ACCOUNT = Account("moccarel", "reviews", "webhook", "public")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def data(**changes: Any) -> dict[str, Any]:
    plain = {
        "id": "m-1",
        "conversation": "c-1",
        "author": {"id": "a-1", "name": "Ada", "handle": "@ada", "address": "ada@example.org"},
        "text": "It leaks.",
        "sent_at": "2026-11-22T11:59:00Z",
    }
    return {name: value for name, value in (plain | changes).items() if value is not ...}


def body(**changes: Any) -> bytes:
    return json.dumps(
        {"type": "message.created", "timestamp": "2026-11-22T12:00:00Z", "data": data(**changes)}
    ).encode()


def refused(raw: bytes) -> Malformed:
    with pytest.raises(Malformed) as error:
        parse(WebhookBody, raw)
    return error.value


def test_a_message_is_brought_to_the_one_form() -> None:
    wire = parse(
        WebhookBody,
        body(reach=1200, reply_to="m-0", attachments=[{"url": "https://pictures.example/1.gif", "name": "leak"}]),
    ).data
    received = message(wire, ACCOUNT, NOW)
    assert received.id == message_id("moccarel", "reviews", "m-1")
    assert received.conversation == conversation_id("moccarel", "reviews", "c-1")
    assert (received.external_id, received.reply_to, received.reach) == ("m-1", "m-0", 1200)
    assert (received.author.name, received.author.address) == ("Ada", "ada@example.org")
    assert (received.visibility, received.received_at) == ("public", NOW)
    assert received.attachments[0].url == "https://pictures.example/1.gif"


def test_without_a_conversation_it_is_the_authors() -> None:
    received = message(parse(WebhookBody, body(conversation=...)).data, ACCOUNT, NOW)
    assert received.conversation == conversation_id("moccarel", "reviews", "a-1")


def test_what_the_channel_does_not_know_may_be_null_or_absent() -> None:
    raw = body(author={"id": "a", "name": None, "handle": None}, reach=None, reply_to=None)
    received = message(parse(WebhookBody, raw).data, ACCOUNT, NOW)
    assert (received.author.name, received.author.handle, received.reply_to) == ("", "", "")


@pytest.mark.parametrize(("told", "kept"), [("America/Sao_Paulo", "America/Sao_Paulo"), ("America/Atlantis", "")])
def test_a_time_zone_that_does_not_exist_is_left_out_and_the_message_taken(told: str, kept: str) -> None:
    raw = body(author={"id": "a", "time_zone": told})
    assert message(parse(WebhookBody, raw).data, ACCOUNT, NOW).author.time_zone == kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ...}, "data.id"),
        ({"id": ""}, "data.id"),
        ({"id": 7}, "data.id"),
        ({"id": "x" * 201}, "data.id"),
        ({"id": "a\0"}, "data.id"),
        ({"conversation": ""}, "data.conversation"),
        ({"author": ...}, "data.author"),
        ({"author": {}}, "data.author.id"),
        ({"author": {"id": "a", "name": "N\0"}}, "data.author.name"),
        ({"author": {"id": "a", "handle": "x" * 501}}, "data.author.handle"),
        ({"text": "nul \0 inside"}, "data.text"),
        ({"text": "x" * (MAX_TEXT_CHARACTERS + 1)}, "data.text"),
        ({"text": "😀" * (MAX_TEXT_CHARACTERS + 1)}, "data.text"),
        ({"text": ""}, "data.text"),
        ({"text": ...}, "data.text"),
        ({"text": ["a"]}, "data.text"),
        ({"sent_at": ...}, "data.sent_at"),
        ({"sent_at": "yesterday"}, "data.sent_at"),
        ({"sent_at": "2026-11-22T11:59:00"}, "data.sent_at"),
        ({"sent_at": "9999-12-31T23:59:59-10:00"}, "data.sent_at"),
        ({"sent_at": "0001-01-01T00:00:00+10:00"}, "data.sent_at"),
        ({"reach": -1}, "data.reach"),
        ({"reach": 10**30}, "data.reach"),
        ({"reach": 1.5}, "data.reach"),
        ({"attachments": [{"url": "javascript:alert(1)"}]}, "data.attachments.0.url"),
        ({"attachments": [{"url": "https://a b"}]}, "data.attachments.0.url"),
        ({"attachments": [{"url": "https://x.example"}] * 21}, "data.attachments"),
    ],
)
def test_the_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused(body(**changes)).field == field


def test_the_text_may_have_any_other_character() -> None:
    for text in (
        "😀",
        "مرحبا بالعالم",
        "\u202eעברית\u202c",
        "a\u0301\u0301\u0301",
        "\ufeff",
        "\t\r\n",
        "\x01\x7f",
        "\U0010ffff",
    ):
        assert parse(WebhookBody, body(text=text)).data.text == text


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1))
@example("x" * MAX_TEXT_CHARACTERS)
def test_any_text_without_nul_arrives_as_it_was_sent(text: str) -> None:
    assert message(parse(WebhookBody, body(text=text)).data, ACCOUNT, NOW).text == text


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"type":"message.created"} {}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"{}",
    ],
)
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    assert str(refused(raw))


def test_nesting_in_an_unknown_field_is_refused_too() -> None:
    deep = b'{"type":"message.created","extra":' + b"[" * 10_000 + b"]" * 10_000 + b"}"
    assert "recursion" in refused(deep).problem


@pytest.mark.parametrize("escape", [b"\\ud800", b"\\udc00", b"\\ud83d x"])
def test_half_a_surrogate_pair_is_refused(escape: bytes) -> None:
    assert refused(body(text="HERE").replace(b"HERE", escape)).field == "body"


def test_another_type_of_event_is_refused_by_name() -> None:
    assert refused(body().replace(b"message.created", b"message.deleted")).field == "type"


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_no_body_raises_anything_else(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(WebhookBody, raw)


@given(st.dictionaries(st.sampled_from(sorted(data(reach=1, reply_to="", attachments=[]))), JSON))
def test_no_field_raises_anything_else(changes: dict[str, Any]) -> None:
    with contextlib.suppress(Malformed):
        received = message(parse(WebhookBody, body(**changes)).data, ACCOUNT, NOW)
        assert received.text or received.attachments


def test_the_far_future_is_refused_and_a_clock_a_little_ahead_is_not() -> None:
    wire = parse(WebhookBody, body()).data
    ahead = wire.model_copy(update={"sent_at": NOW + timedelta(days=1)})
    assert message(ahead, ACCOUNT, NOW).sent_at == NOW + timedelta(days=1)
    with pytest.raises(Malformed, match="future"):
        message(wire.model_copy(update={"sent_at": NOW + timedelta(days=1, seconds=1)}), ACCOUNT, NOW)


def test_moments_are_kept_in_utc() -> None:
    zone = timezone(timedelta(hours=5, minutes=30))
    sent_at = datetime(2026, 11, 22, 10, tzinfo=zone)
    assert parse(WebhookBody, body(sent_at=sent_at.isoformat())).data.sent_at.utcoffset() == timedelta(0)


def test_the_pages_own_number_counts_within_a_conversation_only() -> None:
    def typed(conversation: str) -> str:
        raw = {
            "conversation": conversation,
            "author_id": "a",
            "author_name": "A",
            "text": "hi",
            "client_message_id": "1",
        }
        web = parse(WebMessage, json.dumps(raw).encode())
        return typed_on_the_web(web, ACCOUNT, NOW).id

    assert typed("c-1") == typed("c-1")
    assert typed("c-1") != typed("c-2")


def test_a_line_of_a_bulk_file_is_the_same_data() -> None:
    assert parse(WireMessage, json.dumps(data()).encode()) == parse(WebhookBody, body()).data
