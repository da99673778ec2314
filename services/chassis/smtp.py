"""Hands one mail to a mail server, and tells what became of it. Retrying is the caller's decision."""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import aiosmtplib

from schemas.mail import Letter
from schemas.sending import Later, Outcome, Refused, Sent, Unknown, readable

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

    @cached_property
    def context(self) -> ssl.SSLContext | None:
        """How the server proves who it is; made once, because reading certificates takes time."""
        return ssl.create_default_context(cafile=self.ca_file) if self.tls != "none" else None


async def hand_over(server: Server, mail: Letter, seconds: float) -> Outcome:
    """One attempt, within so many seconds. Unknown: it was handed over and the server's word did not come."""
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=seconds,
        use_tls=server.tls == "tls",
        start_tls=server.tls == "starttls",
        tls_context=server.context,
    )
    try:
        return await _Attempt(client, server, mail).run(seconds)
    finally:
        client.close()


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
