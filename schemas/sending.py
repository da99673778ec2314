"""What an attempt to send came to. Every gateway answers with one of these four."""

from dataclasses import dataclass

REASON_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Sent:
    """The channel has it; `receipt` is the channel's own id for it."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Later:
    """It was not confirmed and may be tried again, after so many seconds where the channel named them.

    `whole_channel`: the channel wants nothing at all until then. `may_have_arrived`: only of a receiver that recognises
    repetitions, so that trying again does no harm; elsewhere it is certain that nothing was delivered.
    """

    reason: str
    after_seconds: float | None = None
    whole_channel: bool = False
    may_have_arrived: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The channel will never take it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have arrived."""

    reason: str


Outcome = Sent | Later | Refused | Unknown


def readable(text: object) -> str:
    """Somebody else's words as a reason: one line, printable, not long."""
    line = " ".join(str(text).split())
    return "".join(each if each.isprintable() else "?" for each in line)[:REASON_CHARACTERS]
