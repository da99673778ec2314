"""A person's own time against a counter of single minutes: breaks, single shifts, leave and hours off, in both hemispheres."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.organisation import Person
from schemas.organisation_hours import DAYS, MINUTES_PER_DAY
from schemas.organisation_roster import Period
from schemas.working_time import WorkingTime, working_time
from tests.unit.schemas.minutes import MINUTE, PLACES, WALK_DAYS, clock, minutes_of_work, weeks


def person(**changes: Any) -> Person:
    """A care agent in Amsterdam with office hours, with changes."""
    facts: dict[str, Any] = {
        "id": "mira",
        "name": "Mira",
        "initials": "MI",
        "role": "agent",
        "email": "mira@example.org",
        "country": "NL",
        "time_zone": "Europe/Amsterdam",
        "languages": {"en": "C1"},
        "brands": ("homely",),
        "hours": {"mon-fri": "09:00-17:30"},
    }
    return Person.model_validate(facts | changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def work(of: Person, day: str) -> list[str]:
    """A person's stretches of work on a day of UTC, in UTC."""
    hours, now, found = working_time(of), at(day), []
    while (opens := hours.next_open(now)) and opens < at(day) + timedelta(days=1):
        closes = hours.open_until(opens)
        assert closes is not None
        found.append(f"{opens:%H:%M}-{closes:%H:%M}")
        now = closes
    return found


@st.composite
def periods(draw: st.DrawFn, unusual: date) -> dict[str, Any]:
    """Some hours near a day on which the clock may change, local or as moments."""
    midnight = datetime(unusual.year, unusual.month, unusual.day)
    start = midnight + draw(st.integers(-3 * 96, 5 * 96)) * 15 * MINUTE
    zone = draw(st.sampled_from([None, None, UTC]))
    start = start.replace(tzinfo=zone)
    return {"start": start, "end": start + draw(st.integers(1, 40)) * 15 * MINUTE}


@st.composite
def people(draw: st.DrawFn) -> tuple[Person, datetime]:
    """Somebody with some of everything, and a minute not far before something unusual."""
    zone = draw(st.sampled_from(sorted(PLACES)))
    regions, days = PLACES[zone]
    unusual = draw(st.sampled_from(days))
    near = st.integers(-3, 6).map(lambda number: unusual + timedelta(days=number))
    whole_days = near.map(lambda day: {"first_day": day, "last_day": day + timedelta(days=1)})
    quarters = st.integers(0, 90).map(lambda quarter: quarter * 15)
    breaks = {
        day: f"{clock(start)}-{clock(start + 30)}"
        for day in DAYS
        if (start := draw(st.one_of(st.none(), quarters))) is not None
    }
    shifts = draw(st.lists(st.tuples(periods(unusual), st.booleans(), st.integers(0, 4)), max_size=3))
    one = person(
        time_zone=zone,
        public_holidays=draw(st.sampled_from([None, *regions])),
        hours=draw(weeks()),
        breaks=breaks,
        leave=draw(st.lists(whole_days, max_size=1)),
        shifts=[
            period
            | {
                "extra": extra,
                "breaks": [{"start": period["start"], "end": period["start"] + number * 10 * MINUTE}][:number],
            }
            for period, extra, number in shifts
        ],
        rostered=draw(st.lists(whole_days, max_size=1)),
        time_off=draw(st.lists(periods(unusual), max_size=2)),
    )
    before = draw(st.integers(-1, 4 * MINUTES_PER_DAY))
    return one, datetime(unusual.year, unusual.month, unusual.day, 12, tzinfo=UTC) - before * MINUTE


class TestAgainstEveryMinute:
    @settings(max_examples=250, deadline=None)
    @given(people(), st.integers(0, 6 * MINUTES_PER_DAY))
    def test_every_minute_of_work_and_no_other(self, given_: tuple[Person, datetime], length: int) -> None:
        one, start = given_
        slow = minutes_of_work(one, start.replace(hour=0, minute=0), WALK_DAYS)
        fast = working_time(one)
        event(f"own time {'in force' if one.shifts or one.leave or one.time_off else 'none'}")
        assert fast.is_open(start) == (start in slow)
        counted = sum(start <= minute < start + length * MINUTE for minute in slow)
        assert fast.working_minutes_between(start, start + length * MINUTE) == counted
        for ahead in sorted(minute for minute in slow if minute >= start)[:1]:
            assert fast.next_open(start) == ahead
            until = fast.open_until(ahead)
            assert until is not None
            assert until not in slow
            assert until - MINUTE in slow

    @settings(max_examples=100, deadline=None)
    @given(people())
    def test_somebody_with_own_time_elsewhere_has_the_usual_hours_here(self, given_: tuple[Person, datetime]) -> None:
        """What is computed once for all who have the same hours is what would be computed for one alone."""
        one, start = given_
        bare = one.model_copy(update={"leave": (), "shifts": (), "rostered": (), "time_off": ()})
        far = Period(start=datetime(2027, 6, 1, 12), end=datetime(2027, 6, 1, 13))
        busy = bare.model_copy(update={"time_off": (far,)})
        week = start + timedelta(days=7)
        assert working_time(busy).working_minutes_between(start, week) == working_time(bare).working_minutes_between(
            start, week
        )


