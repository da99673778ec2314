"""The cases service, put together."""

from dataclasses import replace
from functools import cache, partial

from schemas.organisation_file import load
from services.cases.agreements import AGREEMENTS, Agreements
from services.cases.allowances import ALLOWANCES, Allowances
from services.cases.api import PARTS, Commands, openapi
from services.cases.colleagues import Colleagues
from services.cases.customers import IDENTITIES, Customers
from services.cases.domain.replycheck import unknown_checks
from services.cases.domain.terms import Terms, terms_of
from services.cases.exercises import EXERCISES
from services.cases.handlers import Waking, hear_of_people, table
from services.cases.library import Library
from services.cases.own_topic import hear_of_cases, hear_of_feedback
from services.cases.settings import Settings
from services.cases.store import BULKS, CASES, People
from services.cases.stored_grants import hear_of_grants
from services.chassis.clock import Clock
from services.chassis.service import Service

WAKE_EVERY_SECONDS = 0.5
PEOPLE_EVERY_SECONDS = 1.0
"""How often what was recorded of people elsewhere is taken in; commands look themselves."""


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid."""
    organisation = load(settings.organisation, unknown_checks)

    colleagues, agreements = Colleagues(organisation), Agreements()

    @cache
    def terms(brand: str) -> Terms:
        return replace(terms_of(organisation, brand), person=colleagues.person, agreed=agreements.agreed)

    handlers = table(terms)
    hear_of_people(handlers, organisation)
    hear_of_cases(handlers, terms)
    hear_of_feedback(handlers)
    hear_of_grants(handlers)
    service = Service(
        settings, handlers, clock=clock, collections=[CASES, BULKS, ALLOWANCES, IDENTITIES, EXERCISES, AGREEMENTS]
    )
    service.api.state.commands = Commands(service, organisation, terms, People(service.database))
    service.api.state.customers = Customers(service.repository, service.clock)
    service.api.state.allowances = Allowances(service.repository, service.clock)
    service.api.state.library = library = Library(service.database)
    service.on_start(library.refresh)
    service.on_start(partial(colleagues.refresh, service.database, service.clock))
    service.api.state.agreements = agreements
    service.on_start(partial(agreements.refresh, service.database))
    service.every(PEOPLE_EVERY_SECONDS, partial(agreements.refresh, service.database))
    service.every(PEOPLE_EVERY_SECONDS, partial(colleagues.refresh, service.database, service.clock))
    for part in PARTS:
        service.include(part.router)
    openapi.MANUAL.describe(service.api)
    service.every(WAKE_EVERY_SECONDS, Waking(service.repository, service.clock, terms).tick)
    return service
