"""The routing service, put together."""

import asyncio

from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.routing.api import router as people
from services.routing.api_roster import BODY_BYTES
from services.routing.api_roster import router as rosters
from services.routing.dispatcher import Dispatcher
from services.routing.domain.together import load_solver
from services.routing.duty import Duty
from services.routing.growing import router as growing
from services.routing.handlers import table
from services.routing.presence import router as presence
from services.routing.prospects import router as prospects
from services.routing.reading import router as reading
from services.routing.settings import Settings
from services.routing.staff import Staff
from services.routing.store import ANSWERING, PEOPLE, REQUESTS

LEARN_SECONDS = 10.0
"""How often the deciding instance hears how people have answered of late."""


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    organisation = load(settings.organisation)
    dispatcher = Dispatcher(organisation, settings.policy)
    limits = {"/roster": BODY_BYTES}
    service = Service(
        settings, table(dispatcher), clock=clock, collections=[REQUESTS, PEOPLE, ANSWERING], body_limits=limits
    )
    staff = Staff(service, organisation, dispatcher)
    duty = Duty(service, staff, dispatcher)
    dispatcher.in_charge = duty.in_charge
    staff.changed = duty.serve_freed
    service.on_start(_load_solver)
    service.on_start(staff.seed)
    service.on_partitions(duty.rebuild)
    service.before_batch(duty.look_around)
    service.on_batch(duty.serve_freed)
    service.every(settings.look_again_seconds, duty.serve_waiting)
    service.every(settings.look_again_seconds, staff.end_absences)
    service.every(LEARN_SECONDS, staff.refresh_answering)
    service.api.state.duty = duty
    service.api.state.dispatcher = dispatcher
    service.api.state.staff = staff
    service.api.state.service = service
    service.api.state.organisation = organisation
    for each in (people, growing, presence, reading, rosters, prospects):
        service.include(each)
    return service


async def _load_solver() -> None:
    """Load it beside everything else, lest the first joint decision make all others wait; nothing waits for it here."""
    asyncio.get_running_loop().run_in_executor(None, load_solver)
