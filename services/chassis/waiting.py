"""What a service still has to do, for whoever runs it: events not yet published, and events that wait for another try."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from schemas.base import UtcDatetime
from services.chassis.clock import Clock
from services.chassis.http import internal_router
from services.chassis.outbox import Outbox
from services.chassis.parking import Parked, Parking

SHOWN = 100
"""Parked events that are told one by one."""


class OutboxShown(BaseModel):
    """Events decided and stored, not yet in Kafka."""

    waiting: int
    oldest_seconds: float


class ParkedShown(BaseModel):
    """An event that met an error in our code, or waits behind one in its lane: no word of what is in it."""

    id: str
    event_type: str
    topic: str
    partition: int
    offset: int
    lane: str
    attempts: int
    """Tries that failed; 0: it only waits behind another one."""
    reason: str
    """The error of the last try; empty where it is not known."""
    again_at: UtcDatetime
    traceparent: str

    @classmethod
    def of(cls, parked: Parked) -> "ParkedShown":
        headers = parked.record.readable_headers()
        return cls(
            id=parked.id,
            event_type=headers.get("ce_type", ""),
            topic=parked.record.topic,
            partition=parked.record.partition,
            offset=parked.record.offset,
            lane=parked.lane,
            attempts=parked.attempts,
            reason=parked.reason,
            again_at=parked.not_before,
            traceparent=headers.get("traceparent", ""),
        )


class Waiting(BaseModel):
    """All of it, as of `at` by the service's own clock. `parked` counts all parked events, `events` lists the first of them."""

    at: UtcDatetime
    outbox: OutboxShown
    parked: int
    events: list[ParkedShown]


def waiting_router(outbox: Outbox, parking: Parking, clock: Clock) -> APIRouter:
    """`GET /internal/waiting`, for our own services."""
    router = internal_router()

    @router.get("/internal/waiting", include_in_schema=False)
    async def waiting() -> Waiting:
        """What this instance has not published, and what the service has parked."""
        now: datetime = clock.now()
        shown = OutboxShown(waiting=outbox.backlog, oldest_seconds=round(outbox.oldest_age_seconds, 1))
        events = [ParkedShown.of(each) for each in await parking.first(SHOWN)]
        return Waiting(at=now, outbox=shown, parked=await parking.count(), events=events)

    return router
