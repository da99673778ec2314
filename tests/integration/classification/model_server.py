"""An organisation's own model on a real socket, which can be slow, broken or talk rubbish on demand."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
Behave = Callable[[Body], bytes]


def all_negative(body: Body) -> bytes:
    """Judges every message."""
    found = [{"id": each["id"], "sentiment": "negative", "sentiment_confidence": 0.9} for each in body["messages"]]
    return json.dumps({"model": "acme-7", "judgements": found}).encode()


@dataclass
class ModelServer:
    """What it does next, and what it was asked."""

    url: str = ""
    behave: Behave = all_negative
    status: int = 200
    headers: tuple[str, ...] = ()
    hangs: bool = False
    cuts: bool = False
    asked: list[Body] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self.connections.add(task)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._answered(reader, writer):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.asked.append(body)
        self.authorizations.append(headers.get("authorization", ""))
        if self.hangs:
            await self.let_go.wait()
        if self.cuts:
            return False
        answer = self.behave(body)
        head = [f"HTTP/1.1 {self.status} X", f"content-length: {len(answer)}", *self.headers, "", ""]
        writer.write("\r\n".join(head).encode() + answer)
        await writer.drain()
        return True


@asynccontextmanager
async def model_server() -> AsyncIterator[ModelServer]:
    """A running one."""
    one = ModelServer()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/judge"
    try:
        yield one
    finally:
        server.close()
        for task in one.connections:
            task.cancel()
        await asyncio.gather(*one.connections, return_exceptions=True)
