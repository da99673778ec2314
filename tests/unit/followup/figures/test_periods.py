"""Days, weeks and their parts, also where the clocks change (F4)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import milliseconds
from services.followup.domain.figures.periods import Step, between, edges, period, zone_of
from services.followup.domain.figures.summing import Window

AMSTERDAM, KATHMANDU, LORD_HOWE = (
    ZoneInfo(name) for name in ("Europe/Amsterdam", "Asia/Kathmandu", "Australia/Lord_Howe")
)
HOUR_MS = 3_600_000


def at(text: str, zone: ZoneInfo = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def window(start: str, end: str, zone: ZoneInfo = AMSTERDAM) -> Window:
    return Window(milliseconds(at(start, zone)), milliseconds(at(end, zone)))


def test_today_and_this_week_begin_at_local_midnight() -> None:
    now = at("2026-03-05T00:30")
    assert period("today", now, AMSTERDAM) == window("2026-03-05", "2026-03-05T00:30")
    assert period("week", now, AMSTERDAM) == window("2026-03-02", "2026-03-05T00:30")
    assert period("today", now, KATHMANDU).from_ms == milliseconds(at("2026-03-05", KATHMANDU))


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-03-28", 24)])
def test_a_day_on_which_the_clocks_change_has_all_its_hours(day: str, hours: int) -> None:
    following = datetime.fromisoformat(day) + timedelta(days=1)
    whole = window(day, following.isoformat())
    found = edges(whole, "hour", AMSTERDAM)
    assert len(found) == hours + 1
    assert {later - earlier for earlier, later in pairwise(found)} == {HOUR_MS}
    assert edges(whole, "day", AMSTERDAM) == [whole.from_ms, whole.to_ms]


def test_hours_are_those_of_the_zone() -> None:
    found = edges(window("2026-03-05T08:20", "2026-03-05T10:10", KATHMANDU), "hour", KATHMANDU)
    assert [f"{datetime.fromtimestamp(each / 1000, KATHMANDU):%H:%M}" for each in found] == [
        "08:20",
        "09:00",
        "10:00",
        "10:10",
    ]


def test_weeks_begin_on_mondays() -> None:
    found = edges(window("2026-03-04T12:00", "2026-03-17T01:00"), "week", AMSTERDAM)
    assert found[1:-1] == [milliseconds(at("2026-03-09")), milliseconds(at("2026-03-16"))]


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))


@given(
    MOMENTS,
    st.integers(1, 60 * 24 * 12),
    st.sampled_from(["hour", "day", "week"]),
    st.sampled_from([AMSTERDAM, KATHMANDU, LORD_HOWE]),
)
def test_the_parts_are_the_whole(start: datetime, minutes: int, step: Step, zone: ZoneInfo) -> None:
    whole = Window(milliseconds(start), milliseconds(start + timedelta(minutes=minutes)))
    found = edges(whole, step, zone)
    assert (found[0], found[-1]) == (whole.from_ms, whole.to_ms)
    assert found == sorted(set(found))


def test_too_many_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="choose a longer step"):
        edges(window("2025-03-04", "2026-03-17"), "hour", AMSTERDAM)


def test_a_window_ends_now_at_the_latest_and_is_not_empty() -> None:
    usual = window("2026-03-05", "2026-03-05T10:00")
    assert between(usual, at("2026-03-01"), at("2026-03-09")) == window("2026-03-01", "2026-03-05T10:00")
    with pytest.raises(ValueError, match="has to begin before it ends"):
        between(usual, at("2026-03-06"), None)
    with pytest.raises(ValueError, match="needs a time zone"):
        between(usual, datetime(2026, 3, 1), None)


def test_a_zone_that_does_not_exist_is_named() -> None:
    for name in ("Mars/Olympus", "../../etc/passwd", ""):
        with pytest.raises(ValueError, match="no time zone"):
            zone_of(name)
