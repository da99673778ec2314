"""What the ingestion service can be told by its environment (`INGESTION_…`)."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from schemas import test_contacts
from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """How long a message is remembered, besides what every service has."""

    model_config = SettingsConfigDict(env_prefix="INGESTION_", extra="ignore", frozen=True)
    service: ClassVar[str] = "ingestion"

    message_days: int = Field(
        30,
        ge=8,
        description="days in which the same message is recognised; one that comes again later is a new message "
        "(channels repeat for up to 7 days)",
    )
    commit_seconds: float = Field(
        20, gt=0, description="a request that is not stored within this time is answered with 503"
    )
    test_contact_key: test_contacts.Key = Field(
        SecretStr(""), description="the secret that marks our own test contacts, the same as follow-up's; empty: none"
    )
