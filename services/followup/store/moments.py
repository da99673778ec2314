"""Moments as the store searches for them."""

from datetime import datetime


def milliseconds(moment: datetime) -> int:
    """Since 1970. A number, because one of the supported stores reads every document for a range of datetimes."""
    return int(moment.timestamp() * 1000)
