"""Departments that want to be told of what customers write, as the organisation declares them (F10)."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas import webhooks
from schemas.mail import NotAnAddress, checked_address
from schemas.organisation_hours import Frozen
from schemas.organisation_values import EnvironmentName, Id, Text

DeclaredSignal = Literal["legal-threat", "danger", "press", "self-harm", "account-takeover"]
"""The signals of events, which can not be named here: they know of the organisation."""


class DeclaredSubscription(Frozen):
    """Who wants to know what of one brand, and how they are told. It is changed and ended here, and paused at the desk."""

    id: Id
    brand: Id
    department: Text
    """Who they are, for people to read."""
    topics: tuple[Id, ...] = ()
    """Topics, each with those below it."""
    signals: tuple[DeclaredSignal, ...] = ()
    all_cases: bool = False
    digest: bool = False
    """The weekly digest of the brand."""
    mail: str = ""
    url: str = ""
    """Where signed webhooks are posted; either this or `mail`."""
    secret_env: EnvironmentName | None = None
    """The environment variable that holds the webhooks' signing secret (Standard Webhooks)."""
    rhythm: Literal["at-once", "daily"] = "at-once"
    language: Literal["en", "nl"] = Field(default="en")

    @model_validator(mode="after")
    def _can_be_told(self) -> Self:
        if bool(self.mail) == bool(self.url):
            raise ValueError("either mail or url says where it is told: give one of the two")
        if bool(self.url) != bool(self.secret_env):
            raise ValueError("url and secret_env belong together: a webhook is signed, a mail is not")
        if not (self.topics or self.signals or self.all_cases or self.digest):
            raise ValueError("it names no topic, no signal, not all_cases and not the digest: say what is to be told")
        try:
            if self.mail:
                checked_address(self.mail)
        except NotAnAddress as error:
            raise ValueError(f"mail can not be used: {error}") from error
        if self.url and not webhooks.checked_url(self.url).lower().startswith("https://"):
            raise ValueError("url can not be used: it is not an https address")
        return self
