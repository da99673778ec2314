"""What of a read model can be folded anew from what topics still hold, and how."""

from collections.abc import Sequence

import pytest

from schemas.base import Event, Model
from schemas.envelope import Envelope
from schemas.events.case import CaseAssigned, CaseMessageAdded, CaseOpened
from schemas.events.routing import OwnerAssigned
from schemas.topics import BY_EVENT, key_of
from services.chassis.documents import Collection, Context, Decision
from services.chassis.errors import Rejected
from services.chassis.rebuilding import ReadModel, Told
from services.chassis.table import Table
from tests.unit.desk.stories import NOON, Story

STORY = Story().opened().wrote("hello").assigned()
HOME = BY_EVENT[CaseOpened].name
AFTER_THE_FIRST_MS = 1


class Heard(Model):
    """The types of a case's events, as they were folded."""

    types: tuple[str, ...] = ()


@pytest.fixture
def model() -> ReadModel[Heard]:
    table, heard = Table(), Collection("heard", Heard)

    def fold(state: Heard | None, event: Event, _: Context) -> Decision[Heard]:
        if isinstance(event, CaseMessageAdded) and event.message.text == "poison":
            raise Rejected("no")
        return Decision(Heard(types=(*(state.types if state else ()), event.type)))

    for event in (CaseOpened, CaseMessageAdded, CaseAssigned, OwnerAssigned):
        table.on(event, heard, id=lambda each: str(getattr(each, "case_id")))(fold)  # noqa: B009 - all of them have it
    return ReadModel(heard, table, CaseOpened)


def told(model: ReadModel[Heard], events: Sequence[Event], moments: Sequence[int] = ()) -> Told:
    """These events as read, at these moments; each topic numbers its own."""
    found, numbers = Told(1000), dict[str, int]()
    for place, event in enumerate(events):
        topic = BY_EVENT[type(event)].name
        number = numbers[topic] = numbers.get(topic, 0) + 1
        envelope = Envelope(f"id-{topic}-{number}", "test", "case-1", NOON, key_of(event), event, sequence=number)
        found.take(model, (topic, 0), moments[place] if moments else 1000 + place, envelope)
    return found


class TestFolded:
    def test_takes_topics_by_time_and_each_partition_in_its_order(self, model: ReadModel[Heard]) -> None:
        opened, message, assigned = (each for each in STORY.events if BY_EVENT[type(each)].name == HOME)
        decided = next(each for each in STORY.events if isinstance(each, OwnerAssigned))
        late_clock = told(model, [opened, message, assigned, decided], [1000, 1003, 1002, 1001])
        state, ids = late_clock.folded(model)
        assert state == Heard(types=(opened.type, decided.type, message.type, assigned.type))
        assert len(ids) == 4

    def test_takes_what_came_twice_once(self, model: ReadModel[Heard]) -> None:
        once = told(model, STORY.events)
        twice = told(model, STORY.events)
        for place, events in once.events.items():
            twice.events[place] += events
        assert twice.folded(model) == once.folded(model)

    def test_passes_over_what_the_service_rejects(self, model: ReadModel[Heard]) -> None:
        poison = Story().opened().wrote("poison").assigned()
        state, ids = told(model, poison.events).folded(model)
        assert state is not None
        assert CaseMessageAdded.type not in state.types
        assert len(ids) == 4  # it is known as seen: the service has put it aside for good


class TestWhole:
    def test_when_nothing_was_forgotten(self, model: ReadModel[Heard]) -> None:
        assert told(model, STORY.events).whole(model, {})

    def test_not_without_its_first_event(self, model: ReadModel[Heard]) -> None:
        cut = told(model, STORY.events)
        cut.numbers.discard(1)
        assert not cut.whole(model, {HOME: 0})

    def test_not_when_another_topic_begins_after_its_first_event(self, model: ReadModel[Heard]) -> None:
        found, other = told(model, STORY.events), BY_EVENT[OwnerAssigned].name
        assert found.whole(model, {other: 1000})
        assert not found.whole(model, {other: 1000 + AFTER_THE_FIRST_MS})

    def test_whatever_became_of_topics_that_it_is_not_folded_from(self, model: ReadModel[Heard]) -> None:
        assert told(model, STORY.events).whole(model, {"followup.events": 2**52})

    def test_always_when_each_event_tells_everything(self, model: ReadModel[Heard]) -> None:
        each_by_itself = ReadModel(model.collection, model.table)
        assert Told(0).whole(each_by_itself, {HOME: 2**52})
