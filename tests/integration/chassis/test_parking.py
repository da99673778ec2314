"""That nothing waits is remembered, and never for longer than it is true."""

from collections.abc import AsyncIterator

import pytest

from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from tests.conftest import Backends
from tests.integration.chassis.probe import Moods, noted, probe, word


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def earlier(backends: Backends, clock: ManualClock) -> AsyncIterator[Service]:
    """An instance that had the partitions, and a bug with the event 2."""
    service = probe(backends, Moods(broken={"2"}), clock)
    await service.start(listen=False)
    yield service
    await service.stop()


@pytest.fixture
async def later(backends: Backends, clock: ManualClock, earlier: Service) -> AsyncIterator[Service]:
    """Another one, which found nothing waiting when it started."""
    service = probe(backends, clock=clock)
    await service.start(listen=False)
    yield service
    await service.stop()


async def test_who_takes_partitions_over_sees_what_waits_there(earlier: Service, later: Service) -> None:
    await earlier.processor.process([record(word("a", "1"), 0), record(word("a", "2"), 1)])
    later._assigned(["cases.events"])
    await later.take_over()
    await later.processor.process([record(word("a", "3"), 2)])
    assert await noted(later) == {"a": ("1",)}
    assert await later.parking.count() == 2


async def test_who_has_no_partitions_looks_after_what_waits_a_little_later(
    earlier: Service, later: Service, clock: ManualClock
) -> None:
    await later.processor.retry_parked()
    await earlier.processor.process([record(word("a", "2"), 0), record(word("a", "3"), 1)])
    clock.forward(1)
    await later.processor.retry_parked()
    assert await noted(later) == {}
    clock.forward(4)
    await later.processor.retry_parked()
    assert await noted(later) == {"a": ("2", "3")}
    assert await later.parking.count() == 0


async def test_what_one_puts_aside_itself_is_seen_at_once(earlier: Service) -> None:
    await earlier.processor.process([record(word("a", "2"), 0)])
    await earlier.processor.process([record(word("a", "3"), 1)])
    assert await noted(earlier) == {}
    assert await earlier.parking.count() == 2
