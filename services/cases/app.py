"""The cases service, put together."""

from functools import cache

from schemas.organisation_file import load
from services.cases.api import Commands, router
from services.cases.domain.terms import Terms, terms_of
from services.cases.handlers import table
from services.cases.settings import Settings
from services.cases.store import CASES
from services.chassis.clock import Clock
from services.chassis.service import Service


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    organisation = load(settings.organisation)

    @cache
    def terms(brand: str) -> Terms:
        return terms_of(organisation, brand)

    service = Service(settings, table(terms), clock=clock, collections=[CASES])
    service.api.state.commands = Commands(service, organisation, terms)
    service.include(router)
    return service
