"""The registry is complete and consistent: names, lanes, producers, consumers."""

import re

import pytest

import schemas.events
from schemas.base import REGISTRY, Event
from schemas.services import SERVICES
from schemas.topics import BY_EVENT, TOPICS, Topic, consumed_by, dead_topic, key_of, retry_topic

NAME = re.compile(r"^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+$")
BY_CONVERSATION = ("conversation", "message.conversation")
assert schemas.events


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
class TestTopic:
    def test_name_has_dots_and_hyphens_only(self, topic: Topic) -> None:
        assert NAME.fullmatch(topic.name)
        assert len(topic.name) <= 200

    def test_describes_itself(self, topic: Topic) -> None:
        assert topic.description

    def test_producer_and_consumers_exist(self, topic: Topic) -> None:
        assert topic.producer in SERVICES
        assert topic.consumers or "systems of others" in topic.description
        assert set(topic.consumers) <= set(SERVICES)

    def test_nobody_listens_to_themselves(self, topic: Topic) -> None:
        # Cases do: what a merge or a split means for the other case travels in the log, as one document is one commit.
        # Follow-up does: what one part of it tells of a case, such as a clock that ran out, other parts hear.
        own = ("cases.events", "followup.events", "escalations.events")
        assert topic.producer not in topic.consumers or topic.name in own

    def test_key_is_a_required_text_of_every_event(self, topic: Topic) -> None:
        for event in topic.events:
            fields = event.model_fields
            for name in topic.key.split("."):
                assert fields[name].is_required(), f"{event.type}.{topic.key}"
                kind = fields[name].annotation
                fields = getattr(kind, "model_fields", {})
            assert kind is str, f"{event.type}.{topic.key}"

    def test_has_partitions_and_retention(self, topic: Topic) -> None:
        assert topic.partitions >= 1
        assert topic.retention_ms >= 7 * 86_400_000


def test_names_are_unique() -> None:
    aside = [name for service in SERVICES for name in (retry_topic(service), dead_topic(service))]
    names = [*(topic.name for topic in TOPICS), *aside]
    assert len(set(names)) == len(names)
    assert all(NAME.fullmatch(name) for name in names)


def test_every_event_flows_through_exactly_one_topic() -> None:
    flowing = [event for topic in TOPICS for event in topic.events]
    assert len(flowing) == len(set(flowing)) == len(BY_EVENT)
    assert set(flowing) == set(REGISTRY.values())


def test_one_conversation_is_one_lane_everywhere() -> None:
    lanes = {topic.name: topic.partitions for topic in TOPICS if topic.key in BY_CONVERSATION}
    assert len(lanes) >= 6
    assert len(set(lanes.values())) == 1, lanes


def test_a_pool_has_one_writer() -> None:
    requests = next(topic for topic in TOPICS if topic.name == "routing.requests")
    assert requests.key == "pool"
    assert requests.consumers == ("routing",)


def test_every_service_has_something_to_say_or_to_hear() -> None:
    for service in SERVICES:
        assert consumed_by(service) or any(topic.producer == service for topic in TOPICS)


def test_class_names_are_the_types_in_other_letters() -> None:
    for event_type, event in REGISTRY.items():
        words = re.split(r"[.-]", event_type.rsplit(".v", 1)[0])
        version = event_type.rsplit(".v", 1)[1]
        assert event.__name__ == "".join(map(str.capitalize, words)) + ("" if version == "1" else f"V{version}")


def test_an_event_without_a_topic_has_no_key() -> None:
    class Nowhere(Event):
        pass

    with pytest.raises(KeyError):
        key_of(Nowhere())
