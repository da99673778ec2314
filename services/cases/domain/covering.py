"""Who acts for an owner who is away, and the search for somebody (rule 1)."""

from schemas.base import UtcDatetime
from services.cases.domain.records import Frozen


class Cover(Frozen):
    """Who acts for the owner between two moments (rule 1)."""

    person: str
    by: str
    reason: str
    starts_at: UtcDatetime
    ends_at: UtcDatetime
    request_id: str = ""
    """The request under which routing found the person, whose work it is until the cover ends."""


class CoverSearch(Frozen):
    """Routing looks for somebody who acts for the owner, until the owner is back."""

    request_id: str
    until: UtcDatetime
