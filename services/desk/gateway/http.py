"""One way to call another service: its token, its problem documents, and honesty about what is not known."""

from collections.abc import Mapping
from typing import Any

import httpx2

from services.chassis.certificates import certificates
from services.chassis.errors import PROBLEM_ROOT, Problem

TIMEOUT_SECONDS = 15.0


class Caller:
    """Calls one service over HTTP."""

    def __init__(self, name: str, base_url: str, token: str) -> None:
        self.name = name
        self._client = httpx2.AsyncClient(
            base_url=base_url,
            timeout=TIMEOUT_SECONDS,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            verify=certificates(),
        )

    async def post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        """The answer's JSON. Raises Problem: the service's own, or 503 when it is not known whether it heard us."""
        return dict(await self.send("POST", path, headers, body))

    async def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """The same by any method, with or without a body."""
        content = None if body is None else dict(body)
        try:
            response = await self._client.request(
                method, path, headers=dict(headers), params=dict(query or {}), json=content
            )
        except httpx2.HTTPError as error:
            raise Problem(503, "unavailable", f"the {self.name} service does not answer: {error!r}") from error
        if response.is_success:
            return response.json()
        raise self._problem(response)

    async def close(self) -> None:
        await self._client.aclose()

    def _problem(self, response: httpx2.Response) -> Problem:
        try:
            document = response.json()
            kind = str(document["type"]).removeprefix(PROBLEM_ROOT)
            return Problem(response.status_code, kind, str(document["detail"]))
        except (ValueError, KeyError, TypeError):
            return Problem(502, "bad-answer", f"the {self.name} service answered {response.status_code}")
