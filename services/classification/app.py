"""The classification service, put together."""

from schemas.organisation_file import load
from services.chassis.clock import Clock, SystemClock
from services.chassis.service import Service, Work
from services.classification.aside import Aside
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.embeddings import Reader
from services.classification.embeddings.second_reading import READINGS, SecondReading
from services.classification.handlers import Watch, judge_with, table
from services.classification.learning import models
from services.classification.own_model import OwnModel, Place
from services.classification.settings import Settings
from services.classification.shadow import Shadow

RESTART_SECONDS = 0.5
LOOK_EVERY_SECONDS = 0.5


def build(settings: Settings, clock: Clock | None = None) -> Service:
    """The service, not yet started. Raises OrganisationInvalid, ModelUnusable and EncoderMissing."""
    organisation = load(settings.organisation)
    classifier = Classifier.of(organisation, models.current(settings.model or DEFAULT_MODEL_FOLDER))
    watch: list[Watch] = []
    collections = [READINGS] if settings.second_reading else []
    own_model = None
    if settings.own_model_url:
        own_model = OwnModel(_place(settings), classifier.skills, clock or SystemClock())
    service = Service(settings, table(judge_with(classifier, own_model), watch), clock=clock, collections=collections)
    if own_model:
        service.every(RESTART_SECONDS, own_model.keep)
    if settings.second_reading:
        aside = Aside("second reading", settings.second_reading_waiting)
        second = SecondReading(Reader.load(classifier), aside, service.repository, settings.second_reading_sure)
        _work_aside(service, watch, aside, second.work)
    if settings.shadow_model:
        aside = Aside("shadow", settings.shadow_waiting)
        candidate = Classifier.of(organisation, models.current(settings.shadow_model))
        _work_aside(service, watch, aside, Shadow(candidate, aside).work)
    return service


def _work_aside(service: Service, watch: list[Watch], aside: Aside, work: Work) -> None:
    """Let what was published be worked on, beside the service."""
    watch.append(aside.offer)
    service.on_batch(aside.release)
    service.every(LOOK_EVERY_SECONDS, work)


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
