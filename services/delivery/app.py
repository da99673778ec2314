"""The delivery service, put together."""

import os
from collections.abc import Mapping
from datetime import timedelta

from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.delivery.api import router
from services.delivery.channels import gateways, ways_out
from services.delivery.handlers import table
from services.delivery.sender import Sender
from services.delivery.settings import Settings
from services.delivery.store import DELIVERIES

RESTART_SECONDS = 0.5


def build(settings: Settings, clock: Clock | None = None, environment: Mapping[str, str] | None = None) -> Service:
    """The service, not yet started. `environment` holds reply addresses and secrets (default: the process's own).

    Raises OrganisationInvalid, and ChannelInvalid for a channel whose address or secret can not be used.
    """
    organisation = load(settings.organisation)
    ways = gateways(organisation, settings, os.environ if environment is None else environment)
    waiting: set[str] = set()
    service = Service(settings, table(ways_out(organisation, ways), waiting.add), clock=clock, collections=[DELIVERIES])
    service.include(router(service.database))
    senders = {
        channel: Sender(
            channel,
            gateway,
            service.repository,
            service.clock,
            parallel=settings.parallel,
            lease_seconds=settings.lease_seconds,
            give_up_after=timedelta(hours=settings.give_up_hours),
        )
        for channel, gateway in ways.items()
    }

    async def nudge() -> None:
        while waiting:
            senders[waiting.pop()].nudge()

    service.on_batch(nudge)
    for sender in senders.values():
        service.every(RESTART_SECONDS, sender.run)
    _tell(service, organisation, senders)
    return service


def _tell(service: Service, organisation: Organisation, leaving: Mapping[str, Sender]) -> None:
    """Say which channels do not leave the house: on purpose, or because a setting was forgotten."""
    here = sorted(each.id for each in organisation.channels if each.id not in leaving and each.kind != "web")
    if here:
        service.log.warning("replies on these channels stay in the mailbox: no address or server is set", channels=here)
