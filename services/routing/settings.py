"""What the routing service can be told by its environment (`ROUTING_…`)."""

from typing import ClassVar

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig
from services.routing.domain.policies import POLICIES


class Settings(ServiceConfig):
    """How routing chooses, and how often it looks again at what waits."""

    model_config = SettingsConfigDict(env_prefix="ROUTING_", extra="ignore", frozen=True)
    service: ClassVar[str] = "routing"

    policy: str = Field("deadline", description=f"how people are chosen: {', '.join(POLICIES)}")
    look_again_seconds: float = Field(
        1.0, gt=0, description="how often to look whether what waits can be served by now"
    )

    @field_validator("policy")
    @classmethod
    def _is_known(cls, name: str) -> str:
        if name not in POLICIES:
            raise ValueError(f"there is no routing policy {name!r}; there are {', '.join(POLICIES)}")
        return name
