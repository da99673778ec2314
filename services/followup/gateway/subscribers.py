"""The way to subscribers: signed webhooks, and mail (F10). Every end of an attempt is an outcome; nothing is raised."""

import asyncio
import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from schemas import webhooks
from schemas.mail import WRITE, Letter, NotAnAddress, checked_address
from schemas.sending import Later, Outcome, Refused, readable
from services.chassis.posting import Poster
from services.chassis.smtp import Server, hand_over
from services.followup.domain.subscriptions import Subscription
from services.followup.domain.subscriptions_parcel import judged

SENDER_NAME = "Casekeeper"


@dataclass(frozen=True)
class Enclosed:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


class Subscribers:
    """Tells subscribers. Mail needs a server and an address to send from; without, it waits and says so.

    `insecure`: addresses without TLS and within our own network may be posted to.
    """

    def __init__(self, server: Server, sender: str, seconds: float, *, insecure: bool) -> None:
        self._server = server
        self._sender = sender
        self._seconds = seconds
        self._insecure = insecure
        self._poster = Poster(seconds)

    async def post(self, to: Subscription, id: str, kind: str, data: Mapping[str, Any], now: datetime) -> Outcome:
        """One signed document. The webhook-id is the parcel's, on every attempt."""
        if not self._insecure and (reason := await _reaches_inside(to.url)):
            return Later(reason)
        stamp = now.astimezone(UTC).isoformat().replace("+00:00", "Z")
        content = json.dumps({"type": kind, "timestamp": stamp, "data": data}, ensure_ascii=False).encode()

        def judge(status: int, retry_after: str | None, answer: bytes) -> Outcome:
            reason = readable(f"the receiver answered {status}: {answer[:1000].decode(errors='replace')}")
            return judged(status, reason, webhooks.seconds_to_wait(retry_after, now))

        headers = webhooks.signed(id, webhooks.key_of(to.secret), content, now)
        return await self._poster.post(to.url, content, headers, judge)

    async def mail(
        self, to: Subscription, id: str, subject: str, text: str, now: datetime, enclosed: Sequence[Enclosed] = ()
    ) -> Outcome:
        """One mail. Its Message-ID is the parcel's, on every attempt."""
        if not self._server.host or not self._sender:
            return Later("no mail server, or no address to send from, is set (FOLLOWUP_SMTP_HOST, FOLLOWUP_MAIL_FROM)")
        try:
            letter = _letter(self._sender, to, id, subject, text, now, enclosed)
        except NotAnAddress as error:
            return Refused(str(error))
        return await hand_over(self._server, letter, self._seconds)

    async def close(self) -> None:
        """Let go of connections."""
        await self._poster.close()


def _letter(
    sender: str, to: Subscription, id: str, subject: str, text: str, now: datetime, enclosed: Sequence[Enclosed]
) -> Letter:
    sender, recipient = checked_address(sender), checked_address(to.mail)
    message_id = f"<{id}@{sender.rpartition('@')[2]}>"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(SENDER_NAME, addr_spec=sender)
    mail["To"] = recipient
    mail["Subject"] = " ".join(subject.split())
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = to.language
    mail.set_content(text, cte="quoted-printable")
    for each in enclosed:
        kind, _, detail = each.media_type.partition("/")
        mail.add_attachment(each.content, maintype=kind, subtype=detail, filename=each.name)
    return Letter(sender, recipient, message_id, mail.as_bytes(policy=WRITE))


async def _reaches_inside(url: str) -> str:
    """Why nothing is posted there: the address leads into our own network (SSRF). Empty: it does not."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError as error:
        return readable(f"the receiver's name can not be looked up: {error}")
    inside = any(not ip_address(str(each[4][0]).partition("%")[0]).is_global for each in found)
    return f"{parts.hostname} is an address within a private network: nothing is posted there" if inside else ""
