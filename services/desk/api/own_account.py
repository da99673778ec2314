"""The reader's own account, and the autopilot's switch for leads."""

from fastapi import APIRouter, Request, Response

from schemas.base import Model, UtcDatetime
from services.chassis.errors import Problem
from services.desk.api.parts import FromHere, InParts, SignedIn
from services.desk.api.shown import PersonShown
from services.desk.domain.records import Means

router = APIRouter(prefix="/api", tags=["desk"])
NOT_A_LEAD = "only a lead can switch the autopilot"


class SessionShown(Model):
    """A browser, or another program, in which the reader is signed in."""

    browser: str
    """What it says of itself."""
    means: Means
    opened_at: UtcDatetime
    used_at: UtcDatetime
    """About when the reader last did something in it."""
    ends_at: UtcDatetime


class AccountShown(Model):
    """Who the reader is here, and where they are signed in, the session used last on top."""

    person: PersonShown
    sessions: tuple[SessionShown, ...]


class Autopilot(Model):
    """Whether the autopilot plays the staff."""

    on: bool


@router.get("/account")
async def show_account(reader: SignedIn, desk: InParts) -> AccountShown:
    """What the organisation says of the reader, and their open sessions."""
    opened = await desk.sessions.opened.of(reader.id)
    sessions = tuple(SessionShown.model_validate(each.model_dump()) for each in opened)
    return AccountShown(person=PersonShown.of(reader.person), sessions=sessions)


@router.delete("/account/sessions", status_code=204, dependencies=[FromHere])
async def end_sessions(request: Request, response: Response, reader: SignedIn, desk: InParts) -> None:
    """Sign out everywhere, here too."""
    await desk.sessions.sign_out_everywhere(reader.id)
    await desk.sessions.sign_out(request, response)


@router.get("/autopilot")
async def show_autopilot(desk: InParts) -> Autopilot:
    """Whether the autopilot plays the staff. It asks without signing in; there is nothing to hide."""
    return Autopilot(on=await desk.desk.autopilot())


@router.put("/autopilot", dependencies=[FromHere])
async def switch_autopilot(wanted: Autopilot, reader: SignedIn, desk: InParts) -> Autopilot:
    """Turn it on or off. For leads."""
    if not reader.is_lead:
        raise Problem(403, "not-allowed", NOT_A_LEAD)
    await desk.desk.switch_autopilot(on=wanted.on, by=reader.id)
    return wanted
