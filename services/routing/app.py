"""The routing service, put together."""

from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.routing.api import router
from services.routing.dispatcher import Dispatcher
from services.routing.duty import Duty
from services.routing.growing import router as growing
from services.routing.handlers import table
from services.routing.settings import Settings
from services.routing.store import PEOPLE, REQUESTS


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    organisation = load(settings.organisation)
    dispatcher = Dispatcher(organisation)
    service = Service(settings, table(dispatcher), clock=clock, collections=[REQUESTS, PEOPLE])
    duty = Duty(service, organisation, dispatcher)
    service.on_start(duty.seed)
    service.on_partitions(duty.rebuild)
    service.every(settings.look_again_seconds, duty.serve_waiting)
    service.api.state.duty = duty
    service.api.state.organisation = organisation
    service.include(router)
    service.include(growing)
    return service
