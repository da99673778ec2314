"""What our own services and the local stack tell the desk, with the internal token."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Problem
from services.chassis.http import require_internal
from services.desk.api.erasing import Erased, ErasureWanted, erase
from services.desk.api.own_account import Autopilot
from services.desk.api.parts import InParts

router = APIRouter(prefix="/internal", dependencies=[Depends(require_internal)], include_in_schema=False)


class NewAccount(BaseModel):
    """A person's log-in."""

    model_config = ConfigDict(extra="forbid")
    person: str = Field(min_length=1, max_length=200)
    password: str


class InternalErasure(ErasureWanted):
    """A file that is to go, on somebody's word."""

    by: str = Field(min_length=1, max_length=200, description="who wants it, for the record")


@router.post("/accounts")
async def ensure_account(account: NewAccount, desk: InParts) -> dict[str, str]:
    """From now on this password opens this person's desk; the same again changes nothing."""
    if await desk.people.member(account.person) is None:
        raise Problem(422, "unknown-person", f"the organisation has no person {account.person!r}")
    await desk.accounts.ensure(account.person, account.password)
    return {"person": account.person}


@router.post("/erasures")
async def erase_file(wanted: InternalErasure, desk: InParts) -> Erased:
    """Take a file away for good, of whatever brand."""
    return Erased(erased=await erase(desk, wanted, wanted.by, None))


@router.post("/autopilot")
async def switch_autopilot(switch: Autopilot, desk: InParts) -> Autopilot:
    """Turn the autopilot on or off, as a lead does on the page."""
    await desk.desk.switch_autopilot(on=switch.on, by="internal")
    return switch
