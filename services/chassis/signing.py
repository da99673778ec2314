"""The secret with which a service signs what it gives away: links, sessions."""

import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from services.chassis.errors import Unavailable
from services.chassis.mongo import Database

KEYS = "keys"
SIGNING_KEY = "signing"


async def signing_secret(database: Database, configured: str) -> str:
    """The configured secret, or the one made when this store was new: what was signed outlives restarts. Raises Unavailable."""
    if configured:
        return configured
    await database.insert(KEYS, [{"_id": SIGNING_KEY, "value": secrets.token_urlsafe(48)}])
    rows = await database.rows(KEYS, {"_id": SIGNING_KEY})
    if not rows:
        raise Unavailable("the document store lost the signing secret it was just given")
    return str(rows[0]["value"])


class Links:
    """Links to pages without a log-in. Each names one thing and is good for one purpose, so that nobody can make one.

    They say nothing of how long they hold: what they name does.
    """

    def __init__(self, url: str, purpose: str) -> None:
        """`url` is where the pages begin; the link's own part is the last of the address."""
        self._url = url.rstrip("/")
        self._purpose = purpose
        self._secret = ""

    def use(self, secret: str) -> None:
        """The secret; known only once the store is there."""
        self._secret = secret

    def link(self, named: str) -> str:
        """The address of this thing's page; always the same."""
        return f"{self._url}/{self._serializer().dumps(named)}"

    def named(self, token: str) -> str | None:
        """What a link names; None for one that we did not make, or made for something else."""
        try:
            named = str(self._serializer().loads(token))
        except BadSignature:
            return None
        return named if self._serializer().dumps(named) == token else None  # signatures are read leniently

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt=self._purpose)
