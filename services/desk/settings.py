"""What the desk can be told by its environment (`DESK_…`)."""

from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
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
    classification_url: str = Field(
        "http://127.0.0.1:8082", description="address of classification, whose health operators see; empty: not known"
    )
    routing_url: str = Field(
        "http://127.0.0.1:8084",
        description="address of routing, which knows who can take what and by when; empty: not known",
    )
    delivery_url: str = Field(
        "http://127.0.0.1:8086", description="address of delivery, whose health operators see; empty: not known"
    )
    flow_seconds: float = Field(5, gt=0, description="how often the operators' page looks how far Kafka's readers are")
    trace_url: str = Field(
        "",
        pattern=r"^(https?://\S*\{trace_id\}\S*)?$",
        description="a trace's page in the tracing backend, with {trace_id} in it; empty: no links",
    )
    secret: SecretStr = Field(
        SecretStr(""),
        description="signs sessions and customers' links; empty: one is made once and kept in the desk's store",
    )
    secure_cookies: bool = Field(False, description="cookies over HTTPS only; on wherever the desk is served so")
    public_url: str = Field(
        "",
        description="the desk's address as people reach it, such as https://desk.example.com; OpenID Connect needs it",
    )
    oidc_issuer: str = Field(
        "", description="issuer of the identity provider, exactly as it calls itself; empty: local log-ins only"
    )
    oidc_client_id: str = Field("", description="under which the identity provider knows the desk")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="belongs to it; empty for a public client")
    oidc_claim: str = Field(
        "email",
        min_length=1,
        description="claim of the id token with a person's mail address or id in the organisation",
    )
    oidc_scopes: str = Field("openid email profile", pattern=r"\bopenid\b", description="what the desk asks to be told")
    oidc_name: str = Field("", description="what people call the identity provider; empty: your organisation")
    oidc_only: bool = Field(False, description="no passwords of our own: the identity provider alone signs people in")
    session_hours: int = Field(12, ge=1, le=24 * 7, description="how long a sign-in lasts")
    session_idle_minutes: int = Field(
        120, ge=5, le=24 * 60, description="how long one lasts in which nobody does anything"
    )
    sign_in_failures: int = Field(5, ge=1, description="wrong passwords per person and address before a pause")
    sign_in_pause_seconds: int = Field(300, ge=1, description="how long that pause is")
    messages_per_minute: int = Field(30, ge=1, description="messages one address may write on the customers' page")
    files_kept_days: int = Field(
        0,
        ge=0,
        description="files that people sent along are erased so many days later; 0: only when a lead erases them",
    )
    picture_hosts: str = Field(
        "*",
        description="hosts whose pictures the pages show, with spaces between them; `*`: all; empty: links only",
    )
    autopilot: bool = Field(False, description="whether the autopilot plays until a lead says otherwise")
    scenarios: Path | None = Field(
        None,
        description="folder of scenarios for what-if questions; empty: `scenarios` in or beside the organisation's files",
    )
    simulations: int = Field(1, ge=1, le=2, description="so many what-if questions are worked on at a time")
    searchable_cases: int = Field(
        100_000, ge=1, description="so many cases, those changed last, are read for the search at a start"
    )
    catch_up_seconds: float = Field(5, gt=0, description="how often the list looks for what other instances handled")

    @model_validator(mode="after")
    def _provider_is_whole(self) -> Self:
        if not self.oidc_issuer:
            if self.oidc_only:
                raise ValueError("oidc_only needs oidc_issuer: else nobody could sign in")
            return self
        if not self.oidc_client_id:
            raise ValueError("oidc_issuer needs oidc_client_id")
        if self.clock_offset_seconds:
            raise ValueError("oidc_issuer needs the machine's own clock: id tokens are valid for minutes")
        for name in ("oidc_issuer", "public_url"):
            if not _trusted(getattr(self, name)):
                raise ValueError(f"{name}: {getattr(self, name)!r} is no https address (http only on this machine)")
        return self


def _trusted(address: str) -> bool:
    parts = urlsplit(address)
    if parts.query or parts.fragment or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _on_this_machine(parts.hostname))


def _on_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
