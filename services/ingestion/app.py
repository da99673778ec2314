"""The ingestion service, put together."""

import os
from collections.abc import Mapping
from datetime import timedelta

from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.ingestion.api import BULK_BODY_BYTES, WaysIn, router
from services.ingestion.domain.accounts import Accounts
from services.ingestion.settings import Settings
from services.ingestion.store import MESSAGES, Intake


def build(settings: Settings, clock: Clock | None = None, environment: Mapping[str, str] | None = None) -> Service:
    """The service, not yet started. `environment` holds the channels' secrets (default: the process's own).

    Raises OrganisationInvalid, and SecretMissing for a webhook channel without a usable secret.
    """
    found = os.environ if environment is None else environment
    accounts = Accounts(load(settings.organisation), found, settings.test_contact_key.get_secret_value())
    service = Service(settings, clock=clock, collections=[MESSAGES], body_limits={"/bulk/": BULK_BODY_BYTES})
    intake = Intake(service.repository, timedelta(days=settings.message_days), settings.commit_seconds)
    service.include(router(WaysIn(accounts, intake, service.clock)))
    return service
