"""What every service can be told by its environment.

A service reads `<SERVICE>_NAME` (such as `CASES_KAFKA`) and, where that is not set, `CASEKEEPER_NAME` for all services.
"""

from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from services.chassis.kafka import Cluster
from services.chassis.smtp import Server

SHARED_PREFIX = "CASEKEEPER_"


class ServiceConfig(BaseSettings):
    """Settings common to all services. A subclass sets `service` and, in `model_config`, its own `env_prefix`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)
    service: ClassVar[str]

    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers, host:port, comma-separated")
    kafka_prefix: str = Field(
        "", pattern=r"^([a-z0-9-]+\.)*$", description="before every topic and group, such as care."
    )
    kafka_idempotent: bool = Field(True, description="idempotent producer; off for a broker without it")
    kafka_replication: int = Field(1, ge=1, description="replicas of the topics that this service declares")
    mongo: str = Field("mongodb://127.0.0.1:27017", description="connection string of the document store")
    database_prefix: str = Field("casekeeper-", description="each service has the database <prefix><service>")
    journal: bool = Field(False, description="keep published events in the store, for a broker that keeps nothing")
    organisation: Path = Field(Path("deploy/example-org"), description="folder with the organisation's YAML files")
    http_host: str = Field("127.0.0.1", description="address to listen on")
    http_port: int = Field(0, ge=0, le=65535, description="port to listen on; 0 for any free one")
    internal_token: SecretStr = Field(SecretStr(""), description="shared secret of the services' own HTTP calls")
    log_level: str = "info"
    log_format: str = Field("json", pattern="^(json|console)$")
    otlp_endpoint: str = Field("", description="OTLP over HTTP, such as http://collector:4318; empty: no traces sent")
    clock_offset_seconds: float = Field(
        0, description="run this far ahead of the machine's clock; for demonstrations only"
    )
    session_timeout_ms: int = Field(
        10_000, ge=1000, description="after this long without a sign Kafka gives our work to others"
    )
    max_records: int = Field(500, ge=1, le=500, description="events handled at once")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, EnvSettingsSource(settings_cls, env_prefix=SHARED_PREFIX)

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.kafka, self.kafka_prefix, self.kafka_idempotent, self.kafka_replication)

    @property
    def database(self) -> str:
        return f"{self.database_prefix}{self.service}"


class MailConfig(ServiceConfig):
    """Settings of a service that sends mail. All of them together: `CASEKEEPER_SMTP_HOST` and so on."""

    smtp_host: str = Field("", description="mail server; empty: no mail leaves the house")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_tls: Literal["none", "starttls", "tls"] = Field(
        "starttls", description="starttls, tls (from the first byte on), or none"
    )
    smtp_username: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_ca_file: Path | None = Field(None, description="certificates to trust instead of the system's")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.smtp_username and self.smtp_tls == "none":
            raise ValueError("smtp_username needs smtp_tls starttls or tls: a password never travels in the clear")
        return self

    @property
    def mail_server(self) -> Server:
        """Where mail goes."""
        return Server(
            self.smtp_host,
            self.smtp_port,
            self.smtp_tls,
            self.smtp_username,
            self.smtp_password.get_secret_value(),
            self.smtp_ca_file,
        )
