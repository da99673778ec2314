"""A reply as a webhook: what is posted, how it is signed (Standard Webhooks), and what the answer means."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from services.delivery.domain.outcome import Later, Outcome, Refused, Sent, readable
from services.delivery.domain.piece import Piece

SECRET_PREFIX = "whsec_"  # noqa: S105 - the specification's prefix, no secret
WAIT_LIMIT_SECONDS = 10.0**7
RECEIPT_CHARACTERS = 200
_AGAIN = (408, 425)
_PAUSE = (429, 503)


def key_of(secret: str) -> bytes:
    """The key to sign with: the first, where a setting holds several while they are being changed.

    Raises ValueError, without the secret in it.
    """
    words = secret.split()
    try:
        key = base64.b64decode(words[0].removeprefix(SECRET_PREFIX), validate=True) if words else b""
    except ValueError:
        raise ValueError(f"it is not {SECRET_PREFIX} followed by base64") from None
    if not key:
        raise ValueError("it is empty")
    return key


def checked_url(url: str) -> str:
    """The address as it is. Raises ValueError when it is not one that a reply can be posted to."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is not an http or https address")
    if parts.username or parts.password:
        raise ValueError("it has a user name in it; replies are authenticated by their signature")
    _ = parts.port  # raises ValueError
    return url


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


def headers(piece: Piece, key: bytes, content: bytes, now: datetime) -> dict[str, str]:
    """The signature. The id is the message's, on every attempt: by it the receiver recognises a repetition."""
    seconds = str(int(now.timestamp()))
    signed = f"{piece.id}.{seconds}.".encode() + content
    signature = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return {
        "content-type": "application/json",
        "webhook-id": piece.id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature}",
    }


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


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """What a Retry-After header asks for: seconds, or a date. None when there is none that can be understood."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return min(float(retry_after[:9]), WAIT_LIMIT_SECONDS)
    try:
        until = parsedate_to_datetime(retry_after)
        return min(max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0), WAIT_LIMIT_SECONDS)
    except (ValueError, OverflowError):
        return None


def _receipt(answer: bytes) -> str:
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError):
        return ""
    id = document.get("id") if isinstance(document, dict) else None
    return id if isinstance(id, str) and id.isprintable() and len(id) <= RECEIPT_CHARACTERS else ""


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
