"""The follow-up service, put together."""

from schemas import organisation_file
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.followup.api import PARTS
from services.followup.handlers import listening
from services.followup.handlers.ticking import Ticking
from services.followup.settings import Settings


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises what reading the organisation raises."""
    organisation = organisation_file.load(settings.organisation)
    service = Service(settings, listening(organisation), clock=clock)
    ticking = Ticking(service.repository, service.clock, settings.tick_batch)

    async def tick() -> None:
        # After a day down, what was done in time is still in Kafka: a clock may not fire before that is read.
        if service.caught_up:
            await ticking.tick()

    service.api.state.service = service
    service.api.state.organisation = organisation
    for part in PARTS:
        service.include(part.router)
    service.every(settings.tick_seconds, tick)
    return service
