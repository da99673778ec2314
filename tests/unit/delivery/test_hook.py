"""A reply as a webhook: signed so that the reference takes it, and every answer understood."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from schemas import webhooks
from schemas.events.message import Attachment
from schemas.sending import Later, Refused, Sent
from services.delivery.domain import hook
from tests.unit.delivery.replies import NOW, piece

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
KEY = webhooks.key_of(SECRET)


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_the_reference_takes_what_we_sign(text: str) -> None:
    queued = piece(text=text)
    now = datetime.now(UTC)
    content = hook.body(queued, now)
    document = Webhook(SECRET).verify(content, webhooks.signed(queued.id, KEY, content, now))
    assert document["type"] == "reply.created"
    assert document["data"]["text"] == text


def test_the_id_is_the_replys_and_the_signature_the_attempts() -> None:
    content = hook.body(piece(), NOW)
    first, second = (webhooks.signed(piece().id, KEY, content, NOW + timedelta(seconds=n)) for n in (0, 60))
    assert first["webhook-id"] == second["webhook-id"] == "reply-1"
    assert first["webhook-signature"] != second["webhook-signature"]


def test_what_the_receiver_gets_is_complete() -> None:
    manual = Attachment(url="https://media.moccarel.example/lid.mp4", media_type="video/mp4", name="The lid")
    assert json.loads(hook.body(piece(attachments=(manual,)), NOW)) == {
        "type": "reply.created",
        "timestamp": "2026-11-22T12:00:00Z",
        "data": {
            "reply_id": "reply-1",
            "case_id": "case-1",
            "conversation": "conversation-1",
            "recipient_id": "customer-1",
            "in_reply_to": "<question-1@example.org>",
            "text": "Turn the lid until it clicks.\n^AL",
            "part": 1,
            "parts": 1,
            "attachments": [
                {
                    "url": "https://media.moccarel.example/lid.mp4",
                    "media_type": "video/mp4",
                    "name": "The lid",
                    "alt": "",
                }
            ],
            "language": "en",
            "kind": "answer",
            "signature": "^AL",
            "author": "ada",
        },
    }


def test_a_message_of_several_says_which_it_is_and_has_an_id_of_its_own() -> None:
    second = piece(2, parts=("one 1/2", "two 2/2"), attachments=(Attachment(url="https://media.example/lid.png"),))
    data = json.loads(hook.body(second, NOW))["data"]
    assert (data["text"], data["part"], data["parts"], data["attachments"]) == ("two 2/2", 2, 2, [])
    assert webhooks.signed(second.id, KEY, b"{}", NOW)["webhook-id"] == "reply-1-2"
    assert hook.judged(second, 200, None, b"", NOW) == Sent("reply-1-2")


def test_a_reply_goes_to_the_conversation_that_the_customer_reads() -> None:
    """A merged case answers each customer where they wrote (M4)."""
    assert json.loads(hook.body(piece(to_conversation="other"), NOW))["data"]["conversation"] == "other"


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_sent(status: int) -> None:
    assert hook.judged(piece(), status, None, b"", NOW) == Sent("reply-1")


@pytest.mark.parametrize(
    ("answer", "receipt"),
    [
        (b'{"id": "tweet-9"}', "tweet-9"),
        (b'{"id": 9}', "reply-1"),
        (b'{"id": "a\\nb"}', "reply-1"),
        (b'{"id": "' + b"x" * 201 + b'"}', "reply-1"),
        (b"[1]", "reply-1"),
        (b"[" * 4000, "reply-1"),
        (b"\xff", "reply-1"),
    ],
)
def test_the_channels_own_id_is_kept_where_it_gives_one(answer: bytes, receipt: str) -> None:
    assert hook.judged(piece(), 200, None, answer, NOW) == Sent(receipt)


@pytest.mark.parametrize("status", [300, 301, 302, 307, 400, 401, 403, 404, 409, 410, 422])
def test_a_refusal_is_final(status: int) -> None:
    assert isinstance(hook.judged(piece(), status, "60", b"no", NOW), Refused)


@pytest.mark.parametrize("status", [408, 425, 500, 501, 502, 504, 520])
def test_trouble_is_tried_again(status: int) -> None:
    outcome = hook.judged(piece(), status, None, b"oops", NOW)
    assert isinstance(outcome, Later)
    assert (outcome.after_seconds, outcome.whole_channel, outcome.may_have_arrived) == (None, False, True)


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_for_a_pause_gets_one_for_the_whole_channel(status: int) -> None:
    outcome = hook.judged(piece(), status, "120", b"", NOW)
    assert isinstance(outcome, Later)
    assert (outcome.after_seconds, outcome.whole_channel, outcome.may_have_arrived) == (120, True, False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        ("17", 17),
        ("9" * 400, 10**7),
        ("-5", None),
        ("soon", None),
        ("1.5", None),
        ("٣", None),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("Fri, 31 Dec 9999 23:59:59 -1200", 10**7),
        ("Sun, 22 Nov 2026 12:01:00 -0000", 60),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert webhooks.seconds_to_wait(header, NOW) == seconds


@given(st.integers(100, 999), st.none() | st.text(), st.binary(max_size=300))
def test_no_answer_raises(status: int, retry_after: str | None, answer: bytes) -> None:
    outcome = hook.judged(piece(), status, retry_after, answer, NOW)
    reason = getattr(outcome, "reason", "")
    assert reason.isprintable()
    assert len(reason) <= 300


@pytest.mark.parametrize("url", ["https://replies.example/hook", "http://127.0.0.1:8080/a?b=c"])
def test_an_address_to_post_to(url: str) -> None:
    assert webhooks.checked_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "replies.example",
        "ftp://x.example/",
        "file:///etc/passwd",
        "https://",
        "https://u:p@x.example",
        "http://x:y",
    ],
)
def test_what_is_no_address_to_post_to(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the sentences are for the operator
        webhooks.checked_url(url)


def test_a_secret_that_can_not_sign() -> None:
    for secret in ("", "whsec_", "whsec_!!"):
        with pytest.raises(ValueError, match="it is"):
            webhooks.key_of(secret)
