"""What the radar counts is the same in whatever order messages come, and however often."""

import random

from hypothesis import given
from hypothesis import strategies as st

from services.followup.domain.radar import (
    FULL,
    Sightings,
    Tally,
    lane_of,
    message_seen,
    place_for,
    sighting,
    tallied,
    together,
)
from tests.unit.followup.radar_moments import NOON, added

messages = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["", "delivery", "refund"]), st.integers(0, 30), st.booleans()),
    max_size=60,
    unique_by=lambda each: each[0],
)


def counted(events: list) -> dict[str, Tally]:  # type: ignore[type-arg]
    """What is counted when these events come one after the other."""
    lanes: dict[str, dict[str, Sightings]] = {}
    for event in events:
        lane = lanes.setdefault(lane_of(event), {})
        place = place_for(event, tuple(lane.values()))
        after = message_seen(lane.get(place), event, tuple(lane.values()), NOON)
        if after is not None:
            lane[place] = after
    return together(tallied(each.seen) for lane in lanes.values() for each in lane.values())


def rounded(tallies: dict[str, Tally]) -> dict[str, tuple[float, ...]]:
    return {key: tuple(round(value, 6) for value in tally) for key, tally in tallies.items()}


@given(messages, st.integers(0, 1000))
def test_order_and_repetition_make_no_difference(rows: list[tuple[int, str, int, bool]], seed: int) -> None:
    events = [added(number, minutes, topic, negative=bad) for number, topic, minutes, bad in rows]
    again = [*events, *events]
    random.Random(seed).shuffle(again)
    assert rounded(counted(again)) == rounded(counted(events))
    assert counted(events).get("all:", Tally()).messages == len(events)


def test_a_message_that_goes_on_in_another_case_counts_once() -> None:
    first, moved = added(1, case="one"), added(1, case="one").model_copy(update={"case_id": "other"})
    assert counted([first, moved])["all:"].messages == 1


def test_a_full_document_is_followed_by_another_and_nothing_counts_twice() -> None:
    events = [added(number, case="one") for number in range(FULL * 2 + 10)]
    lane: dict[str, Sightings] = {}
    for event in [*events, *events]:
        place = place_for(event, tuple(lane.values()))
        after = message_seen(lane.get(place), event, tuple(lane.values()), NOON)
        if after is not None:
            lane[place] = after
    assert [len(each.seen) for each in lane.values()] == [FULL, FULL, 10]


def test_a_clock_that_is_ahead_does_not_put_a_message_into_the_future() -> None:
    event = added(1, minutes=10)
    late = event.model_copy(update={"message": event.message.model_copy(update={"received_at": NOON})})
    assert sighting(late).at_ms == int(NOON.timestamp() * 1000)


def test_what_a_message_counts_for() -> None:
    one = sighting(added(1, topic="delivery", place="utrecht", language="nl"))
    assert one.keys == ("all:", "language:nl", "topic:delivery", "place:utrecht")
    assert (one.negative, one.language) == (True, "nl")
