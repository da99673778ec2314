"""Browsers without a screen: a stream that says "changed" and a connection for what is fetched then, as `live.js` has them."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.chassis.tasks import end

HOST = "127.0.0.1"
SHORTEST_SECONDS = 0.5
"""As in `live.js`: a page fetches at most twice a second."""
LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


@dataclass
class Looker:
    """One browser with one page open."""

    port: int
    cookies: str
    events: str
    fragment: str
    take: Callable[["Looker", str], None]
    """Is given what was fetched, as soon as it is there."""
    number: int = 0
    fetched: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def open(self) -> None:
        """From now on the page keeps itself current."""
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._keep_current())]

    async def close(self) -> None:
        await end(self._tasks)
        if self._kept is not None:
            self._kept[1].close()

    @property
    def failure(self) -> BaseException | None:
        """Why the page is not current any more."""
        done = (task for task in self._tasks if task.done() and not task.cancelled())
        return next((task.exception() or ConnectionError("a stream ended") for task in done), None)

    async def _listen(self) -> None:
        reader, writer = await asyncio.open_connection(HOST, self.port)
        try:
            writer.write(self._request(self.events, "text/event-stream"))
            while said := await reader.read(65536):
                if b"event: changed" in said:
                    self._changed.set()
        finally:
            writer.close()

    async def _keep_current(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            began = time.perf_counter()
            self.take(self, await self._fetched())
            self.fetched += 1
            await asyncio.sleep(max(0.0, began + SHORTEST_SECONDS - time.perf_counter()))

    async def _fetched(self) -> str:
        """Over the connection that is kept; over a new one where the server has closed it meanwhile."""
        if self._kept is None or self._kept[0].at_eof():
            self._kept = await asyncio.open_connection(HOST, self.port)
        reader, writer = self._kept
        writer.write(self._request(self.fragment, "text/html"))
        return await _body(reader)

    def _request(self, path: str, accepts: str) -> bytes:
        lines = [
            f"GET {path} HTTP/1.1",
            f"host: {HOST}:{self.port}",
            f"accept: {accepts}",
            "hx-request: true",
            "live: yes",
            f"cookie: {self.cookies}",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _body(reader: asyncio.StreamReader) -> str:
    """Of the next answer. Raises ConnectionError for one that is no page."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = LENGTH.search(head)
    if not head.startswith(b"HTTP/1.1 200") or length is None:
        raise ConnectionError(head.partition(b"\r\n")[0].decode())
    return (await reader.readexactly(int(length[1]))).decode()
