"""A real identity provider in the test's process, made strict (it holds clients to PKCE) and able to lie."""

import base64
import hashlib
import json
import secrets
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import flask
import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

with warnings.catch_warnings():  # what it is made of has moved on; what it says on the wire has not
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User
    from oidc_provider_mock import app as provider_app
    from oidc_provider_mock._storage import storage

VIEWS = "oidc-provider-mock."
SIGNED_OUT = "http://schemas.openid.net/event/backchannel-logout"
CLIENT, SECRET = "casekeeper-desk", "between-desk-and-provider"


@dataclass
class Provider:
    """Where it is, and how it lies."""

    issuer: str = ""
    lies: dict[str, Any] = field(default_factory=dict)
    """Claims of its id tokens that are not as they should be; None: left out."""
    forges: bool = False
    """Whether it signs with a key that it does not publish."""
    says_of_itself: dict[str, Any] = field(default_factory=dict)
    """In its description, other than the truth; None: left out."""
    challenges: dict[str, str] = field(default_factory=dict)
    """By code."""
    key: RSAKey | None = None
    """With which it signs; known once somebody has signed in."""

    def logout_token(self, *, key: RSAKey | None = None, typ: str = "logout+jwt", **changed: Any) -> str:
        """What it sends when somebody has signed out there; claims that are None are left out."""
        now = int(time.time())
        told = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": secrets.token_hex(8)}
        claims = told | {"events": {SIGNED_OUT: {}}} | changed
        signing = key or self.key
        assert signing
        said = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode({"alg": "RS256", "typ": typ}, said, signing)

    async def approve(self, address: str, person: str) -> str:
        """Somebody signs in there, at the address to which the desk sent them; where they are led back to."""
        async with httpx2.AsyncClient(trust_env=False) as browser:
            answer = await browser.post(address, data={"sub": person})
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


@contextmanager
def identity_provider(people: Mapping[str, Mapping[str, Any]]) -> Iterator[Provider]:
    """Runs one that knows these people, by subject with their claims."""
    provider = Provider()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        app = provider_app(user_claims=[User(sub=sub, claims=dict(claims)) for sub, claims in people.items()])
    for name, changed in (("authorize", _noting), ("issue_token", _strict), ("openid_config", _describing)):
        app.view_functions[VIEWS + name] = changed(app.view_functions[VIEWS + name], provider)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.log = lambda *_: None  # type: ignore[method-assign]
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


View = Callable[[], flask.typing.ResponseReturnValue]


def _noting(view: View, provider: Provider) -> View:
    def authorize() -> flask.Response:
        response = _quietly(view)
        code = dict(parse_qsl(urlsplit(response.headers.get("location", "")).query)).get("code")
        if code:
            assert flask.request.args["code_challenge_method"] == "S256"
            provider.challenges[code] = flask.request.args["code_challenge"]
        return response

    return authorize


def _strict(view: View, provider: Provider) -> View:
    def issue_token() -> flask.Response:
        form = flask.request.form
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != provider.challenges.get(form.get("code", "")):
            return flask.make_response({"error": "invalid_grant"}, 400)
        client = flask.request.authorization
        if client is None or (client.username, client.password) != (CLIENT, SECRET):
            return flask.make_response({"error": "invalid_client"}, 401)
        response = _quietly(view)
        return _lying(response, provider) if response.status_code == 200 else response

    return issue_token


def _lying(response: flask.Response, provider: Provider) -> flask.Response:
    body = response.get_json()
    provider.key = RSAKey.import_key(storage.jwk.as_dict(is_private=True))
    _header, payload, _signature = body["id_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    claims = {name: value for name, value in (claims | provider.lies).items() if value is not None}
    signing = RSAKey.generate_key(2048) if provider.forges else provider.key
    return flask.make_response(body | {"id_token": jwt.encode({"alg": "RS256"}, claims, signing)})


def _describing(view: View, provider: Provider) -> View:
    def openid_config() -> flask.Response:
        body = _quietly(view).get_json() | provider.says_of_itself
        return flask.make_response({name: value for name, value in body.items() if value is not None})

    return openid_config


def _quietly(view: View) -> flask.Response:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return flask.make_response(view())


def query_of(address: str) -> dict[str, Sequence[str]]:
    return dict(parse_qs(urlsplit(address).query))
