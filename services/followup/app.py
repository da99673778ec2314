"""The follow-up service, put together."""

import os
from collections.abc import Mapping
from datetime import timedelta

from schemas import organisation_file
from schemas.organisation import Organisation
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.followup.api import PARTS, openapi
from services.followup.gateway.channel_tests import Contacts
from services.followup.gateway.mails import Mails
from services.followup.gateway.subscribers import Hooks
from services.followup.handlers import listening
from services.followup.handlers.channel_tests import ChannelTesting
from services.followup.handlers.invitations import invite_specialists
from services.followup.handlers.radar_looking import Looking, Spreading
from services.followup.handlers.review import review_days
from services.followup.handlers.subscriptions_declared import Declaring
from services.followup.handlers.surveys_asking import ask_customers
from services.followup.handlers.telling import COLLECTIONS, Post, call_people, tell_departments
from services.followup.handlers.ticking import Ticking
from services.followup.settings import Settings
from services.followup.store.figures import Timetable
from services.followup.store.incidents import INCIDENT_CASES, INCIDENTS
from services.followup.store.radar import DAYS, WATCHES
from services.followup.store.review import REVIEWS

DECLARED_SECONDS = 60.0
RADAR = (DAYS, WATCHES, INCIDENTS, INCIDENT_CASES)


def build(settings: Settings, clock: Clock | None = None, environment: Mapping[str, str] | None = None) -> Service:
    """The service, not yet started. `environment` holds the channels' secrets (default: the process's own).

    Raises what reading the organisation raises.
    """
    organisation = organisation_file.load(settings.organisation)
    service = Service(settings, listening(organisation), clock=clock, collections=(*RADAR, REVIEWS, *COLLECTIONS))
    ticking = Ticking(service.repository, service.clock, organisation, settings.tick_batch)

    looking = Looking(service.repository, service.clock, organisation)
    service.every(settings.tick_seconds, ticking.tick, caught_up=True)
    service.every(settings.radar_seconds, looking.look, caught_up=True)
    service.every(settings.spread_seconds, Spreading(service.repository, service.clock).spread)
    service.api.state.service = service
    service.api.state.organisation = organisation
    service.api.state.timetable = timetable = Timetable(service.database, organisation)
    for part in PARTS:
        service.include(part.router)
    openapi.MANUAL.describe(service.api)
    secret = settings.survey_secret.get_secret_value()
    ask_customers(service, organisation, settings.desk_url, secret, settings.survey_seconds)
    review_days(service, organisation, settings.review_seconds)
    mails = Mails(settings.mail_server, settings.mail_from, settings.subscribers_attempt_seconds)
    post = _post(settings, mails)
    tell_departments(service, organisation, timetable, post, settings.subscribers_seconds)
    invite_specialists(service, organisation, mails, settings.desk_url, secret, settings.invitations_seconds)
    secrets = os.environ if environment is None else environment
    call_people(service, organisation, post, secrets, settings.desk_url, settings.subscribers_seconds)
    declaring = Declaring(service.repository, service.clock, organisation, secrets)
    service.every(DECLARED_SECONDS, declaring.declare)
    _test_channels(service, settings, organisation, secrets)
    return service


def _post(settings: Settings, mails: Mails) -> Post:
    return Post(
        mails,
        Hooks(settings.subscribers_attempt_seconds, insecure=settings.subscribers_insecure),
        settings.subscribers_attempt_seconds,
        timedelta(days=settings.subscribers_give_up_days),
        insecure=settings.subscribers_insecure,
    )


def _test_channels(
    service: Service, settings: Settings, organisation: Organisation, environment: Mapping[str, str]
) -> None:
    token = settings.internal_token.get_secret_value()
    contacts = Contacts(settings.ingestion_url, token, environment)
    key = settings.test_contact_key.get_secret_value()
    service.api.state.channel_testing = testing = ChannelTesting(
        service.repository, service.clock, organisation, contacts, key, scheduled=settings.channel_tests
    )

    service.every(settings.channel_tests_seconds, testing.tick, caught_up=True)
