"""The other side of delivery: a receiver of signed webhooks and a mail server, real ones, that can misbehave on demand."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, TypeVar

from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True)
class Answer:
    """What the receiver says; `cut` closes the connection instead, `hang` waits until the test lets go."""

    status: int = 200
    headers: tuple[str, ...] = ()
    body: bytes = b""
    cut: bool = False
    hang: bool = False
    endless: bool = False


@dataclass
class Receiver:
    """Takes replies as the specification says: checks the signature, and knows a repetition by its webhook-id."""

    url: str = ""
    answers: deque[Answer] = field(default_factory=deque)
    """For the next requests, in order; after that, 200."""
    requests: list[dict[str, Any]] = field(default_factory=list)
    """Every request with a good signature, repetitions too."""
    shown: dict[str, str] = field(default_factory=dict)
    """What customers see: text by webhook-id."""
    unauthentic: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    open_now: int = 0
    most_at_once: int = 0
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.connections.add(task)
        try:
            while (request := await _request(reader)) is not None:
                if not await self._answered(*request, writer):
                    break
        except ConnectionError:
            pass  # the other side was killed: that is what some tests do
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, headers: dict[str, str], body: bytes, writer: asyncio.StreamWriter) -> bool:
        self.open_now += 1
        self.most_at_once = max(self.most_at_once, self.open_now)
        try:
            self._take(headers, body)
            answer = self.answers.popleft() if self.answers else Answer()
            if answer.hang:
                await self.let_go.wait()
            if answer.cut:
                return False
            return await self._write(answer, writer)
        finally:
            self.open_now -= 1

    async def _write(self, answer: Answer, writer: asyncio.StreamWriter) -> bool:
        length = "10000000000" if answer.endless else str(len(answer.body))
        lines = [f"HTTP/1.1 {answer.status} X", f"content-length: {length}", *answer.headers, "", ""]
        writer.write("\r\n".join(lines).encode() + answer.body)
        while answer.endless:
            writer.write(b"x" * 65_536)
            await writer.drain()
        await writer.drain()
        return True

    def _take(self, headers: dict[str, str], body: bytes) -> None:
        # Freshness is left out: the clocks of some tests are moved by hours.
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        if headers["webhook-signature"] != Webhook(SECRET).sign(headers["webhook-id"], moment, body.decode()):
            self.unauthentic += 1
            return
        data = json.loads(body)["data"]
        self.requests.append({"id": headers["webhook-id"], **data})
        self.shown.setdefault(headers["webhook-id"], data["text"])


async def _request(reader: asyncio.StreamReader) -> tuple[dict[str, str], bytes] | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.decode().split("\r\n")[1:]
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
    return headers, await reader.readexactly(int(headers["content-length"]))


R = TypeVar("R", bound=Receiver)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """A running receiver."""
    async with running(Receiver()) as one:
        yield one


@asynccontextmanager
async def running(one: R) -> AsyncIterator[R]:
    """The receiver, listening."""
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/replies"
    try:
        yield one
    finally:
        server.close()
        for task in one.connections:
            task.cancel()
        await asyncio.gather(*one.connections, return_exceptions=True)


@dataclass
class Mailbox:
    """A mail server's handler that keeps what it accepts; answers can be set beforehand."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    attempts: int = 0
    rcpt_answers: deque[str] = field(default_factory=deque)
    data_answers: deque[str] = field(default_factory=deque)
    """`cut` takes the mail and closes the connection before confirming; `hang` takes it and confirms when told to."""
    confirm: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.attempts += 1
        if self.rcpt_answers and (answer := self.rcpt_answers.popleft()):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.data_answers.popleft() if self.data_answers else ""
        if answer and answer not in ("cut", "hang"):
            return answer
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if answer == "hang":
            await self.confirm.wait()
        if answer == "cut":
            server.transport.abort()
        return "250 OK"


@asynccontextmanager
async def mail_server(**options: Any) -> AsyncIterator[Mailbox]:
    """A running mail server; `options` are aiosmtpd's."""
    box = Mailbox()
    loop = asyncio.get_running_loop()
    sessions: list[SMTP] = []

    def session() -> SMTP:
        sessions.append(SMTP(box, loop=loop, **options))
        return sessions[-1]

    server = await loop.create_server(session, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        tasks = [each._handler_coroutine for each in sessions if each._handler_coroutine]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for each in sessions:
            if each.transport:
                each.transport.abort()
        await server.wait_closed()
