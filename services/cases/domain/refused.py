"""An assignment that was refused, as the case keeps it."""

from schemas.base import UtcDatetime
from services.cases.domain.records import Frozen


class RefusedAssignment(Frozen):
    """Routing gave the case to somebody who did not take it; they own it until somebody else is found (O1)."""

    owner: str
    by: str
    reason: str
    request_id: str
    """Under which routing looks for somebody else."""
    refused_at: UtcDatetime
    escalates_at: UtcDatetime
