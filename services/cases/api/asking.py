"""What a request says about itself: who acts, under which name, and on which version of the case."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Depends, Header, Request

from schemas.ids import derive
from services.chassis.errors import Problem
from services.chassis.ids import fresh

Relation = Literal["colleague", "owner", "cover", "specialist", "receiver", "coach", "lead", "integration"]
"""What somebody is to a case. colleague: anybody who serves its brand; specialist: one who was asked; receiver: one to whom
it is offered; integration: a bridge to another system."""
INTEGRATION = "integration:"
"""Before the name of an integration that acts, as in `integration:crm`."""
DECLARED = "__may__"
SAFE_METHODS = ("GET", "HEAD")
F = TypeVar("F", bound=Callable[..., Any])
_VERSION = re.compile(r'"(\d{1,15})"')


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and the name of the command: the same person's same key at the same address is the same command."""

    person: str
    command: str
    fingerprint: str = ""
    """Of what the command says: one name has one meaning."""
    versions: frozenset[int] | None = None
    """Versions of the case that it is meant for; none: any."""
    may: frozenset[Relation] = frozenset()
    """Who may do this, as the route says."""

    @property
    def cause(self) -> str:
        """The command as a document remembers it."""
        return f"{self.command}.{self.fingerprint}" if self.fingerprint else self.command

    @property
    def integration(self) -> str:
        """The integration's name; empty for a person."""
        return self.person.removeprefix(INTEGRATION) if self.person.startswith(INTEGRATION) else ""


def may(*who: Relation) -> Callable[[F], F]:
    """Declares who may use a route; below the route's decorator. The domain's rules say it in detail, and refuse first."""

    def declare(endpoint: F) -> F:
        setattr(endpoint, DECLARED, frozenset(who))
        return endpoint

    return declare


def declared(endpoint: Callable[..., Any]) -> frozenset[Relation]:
    """Who may use the route; nobody where it is not declared."""
    found: frozenset[Relation] = getattr(endpoint, DECLARED, frozenset())
    return found


async def _reader(
    request: Request,
    acting_person: Annotated[
        str, Header(min_length=1, max_length=200, description="The id of who acts; `integration:<id>` for a bridge.")
    ],
) -> Actor:
    actor = Actor(person=acting_person, command=fresh(), may=declared(request.scope["endpoint"]))
    if actor.integration and "integration" not in actor.may:
        raise Problem(403, "not-allowed", "an integration may read and add notes; this takes a person")
    await request.app.state.commands.require_known(actor)
    return actor


async def _actor(
    request: Request,
    reader: Annotated[Actor, Depends(_reader)],
    idempotency_key: Annotated[
        str, Header(max_length=255, description="The command's name. The same again has the effect and answer of once.")
    ] = "",
    if_match: Annotated[
        str, Header(max_length=500, description="Only if the case still has this version, as its ETag told it.")
    ] = "",
) -> Actor:
    if not idempotency_key and request.method not in SAFE_METHODS:
        raise Problem(400, "idempotency-key-missing", "a command needs the header Idempotency-Key, a name of its own")
    return Actor(
        person=reader.person,
        command=derive("command", request.url.path, reader.person, idempotency_key) if idempotency_key else fresh(),
        fingerprint=_fingerprint(await request.body(), request.url.query) if idempotency_key else "",
        versions=_versions(if_match),
        may=reader.may,
    )


def _fingerprint(body: bytes, query: str) -> str:
    """The same for bodies that say the same, however they are spaced and ordered."""
    try:
        told = json.dumps(json.loads(body), sort_keys=True).encode() if body else b""
    except (ValueError, RecursionError):
        told = body
    return hashlib.sha256(query.encode() + b"\n" + told).hexdigest()[:16]


def _versions(if_match: str) -> frozenset[int] | None:
    if if_match.strip() in ("", "*"):
        return None
    parts = [_VERSION.fullmatch(part.strip()) for part in if_match.split(",")]
    if not all(parts):
        text = 'If-Match takes versions as the ETag tells them, such as "3"'
        raise Problem(400, "invalid-request", text, errors=[{"field": "header.if-match", "problem": text}])
    return frozenset(int(part[1]) for part in parts if part)


Reading = Annotated[Actor, Depends(_reader)]
"""Who reads: nothing is changed, and no key is needed."""
Acting = Annotated[Actor, Depends(_actor)]
"""Who gives a command."""
