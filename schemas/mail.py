"""A mail ready to be handed to a server, and addresses that mail can be sent to."""

import re
from dataclasses import dataclass
from email.policy import SMTP

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
WRITE = SMTP.clone(max_line_length=900)
"""How a mail is written. Long ids must not be folded: folding turns them into encoded words that no mail program threads by."""


class NotAnAddress(ValueError):
    """No mail can be sent there."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail ready to be handed to a server."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


def checked_address(text: str) -> str:
    """One plain address, its domain in ASCII. Raises NotAnAddress."""
    local, _, domain = text.rpartition("@")
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        raise NotAnAddress("the mail address has a domain that can not exist") from None
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _DOMAIN.fullmatch(domain):
        raise NotAnAddress("the mail address is not one that mail can be sent to")
    return f"{local}@{domain}"
