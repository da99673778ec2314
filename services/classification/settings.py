"""What the classification service can be told by its environment (`CLASSIFICATION_…`)."""

from pathlib import Path
from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig
from services.classification.domain import DEFAULT_MODEL_FOLDER


class Settings(ServiceConfig):
    """Beyond what every service has: which model judges."""

    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", extra="ignore", frozen=True)
    service: ClassVar[str] = "classification"

    model: Path = DEFAULT_MODEL_FOLDER
    """A model's folder, or the folder of models that `casekeeper train` keeps; read when the service starts."""
