"""Working time against a counter that looks at every single minute: clock changes, holidays, closed days, rotation (F3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.organisation import Calendar
from schemas.organisation_hours import MINUTES_PER_DAY, Hours
from schemas.working_time import HORIZON_WEEKS, opening_hours
from tests.unit.schemas.minutes import MINUTE, PLACES, WALK_DAYS, MinuteByMinute, weeks


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def calendar(zone: str, hours: Any, holidays: tuple[str, ...] = (), closed_on: tuple[date, ...] = ()) -> Calendar:
    facts = {"id": "hours", "time_zone": zone, "hours": hours, "public_holidays": holidays, "closed_on": closed_on}
    return Calendar.model_validate(facts)


@st.composite
def calendars(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """Opening hours, and a minute not far before something unusual."""
    zone = draw(st.sampled_from(sorted(PLACES)))
    regions, days = PLACES[zone]
    unusual = draw(st.sampled_from(days))
    rotation = draw(st.lists(weeks(), min_size=1, max_size=2))
    hours = rotation[0] if len(rotation) == 1 else {"first_week": "2026-01-05", "weeks": rotation}
    closed_on = tuple(draw(st.lists(st.integers(-3, 6).map(lambda n: unusual + timedelta(days=n)), max_size=2)))
    holidays = tuple(region for region in regions if draw(st.booleans()))
    before = draw(st.integers(-1, 4 * MINUTES_PER_DAY))
    start = datetime(unusual.year, unusual.month, unusual.day, 12, tzinfo=UTC) - before * MINUTE
    return calendar(zone, hours, holidays, closed_on), start


def first_of(start: datetime) -> datetime:
    """Few different first minutes, so that walking the wall clock is remembered."""
    return start.replace(hour=0, minute=0)


class TestAgainstEveryMinute:
    @settings(max_examples=150, deadline=None)
    @given(calendars(), st.integers(0, 3000))
    # In the night the clock goes back 02:00-03:00 is there twice; work lasts an hour longer.
    @example((calendar("Europe/Amsterdam", {"sat": "23:00-07:00"}), moment("2026-10-24 20:00")), 9 * 60)
    @example((calendar("Europe/Amsterdam", {"sun": "02:00-03:00"}), moment("2026-03-28 12:00")), 1)
    def test_after_counts_open_minutes_only(self, given_: tuple[Calendar, datetime], minutes: int) -> None:
        brand, start = given_
        slow = MinuteByMinute(brand, first_of(start), WALK_DAYS)
        ahead = sorted(minute for minute in slow.open if start <= minute < start + timedelta(days=WALK_DAYS - 2))
        if not 0 < minutes <= len(ahead):
            return
        assert opening_hours(brand).after(start, minutes) == ahead[minutes - 1] + MINUTE

    @settings(max_examples=150, deadline=None)
    @given(calendars(), st.integers(1, 3000))
    @example((calendar("Europe/Amsterdam", {"sat": "23:00-07:00"}), moment("2026-10-25 12:00")), 9 * 60)
    @example((calendar("Australia/Lord_Howe", {"sun": "01:00-03:00"}), moment("2026-04-05 12:00")), 150)
    def test_before_counts_open_minutes_back(self, given_: tuple[Calendar, datetime], minutes: int) -> None:
        brand, start = given_
        end = start + timedelta(days=WALK_DAYS - 2)
        slow = MinuteByMinute(brand, first_of(start), WALK_DAYS)
        behind = sorted((minute for minute in slow.open if start <= minute < end), reverse=True)
        if minutes > len(behind):
            return
        assert opening_hours(brand).before(end, minutes) == behind[minutes - 1]

    @settings(max_examples=100, deadline=None)
    @given(calendars(), st.integers(0, 6 * MINUTES_PER_DAY))
    def test_open_next_open_and_minutes_between_agree(self, given_: tuple[Calendar, datetime], length: int) -> None:
        brand, start = given_
        slow, fast = MinuteByMinute(brand, first_of(start), WALK_DAYS), opening_hours(brand)
        assert fast.is_open(start) == (start in slow.open)
        counted = sum(start <= minute < start + length * MINUTE for minute in slow.open)
        assert fast.working_minutes_between(start, start + length * MINUTE) == counted
        ahead = min((minute for minute in slow.open if minute >= start), default=None)
        if ahead:
            assert fast.next_open(start) == ahead

    @settings(max_examples=100, deadline=None)
    @given(calendars(), st.integers(0, 59_999_999), st.floats(0, 5000, allow_nan=False))
    def test_any_fraction_of_a_minute_counts(
        self, given_: tuple[Calendar, datetime], microseconds: int, minutes: float
    ) -> None:
        brand, start = given_
        start += timedelta(microseconds=microseconds)
        hours = opening_hours(brand)
        if hours.next_open(start) is None:
            return
        end = hours.after(start, minutes)
        assert end >= start
        assert abs(hours.working_minutes_between(start, end) - minutes) < 0.001


class TestEdges:
    def test_nothing_to_wait_for_is_now_in_opening_hours_and_the_next_opening_outside(self) -> None:
        hours = opening_hours(calendar("UTC", {"mon-fri": "09:00-17:00"}))
        assert hours.after(moment("2026-11-24 13:30"), 0) == moment("2026-11-24 13:30")
        assert hours.after(moment("2026-11-24 18:00"), 0) == moment("2026-11-25 09:00")

    def test_the_last_minute_of_the_day_ends_with_it(self) -> None:
        hours = opening_hours(calendar("UTC", {"mon-fri": "09:00-17:00"}))
        assert hours.after(moment("2026-11-24 16:30"), 30) == moment("2026-11-24 17:00")
        assert hours.after(moment("2026-11-24 16:30"), 31) == moment("2026-11-25 09:01")
        assert hours.after(moment("2026-11-27 16:30"), 60) == moment("2026-11-30 09:30")

    def test_back_to_the_last_minute_before_a_night_or_to_a_moment_of_work(self) -> None:
        hours = opening_hours(calendar("UTC", {"mon-fri": "09:00-17:00"}))
        assert hours.before(moment("2026-11-24 13:30"), 0) == moment("2026-11-24 13:30")
        assert hours.before(moment("2026-11-24 08:00"), 0) == moment("2026-11-23 17:00")
        assert hours.before(moment("2026-11-24 09:10"), 30) == moment("2026-11-23 16:40")
        with pytest.raises(ValueError, match="no 1 minutes of work before 2026-11-24"):
            opening_hours(calendar("UTC", {})).before(moment("2026-11-24 13:30"), 1)

    def test_around_the_clock_it_is_the_time_that_passes_however_long(self) -> None:
        hours = opening_hours(calendar("Europe/Amsterdam", "24/7"))
        assert hours.after(moment("2026-03-20 12:00"), 400 * 1440) == moment("2026-03-20 12:00") + timedelta(days=400)

    def test_two_regions_close_on_the_holidays_of_both(self) -> None:
        both = opening_hours(calendar("Europe/Amsterdam", {"mon-sun": "09:00-10:00"}, ("NL", "BE")))
        assert both.after(moment("2026-04-26 12:00"), 60) == moment(
            "2026-04-28 08:00"
        )  # King's Day, in the Netherlands
        assert both.after(moment("2026-07-20 12:00"), 60) == moment("2026-07-22 08:00")  # National Day, in Belgium

    def test_a_day_closed_by_hand(self) -> None:
        hours = opening_hours(calendar("UTC", {"mon-sun": "09:00-10:00"}, closed_on=(date(2026, 12, 31),)))
        assert hours.after(moment("2026-12-30 12:00"), 60) == moment("2027-01-01 10:00")

    def test_somewhere_that_never_opens_has_no_such_moment(self) -> None:
        start = moment("2026-11-24 13:30")
        with pytest.raises(ValueError, match="no 60 minutes of work to come after 2026-11-24T13:30"):
            opening_hours(calendar("UTC", {})).after(start, 60)
        closed = tuple(start.date() + timedelta(days=n) for n in range(7 * (HORIZON_WEEKS + 2)))
        with pytest.raises(ValueError, match="no 60 minutes"):
            opening_hours(calendar("UTC", "24/7", closed_on=closed)).after(start, 60)

    def test_a_moment_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            opening_hours(calendar("UTC", "24/7")).after(datetime(2026, 11, 24), 1)

    def test_hours_of_the_same_calendar_are_shared(self) -> None:
        one, other = (opening_hours(calendar("UTC", Hours.model_validate("24/7"))) for _ in range(2))
        assert one is other
