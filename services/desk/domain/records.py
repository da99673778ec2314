"""What the desk keeps of its own: accounts, the record of who looked, the autopilot's switch."""

from schemas.base import Model, UtcDatetime


class Account(Model):
    """A person's local log-in. `password_hash` is argon2's."""

    person: str
    password_hash: str
    changed_at: UtcDatetime


class Reveal(Model):
    """Somebody looked at a customer's personal data (M3)."""

    case_id: str
    person: str
    fields: tuple[str, ...]
    at: UtcDatetime


class Switch(Model):
    """Whether the autopilot plays the staff, and who said so."""

    on: bool
    by: str
    at: UtcDatetime
