"""The receiving end: a channel's server that takes replies by the Standard Webhooks specification and remembers each."""

import asyncio
import hmac
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response

from casekeeper.checker import ReceivedReply
from casekeeper.demo.sender import sign
from casekeeper.local.children import free_port


class Receiver:
    """Listens on a port of its own. Like every such receiver it takes one `webhook-id` once."""

    def __init__(self) -> None:
        self.port = free_port()
        self.received: list[ReceivedReply] = []
        self.repeats = 0
        self.forged = 0
        self._seen: set[str] = set()
        self._secrets: dict[str, str] = {}
        app = FastAPI()
        app.post("/replies/{channel}")(self._take)
        config = uvicorn.Config(app, "127.0.0.1", self.port, log_config=None, access_log=False, lifespan="off")
        self._server = uvicorn.Server(config)
        self._serving: asyncio.Task[None] | None = None

    def url(self, channel: str) -> str:
        """Where the replies of a channel go."""
        return f"http://127.0.0.1:{self.port}/replies/{channel}"

    async def start(self, secrets: dict[str, str]) -> None:
        """Begin to listen; `secrets` by channel."""
        self._secrets = secrets
        self._serving = asyncio.create_task(self._server._serve())  # noqa: SLF001 - serve() would take the signals
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        self._server.should_exit = True
        if self._serving:
            await self._serving

    async def _take(self, channel: str, request: Request) -> Response:
        body = await request.body()
        id, timestamp = request.headers["webhook-id"], int(request.headers["webhook-timestamp"])
        if not hmac.compare_digest(
            sign(self._secrets[channel], id, timestamp, body), request.headers["webhook-signature"]
        ):
            self.forged += 1
            return Response(status_code=401)
        if id in self._seen:
            self.repeats += 1
            return Response(status_code=200)
        self._seen.add(id)
        data = (await request.json())["data"]
        now = datetime.now(UTC)
        reply = ReceivedReply(data["reply_id"], id, data["conversation"], data["text"], now, data["part"])
        self.received.append(reply)
        return Response(status_code=200)
