"""What the desk can be told by its environment (`DESK_…`)."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.config import ServiceConfig


class Settings(ServiceConfig):
    """Where commands go, and how sign-in behaves."""

    model_config = SettingsConfigDict(env_prefix="DESK_", extra="ignore", frozen=True)
    service: ClassVar[str] = "desk"

    cases_url: str = Field("http://127.0.0.1:8083", description="address of the cases service, which owns every case")
    ingestion_url: str = Field(
        "http://127.0.0.1:8081", description="address of ingestion, which takes what customers write on our page"
    )
    followup_url: str = Field(
        "http://127.0.0.1:8085", description="address of follow-up, which knows clocks, figures, surveys and incidents"
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="signs sessions and customers' links; empty: one is made once and kept in the desk's store",
    )
    secure_cookies: bool = Field(False, description="cookies over HTTPS only; on wherever the desk is served so")
    session_hours: int = Field(12, ge=1, le=24 * 7, description="how long a sign-in lasts")
    sign_in_failures: int = Field(5, ge=1, description="wrong passwords per person and address before a pause")
    sign_in_pause_seconds: int = Field(300, ge=1, description="how long that pause is")
    messages_per_minute: int = Field(30, ge=1, description="messages one address may write on the customers' page")
    picture_hosts: str = Field(
        "*",
        description="hosts whose pictures the pages show, with spaces between them; `*`: all; empty: links only",
    )
    autopilot: bool = Field(False, description="whether the autopilot plays until a lead says otherwise")
    catch_up_seconds: float = Field(5, gt=0, description="how often the list looks for what other instances handled")
