"""What our own services and the local stack tell the desk, with the internal token."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from services.chassis.errors import Problem
from services.chassis.http import require_internal
from services.desk.api.parts import InParts

router = APIRouter(prefix="/internal", dependencies=[Depends(require_internal)], tags=["internal"])


class NewAccount(BaseModel):
    """A person's log-in."""

    model_config = ConfigDict(extra="forbid")
    person: str = Field(min_length=1, max_length=200)
    password: str


class Autopilot(BaseModel):
    """Whether the autopilot plays."""

    model_config = ConfigDict(extra="forbid")
    on: bool


@router.post("/accounts")
async def ensure_account(account: NewAccount, desk: InParts) -> dict[str, str]:
    """From now on this password opens this person's desk; the same again changes nothing."""
    if await desk.people.member(account.person) is None:
        raise Problem(422, "unknown-person", f"the organisation has no person {account.person!r}")
    await desk.accounts.ensure(account.person, account.password)
    return {"person": account.person}


@router.post("/autopilot")
async def switch_autopilot(switch: Autopilot, desk: InParts) -> dict[str, bool]:
    """Turn the autopilot on or off, as a lead does on the page."""
    await desk.desk.switch_autopilot(on=switch.on, by="internal")
    return {"on": switch.on}
