"""What the follow-up service can be told by its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """`FOLLOWUP_…`, or `CASEKEEPER_…` for what all services share."""

    service: ClassVar[str] = "followup"
    model_config = SettingsConfigDict(env_prefix="FOLLOWUP_", extra="ignore", frozen=True)

    tick_seconds: float = Field(1.0, gt=0, description="how often to look which clocks are due")
    tick_batch: int = Field(200, ge=1, le=500, description="cases whose clocks are fired together")
