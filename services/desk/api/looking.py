"""Who looked at customers' personal data, for the leads of the brand (M3)."""

from typing import Annotated

from fastapi import APIRouter, Query

from schemas.base import Model, UtcDatetime
from services.chassis.errors import Problem
from services.desk.api.parts import InParts, Parts, SignedIn
from services.desk.domain.access import Reader

PAGE = 100
NOT_A_LEAD = "who looked at personal data is for the leads of the brand"

router = APIRouter(prefix="/api", tags=["desk"])


class RevealShown(Model):
    """Somebody made a customer's masked data readable for themselves, in a case in which they acted."""

    at: UtcDatetime
    person: str
    brand: str
    case_id: str
    fields: tuple[str, ...]
    """What became readable: `id`, `name`, `handle`, `address`."""


class RevealList(Model):
    """A page of them, the latest first; `next` asks for the following one (`before=`)."""

    reveals: tuple[RevealShown, ...]
    next: int | None = None


@router.get("/reveals")
async def list_reveals(
    reader: SignedIn,
    desk: InParts,
    before: Annotated[int | None, Query(ge=0, description="`next` of the page before")] = None,
) -> RevealList:
    """Who looked at personal data in cases of the reader's brands. For leads."""
    if not reader.is_lead:
        raise Problem(403, "not-allowed", NOT_A_LEAD)
    return await looked(desk, reader, before)


async def looked(desk: Parts, reader: Reader, before_ms: int | None) -> RevealList:
    """A page of the record; `before_ms` in milliseconds since 1970."""
    found = await desk.desk.reveals(reader.brands, before_ms, PAGE)
    shown = tuple(RevealShown.model_validate(each.model_dump()) for each in found)
    return RevealList(reveals=shown, next=int(found[-1].at.timestamp() * 1000) if len(found) == PAGE else None)
