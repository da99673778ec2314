"""What the classification service can be told by its environment (`CLASSIFICATION_…`)."""

from pathlib import Path
from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """Beyond what every service has: which model judges."""

    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", extra="ignore", frozen=True)
    service: ClassVar[str] = "classification"

    model: Path | None = None
    """Folder of a model, or of the models that `casekeeper train` keeps; the shipped one without it. Read at the start."""
