"""The organisation's identity provider, by OpenID Connect: authorization code with PKCE, and an id token that is verified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from services.chassis.certificates import certificates
from services.chassis.errors import Problem
from services.chassis.logs import logger
from services.desk.gateway.logout_token import SignedOut, signed_out

TIMEOUT_SECONDS = 10.0
METADATA_FOR = timedelta(hours=1)
"""How long the provider's description and keys are not asked for again; a key that is not among them is asked for sooner."""
KEYS_FOR = timedelta(seconds=10)
"""So soon not even then: anybody may send a token that names a key which nobody has."""
LEEWAY_SECONDS = 60
"""How far the provider's clock and ours may be apart."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures by a key that only the provider has: none without one, and none by a secret that we share."""
CODE_FLOW = "authorization_code"
log = logger("desk")


@dataclass(frozen=True)
class Registration:
    """How the provider knows the desk. `claim` is the part of the id token that names the person."""

    issuer: str
    client_id: str
    client_secret: str
    scopes: str
    claim: str
    name: str
    """What people call the provider."""
    redirect_uri: str
    afterwards: str
    """Where the provider leads who has signed out there."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as the provider says."""

    name: str
    id_token: str
    subject: str
    """How the provider calls them."""
    session: str
    """How it calls the session there; empty where it does not say."""


class IdentityProvider:
    """One provider. Its methods raise Problem: 503 when it does not answer, 401 when what it says is not to be believed."""

    def __init__(self, registration: Registration) -> None:
        self.registration = registration
        self._described: dict[str, Any] = {}
        self._described_at: datetime | None = None
        self._keys: KeySet | None = None
        self._keys_at: datetime | None = None

    async def address(self, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Where somebody goes to say who they are."""
        described = await self._description(now)
        async with self._client(described) as client:
            address, _ = client.create_authorization_url(
                described["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce
            )
        return str(address)

    async def identity(self, query: Mapping[str, str], nonce: str, verifier: str, now: datetime) -> Identity:
        """Who came back with this query."""
        described = await self._description(now)
        if query.get("iss", described["issuer"]) != described["issuer"]:
            raise _refused("the answer is another provider's")  # RFC 9207
        if "error" in query or not query.get("code"):
            raise _refused(f"the provider says {query.get('error', 'nothing')[:60]!r}")
        token = await self._token(described, query["code"], verifier)
        claims = await self._verified(str(token.get("id_token", "")), str(token.get("access_token", "")), nonce, now)
        name = claims.get(self.registration.claim)
        if not isinstance(name, str) or not name.strip():
            raise _refused(f"the id token has no {self.registration.claim}")
        if self.registration.claim == "email" and claims.get("email_verified") in (False, "false"):
            raise _refused("the provider has not verified the mail address")
        session = claims.get("sid")
        return Identity(name, str(token["id_token"]), claims["sub"], session if isinstance(session, str) else "")

    async def signed_out(self, logout_token: str, now: datetime) -> SignedOut:
        """Whose sessions are over, as the provider itself says."""
        known = self.registration
        try:
            decoded = await self._decoded(logout_token, now)
            return signed_out(
                decoded.header,
                decoded.claims,
                issuer=known.issuer,
                client_id=known.client_id,
                now=now,
                leeway_seconds=LEEWAY_SECONDS,
            )
        except (JoseError, ValueError, TypeError, OverflowError) as error:
            raise _refused(f"the logout token is not valid: {error}") from error

    async def farewell(self, id_token: str, now: datetime) -> str:
        """Where somebody signs out at the provider too; empty for a provider without such a place."""
        described = await self._description(now)
        if not described.get("end_session_endpoint"):
            return ""
        known = self.registration
        asked = {"client_id": known.client_id, "post_logout_redirect_uri": known.afterwards, "id_token_hint": id_token}
        return str(add_params_to_uri(described["end_session_endpoint"], [each for each in asked.items() if each[1]]))

    async def _token(self, described: Mapping[str, Any], code: str, verifier: str) -> Mapping[str, Any]:
        try:
            async with self._client(described) as client:
                found = await client.fetch_token(
                    described["token_endpoint"], code=code, code_verifier=verifier, grant_type=CODE_FLOW
                )
        except httpx2.HTTPError as error:
            raise _away(error) from error
        except (AuthlibBaseError, ValueError) as error:
            raise _refused(f"the provider does not take the code: {getattr(error, 'error', '')}") from error
        return dict(found)

    async def _verified(self, id_token: str, access_token: str, nonce: str, now: datetime) -> Mapping[str, Any]:
        """The id token's claims, of this provider, for this desk, for this sign-in, now."""
        registration = self.registration
        wanted = {
            "iss": {"essential": True, "value": registration.issuer},
            "aud": {"essential": True, "value": registration.client_id},
        }
        known = {"nonce": nonce, "client_id": registration.client_id, "access_token": access_token}
        try:
            decoded = await self._decoded(id_token, now)
            claims = CodeIDToken(decoded.claims, decoded.header, wanted, known)
            claims.validate(int(now.timestamp()), LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused(f"the id token is not valid: {error}") from error
        return dict(claims)

    async def _decoded(self, token: str, now: datetime) -> jwt.Token:
        """Raises JoseError or ValueError for a token that the provider has not signed."""
        described = await self._description(now)
        offered = described.get("id_token_signing_alg_values_supported") or ["RS256"]
        algorithms = [each for each in ALGORITHMS if each in offered]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        keys = self._keys or await self._key_set(described, now)
        try:
            return jwt.decode(token, keys, registry=registry)
        except InvalidKeyIdError:
            if self._keys_at and now - self._keys_at < KEYS_FOR:
                raise
            return jwt.decode(token, await self._key_set(described, now), registry=registry)

    async def _key_set(self, described: Mapping[str, Any], now: datetime) -> KeySet:
        try:
            keys = KeySet.import_key_set(cast("KeySetSerialization", await self._get(described["jwks_uri"])))
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise _away(error) from error
        self._keys, self._keys_at = keys, now
        return keys

    async def _description(self, now: datetime) -> Mapping[str, Any]:
        if self._described_at is None or now - self._described_at >= METADATA_FOR:
            issuer = self.registration.issuer
            found = await self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise _away(f"it calls itself {str(found.get('issuer'))[:200]!r}, not {issuer!r}")
            secure = issuer.startswith("https://")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint"):
                place = str(found.get(name, "" if name != "end_session_endpoint" else issuer))
                if not place.startswith("https://" if secure else "http"):
                    raise _away(f"its {name} is no address to be trusted")
            self._described, self._described_at, self._keys = found, now, None
        return self._described

    async def _get(self, address: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, verify=certificates()) as client:
                answer = await client.get(address)
                answer.raise_for_status()
                return dict(answer.json())
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError) as error:
            raise _away(error) from error

    def _client(self, described: Mapping[str, Any]) -> AsyncOAuth2Client:
        registration = self.registration
        methods = described.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return AsyncOAuth2Client(
            registration.client_id,
            registration.client_secret or None,
            token_endpoint_auth_method=method if registration.client_secret else "none",
            scope=registration.scopes,
            redirect_uri=registration.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            verify=certificates(),
        )


def _away(reason: object) -> Problem:
    log.warning("the identity provider can not be used", reason=str(reason) or repr(reason))
    return Problem(503, "identity-provider-away", "the organisation's sign-in does not answer as it should")


def _refused(reason: str) -> Problem:
    log.warning("the identity provider's word is refused", reason=reason)
    return Problem(401, "identity-refused", "the organisation's sign-in did not confirm who you are")
