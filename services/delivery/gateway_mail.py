"""Replies by mail through SMTP."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import aiosmtplib

from services.delivery.domain.letter import Letter, NotAnAddress, letter
from services.delivery.domain.outcome import Later, Outcome, Refused, Sent, Unknown, readable
from services.delivery.domain.piece import Piece

PERMANENT = 500


@dataclass(frozen=True)
class Server:
    """The mail server that takes our mail. `tls`: starttls, tls or none."""

    host: str
    port: int
    tls: str
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None


class MailGateway:
    """Mail from one channel's address. SMTP has no way to recognise a repetition, so there is none after a doubt."""

    repeatable = False

    def __init__(self, server: Server, brand: str, from_address: str, seconds: float) -> None:
        self._server = server
        self._brand = brand
        self._from = from_address
        self._seconds = seconds
        self._tls = ssl.create_default_context(cafile=server.ca_file) if server.tls != "none" else None

    async def send(self, piece: Piece, now: datetime) -> Outcome:
        try:
            mail = letter(piece, self._brand, self._from, now)
        except NotAnAddress as error:
            return Refused(str(error))
        client = aiosmtplib.SMTP(
            hostname=self._server.host,
            port=self._server.port,
            timeout=self._seconds,
            use_tls=self._server.tls == "tls",
            start_tls=self._server.tls == "starttls",
            tls_context=self._tls,
        )
        try:
            return await _Attempt(client, self._server, mail).run(self._seconds)
        finally:
            client.close()

    async def close(self) -> None:
        """Nothing is kept open."""


class _Attempt:
    """One conversation with the server, and how far it came."""

    def __init__(self, client: aiosmtplib.SMTP, server: Server, mail: Letter) -> None:
        self._client = client
        self._server = server
        self._mail = mail
        self._talking = False
        """The server took us in: from here on, what it refuses is this mail."""
        self._handed_over = False

    async def run(self, seconds: float) -> Outcome:
        try:
            async with asyncio.timeout(seconds):
                await self._converse()
        except aiosmtplib.SMTPResponseException as error:
            return self._refused(error.code, error.message)
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            return self._refused(first.code, first.message)
        except (aiosmtplib.SMTPException, OSError) as error:  # TimeoutError is an OSError
            reason = readable(f"{type(error).__name__} {error}")
            if self._handed_over:
                return Unknown(f"the connection was lost before the mail server confirmed: {reason}")
            return Later(f"the mail server can not be reached: {reason}")
        return Sent(self._mail.message_id)

    async def _converse(self) -> None:
        await self._client.connect()
        if self._server.username:
            await self._client.login(self._server.username, self._server.password)
        self._talking = True
        await self._client.mail(self._mail.sender)
        await self._client.rcpt(self._mail.recipient)
        self._handed_over = True
        await self._client.data(self._mail.content)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit()

    def _refused(self, code: int, message: str) -> Outcome:
        reason = readable(f"the mail server answered {code} {message}")
        return Refused(reason) if self._talking and code >= PERMANENT else Later(reason)
