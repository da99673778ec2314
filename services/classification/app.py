"""The classification service, put together."""

from schemas.organisation_file import load
from services.chassis.clock import Clock
from services.chassis.service import Service
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.handlers import table
from services.classification.learning import models
from services.classification.settings import Settings


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid and ModelUnusable."""
    classifier = Classifier.of(load(settings.organisation), models.current(settings.model or DEFAULT_MODEL_FOLDER))
    return Service(settings, table(classifier), clock=clock)
