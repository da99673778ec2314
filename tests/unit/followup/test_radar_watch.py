"""Which bursts are one incident, and when one that is known rises anew (F8)."""

import pytest

from schemas.base import milliseconds
from schemas.events.incident import Measure
from services.followup.domain.radar import Sighting
from services.followup.domain.radar_detection import Alarm
from services.followup.domain.radar_grouping import bursts
from services.followup.domain.radar_watch import CALM_MS, EBB_MS, Episode, Open, Watch, watched
from tests.unit.followup.radar_moments import NOON, at, seen

DELIVERY, RETURNS = "topic:delivery", "topic:returns"
CALM, EBB = CALM_MS // 60_000, EBB_MS // 60_000


def alarm(
    key: str, per_week: float = 0.01, messages: float = 30, window: int = 60, measure: Measure = "volume"
) -> Alarm:
    return Alarm(key, measure, window, messages, 2, per_week)


def recent(*keys: str, number: int = 20) -> list[Sighting]:
    return [seen(each, *keys) for each in range(number)]


def look(
    watch: Watch, *alarms: Alarm, minutes: float = 0, open_: Open | None = None, about: list[Sighting] | None = None
) -> Watch:
    """The watch after a look so many minutes after noon. Unless it is said, all incidents are open."""
    messages = recent(DELIVERY) if about is None else about
    found = bursts(alarms, messages, milliseconds(at(minutes)))
    known = {each.incident_id: frozenset({each.lead}) for each in watch.episodes}
    return watched(watch, found, messages, known if open_ is None else open_, at(minutes))


def only(watch: Watch) -> Episode:
    (episode,) = watch.episodes
    return episode


NEW = Watch(brand="moccarel")
RAISED = look(NEW, alarm(DELIVERY, messages=10))


def test_one_burst_seen_in_topic_place_and_language_is_one() -> None:
    messages = recent(DELIVERY, "place:utrecht", "language:nl")
    alarms = [alarm("language:nl", 1e-9), alarm("all:", 1e-9), alarm(DELIVERY, 1e-6), alarm("place:utrecht", 1e-3)]
    found = bursts(alarms, messages, milliseconds(NOON))
    assert [(each.lead, each.keys) for each in found] == [(DELIVERY, {DELIVERY, "place:utrecht"})]


def test_two_bursts_at_once_are_two() -> None:
    messages = [*recent(DELIVERY), *(seen(number + 20, RETURNS) for number in range(20))]
    found = bursts([alarm(DELIVERY), alarm(RETURNS)], messages, milliseconds(NOON))
    assert [each.lead for each in found] == [DELIVERY, RETURNS]
    assert [each.lead for each in look(NEW, alarm(DELIVERY), alarm(RETURNS), about=messages).episodes] == [
        DELIVERY,
        RETURNS,
    ]


def test_the_same_wave_is_the_same_incident_until_it_has_been_calm() -> None:
    messages = recent(DELIVERY, "place:utrecht")
    watch = look(NEW, alarm(DELIVERY), about=messages)
    id_ = only(watch).incident_id
    same = look(watch, alarm("place:utrecht"), minutes=30, about=messages)
    assert only(same).incident_id == id_
    assert only(look(watch, alarm(DELIVERY), minutes=CALM + 1, open_={})).incident_id != id_
    assert only(look(watch, alarm(DELIVERY), minutes=CALM + 1)).incident_id == id_


def test_an_open_incident_rises_anew_with_each_doubling_of_what_was_told() -> None:
    watch, told = RAISED, []
    for minutes, messages in enumerate([12, 19, 20, 21, 39, 25, 40, 41, 12], start=1):
        before = only(watch).rise
        watch = look(watch, alarm(DELIVERY, messages=messages), minutes=minutes)
        rise = only(watch).rise
        if rise and rise != before:
            told.append((rise.before, rise.reason.seen, rise.again, rise.at))
    assert told == [(10, 20, False, at(3)), (20, 40, False, at(7))]
    assert only(watch).incident_id == only(RAISED).incident_id


@pytest.mark.parametrize("other", [alarm(DELIVERY, messages=50, window=360), alarm(DELIVERY, measure="negative")])
def test_only_the_same_measure_in_as_long_a_time_can_be_larger(other: Alarm) -> None:
    assert only(look(RAISED, other, minutes=5)).rise is None


def test_an_open_incident_that_is_back_after_an_ebb_rises_anew_however_small() -> None:
    longer = alarm(DELIVERY, messages=24, window=360)
    ebbing = look(RAISED, longer, minutes=EBB)
    assert only(ebbing).rise is None
    back = look(ebbing, longer, alarm(DELIVERY, messages=9), minutes=EBB + 1)
    rise = only(back).rise
    assert rise
    assert (rise.again, rise.before, rise.reason.seen) == (True, 10, 9)
    assert only(look(back, alarm(DELIVERY, messages=12), minutes=EBB + 2)).rise == rise


def test_what_is_left_of_a_closed_incidents_wave_raises_nothing() -> None:
    grown = look(RAISED, alarm(DELIVERY, messages=30), minutes=10)
    rest = grown
    for minutes in range(11, CALM, 15):
        rest = look(rest, alarm(DELIVERY, messages=59), minutes=minutes, open_={})
        assert only(rest).incident_id == only(grown).incident_id
    assert not only(rest).after


def test_a_wave_twice_the_size_of_a_closed_one_is_an_incident_that_names_it() -> None:
    grown = look(RAISED, alarm(DELIVERY, messages=30), minutes=10)
    new = only(look(grown, alarm(DELIVERY, messages=60), minutes=20, open_={}))
    assert new.incident_id != only(grown).incident_id
    assert (new.after, new.told) == (only(grown).incident_id, 60)


def test_a_wave_after_an_ebb_is_an_incident_of_its_own_once_the_one_before_is_closed() -> None:
    rest = look(RAISED, alarm(DELIVERY, messages=40, window=360), minutes=EBB, open_={})
    assert only(rest).incident_id == only(RAISED).incident_id
    new = look(rest, alarm(DELIVERY, messages=8), minutes=EBB + 1, open_={})
    assert only(new).after == only(RAISED).incident_id
    # It is one from then on, also for an instance that has not heard of it yet.
    assert look(new, alarm(DELIVERY, messages=9), minutes=EBB + 1, open_={}).episodes[0].incident_id == (
        only(new).incident_id
    )


def test_what_was_merged_into_another_rises_with_that_one() -> None:
    messages = [*recent(DELIVERY), *(seen(number + 20, RETURNS) for number in range(20))]
    both = look(NEW, alarm(DELIVERY), alarm(RETURNS), about=messages)
    kept = next(each for each in both.episodes if each.lead == DELIVERY)
    merged: Open = {kept.incident_id: frozenset({DELIVERY, RETURNS})}
    one = only(look(both, alarm(RETURNS, messages=200), minutes=5, open_=merged, about=messages))
    assert one.incident_id == kept.incident_id
    assert set(one.keys) == {DELIVERY, RETURNS}


def test_a_watch_of_an_earlier_version_begins_to_measure() -> None:
    old = Watch(brand="moccarel", episodes=(Episode(incident_id="i", lead=DELIVERY, keys=(DELIVERY,), last_seen_ms=0),))
    first = look(old, alarm(DELIVERY, messages=50, window=15), minutes=1)
    assert (only(first).rise, only(first).told) == (None, 50)
    assert only(look(first, alarm(DELIVERY, messages=100, window=15), minutes=2)).rise
