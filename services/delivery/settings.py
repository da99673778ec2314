"""What the delivery service can be told by its environment (`DELIVERY_…`)."""

from typing import ClassVar, Self

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.config import MailConfig


class Settings(MailConfig):
    """The way out by mail and webhook, besides what every service has. Without a mail server, replies by mail stay in the
    mailbox here."""

    model_config = SettingsConfigDict(env_prefix="DELIVERY_", extra="ignore", frozen=True)
    service: ClassVar[str] = "delivery"

    parallel: int = Field(8, ge=1, description="attempts at the same time, per channel")
    attempt_seconds: float = Field(20, gt=0, description="an attempt takes at most this long")
    lease_seconds: float = Field(
        60, gt=0, description="an attempt of which nothing was heard for this long is taken for interrupted"
    )
    give_up_hours: float = Field(24, gt=0, description="a reply that could not be sent for this long has failed")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.lease_seconds <= self.attempt_seconds:
            raise ValueError("lease_seconds must be more than attempt_seconds: a running attempt is not interrupted")
        return self
