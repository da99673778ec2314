"""The picture of the flow has everything that the registry has, each in its place (I4)."""

from schemas.services import SERVICES
from schemas.topics import TOPICS
from services.desk.domain.flow_chart import FlowChart, chart
from tests.unit.desk.test_flow import flowing, sample


def drawn() -> FlowChart:
    return chart(flowing(sample(0, 9, 2)), SERVICES, {"cases": "ready"}, {"cases": 3}, {"routing": 1})


def test_every_service_and_topic_has_a_place_of_its_own_within_the_picture() -> None:
    found = drawn()
    assert [each.name for each in found.services] == list(SERVICES)
    assert [each.stream.topic for each in found.rows] == [topic.name for topic in TOPICS]
    assert len({each.x for each in found.services}) == len(SERVICES)
    assert len({each.y for each in found.rows}) == len(TOPICS)
    for row in found.rows:
        assert 0 < row.start <= row.source <= row.end < found.width
        assert found.head < row.y < found.height


def test_arrows_end_at_those_who_read() -> None:
    found = drawn()
    middles = {each.name: each.middle for each in found.services}
    for row, topic in zip(found.rows, TOPICS, strict=True):
        assert {each.hop.service for each in row.arrows} == set(topic.consumers)
        assert row.source == middles[topic.producer]
        assert row.outside == (not topic.consumers)
        for arrow in row.arrows:
            assert arrow.x == middles[arrow.hop.service]
            assert arrow.own == (arrow.hop.service == topic.producer)
            assert row.start <= arrow.x <= row.end


def test_boxes_say_what_is_wrong_with_their_service() -> None:
    boxes = {each.name: each for each in drawn().services}
    assert (boxes["cases"].state, boxes["cases"].dead) == ("ready", 3)
    assert (boxes["routing"].state, boxes["routing"].parked) == ("unknown", 1)
