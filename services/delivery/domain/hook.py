"""A reply as a webhook: what is posted, and what the answer means."""

import json
from datetime import UTC, datetime

from schemas.sending import Later, Outcome, Refused, Sent, readable
from schemas.webhooks import seconds_to_wait
from services.delivery.domain.piece import Piece

RECEIPT_CHARACTERS = 200
_AGAIN = (408, 425)
_PAUSE = (429, 503)


def body(piece: Piece, now: datetime) -> bytes:
    """What is posted. `conversation` is our id, `in_reply_to` the channel's own id of what it answers.

    A reply of several messages is posted as many times, `part` from 1 to `parts`, each after the one before was taken.
    """
    reply = piece.reply
    data = {
        "reply_id": reply.reply_id,
        "case_id": reply.case_id,
        "conversation": piece.conversation,
        "recipient_id": reply.recipient_id,
        "in_reply_to": piece.in_reply_to,
        "text": piece.text,
        "part": piece.number,
        "parts": piece.of,
        "attachments": [each.model_dump(mode="json") for each in piece.attachments],
        "language": reply.language,
        "kind": reply.kind,
        "signature": reply.signature,
        "author": reply.author,
    }
    document = {"type": "reply.created", "timestamp": _text(now), "data": data}
    return json.dumps(document, ensure_ascii=False).encode()


def judged(piece: Piece, status: int, retry_after: str | None, answer: bytes, now: datetime) -> Outcome:
    """What an answer means."""
    if 200 <= status < 300:
        return Sent(_receipt(answer) or piece.id)
    reason = readable(f"the receiver answered {status}: {answer[:1000].decode(errors='replace')}")
    if status >= 500 or status in _PAUSE or status in _AGAIN:
        wait = seconds_to_wait(retry_after, now)
        pause = status in _PAUSE
        return Later(reason, wait, whole_channel=pause and wait is not None, may_have_arrived=not pause)
    if 300 <= status < 400:
        return Refused(f"the receiver answered {status}: redirects are not followed")
    return Refused(reason)


def _receipt(answer: bytes) -> str:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    id = document.get("id") if isinstance(document, dict) else None
    return id if isinstance(id, str) and id.isprintable() and len(id) <= RECEIPT_CHARACTERS else ""


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
