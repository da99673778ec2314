"""What routes need, put together once in `app.py`."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Header, Request

from schemas.organisation import Organisation
from services.chassis.clock import Clock
from services.chassis.errors import Problem
from services.desk.api.live import Hub
from services.desk.api.remembering import Remembered
from services.desk.api.session import NotSignedIn, Sessions
from services.desk.domain.access import Reader
from services.desk.domain.board import Board
from services.desk.domain.pictures import Pictures
from services.desk.gateway.commands import CustomerMessages, ServiceCommands
from services.desk.gateway.identity_provider import IdentityProvider
from services.desk.gateway.operations import Operations
from services.desk.store.accounts import Accounts, Limit
from services.desk.store.cases import Cases
from services.desk.store.consults import Consults
from services.desk.store.desk import Desk
from services.desk.store.logouts import Logouts
from services.desk.store.people import People
from services.desk.store.replays import Replays
from services.desk.store.roster import Roster
from services.desk.store.search import Search
from services.desk.store.uploads import Uploads
from services.desk.store.views import Views
from services.desk.store.watching import Watching
from services.desk.store.whatifs import WhatIfs

FROM_HERE = ("", "same-origin", "none")


@dataclass(frozen=True)
class Parts:
    """The desk's parts."""

    organisation: Organisation
    clock: Clock
    board: Board
    hub: Hub
    cases: Cases
    people: People
    roster: Roster
    consults: Consults
    accounts: Accounts
    desk: Desk
    sessions: Sessions
    provider: IdentityProvider | None
    passwords: bool
    """Whether people sign in with passwords of ours."""
    commands: ServiceCommands
    customers: CustomerMessages
    followup: ServiceCommands
    routing: ServiceCommands
    operations: Operations
    replays: Replays
    customer_limit: Limit
    logouts: Logouts
    refused_logouts: Limit
    watching: Watching
    pictures: Pictures
    uploads: Uploads
    what_ifs: WhatIfs
    search: Search
    views: Views
    lines: Remembered = field(default_factory=Remembered)
    """Of the list of cases, as they read."""

    def room_of(self, channel: str) -> float:
        """What a case of the channel takes of its owner's capacity (P5)."""
        found = self.organisation.by_id["channels"].get(channel)
        return float(found.weight) if found else 1.0


def parts(request: Request) -> Parts:
    found: Parts = request.app.state.desk
    return found


InParts = Annotated[Parts, Depends(parts)]


async def api_reader(request: Request, desk: InParts) -> Reader:
    """The signed-in person, for the API. Raises Problem 401."""
    try:
        return await desk.sessions.reader(request)
    except NotSignedIn as error:
        raise Problem(401, "not-authenticated", str(error)) from error


async def team_reader(reader: Annotated[Reader, Depends(api_reader)]) -> Reader:
    """A person who may read cases. Raises Problem 403 for specialists and operators."""
    if reader.is_specialist:
        raise Problem(403, "not-allowed", "specialists see the consults that are put to them, not the cases")
    if not reader.reads_cases:
        raise Problem(403, "not-allowed", "operators see the ways of events, not the cases")
    return reader


async def leading_reader(reader: Annotated[Reader, Depends(team_reader)]) -> Reader:
    """Somebody who sees how the team does. Raises Problem 403 for all but coaches and leads."""
    if not reader.leads:
        raise Problem(403, "not-allowed", "this is for coaches and leads")
    return reader


async def operating_reader(reader: Annotated[Reader, Depends(api_reader)]) -> Reader:
    """A person who looks after the system (I4). Raises Problem 403 for all but operators and leads."""
    if not reader.may_operate:
        raise Problem(403, "not-allowed", "this is for operators and leads")
    return reader


async def sent_from_here(request: Request) -> None:
    """Browsers say from where a request comes. Raises Problem 403 for another place's."""
    if request.headers.get("sec-fetch-site", "") not in FROM_HERE:
        raise Problem(403, "not-from-here", "another site can not change anything here")


FromHere = Depends(sent_from_here)
"""A dependency of whatever changes something."""
Once = Annotated[
    str,
    Header(
        min_length=1,
        max_length=64,
        description="A name of its own for this command. The same again has the effect of once.",
    ),
]
"""The type of a parameter called `idempotency_key`."""
SignedIn = Annotated[Reader, Depends(api_reader)]
Team = Annotated[Reader, Depends(team_reader)]
Leading = Annotated[Reader, Depends(leading_reader)]
Operating = Annotated[Reader, Depends(operating_reader)]
