"""A case changes hands: its work moves from the old owner to the new one, whatever comes twice or late (O6)."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.base import Event
from services.chassis.testing import envelope, record
from tests.conftest import Backends
from tests.integration.routing.stage import organisation, owner_wanted, released, specialist_wanted, stage, taken
from tests.integration.routing.test_routing import agrees_with_the_store

HANDED_OVER: Sequence[Event] = (released("a", "mira"), taken("a", "jonas"))


async def test_the_work_of_a_case_that_changes_hands_moves_along(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(owner_wanted("a"), owner_wanted("b"), owner_wanted("c"))
        assert await running.holders() == {"a": "mira", "b": "mira"}  # full, and nobody else is on shift
        await running.hear(*HANDED_OVER)
        await agrees_with_the_store(running)
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "jonas", "b": "mira", "c": "mira"}
        await running.hear(released("a", "jonas"))
        assert await running.holders() == {"b": "mira", "c": "mira"}
        await agrees_with_the_store(running)


async def test_a_restart_knows_the_new_owner(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(owner_wanted("a"), *HANDED_OVER)
        await running.duty.rebuild()
        assert await running.holders() == {"a": "jonas"}
        await agrees_with_the_store(running)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "reordered"])
async def test_it_comes_to_the_same_in_either_order_and_twice(
    backends: Backends, tmp_path: Path, order: tuple[int, ...]
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        records = [
            record(envelope(event, id=f"event-{number}"))
            for number, event in enumerate([owner_wanted("a"), *HANDED_OVER])
        ]
        await running.service.processor.process(records[:1])
        for number in (*order, *order):
            await running.service.processor.process([records[1 + number]])
            await agrees_with_the_store(running)
        await running.service.processor.process(records)
        assert await running.holders() == {"a": "jonas"}
        await agrees_with_the_store(running)


async def test_a_release_that_changed_nothing_does_not_end_later_work_when_it_is_repeated(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        again = record(envelope(released("a", "mira"), id="again"))
        await running.hear(owner_wanted("a"), released("a", "mira"))
        await running.service.processor.process([again])
        await running.hear(taken("a", "mira"))  # the customer wrote again
        await running.service.processor.process([again])
        assert await running.holders() == {"a": "mira"}
        await agrees_with_the_store(running)


async def test_a_consult_is_released_whoever_is_named(backends: Backends, tmp_path: Path) -> None:
    """The owner may withdraw a question before hearing who has it."""
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(specialist_wanted("x"), released("x", "nobody"))
        assert await running.holders() == {}
        await agrees_with_the_store(running)
