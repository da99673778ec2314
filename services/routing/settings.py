"""What the routing service can be told by its environment (`ROUTING_…`)."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """How often routing looks again at what waits."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_", extra="ignore", frozen=True)
    service: ClassVar[str] = "routing"

    look_again_seconds: float = Field(1.0, gt=0, description="how often the waiting requests are tried again")
