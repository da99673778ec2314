"""Rates and lag from how far topics and their readers have come (I4)."""

from datetime import UTC, datetime, timedelta

from schemas.topics import TOPICS, consumed_by
from services.desk.domain.flow import WINDOW, Flow, Hop, Sample, flow, listeners, remembered

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECEIVED, HOP = "messages.received", ("classification", "messages.received")


def sample(seconds: float, end: int, done: int, *lag: int) -> Sample:
    partitions = lag or (end - done,)
    return Sample(NOON + timedelta(seconds=seconds), {RECEIVED: end}, {HOP: done}, {HOP: partitions})


def flowing(*samples: Sample) -> Flow:
    found = flow(samples)
    assert found is not None
    return found


def classified(*samples: Sample) -> Hop:
    return flowing(*samples).hops[0]


def test_there_is_no_flow_before_anybody_looked() -> None:
    assert flow([]) is None


def test_every_topic_of_the_registry_has_its_stream_and_every_consumer_its_hop() -> None:
    found = flowing(sample(0, 0, 0))
    assert [each.topic for each in found.streams] == [topic.name for topic in TOPICS]
    assert [(each.topic, each.service) for each in found.hops] == [
        (topic.name, service) for topic in TOPICS for service in topic.consumers
    ]
    assert {each.service for each in found.retries} == set(listeners())
    assert listeners()["cases"][1:] == [topic.name for topic in consumed_by("cases")]


def test_rates_are_those_of_the_last_minute() -> None:
    samples = [sample(seconds, 10 * seconds, 10 * seconds) for seconds in range(0, 61, 5)]
    busier = [*samples, *(sample(seconds, 600 + 20 * (seconds - 60), 600) for seconds in range(65, 121, 5))]
    assert flowing(*samples).streams[0].rate == 10
    assert flowing(*busier).streams[0].rate == 20
    assert flowing(*busier).seconds == WINDOW.total_seconds()


def test_one_look_gives_the_lag_but_no_rate() -> None:
    found = classified(sample(0, 12, 5, 3, 4))
    assert (found.lag, found.partitions, found.rate, found.state) == (7, (3, 4), None, "behind")
    assert found.behind_seconds is None


def test_what_waits_and_is_not_handled_is_stuck() -> None:
    stuck = classified(sample(0, 5, 2), sample(30, 9, 2))
    assert (stuck.state, stuck.lag, stuck.late) == ("stuck", 7, True)


def test_what_came_just_now_is_not_stuck() -> None:
    assert classified(sample(0, 5, 5), sample(30, 6, 5)).state == "behind"


def test_catching_up_takes_the_lag_at_the_present_pace() -> None:
    slow = classified(sample(0, 200, 0), sample(10, 200, 20))
    assert (slow.rate, slow.behind_seconds, slow.late) == (2, 90, True)
    quick = classified(sample(0, 200, 0), sample(10, 200, 150))
    assert (quick.state, quick.behind_seconds, quick.late) == ("behind", round(50 / 15, 1), False)


def test_a_broker_that_began_anew_gives_no_negative_rate() -> None:
    again = flowing(sample(0, 1000, 1000), sample(5, 1100, 1100), sample(10, 10, 10), sample(15, 20, 20))
    assert again.streams[0].rate == 2
    assert flowing(sample(0, 1000, 1000), sample(5, 10, 10)).streams[0].rate is None


def test_an_end_that_is_told_too_low_is_no_negative_lag() -> None:
    assert classified(sample(0, 5, 7, -2)).lag == 0


def test_only_what_the_last_minute_needs_is_remembered() -> None:
    samples = [sample(seconds, 0, 0) for seconds in range(0, 301, 5)]
    kept = remembered(samples)
    assert (kept[0].at, kept[-1].at) == (NOON + timedelta(seconds=240), NOON + timedelta(seconds=300))
    assert remembered([]) == []
