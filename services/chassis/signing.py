"""The secret with which a service signs what it gives away: links, sessions."""

import secrets

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
