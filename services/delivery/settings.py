"""What the delivery service can be told by its environment (`DELIVERY_…`)."""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig

SmtpTls = Literal["none", "starttls", "tls"]


class Settings(ServiceConfig):
    """The way out by mail and webhook, besides what every service has."""

    model_config = SettingsConfigDict(env_prefix="DELIVERY_", extra="ignore", frozen=True)
    service: ClassVar[str] = "delivery"

    parallel: int = Field(8, ge=1, description="attempts at the same time, per channel")
    attempt_seconds: float = Field(20, gt=0, description="an attempt takes at most this long")
    lease_seconds: float = Field(
        60, gt=0, description="an attempt of which nothing was heard for this long is taken for interrupted"
    )
    give_up_hours: float = Field(24, gt=0, description="a reply that could not be sent for this long has failed")

    smtp_host: str = Field("", description="mail server; empty: replies by mail stay in the mailbox here")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_tls: SmtpTls = Field("starttls", description="starttls, tls (from the first byte on), or none")
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.lease_seconds <= self.attempt_seconds:
            raise ValueError("lease_seconds must be more than attempt_seconds: a running attempt is not interrupted")
        if self.smtp_username and self.smtp_tls == "none":
            raise ValueError("smtp_username needs smtp_tls starttls or tls: a password never travels in the clear")
        return self
