"""Pages for people without a log-in take so much a minute from one address, and no more."""

from fastapi import Request

from services.chassis.errors import Problem
from services.desk.api.parts import Parts


def within_limit(request: Request, desk: Parts) -> None:
    """Count one more from this address. Raises Problem 429 when that is one too many."""
    address = request.client.host if request.client else ""
    if wait := desk.customer_limit.wait_seconds(address):
        raise Problem(429, "too-many-messages", f"too many messages; try again in {wait} s", retry_after=wait)
    desk.customer_limit.note(address)
