"""What the desk keeps of its own: accounts, open sessions, the record of who looked, the autopilot's switch."""

from typing import Literal

from schemas.base import Model, UtcDatetime
from schemas.events.roster import RosterPerson

Means = Literal["password", "provider"]
"""How somebody signs in: with a password of ours, or through the organisation's identity provider."""


class KnownPerson(RosterPerson):
    """A person as the roster's events tell."""

    filed: bool = True
    """Whether the organisation's files had them then; who is not in the files any more has left."""
    left: bool = False
    """Whether somebody said so of a person who is known by records alone."""


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
    subject: str = ""
    """How the identity provider calls the person, when it says that they have signed out there."""
    provider_session: str = ""
    """How it calls the session there; empty where it does not say."""


class Logout(Model):
    """A logout token of the identity provider's that was taken."""

    ends_at: UtcDatetime
    """So long it could be sent again."""


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
