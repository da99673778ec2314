"""Replies for tests of delivery."""

from datetime import UTC, datetime
from typing import Any

from schemas.events.reply import ReplyQueued
from services.delivery.domain.piece import Piece, texts

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def reply(**changes: Any) -> ReplyQueued:
    """A reply of the owner, as cases queues it."""
    plain: dict[str, Any] = {
        "case_id": "case-1",
        "conversation": "conversation-1",
        "brand": "moccarel",
        "reply_id": "reply-1",
        "kind": "answer",
        "author": "ada",
        "signature": "^AL",
        "text": "Turn the lid until it clicks.\n^AL",
        "language": "en",
        "channel": "mail",
        "recipient_id": "customer-1",
        "recipient_address": "bo@example.org",
        "in_reply_to": "<question-1@example.org>",
        "queued_at": NOW,
    }
    return ReplyQueued(**(plain | changes))


def piece(number: int = 1, **changes: Any) -> Piece:
    """One message of such a reply."""
    one = reply(**changes)
    return Piece(one, number, len(texts(one)), texts(one)[number - 1], one.in_reply_to)
