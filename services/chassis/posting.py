"""Posts one document to somebody else's address, within a time, and tells what became of it."""

import asyncio
from collections.abc import Callable, Mapping

import httpx2

from schemas.sending import Later, Outcome, Refused, readable
from services.chassis.certificates import certificates

ANSWER_BYTES = 4096

Judge = Callable[[int, str | None, bytes], Outcome]
"""What an answer means: its status, its Retry-After, and the first bytes of its body."""


class Poster:
    """Connections to other people's systems. Every end of an attempt is an outcome; nothing is raised."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._client: httpx2.AsyncClient | None = None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str], judge: Judge) -> Outcome:
        """One attempt. Redirects are not followed: one could lead anywhere, also inside (SSRF)."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._post(url, content, headers, judge)
        except (TimeoutError, httpx2.TimeoutException):
            reason = f"the receiver did not answer within {self._seconds:g} seconds"
            return Later(reason, may_have_arrived=True)
        except (httpx2.TransportError, OSError) as error:
            reason = readable(f"the receiver can not be reached: {type(error).__name__} {error}")
            return Later(reason, may_have_arrived=not isinstance(error, httpx2.ConnectError))
        except httpx2.InvalidURL as error:
            return Refused(readable(f"the receiver's address is not valid: {error}"))

    async def _post(self, url: str, content: bytes, headers: Mapping[str, str], judge: Judge) -> Outcome:
        client = self._client = self._client or httpx2.AsyncClient(
            follow_redirects=False, timeout=self._seconds, verify=certificates()
        )
        async with client.stream("POST", url, content=content, headers=headers) as response:
            answer = b""
            async for part in response.aiter_raw():
                answer += part
                if len(answer) > ANSWER_BYTES:
                    break  # whoever answers without end keeps nobody waiting
            return judge(response.status_code, response.headers.get("retry-after"), answer)

    async def close(self) -> None:
        """Let go of connections; they come back when needed."""
        client, self._client = self._client, None
        if client:
            await client.aclose()
