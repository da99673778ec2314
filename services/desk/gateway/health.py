"""How each service says it does: `/readyz`, its version, and what waits in it (I4)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import httpx2
from fastapi import FastAPI
from pydantic import Field, ValidationError

from schemas.base import Model, UtcDatetime
from schemas.masking import masked_text
from services.chassis.certificates import certificates
from services.desk.domain.letter import error_shown

PATIENCE_SECONDS = 3.0
State = Literal["ready", "not ready", "no answer", "unknown"]
"""unknown: nobody told the desk where it answers."""


class Outbox(Model):
    """Events decided and stored, not yet in Kafka."""

    waiting: int = 0
    oldest_seconds: float = 0.0


class ParkedEvent(Model):
    """An event that waits for another try, or behind one in its lane."""

    id: str
    event_type: str = ""
    topic: str = ""
    partition: int = 0
    offset: int = 0
    lane: str = ""
    attempts: int = 0
    reason: str = ""
    again_at: UtcDatetime
    traceparent: str = ""


class Waiting(Model):
    """What a service still has to do."""

    outbox: Outbox = Outbox()
    parked: int = 0
    events: tuple[ParkedEvent, ...] = ()


class ServiceHealth(Model):
    """One service, as one of its instances answered. `troubles` says what is wrong, by the check that found it."""

    service: str
    state: State
    url: str = ""
    troubles: dict[str, str] = Field(default_factory=dict)
    version: str = ""
    started_at: UtcDatetime | None = None
    uptime_seconds: float | None = None
    waiting: Waiting | None = None
    """None: it did not tell."""

    def without_events(self) -> "ServiceHealth":
        """The same with the number of parked events only."""
        waiting = self.waiting.model_copy(update={"events": ()}) if self.waiting else None
        return self.model_copy(update={"waiting": waiting})


class Services:
    """Asks all services at once. `own` is the desk itself, which is asked without going through the network."""

    def __init__(self, urls: Mapping[str, str], token: str, own: FastAPI) -> None:
        self._urls = dict(urls)
        headers = {"Authorization": f"Bearer {token}"}
        self._clients = {
            name: httpx2.AsyncClient(
                base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False, verify=certificates()
            )
            for name, url in urls.items()
            if url
        }
        within = httpx2.ASGITransport(app=own)
        self._clients["desk"] = httpx2.AsyncClient(base_url="http://desk", headers=headers, transport=within)

    async def look(self) -> list[ServiceHealth]:
        """All of them, in the order in which they are known, the desk last."""
        return list(await asyncio.gather(*(self._look(name) for name in (*self._urls, "desk"))))

    async def _look(self, name: str) -> ServiceHealth:
        url, client = self._urls.get(name, ""), self._clients.get(name)
        if client is None:
            return ServiceHealth(service=name, state="unknown")
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                ready, waiting = await asyncio.gather(client.get("/readyz"), client.get("/internal/waiting"))
            told: dict[str, Any] = ready.json()
            troubles = {check: text for check, text in told["checks"].items() if text != "ok"}
            return ServiceHealth(
                service=name,
                state="ready" if ready.status_code == 200 else "not ready",
                url=url,
                troubles=troubles,
                version=told.get("version", ""),
                started_at=told.get("started_at"),
                uptime_seconds=_uptime(told.get("started_at")),
                waiting=_waiting(waiting),
            )
        except (httpx2.HTTPError, TimeoutError) as error:
            reason = str(error) or f"no answer in {PATIENCE_SECONDS:.0f} seconds"
            return ServiceHealth(service=name, state="no answer", url=url, troubles={"connection": reason})
        except (ValueError, KeyError, TypeError, AttributeError):
            told_otherwise = {"connection": "it answers something else than a service of ours"}
            return ServiceHealth(service=name, state="no answer", url=url, troubles=told_otherwise)

    async def close(self) -> None:
        """Let go of them."""
        await asyncio.gather(*(client.aclose() for client in self._clients.values()))


def _waiting(answer: httpx2.Response) -> Waiting | None:
    """What waits; None where the service did not tell, such as without its store."""
    if not answer.is_success:
        return None
    try:
        found = Waiting.model_validate(answer.json())
    except ValidationError:
        return None
    return found.model_copy(update={"events": tuple(map(_masked, found.events))})


def _masked(event: ParkedEvent) -> ParkedEvent:
    return event.model_copy(update={"reason": error_shown(event.reason), "lane": masked_text(event.lane)})


def _uptime(started_at: Any) -> float | None:
    """By the machine's clock, as the service told it."""
    if not isinstance(started_at, str):
        return None
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(started_at)).total_seconds())
