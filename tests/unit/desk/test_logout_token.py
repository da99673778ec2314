"""What a logout token has to say, and what it must not."""

from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc.errors import JoseError

from services.desk.gateway.logout_token import EVENT, SignedOut, signed_out

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
TOLD: dict[str, Any] = {
    "iss": "https://id.example",
    "aud": ["casekeeper", "another"],
    "iat": SECONDS,
    "exp": SECONDS + 120,
    "jti": "t-1",
    "events": {EVENT: {}},
    "sub": "u-1",
    "sid": "s-1",
}


def _read(typ: str | None = "logout+jwt", **changed: Any) -> SignedOut:
    claims = {name: value for name, value in (TOLD | changed).items() if value is not None}
    header = {"alg": "RS256"} | ({"typ": typ} if typ else {})
    return signed_out(header, claims, issuer="https://id.example", client_id="casekeeper", now=NOW, leeway_seconds=60)


@pytest.mark.parametrize("typ", ["logout+jwt", "application/logout+jwt", "JWT", None])
def test_a_whole_one_names_person_and_session(typ: str | None) -> None:
    read = _read(typ)
    assert (read.token, read.subject, read.session) == ("t-1", "u-1", "s-1")
    assert read.until == datetime.fromtimestamp(SECONDS + 180, UTC)


def test_one_of_the_two_is_enough() -> None:
    assert (_read(sid=None).subject, _read(sid=None).session) == ("u-1", "")
    assert (_read(sub=None).subject, _read(sub=None).session) == ("", "s-1")


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"iat": None},
        {"iat": SECONDS + 61},
        {"exp": None},
        {"exp": SECONDS - 61},
        {"exp": SECONDS + 2 * 86_400},
        {"exp": float("inf")},
        {"jti": None},
        {"jti": ""},
        {"jti": 7},
        {"events": None},
        {"events": {}},
        {"events": [EVENT]},
        {"events": {EVENT: True}},
        {"events": {"http://schemas.openid.net/event/another": {}}},
        {"nonce": "n"},
        {"nonce": ""},
        {"sub": None, "sid": None},
        {"sub": "", "sid": ""},
        {"sub": 7},
        {"sid": 7},
        {"typ": "at+jwt"},
    ],
    ids=str,
)
def test_anything_else_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises((JoseError, ValueError, OverflowError)):
        _read(**changed)
