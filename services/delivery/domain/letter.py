"""A reply as a mail: threaded with what the customer wrote, under a stable Message-ID, in UTF-8.

Nothing that comes from outside can add a header: addresses and ids are checked, texts are encoded.
"""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from schemas.events.message import Attachment
from schemas.mail import WRITE, Letter, checked_address
from services.delivery.domain.piece import Piece

_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,120}@[!-;=?-~]{1,120})>?")


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
    return Letter(sender, recipient, message_id, mail.as_bytes(policy=WRITE))


def _link(attachment: Attachment) -> str:
    """What it is called, or else what is to be seen, and where it is: on lines of their own, so that mail programs link it."""
    title = " ".join((attachment.name or attachment.alt).split())
    return f"{title}:\n{attachment.url}" if title else attachment.url
