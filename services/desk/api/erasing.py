"""Files that somebody sent along are taken away for good, and the record of it, for the leads of the brand."""

from collections.abc import Collection
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.base import Model, UtcDatetime
from services.chassis.errors import Problem
from services.desk.api.parts import FromHere, InParts, Parts, SignedIn
from services.desk.domain.access import Reader

SHOWN = 100
LONGEST_REASON = 300

router = APIRouter(prefix="/api/erasures", tags=["desk"])


class ErasureWanted(BaseModel):
    """What is to go, and why."""

    model_config = ConfigDict(extra="forbid")
    file: str = Field(max_length=2000, description="the file's address, as a case's page shows it")
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)]
    all_of_sender: bool = Field(False, description="whatever else came in the same conversation goes too")


class Erased(BaseModel):
    """How many files are gone now; none for one that was gone before."""

    erased: int


class ErasureShown(Model):
    """What is left of a file."""

    at: UtcDatetime
    by: str
    """Empty: the desk itself, because it was kept long enough."""
    reason: str
    brand: str
    media_type: str
    sent_at: UtcDatetime


@router.get("")
async def list_erasures(reader: SignedIn, desk: InParts) -> list[ErasureShown]:
    """The latest erasures of files of the reader's brands. For leads."""
    return await erased_of(desk, _lead(reader))


@router.post("", dependencies=[FromHere])
async def erase_file(wanted: ErasureWanted, reader: SignedIn, desk: InParts) -> Erased:
    """Take a file away for good, from everybody. For leads of the brand that it was sent to."""
    lead = _lead(reader)
    return Erased(erased=await erase(desk, wanted, lead.id, lead.brands))


async def erase(desk: Parts, wanted: ErasureWanted, by: str, brands: Collection[str] | None) -> int:
    """How many files went. `brands`: only of these; None: of all. Raises Problem 404."""
    token = desk.uploads.token(desk.uploads.place(wanted.file))
    found = await desk.uploads.find(token)
    if found is None or (brands is not None and found.brand not in brands):
        raise Problem(404, "file-unknown", "file: this is not the address of a file that was sent to us")
    erased = 0 if found.erased else 1
    await desk.uploads.erase(token, by, wanted.reason)
    if wanted.all_of_sender and found.sender:
        erased += await desk.uploads.erase_all_of(found.sender, by, wanted.reason)
    return erased


async def erased_of(desk: Parts, lead: Reader) -> list[ErasureShown]:
    """The latest of them, in the lead's brands."""
    found = await desk.uploads.erased(lead.brands, SHOWN)
    return [
        ErasureShown(**each.erased.model_dump(), brand=each.brand, media_type=each.media_type, sent_at=each.at)
        for each in found
        if each.erased
    ]


def _lead(reader: Reader) -> Reader:
    if not reader.is_lead:
        raise Problem(403, "not-allowed", "files are erased by the leads of the brand")
    return reader
