"""The way to people by mail. Every end of an attempt is an outcome; nothing is raised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from schemas.mail import WRITE, Letter, NotAnAddress, checked_address
from schemas.sending import Later, Outcome, Refused
from services.chassis.smtp import Server, hand_over

SENDER_NAME = "Casekeeper"


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


class Mails:
    """Sends mails. It needs a server and an address to send from; without, it says so."""

    def __init__(self, server: Server, sender: str, seconds: float) -> None:
        """One attempt takes at most so many seconds."""
        self._server = server
        self._sender = sender
        self._seconds = seconds

    @property
    def possible(self) -> bool:
        """Whether any mail can leave the house."""
        return bool(self._server.host and self._sender)

    async def send(
        self,
        recipient: str,
        language: str,
        id: str,
        subject: str,
        text: str,
        now: datetime,
        enclosed: Sequence[Enclosed] = (),
    ) -> Outcome:
        """One attempt. The mail's Message-ID is made of `id`, on every attempt."""
        if not self.possible:
            return Later("no mail server, or no address to send from, is set (FOLLOWUP_SMTP_HOST, FOLLOWUP_MAIL_FROM)")
        try:
            sender, recipient = checked_address(self._sender), checked_address(recipient)
        except NotAnAddress as error:
            return Refused(str(error))
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(SENDER_NAME, addr_spec=sender)
        mail["To"] = recipient
        mail["Subject"] = " ".join(subject.split())
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = message_id = f"<{id}@{sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = language
        mail.set_content(text, cte="quoted-printable")
        for each in enclosed:
            kind, _, detail = each.media_type.partition("/")
            mail.add_attachment(each.content, maintype=kind, subtype=detail, filename=each.name)
        letter = Letter(sender, recipient, message_id, mail.as_bytes(policy=WRITE))
        return await hand_over(self._server, letter, self._seconds)
