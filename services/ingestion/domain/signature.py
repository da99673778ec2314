"""Whether a webhook is authentic, by the Standard Webhooks specification (version v1: HMAC-SHA256 with a shared secret).

Works on raw bytes throughout, so that no header or body, however hostile, can make it raise.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(minutes=5)
SECRET_PREFIX = "whsec_"  # noqa: S105 - the specification's prefix, no secret
SECRET_BYTES = range(24, 65)
MAX_ID_BYTES = 256
MAX_SIGNATURES = 32

_TIMESTAMP = re.compile(rb"[0-9]{1,11}")


def parse_secrets(text: str) -> tuple[bytes, ...]:
    """The keys in a setting: one secret or, while they are being changed, several with spaces between.

    Raises ValueError, without the secret in it.
    """
    keys = tuple(_key(word) for word in text.split())
    if not keys:
        raise ValueError("it is empty")
    return keys


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"it is not {SECRET_PREFIX} followed by base64") from None
    if len(key) not in SECRET_BYTES:
        raise ValueError(f"it holds {len(key)} bytes; a secret has {SECRET_BYTES[0]} to {SECRET_BYTES[-1]}")
    return key


def why_refused(
    keys: Sequence[bytes],
    webhook_id: bytes | None,
    timestamp: bytes | None,
    signatures: bytes | None,
    body: bytes,
    now: datetime,
) -> str | None:
    """None for an authentic webhook; otherwise why it is not taken. The arguments are the three headers as they came."""
    if not webhook_id or not timestamp or not signatures:
        return "the headers webhook-id, webhook-timestamp and webhook-signature are needed"
    if len(webhook_id) > MAX_ID_BYTES:
        return f"webhook-id has more than {MAX_ID_BYTES} bytes"
    if not _TIMESTAMP.fullmatch(timestamp):
        return "webhook-timestamp is not a number of seconds"
    if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > TOLERANCE:
        return "webhook-timestamp is more than 5 minutes off"
    candidates = signatures.split(b" ", MAX_SIGNATURES)[:MAX_SIGNATURES]
    content = b".".join((webhook_id, timestamp, body))
    matched = False
    for key in keys:
        expected = b"v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256))
        for candidate in candidates:
            # No early end: the time taken tells nothing about which one matched, or how far.
            matched |= hmac.compare_digest(expected, candidate)
    return None if matched else "no signature in webhook-signature fits"
