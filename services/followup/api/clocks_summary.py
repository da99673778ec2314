"""How many clocks run, by kind, for the operator's page (I4)."""

from pydantic import BaseModel

from schemas.base import UtcDatetime
from services.chassis.http import internal_router
from services.followup.api.asking import InService
from services.followup.api.clocks import MyBrands
from services.followup.domain.clocks_summary import KindSum, summed
from services.followup.store.clocks import CLOCKS

router = internal_router()
MOST_CASES = 2000
"""Reading all of a mountain would cost those who work on it more than it tells."""


class Summary(BaseModel):
    """`complete`: whether all open cases were counted; if not, those that are due first were."""

    at: UtcDatetime
    cases: int
    complete: bool
    kinds: tuple[KindSum, ...]


@router.get("/clocks/summary")
async def clocks_summary(service: InService, mine: MyBrands) -> Summary:
    """The open clocks of the asker's brands, summed up."""
    query = {"brand": {"$in": sorted(mine)}}
    documents = await service.database.find(CLOCKS, query, sort="due_ms", limit=MOST_CASES)
    now = service.clock.now()
    kinds = summed((each.state for each in documents if each.state), now)
    return Summary(at=now, cases=len(documents), complete=len(documents) < MOST_CASES, kinds=kinds)
