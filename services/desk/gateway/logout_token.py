"""What the identity provider says of a sign-out there: a logout token (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwt import JWTClaimsRegistry

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = ("logout+jwt", "application/logout+jwt", "jwt")
"""What its header may call it; a token that was made for something else is none. Nothing is said by some, too."""
LONGEST_VALID = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedOut:
    """Whose sessions are over: those of `session`, or all of `subject` when that is empty. One of them is given."""

    token: str
    """The token's own name: it counts once."""
    until: datetime
    """So long it is valid; UTC."""
    subject: str
    session: str


def signed_out(
    header: Mapping[str, Any],
    claims: Mapping[str, Any],
    *,
    issuer: str,
    client_id: str,
    now: datetime,
    leeway_seconds: int,
) -> SignedOut:
    """Who has signed out, by a token whose signature is the provider's. Raises JoseError or ValueError, with the reason."""
    if str(header.get("typ", "jwt")).lower() not in TYPES:
        raise ValueError(f"the token is a {str(header['typ'])[:60]!r}")
    wanted = JWTClaimsRegistry(
        int(now.timestamp()),
        leeway_seconds,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        iat={"essential": True},
        exp={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    )
    wanted.validate(dict(claims))
    if not _tells_of_it(claims["events"]):
        raise ValueError("it tells of something else than a sign-out")
    if "nonce" in claims:
        raise ValueError("it has a nonce, as id tokens have")
    subject, session = claims.get("sub", ""), claims.get("sid", "")
    if {type(subject), type(session)} != {str} or not (subject or session):
        raise ValueError("it names neither a person nor a session")
    if claims["exp"] > (now + LONGEST_VALID).timestamp():
        raise ValueError("it is valid for more than a day")
    until = datetime.fromtimestamp(claims["exp"] + leeway_seconds, UTC)
    return SignedOut(claims["jti"], until, subject, session)


def _tells_of_it(events: object) -> bool:
    return isinstance(events, dict) and isinstance(events.get(EVENT), dict)
