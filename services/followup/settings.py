"""What the follow-up service can be told by its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from schemas import test_contacts
from services.chassis.config import MailConfig


class Settings(MailConfig):
    """`FOLLOWUP_…`, or `CASEKEEPER_…` for what all services share."""

    service: ClassVar[str] = "followup"
    model_config = SettingsConfigDict(env_prefix="FOLLOWUP_", extra="ignore", frozen=True)

    tick_seconds: float = Field(1.0, gt=0, description="how often to look which clocks are due")
    radar_seconds: float = Field(60.0, gt=0, description="how often the radar looks")
    spread_seconds: float = Field(5.0, gt=0, description="how often incidents get their cases, and cases the answer")
    desk_url: str = Field(
        "http://127.0.0.1:8080",
        description="the desk's address as customers and specialists reach it: links begin with it",
    )
    survey_seconds: float = Field(5.0, gt=0, description="how often to look which surveys are to be sent or have ended")
    survey_secret: SecretStr = Field(
        SecretStr(""),
        description="signs the links to surveys and to specialists' questions; empty: one is made once and kept in the store",
    )
    invitations_seconds: float = Field(
        2.0, gt=0, description="how often to look which specialist is to be sent the link to a question"
    )
    tick_batch: int = Field(200, ge=1, le=500, description="cases whose clocks are fired together")
    ingestion_url: str = Field(
        "http://127.0.0.1:8081", description="address of ingestion, which takes our test contacts' messages"
    )
    review_seconds: float = Field(60.0, gt=0, description="how often to look whether a day's review is to be proposed")
    channel_tests: bool = Field(
        True, description="whether test contacts write by themselves, as the brands' policies say"
    )
    channel_tests_seconds: float = Field(2.0, gt=0, description="how often to look which channel is to be tested")
    test_contact_key: test_contacts.Key = Field(
        SecretStr(""), description="the secret that marks our own test contacts, the same as ingestion's; empty: none"
    )
    subscribers_seconds: float = Field(
        2.0, gt=0, description="how often to look what other departments are to be told, and to send it"
    )
    subscribers_attempt_seconds: float = Field(20.0, gt=0, description="telling a subscriber takes at most this long")
    subscribers_give_up_days: float = Field(3.0, gt=0, description="so long what a subscriber does not take is tried")
    subscribers_insecure: bool = Field(
        False, description="whether webhooks may go to addresses without TLS and within our own network"
    )
    mail_from: str = Field(
        "", description="the sender of mails to other departments and to specialists; empty: none are sent"
    )
