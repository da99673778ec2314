"""The routing service on real broker and store: who gets what, who waits until when, what a restart leaves as it was."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.base import Event
from schemas.events.routing import OwnerAssigned, RequestUnserved, RoutingDecision, SpecialistOffered
from services.chassis import dead
from services.chassis.documents import Document
from services.chassis.errors import Unavailable
from services.chassis.testing import ManualClock, envelope, record
from services.routing.domain import Engine
from tests.conftest import Backends
from tests.integration.routing.stage import (
    TEAM,
    TUESDAY,
    Stage,
    organisation,
    owner_wanted,
    released,
    specialist_wanted,
    stage,
    taken,
)


def engine(running: Stage) -> Engine:
    return running.duty._dispatcher._engines["care"]


async def agrees_with_the_store(running: Stage) -> None:
    """What the engine holds is what is stored: nobody is thought busier or freer than they are."""
    loads = Counter((await running.holders()).values())
    assert {each["id"]: engine(running).load_of(each["id"]) for each in TEAM} == {
        each["id"]: loads[each["id"]] for each in TEAM
    }


def decided(envelopes: object) -> dict[str, list[RoutingDecision]]:
    """What was decided about each request, in order."""
    found: dict[str, list[RoutingDecision]] = {}
    assert isinstance(envelopes, list)
    for each in envelopes:
        found.setdefault(each.data.request_id, []).append(each.data)
    return found


async def test_from_kafka_to_kafka_through_a_full_house_a_restart_and_a_change_of_shift(
    backends: Backends, tmp_path: Path
) -> None:
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    async with stage(backends, folder, clock, listen=True) as running:
        first = [owner_wanted("a", 240), specialist_wanted("x"), owner_wanted("b", 240), owner_wanted("c", 230)]
        await running.publish(*first)
        told = decided(await running.have_said("routing.decisions", 4))
        (assigned,), (offered,), (unserved,) = told["a"], told["x"], told["c"]
        assert isinstance(assigned, OwnerAssigned)
        assert (assigned.person, assigned.case_id) == ("mira", "case-a")
        assert assigned.explanation.candidates[0].person == "mira"
        assert assigned.explanation.excluded == {"off-shift": 1}
        assert isinstance(offered, SpecialistOffered)
        assert (offered.person, offered.country, offered.consult_id) == ("mei", "SG", "consult-x")
        assert isinstance(unserved, RequestUnserved)
        assert unserved.explanation.excluded == {"off-shift": 1, "full": 1}
        assert unserved.next_possible_at == clock.now().replace(hour=15, minute=0)  # Jonas begins
    async with stage(backends, folder, clock, listen=True) as running:
        await running.publish(owner_wanted("d", 235), specialist_wanted("y"))
        await running.have_said("routing.decisions", 6)
        assert await running.holders() == {"a": "mira", "x": "mei", "b": "mira"}
        await running.publish(released("b", "mira"), released("x", "mei"))
        await running.held(a="mira", c="mira", y="mei")  # of the owners wanted, the one due first
        clock.forward(minutes=90)
        await running.held(a="mira", c="mira", y="mei", d="jonas")
        told = decided(await running.have_said("routing.decisions", 9))
        assert {name: [type(each) for each in decisions] for name, decisions in told.items()} == {
            "a": [OwnerAssigned],
            "b": [OwnerAssigned],
            "c": [RequestUnserved, OwnerAssigned],
            "d": [RequestUnserved, OwnerAssigned],
            "x": [SpecialistOffered],
            "y": [RequestUnserved, SpecialistOffered],
        }
        await agrees_with_the_store(running)
        assert len(await running.said("roster.events")) == len(TEAM)


async def test_every_event_twice_has_the_effect_of_once(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        heard: list[Event] = []
        story: list[Event] = [*(owner_wanted(name, 240) for name in "abc"), *(specialist_wanted(name) for name in "xy")]
        story += [released("a", "mira"), released("y", "nobody"), taken("a", "mira"), released("x", "mei")]
        story += [released("unheard-of", "mei"), taken("unheard-of", "mei")]
        for event in story:
            heard.append(event)
            records = [record(envelope(each, id=f"event-{number}")) for number, each in enumerate(heard)]
            await running.service.processor.process(records[-1:])
            before = await running.states()
            await running.service.processor.process(records[-1:])
            await running.service.processor.process(records)
            if event.type.endswith("requested.v1"):
                await running.hear(event)  # under another name
            assert await running.states() == before
            await agrees_with_the_store(running)
        assert await running.holders() == {"a": "mira", "b": "mira"}
        told = decided(await running.have_said("routing.decisions", 5))
        assert {name: len(each) for name, each in told.items()} == dict.fromkeys("abcxy", 1)


async def test_capacity_that_is_released_and_taken_counts_at_the_next_decision(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(owner_wanted("a"), owner_wanted("b"), released("a", "mira"), owner_wanted("c"))
        assert await running.holders() == {"b": "mira", "c": "mira"}
        await running.hear(taken("a", "mira"), released("b", "mira"), owner_wanted("d"))
        assert await running.holders() == {"a": "mira", "c": "mira"}  # a reopened case keeps its owner, full or not
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "mira", "c": "mira"}
        await running.hear(released("a", "mira"))
        await running.duty.serve_waiting()
        assert await running.holders() == {"c": "mira", "d": "mira"}
        await agrees_with_the_store(running)


async def test_work_that_is_gone_before_its_choice_is_stored_weighs_on_nobody(
    backends: Backends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(
            owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 240), released("b", "mira")
        )
        repository, commit = running.service.repository, running.service.repository.commit
        chosen, stored = asyncio.Event(), asyncio.Event()

        async def of_the_choice(documents: Sequence[Document[Any]]) -> list[Document[Any]]:
            monkeypatch.undo()
            chosen.set()
            await stored.wait()
            return await commit(documents)

        monkeypatch.setattr(repository, "commit", of_the_choice)
        choice = asyncio.create_task(running.duty.serve_waiting())
        await chosen.wait()
        assert engine(running).holder_of("c") == "mira"
        await running.hear(released("c", "nobody"))
        stored.set()
        await choice
        assert (await running.states())["c"].status == "done"
        assert await running.holders() == {"a": "mira"}
        await agrees_with_the_store(running)


async def test_a_choice_that_the_store_did_not_take_is_made_again(
    backends: Backends, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(
            owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 240), released("b", "mira")
        )

        async def away(_: Sequence[Document[Any]]) -> list[Document[Any]]:
            raise Unavailable("the store is away")

        monkeypatch.setattr(running.service.repository, "commit", away)
        with pytest.raises(Unavailable):
            await running.duty.serve_waiting()
        monkeypatch.undo()
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "mira", "c": "mira"}
        await agrees_with_the_store(running)


async def test_only_who_has_the_partition_serves_what_waits(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 240))
        await running.hear(released("a", "mira"))
        running.in_charge(False)
        await running.duty.serve_waiting()
        assert await running.holders() == {"b": "mira"}
        running.in_charge(True)
        await running.duty.serve_waiting()
        assert await running.holders() == {"b": "mira", "c": "mira"}


async def test_a_pool_that_nobody_knows_is_a_dead_letter(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.hear(owner_wanted("a", pool="nowhere"), owner_wanted("b"))
        assert await running.holders() == {"b": "mira"}
        letters = await dead.letters(running.service.config.cluster, ["routing"])
        assert [each.reason for each in letters] == ["there is no pool nowhere"]
