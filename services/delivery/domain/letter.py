"""A reply as a mail: threaded with what the customer wrote, under a stable Message-ID, in UTF-8.

Nothing that comes from outside can add a header: addresses and ids are checked, texts are encoded.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from schemas.events.message import Attachment
from services.delivery.domain.piece import Piece

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,120}@[!-;=?-~]{1,120})>?")
# Long ids must not be folded: folding turns them into encoded words that no mail program threads by.
_WRITE = SMTP.clone(max_line_length=900)


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
        raise NotAnAddress("the customer's mail address has a domain that can not exist") from None
    if not _LOCAL.fullmatch(local) or len(local) > 64 or not _DOMAIN.fullmatch(domain):
        raise NotAnAddress("the customer's mail address is not one that mail can be sent to")
    return f"{local}@{domain}"


def letter(piece: Piece, brand: str, from_address: str, now: datetime) -> Letter:
    """The mail. Pictures, videos and files come as links under the text (V6). Raises NotAnAddress."""
    reply = piece.reply
    recipient = checked_address(reply.recipient_address)
    sender = checked_address(from_address)
    name = " ".join(brand.split())
    message_id = f"<{piece.id}@{sender.rpartition('@')[2]}>"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(name, addr_spec=sender)
    mail["To"] = recipient
    mail["Subject"] = f"Re: {name}"
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    if thread := _MESSAGE_ID.fullmatch(piece.in_reply_to):
        mail["In-Reply-To"] = mail["References"] = f"<{thread[1]}>"
    mail.set_content("\n\n".join((piece.text, *map(_link, piece.attachments))), cte="quoted-printable")
    if reply.language != "und":
        mail["Content-Language"] = reply.language
    return Letter(sender, recipient, message_id, mail.as_bytes(policy=_WRITE))


def _link(attachment: Attachment) -> str:
    """What it is called, or else what is to be seen, and where it is: on lines of their own, so that mail programs link it."""
    title = " ".join((attachment.name or attachment.alt).split())
    return f"{title}:\n{attachment.url}" if title else attachment.url
