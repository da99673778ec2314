"""Fresh ids. Derived ones are in `schemas.ids`."""

import uuid_utils


def fresh() -> str:
    """A UUIDv7: unique, and sorted by the moment it was made."""
    return str(uuid_utils.uuid7())
