"""A batch on the real broker and store, driven by hand: order, repetitions, poison, bugs, outages."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from schemas.base import Event
from services.chassis import dead
from services.chassis.errors import Unavailable
from services.chassis.kafka import Record
from services.chassis.service import Service
from services.chassis.testing import ManualClock, record
from tests.conftest import Backends, eventually
from tests.integration.chassis.probe import (
    NOTES,
    VISITS,
    Moods,
    closed,
    keeping,
    lanes_in_order,
    noted,
    probe,
    reply,
    told_events,
    visit,
    word,
)


@pytest.fixture
def moods() -> Moods:
    return Moods()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def service(backends: Backends, moods: Moods, clock: ManualClock) -> AsyncIterator[Service]:
    service = probe(backends, moods, clock)
    await service.start(listen=False)
    yield service
    await service.stop()


def records(*events: Event) -> list[Record]:
    return [record(event, offset) for offset, event in enumerate(events)]


async def letters(service: Service) -> list[dead.Letter]:
    return await dead.letters(service.config.cluster, ["followup"])


async def published(service: Service, count: int) -> list[Record]:
    async def enough() -> list[Record]:
        found = await told_events(service)
        return found if len(found) >= count else []

    found = await eventually(enough, f"fewer than {count} events were published")
    assert isinstance(found, list)
    return found


class TestBatch:
    async def test_every_lane_keeps_its_order_and_tells_each_event_once(self, service: Service) -> None:
        batch = records(*(word(f"c{number % 7}", str(number)) for number in range(140)))
        await service.processor.process(batch)
        expected = {f"c{case}": tuple(str(number) for number in range(case, 140, 7)) for case in range(7)}
        assert await noted(service) == expected
        told = await published(service, 140)
        assert len(told) == 140
        assert lanes_in_order(told) == {case: list(range(1, 21)) for case in expected}

    async def test_a_second_delivery_changes_nothing(self, service: Service) -> None:
        batch = records(
            *(word(f"c{number % 3}", str(number)) for number in range(9)),
            visit("v", "first"),
            reply("c9", "7"),
            closed("c1"),
        )
        await service.processor.process(batch)
        await published(service, 10)
        before = await noted(service)
        visits = [document.next() for document in await service.database.find(VISITS, {})]
        await service.processor.process(batch)
        await service.processor.process(batch[4:] + batch[:4])
        assert await noted(service) == before
        assert [document.next() for document in await service.database.find(VISITS, {})] == visits
        assert {each.envelope().id for each in await told_events(service)} == {
            each.envelope().id for each in await published(service, 10)
        }
        assert len({each.envelope().id for each in await told_events(service)}) == 10

    async def test_the_same_event_twice_in_one_batch_has_one_effect(self, service: Service) -> None:
        one, other = records(word("c", "1"), word("c", "2"))
        await service.processor.process([one, other, one])
        assert await noted(service) == {"c": ("1", "2")}

    async def test_an_event_for_two_documents_reaches_each_once_also_when_one_fails_first(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        moods.broken.add("b")
        await service.processor.process(records(keeping("c", "a"), keeping("c", "b"), keeping("d", "e")))
        assert await noted(service) == {"c": ("a", "b"), "d": ("e",)}
        moods.broken.clear()
        clock.forward(60)
        await service.processor.retry_parked()
        assert await noted(service) == {"c": ("a", "b"), "d": ("e",)}
        visits = {each.id: each.state.words for each in await service.database.find(VISITS, {}) if each.state}
        assert visits == {"kept-c": ("a", "b"), "kept-d": ("e",)}

    async def test_documents_of_a_lane_are_chosen_among(self, service: Service) -> None:
        await service.processor.process(records(visit("v", "a"), visit("v", "last"), visit("v", "b")))
        await service.processor.process(records(visit("v", "c"), visit("w", "d")))
        found = {(each.lane, each.number): each.state for each in await service.database.find(VISITS, {})}
        assert {place: state.words for place, state in found.items() if state} == {
            ("v", 1): ("a", "last"),
            ("v", 2): ("b", "c"),
            ("w", 1): ("d",),
        }

    async def test_nothing_to_do_stores_nothing(self, service: Service) -> None:
        await service.processor.process(records(word("c", "nothing"), closed("c")))
        assert await noted(service) == {}
        assert await letters(service) == []


class TestPoison:
    async def test_each_kind_becomes_a_dead_letter_and_the_next_event_is_handled(self, service: Service) -> None:
        good = record(word("c", "good"))
        headers = dict(good.headers)
        odd = [
            replace(good, offset=1, value=b"{not json"),
            replace(good, offset=2, headers=()),
            replace(good, offset=3, headers=(*good.headers, ("other", None))),  # type: ignore[arg-type]
            replace(good, offset=4, headers=(*good.headers, ("other", b"\xff\xfe"))),
            replace(good, offset=5, headers=tuple((headers | {"ce_type": b"case.vanished.v1"}).items())),
            replace(good, offset=6, value=None),
            replace(good, offset=7, value=None, key=None),
            replace(good, offset=8, value=b"[]"),
        ]
        odd = [
            replace(
                each, headers=tuple((k, b"poison-%d" % each.offset if k == "ce_id" else v) for k, v in each.headers)
            )
            for each in odd
        ]
        refused = record(word("c", "refused"), 9)
        await service.processor.process([*odd, refused, good])
        assert await noted(service) == {"c": ("good",)}
        found = {each.headers[dead.OFFSET]: each for each in await letters(service)}
        assert {offset: letter.reason for offset, letter in found.items()} == {
            "1": found["1"].reason,
            "2": "header ce_id is missing",
            "3": "header other is not UTF-8 text",
            "4": "header other is not UTF-8 text",
            "5": "ce_type 'case.vanished.v1' is not in the registry",
            "6": "the record has no value",
            "7": "the record has no value",
            "8": found["8"].reason,
            "9": "this is refused",
        }
        assert found["1"].reason.startswith("data of case.assigned.v1 is not valid: value: Invalid JSON")
        for letter in found.values():
            assert letter.headers[dead.TOPIC] == "cases.events"
            assert letter.headers[dead.STACK].startswith("Traceback")
            assert letter.consumer == "followup"
        assert found["1"].record.value == b"{not json"
        assert found["9"].error == "services.chassis.errors.Rejected"

    async def test_a_flood_of_invalid_records_stops_instead_of_filling_the_dead_letters(self, service: Service) -> None:
        good = record(word("c", "good"))
        bad = [replace(good, offset=number, value=b"x") for number in range(60)]
        with pytest.raises(Unavailable, match="60 of 61 records are invalid"):
            await service.processor.process([*bad, good])
        assert await letters(service) == []
        assert await noted(service) == {}

    async def test_a_large_event_passes(self, service: Service) -> None:
        await service.processor.process(records(word("c", "x" * 200)))
        await service.processor.process([record(visit("v", "ä" * 1_500_000))])
        found = await service.database.find(VISITS, {})
        assert [len(each.state.words[0]) for each in found if each.state] == [1_500_000]


class TestBug:
    async def test_an_event_waits_with_all_behind_it_and_other_lanes_go_on(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        moods.broken.add("2")
        batch = records(word("a", "1"), word("a", "2"), word("b", "1"), word("a", "3"), word("b", "2b"))
        await service.processor.process(batch)
        await service.processor.process(records(word("a", "4"), word("b", "3")))
        assert await noted(service) == {"a": ("1",), "b": ("1", "2b", "3")}
        assert await service.parking.count() == 3
        await service.processor.process(batch)  # Kafka delivers once more: nobody overtakes, nothing doubles
        await service.processor.retry_parked()  # too early: nothing happens
        assert await noted(service) == {"a": ("1",), "b": ("1", "2b", "3")}
        clock.forward(1)
        await service.processor.retry_parked()  # the second try fails too
        moods.broken.clear()
        await service.processor.retry_parked()  # and the third is not due yet
        assert await noted(service) == {"a": ("1",), "b": ("1", "2b", "3")}
        clock.forward(5)
        await service.processor.retry_parked()
        assert await noted(service) == {"a": ("1", "2", "3", "4"), "b": ("1", "2b", "3")}
        assert await service.parking.count() == 0
        assert await letters(service) == []
        assert lanes_in_order(await published(service, 7))["a"] == [1, 2, 3, 4]

    async def test_after_the_last_try_it_is_a_dead_letter_and_the_next_is_handled(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        moods.broken.add("2")
        await service.processor.process(records(word("a", "1"), word("a", "2"), word("a", "3")))
        for seconds in (1, 5, 30):
            assert await letters(service) == []
            clock.forward(seconds)
            await service.processor.retry_parked()
        assert await noted(service) == {"a": ("1", "3")}
        [letter] = await letters(service)
        assert (letter.reason, letter.error, letter.attempts) == ("bug with 2", "builtins.RuntimeError", 4)
        assert await service.parking.count() == 0

    async def test_a_dead_letter_is_replayed_once_and_marked(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        await service.processor.process(records(word("a", "refused")))
        [letter] = await letters(service)
        assert letter.replayed_at == ""
        assert await dead.replay(service.publisher, [letter], clock.forward(60)) == 1
        [marked] = await letters(service)
        assert marked.replayed_at == clock.now().isoformat()
        assert (marked.id, marked.reason) == (letter.id, letter.reason)
        assert marked.record.value == letter.record.value

    async def test_a_replay_that_failed_before_its_mark_was_written_is_shown_as_failed(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        await service.processor.process(records(word("a", "refused")))
        [first] = await letters(service)
        replayed_at = clock.forward(60)
        again = dead.letter(first.record, "followup", RuntimeError("refused again"), clock.forward(1), 1)
        await service.publisher.send([again])
        await dead.replay(service.publisher, [first], replayed_at)
        [latest] = await letters(service)
        assert (latest.reason, latest.replayed_at) == ("refused again", "")

    async def test_an_endless_queue_in_one_lane_does_not_starve_the_others(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        moods.broken |= {"stuck", "slow"}
        await service.processor.process(records(word("a", "stuck"), *(word("a", str(number)) for number in range(400))))
        clock.forward(0.5)
        await service.processor.process(records(word("b", "slow")))
        moods.broken.remove("slow")
        clock.forward(2)
        await service.processor.retry_parked()
        assert await noted(service) == {"b": ("slow",)}

    async def test_a_decision_that_can_not_be_written_down_leaves_no_trace(
        self, service: Service, clock: ManualClock
    ) -> None:
        await service.processor.process(records(word("a", "1"), word("a", "homeless"), word("b", "2")))
        assert await noted(service) == {"a": ("1",), "b": ("2",)}
        assert len(await published(service, 2)) == 2
        assert await service.parking.count() == 1

    async def test_a_state_that_the_store_refuses_harms_only_its_lane(self, service: Service) -> None:
        await service.processor.process(
            records(word("a", "1"), word("b", "3"), word("c", "2"), word("b", "unwritable"))
        )
        assert await noted(service) == {"a": ("1",), "c": ("2",)}
        assert await service.parking.count() == 2

    async def test_a_stored_state_that_nobody_can_read_harms_only_its_lane(self, service: Service) -> None:
        await service.processor.process(records(word("a", "1"), word("b", "1")))
        await service.database.set("notes", "b", {"state": "what is this?"})
        await service.processor.process(records(word("a", "2"), word("b", "2")))
        [document] = await service.database.find(NOTES, {"_id": "a"})
        assert document.state is not None
        assert document.state.words == ("1", "2")
        assert await service.parking.count() == 1

    async def test_a_transformation_keeps_its_lanes_in_order_behind_a_bug(
        self, service: Service, moods: Moods, clock: ManualClock
    ) -> None:
        moods.broken.add("2")
        batch = records(reply("a", "1"), reply("a", "2"), reply("b", "1"), reply("a", "3"), reply("b", "refused"))
        await service.processor.process(batch)
        assert sorted(_told(await published(service, 2))) == ["a:1", "b:1"]
        moods.broken.clear()
        clock.forward(1)
        await service.processor.retry_parked()
        assert [each for each in _told(await published(service, 4)) if each[0] == "a"] == ["a:1", "a:2", "a:3"]
        assert [letter.reason for letter in await letters(service)] == ["this is refused"]

    async def test_somebody_elses_outage_leaves_everything_for_later(self, service: Service, moods: Moods) -> None:
        moods.away.add("2")
        batch = records(word("a", "1"), word("b", "2"))
        with pytest.raises(Unavailable, match="somebody else's system is away"):
            await service.processor.process(batch)
        assert await noted(service) == {}
        moods.away.clear()
        await service.processor.process(batch)
        assert await noted(service) == {"a": ("1",), "b": ("2",)}


def _told(records: list[Record]) -> list[str]:
    seen = {each.envelope().id: each.envelope().data for each in records}
    return [getattr(data, "clock_id", "") for data in seen.values()]
