"""Standard Webhooks, the sending side: the secret, the address, the signature, and how long a receiver wants us to wait."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

SECRET_PREFIX = "whsec_"  # noqa: S105 - the specification's prefix, no secret
WAIT_LIMIT_SECONDS = 10.0**7


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
    """The address as it is. Raises ValueError when it is not one that can be posted to."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it is not an http or https address")
    if parts.username or parts.password:
        raise ValueError("it has a user name in it; what we post is authenticated by its signature")
    _ = parts.port  # raises ValueError
    return url


def signed(id: str, key: bytes, content: bytes, now: datetime) -> dict[str, str]:
    """The headers of one attempt. The id is the same on every attempt: by it the receiver recognises a repetition."""
    seconds = str(int(now.timestamp()))
    signature = base64.b64encode(hmac.digest(key, f"{id}.{seconds}.".encode() + content, hashlib.sha256)).decode()
    return {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": seconds,
        "webhook-signature": f"v1,{signature}",
    }


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