class TestBreaks:
    def test_a_break_is_no_working_time(self) -> None:
        of = person(breaks={"mon-fri": "12:00-12:30"})
        assert work(of, "2026-11-24") == ["08:00-11:00", "11:30-16:30"]

    def test_a_night_shift_has_its_break_on_the_next_day(self) -> None:
        of = person(hours={"mon": "23:00-07:00"}, breaks={"tue": "03:00-03:30"})
        assert work(of, "2026-11-24") == ["00:00-02:00", "02:30-06:00"]

    def test_a_break_outside_working_hours_changes_nothing(self) -> None:
        assert work(person(breaks={"mon-sun": "19:00-20:00"}), "2026-11-24") == ["08:00-16:30"]


class TestShifts:
    def test_a_single_shift_is_worked_instead_of_the_weekly_hours_of_its_day(self) -> None:
        of = person(shifts=[{"start": "2026-11-24T13:00", "end": "2026-11-24T21:00"}])
        assert work(of, "2026-11-24") == ["12:00-20:00"]
        assert work(of, "2026-11-25") == ["08:00-16:30"]

    def test_an_extra_shift_is_worked_beside_them(self) -> None:
        of = person(shifts=[{"start": "2026-11-24T19:00", "end": "2026-11-24T21:00", "extra": True}])
        assert work(of, "2026-11-24") == ["08:00-16:30", "18:00-20:00"]

    def test_on_rostered_days_the_shifts_are_all_there_is(self) -> None:
        of = person(
            rostered=[{"first_day": "2026-11-23", "last_day": "2026-11-29"}],
            shifts=[{"start": "2026-11-28T10:00", "end": "2026-11-28T14:00"}],
        )
        assert [work(of, f"2026-11-{day}") for day in (23, 24, 28, 30)] == [[], [], ["09:00-13:00"], ["08:00-16:30"]]

    def test_a_shift_on_a_public_holiday_is_worked_and_one_on_leave_is_not(self) -> None:
        shifts = [{"start": "2026-12-25T10:00", "end": "2026-12-25T14:00"}]
        of = person(public_holidays="NL", shifts=shifts)
        assert work(of, "2026-12-25") == ["09:00-13:00"]
        away = person(shifts=shifts, leave=[{"first_day": "2026-12-25", "last_day": "2026-12-25"}])
        assert work(away, "2026-12-25") == []

    def test_hours_off_cut_shifts_and_weekly_hours_alike(self) -> None:
        of = person(time_off=[{"start": "2026-11-24T10:00", "end": "2026-11-24T11:00"}])
        assert work(of, "2026-11-24") == ["08:00-09:00", "10:00-16:30"]

    def test_a_shift_has_its_own_breaks_and_not_those_of_the_week(self) -> None:
        pause = {"start": "2026-11-24T16:00", "end": "2026-11-24T16:30"}
        shifts = [{"start": "2026-11-24T11:00", "end": "2026-11-24T21:00", "breaks": [pause]}]
        assert work(person(breaks={"mon-fri": "12:00-12:30"}, shifts=shifts), "2026-11-24") == [
            "10:00-15:00",
            "15:30-20:00",
        ]

    def test_the_hour_that_a_clock_change_repeats_can_be_told_apart(self) -> None:
        first = person(hours={}, shifts=[{"start": "2026-10-25T02:00:00+02:00", "end": "2026-10-25T03:00:00+02:00"}])
        second = person(hours={}, shifts=[{"start": "2026-10-25T02:00:00+01:00", "end": "2026-10-25T03:00:00+01:00"}])
        assert work(first, "2026-10-25") == ["00:00-01:00"]
        assert work(second, "2026-10-25") == ["01:00-02:00"]


class TestMistakes:
    @pytest.mark.parametrize(
        ("start", "end", "words"),
        [
            ("2026-11-24T13:00", "2026-11-24T13:00", "no time of more than 0"),
            ("2026-11-24T13:00", "2026-11-24T12:00", "no time of more than 0"),
            ("2026-11-24T13:00", "2026-11-26T12:00", "at most 36 hours"),
            ("2026-11-24T13:00Z", "2026-11-24T14:00", "both start and end with an offset"),
        ],
    )
    def test_a_period_that_can_not_be_is_refused(self, start: str, end: str, words: str) -> None:
        with pytest.raises(ValidationError, match=words):
            person(shifts=[{"start": start, "end": end}])

    def test_leave_runs_forward(self) -> None:
        with pytest.raises(ValidationError, match="it ends on 2026-11-01, before it begins on 2026-11-02"):
            person(leave=[{"first_day": "2026-11-02", "last_day": "2026-11-01"}])


def test_people_with_the_same_hours_and_breaks_share_them() -> None:
    one, other = (working_time(person(id=id_, breaks={"mon-fri": "12:00-12:30"})) for id_ in ("mira", "jonas"))
    assert isinstance(one, WorkingTime)
    assert one is other
