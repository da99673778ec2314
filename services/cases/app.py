"""The cases service, put together."""

from functools import cache

from schemas.organisation_file import load
from services.cases.api import Commands, router
from services.cases.domain.terms import Terms, terms_of
from services.cases.handlers import Waking, hear_of_people, table
from services.cases.settings import Settings
from services.cases.store import BULKS, CASES, People
from services.chassis.clock import Clock
from services.chassis.service import Service

WAKE_EVERY_SECONDS = 0.5


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    organisation = load(settings.organisation)

    @cache
    def terms(brand: str) -> Terms:
        return terms_of(organisation, brand)

    handlers = table(terms)
    hear_of_people(handlers, organisation)
    service = Service(settings, handlers, clock=clock, collections=[CASES, BULKS])
    service.api.state.commands = Commands(service, organisation, terms, People(service.database))
    service.include(router)
    service.every(WAKE_EVERY_SECONDS, Waking(service.repository, service.clock, terms).tick)
    return service
