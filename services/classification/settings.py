"""What the classification service can be told by its environment (`CLASSIFICATION_…`)."""

from typing import ClassVar

from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """Nothing beyond what every service has."""

    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", extra="ignore", frozen=True)
    service: ClassVar[str] = "classification"
