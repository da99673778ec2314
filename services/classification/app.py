"""The classification service, put together."""

from schemas.organisation_file import load
from services.chassis.clock import Clock, SystemClock
from services.chassis.service import Service
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.handlers import judge_with, table
from services.classification.learning import models
from services.classification.own_model import OwnModel, Place
from services.classification.settings import Settings

RESTART_SECONDS = 0.5


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid and ModelUnusable."""
    classifier = Classifier.of(load(settings.organisation), models.current(settings.model or DEFAULT_MODEL_FOLDER))
    own_model = None
    if settings.own_model_url:
        own_model = OwnModel(_place(settings), classifier.skills, clock or SystemClock())
    service = Service(settings, table(judge_with(classifier, own_model)), clock=clock)
    if own_model:
        service.every(RESTART_SECONDS, own_model.keep)
    return service


def _place(settings: Settings) -> Place:
    return Place(
        url=settings.own_model_url,
        token=settings.own_model_token,
        seconds=settings.own_model_seconds,
        batch=settings.own_model_batch,
        parallel=settings.own_model_parallel,
        most_failures=settings.own_model_failures,
        pause_seconds=settings.own_model_pause_seconds,
    )
