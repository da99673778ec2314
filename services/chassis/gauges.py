"""Figures that a service looks up now and then, for dashboards and alerts: is it ready, what waits, how far is it behind."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from services.chassis import telemetry
from services.chassis.errors import Unavailable
from services.chassis.kafka import BROKER_ERRORS
from services.chassis.outbox import Outbox
from services.chassis.parking import Parking

LOOK_EVERY_SECONDS = 10.0
PATIENCE_SECONDS = 5.0


class Gauges:
    """The figures of one service. `consumer` gives Kafka's own consumer, or None while there is none."""

    def __init__(
        self,
        service: str,
        checks: Mapping[str, Callable[[], Awaitable[str]]],
        outbox: Outbox,
        parking: Parking,
        consumer: Callable[[], Any],
    ) -> None:
        self._service = service
        self._checks = checks
        self._outbox = outbox
        self._parking = parking
        self._consumer = consumer

    async def look(self) -> None:
        """Bring the figures up to date. What store or broker do not tell in time stays as it was; then we are not ready."""
        troubles = [await check() for check in self._checks.values()]
        telemetry.ready.put(self._service, 0 if any(troubles) else 1)
        telemetry.outbox_oldest.put(self._service, self._outbox.oldest_age_seconds)
        telemetry.outbox_waiting.put(self._service, self._outbox.backlog)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                telemetry.parked_waiting.put(self._service, await self._parking.count())
                if consumer := self._consumer():
                    telemetry.lag.put(self._service, await _lag(consumer))
        except (TimeoutError, *BROKER_ERRORS) as error:
            raise Unavailable(f"lag and waiting events are not known: {error!r}") from error

    def forget(self) -> None:
        """Show nothing any more: the service has stopped."""
        for figure in telemetry.FIGURES:
            figure.drop(self._service)


async def trouble_of(ping: Awaitable[None]) -> str:
    """What is wrong, when this does not answer in two seconds; else an empty text."""
    try:
        async with asyncio.timeout(2):
            await ping
    except (Unavailable, TimeoutError) as error:
        return str(error) or "no answer in 2 seconds"
    return ""


async def _lag(consumer: Any) -> dict[telemetry.Labels, float]:
    """Per partition that is ours, how many records lie beyond what is acknowledged.

    The local broker's end offsets are too low by part of the last batch (docs/decisions/0002): there 0 may be a few.
    """
    ends = await consumer.end_offsets(consumer.assignment())
    done = {partition: await consumer.committed(partition) for partition in ends}
    new = [partition for partition, offset in done.items() if offset is None]
    done |= await consumer.beginning_offsets(new) if new else {}
    return {
        (("topic", partition.topic), ("partition", str(partition.partition))): max(0, end - done[partition])
        for partition, end in ends.items()
    }
