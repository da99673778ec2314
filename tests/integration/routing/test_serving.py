"""Capacity that comes free goes to the most urgent at once; with two instances, and whoever was recorded where (O2, P4)."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from schemas.events.routing import OwnerAssigned, RequestUnserved
from services.chassis.testing import ManualClock, envelope, record
from services.routing.duty import TOPIC
from tests.conftest import Backends, eventually
from tests.integration.routing.stage import (
    TEAM,
    TUESDAY,
    Stage,
    organisation,
    owner_wanted,
    person,
    released,
    specialist_wanted,
    stage,
    taken,
)
from tests.integration.routing.test_routing import agrees_with_the_store, decided

MIRA, JONAS, MEI = TEAM[0], TEAM[1], TEAM[3]


@asynccontextmanager
async def two(backends: Backends, folder: Path) -> AsyncIterator[tuple[Stage, Stage]]:
    """Two instances on one store; Kafka has given the pools to the first."""
    clock = ManualClock(TUESDAY)
    async with stage(backends, folder, clock) as one, stage(backends, folder, clock) as other:
        other.in_charge(False)
        yield one, other


async def test_with_a_thousand_waiting_the_most_urgent_is_served_in_the_same_batch(
    backends: Backends, tmp_path: Path
) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.batch(owner_wanted("a", 1200), owner_wanted("b", 1200))
        for first in range(0, 1000, 500):
            await running.batch(*(owner_wanted(f"w{each}", 1190 - each) for each in range(first, first + 500)))
        assert await running.holders() == {"a": "mira", "b": "mira"}
        await running.batch(released("a", "mira"))
        assert await running.holders() == {"b": "mira", "w999": "mira"}
        await running.batch(released("b", "mira"), owner_wanted("late", 1195), owner_wanted("urgent", 100))
        assert await running.holders() == {"w999": "mira", "urgent": "mira"}
        await agrees_with_the_store(running)
        told = decided(await running.have_said("routing.decisions", 1005))
        assert {name: len(each) for name, each in told.items() if len(each) > 1} == {"w999": 2}
        (late,) = told["late"]
        assert isinstance(late, RequestUnserved)


async def test_a_person_who_is_recorded_is_given_what_waits_at_once(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path)) as running:
        await running.batch(*(owner_wanted(name, 240) for name in "abc"), specialist_wanted("x", skill="tea"))
        assert await running.holders() == {"a": "mira", "b": "mira"}
        await running.record(person("ines"))
        assert await running.holders() == {"a": "mira", "b": "mira", "c": "ines"}
        await running.record(MEI | {"skills": {"tea": 3}})
        assert (await running.holders())["x"] == "mei"
        await agrees_with_the_store(running)


async def test_what_waits_is_told_anew_only_when_its_moment_moves(backends: Backends, tmp_path: Path) -> None:
    async with stage(backends, organisation(tmp_path, JONAS | {"hours": {"mon-sun": ["18:00-22:00"]}})) as running:
        await running.batch(owner_wanted("a", 600))
        for _ in range(3):
            await running.duty.serve_waiting()
        await running.record(JONAS | {"hours": {"mon-sun": ["17:00-22:00"]}})
        await running.record(JONAS | {"hours": {"mon-sun": ["17:00-23:00"]}})
        told = decided(await running.have_said("routing.decisions", 2))["a"]
        moments = [each.next_possible_at for each in told if isinstance(each, RequestUnserved)]
        assert moments == [TUESDAY + timedelta(hours=3, minutes=30), TUESDAY + timedelta(hours=2, minutes=30)]
        running.clock.forward(hours=2, minutes=30)
        await running.duty.serve_waiting()
        assert await running.holders() == {"a": "jonas"}
        assert len(await running.have_said("routing.decisions", 3)) == 3


async def test_a_skill_recorded_at_another_instance_is_used_by_the_very_next_decision(
    backends: Backends, tmp_path: Path
) -> None:
    async with two(backends, organisation(tmp_path)) as (one, other):
        assert (await other.record(MEI | {"skills": {"tea": 4}})).status_code == 204
        await one.batch(specialist_wanted("x", skill="tea"), specialist_wanted("y", skill="coffee"))
        assert await one.holders() == {"x": "mei"}
        one.clock.forward(seconds=1)
        assert (await other.record(MIRA, available=False)).status_code == 204
        await one.batch(owner_wanted("a"))
        assert await one.holders() == {"x": "mei"}
        one.clock.forward(seconds=1)
        assert (await other.record(MIRA)).status_code == 204
        await one.duty.serve_waiting()  # nothing else happens
        assert await one.holders() == {"x": "mei", "a": "mira"}


async def test_two_instances_that_both_think_they_are_in_charge_serve_nothing_twice(
    backends: Backends, tmp_path: Path
) -> None:
    async with two(backends, organisation(tmp_path)) as (one, other):
        other.in_charge(True)
        wanted = [owner_wanted(f"w{number:02}", 600 + number) for number in range(30)]
        await one.batch(*wanted)
        await other.duty.rebuild()
        team = [person(f"p{number}", capacity=5) for number in range(4)]
        for each in team:
            await one.service.repository.database.ping()
            await asyncio.gather(one.record(each), other.record(each))
        for _ in range(5):
            await asyncio.gather(one.duty.serve_waiting(), other.duty.serve_waiting())
            await asyncio.gather(one.batch(*wanted), other.batch(*wanted))
        told = decided(await one.have_said("routing.decisions", 50))
        served = {name: [each for each in said if isinstance(each, OwnerAssigned)] for name, said in told.items()}
        assert max(map(len, served.values())) == 1
        states = await one.states()
        assert {name: said[0].person for name, said in served.items() if said} == await one.holders()
        assert len(states) == 30


async def test_an_instance_without_the_pools_leaves_decisions_to_the_one_that_has_them(
    backends: Backends, tmp_path: Path
) -> None:
    """A dead letter that is replayed, or an event that is tried again, may come to any instance."""
    async with two(backends, organisation(tmp_path)) as (one, other):
        await one.batch(owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 240))
        await other.batch(owner_wanted("d", 100), released("a", "mira"))
        assert await one.holders() == {"b": "mira"}
        await one.duty.serve_waiting()
        assert await one.holders() == {"b": "mira", "d": "mira"}
        await other.batch(taken("a", "mira"))
        await one.duty.serve_waiting()
        await agrees_with_the_store(one)
        assert not [state for state in (await one.states()).values() if state.unsettled]


async def test_after_a_rebalance_the_other_one_goes_on_where_the_first_was(backends: Backends, tmp_path: Path) -> None:
    async with two(backends, organisation(tmp_path)) as (one, other):
        await one.batch(*(owner_wanted(name, 240) for name in "abcd"))
        one.service._assigned(None)
        one.service._assigned([])
        other.service._assigned([TOPIC])
        await other.batch(released("a", "mira"), owner_wanted("e", 30))
        assert await other.holders() == {"b": "mira", "e": "mira"}
        await one.duty.serve_waiting()
        await one.batch(*(owner_wanted(name, 240) for name in "abcd"))  # delivered again, to the wrong one
        await other.duty.serve_waiting()
        assert await other.holders() == {"b": "mira", "e": "mira"}
        await agrees_with_the_store(other)
        told = decided(await other.have_said("routing.decisions", 5))
        assert Counter(len(each) for each in told.values()) == {1: 5}


async def test_kafka_gives_the_pools_to_one_of_two_and_to_the_other_when_it_goes(
    backends: Backends, tmp_path: Path
) -> None:
    folder, clock = organisation(tmp_path), ManualClock(TUESDAY)
    async with stage(backends, folder, clock, listen=True) as one:
        async with stage(backends, folder, clock, listen=True) as other:

            async def exactly_one() -> bool:
                return [each.duty.in_charge() for each in (one, other)].count(True) == 1

            await eventually(exactly_one, "both or none have the pools")
            has = one if one.duty.in_charge() else other
            has_not = other if has is one else one
            await has.publish(owner_wanted("a", 240), owner_wanted("b", 240), owner_wanted("c", 240))
            await has.held(a="mira", b="mira")
            assert (await has_not.record(person("ines"))).status_code == 204
            await has.held(a="mira", b="mira", c="ines")
            await other.service.stop()
        await one.publish(owner_wanted("d", 240), owner_wanted("e", 240), released("a", "mira"))

        async def all_served() -> bool:
            return len(await one.holders()) == 4

        await eventually(all_served, "the one that is left does not decide")
        assert Counter((await one.holders()).values()) == {"mira": 2, "ines": 2}
        await agrees_with_one(one)


async def agrees_with_one(running: Stage) -> None:
    loads = Counter((await running.holders()).values())
    dispatcher = running.duty._dispatcher
    assert {name: dispatcher.load_of(name) for name in loads} == loads


async def test_an_event_that_comes_twice_to_both_is_one(backends: Backends, tmp_path: Path) -> None:
    async with two(backends, organisation(tmp_path)) as (one, other):
        events = [record(envelope(owner_wanted(name), id=f"event-{name}")) for name in "ab"]
        await asyncio.gather(one.service._handle(events), other.service._handle(events))
        await one.duty.serve_waiting()
        assert await one.holders() == {"a": "mira", "b": "mira"}
        told = decided(await one.have_said("routing.decisions", 2))
        assert all(len(each) == 1 for each in told.values())
