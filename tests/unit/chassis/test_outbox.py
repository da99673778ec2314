"""What the outbox publishes at once: no more than the broker's batch and one document of the journal can take."""

from typing import Any, cast

import pytest

from services.chassis.documents import Outgoing
from services.chassis.kafka import MAX_BATCH_BYTES, _portions
from services.chassis.outbox import BATCH, BATCH_CHARACTERS, Outbox
from services.chassis.testing import ManualClock

JOURNAL_ROW_LIMIT_BYTES = 16_000_000


@pytest.fixture
def outbox() -> Outbox:
    return Outbox(cast("Any", None), cast("Any", None), ManualClock(), "cases", True)


def fill(outbox: Outbox, count: int, characters: int) -> None:
    entries = [Outgoing(str(number), "cases.events", "k", "ä" * characters, {}) for number in range(count)]
    outbox._waiting.update((entry.id, entry) for entry in entries)


def test_small_events_go_together(outbox: Outbox) -> None:
    fill(outbox, BATCH + 1, 100)
    assert [entry.id for entry in outbox._batch()] == [str(number) for number in range(BATCH)]


def test_large_events_go_in_portions_that_one_row_of_the_journal_can_hold(outbox: Outbox) -> None:
    fill(outbox, 20, 400_000)
    batch = outbox._batch()
    assert 1 < len(batch) < 20
    assert sum(4 * len(entry.value) for entry in batch) < JOURNAL_ROW_LIMIT_BYTES


def test_an_event_larger_than_a_portion_goes_alone(outbox: Outbox) -> None:
    fill(outbox, 2, BATCH_CHARACTERS + 1)
    assert [entry.id for entry in outbox._batch()] == ["0"]


def test_records_keep_their_order_in_portions_of_one_batch_of_the_producer() -> None:
    records = [("t", b"k", b"x" * 100_000, [("n", str(number).encode())]) for number in range(20)]
    records.insert(7, ("t", None, None, []))
    portions = list(_portions(records))
    assert [each for portion in portions for each in portion] == records
    assert len(portions) > 2
    assert all(sum(len(value or b"") for _, _, value, _ in portion) <= MAX_BATCH_BYTES for portion in portions)
    assert list(_portions([])) == []
