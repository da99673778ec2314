"""What the desk keeps of its own: accounts, open sessions, the record of who looked, the autopilot's switch."""

from typing import Literal

from schemas.base import Model, UtcDatetime

Means = Literal["password", "provider"]
"""How somebody signs in: with a password of ours, or through the organisation's identity provider."""


class Account(Model):
    """A person's local log-in. `password_hash` is argon2's."""

    person: str
    password_hash: str
    changed_at: UtcDatetime


class Session(Model):
    """A browser in which somebody is signed in."""

    person: str
    means: Means
    stamp: str = ""
    """Of the password with which it was opened; a session under another stamp is over."""
    opened_at: UtcDatetime
    used_at: UtcDatetime
    """About when the person last did something; looking at a page that keeps itself current is nothing."""
    ends_at: UtcDatetime
    """However much it is used, it is over then."""
    browser: str = ""
    """What the browser says of itself."""
    id_token: str = ""
    """The identity provider's own, with which it knows whom to sign out."""


class Reveal(Model):
    """Somebody looked at a customer's personal data (M3)."""

    case_id: str
    brand: str = ""
    """Empty in records of before brands were written down."""
    person: str
    fields: tuple[str, ...]
    at: UtcDatetime


class Switch(Model):
    """Whether the autopilot plays the staff, and who said so."""

    on: bool
    by: str
    at: UtcDatetime
