"""When people work: slots in their own zone, clock changes, holidays, leave, rotation."""

from datetime import UTC, datetime

import pytest

from schemas.working_time import working_time
from services.routing.domain.availability import is_open, next_open, open_until, working_minutes_between
from tests.unit.routing.staff import at, person

OFFICE = {"mon-fri": "09:00-17:30"}


class TestStretches:
    @pytest.mark.parametrize(
        ("zone", "hours", "moment", "until"),
        [
            # Europe/Amsterdam is UTC+1 until 29 March 2026 01:00 UTC, then UTC+2, until 25 October 01:00 UTC.
            ("Europe/Amsterdam", OFFICE, "2026-03-27 08:00", "2026-03-27 16:30"),
            ("Europe/Amsterdam", OFFICE, "2026-03-30 07:00", "2026-03-30 15:30"),
            ("Europe/Amsterdam", OFFICE, "2026-10-23 07:00", "2026-10-23 15:30"),
            ("Europe/Amsterdam", OFFICE, "2026-10-26 08:00", "2026-10-26 16:30"),
            # The night the clock goes forward is an hour shorter, the night it goes back an hour longer.
            ("Europe/Amsterdam", {"sat": "23:00-07:00"}, "2026-03-28 22:00", "2026-03-29 05:00"),
            ("Europe/Amsterdam", {"sat": "23:00-07:00"}, "2026-10-24 21:00", "2026-10-25 06:00"),
            # Sydney's summer time ends on 5 April 2026 and begins on 4 October.
            ("Australia/Sydney", OFFICE, "2026-04-02 22:00", "2026-04-03 06:30"),
            ("Australia/Sydney", OFFICE, "2026-04-05 23:00", "2026-04-06 07:30"),
            # No summer time; half-hour and 45-minute zones; the far side of the date line.
            ("America/Argentina/Buenos_Aires", OFFICE, "2026-07-01 12:00", "2026-07-01 20:30"),
            ("Asia/Kolkata", OFFICE, "2026-07-01 03:30", "2026-07-01 12:00"),
            ("Asia/Kathmandu", OFFICE, "2026-07-01 03:15", "2026-07-01 11:45"),
            ("Pacific/Kiritimati", {"mon": "09:00-17:30"}, "2026-07-05 19:00", "2026-07-06 03:30"),
            # Slots that touch are one stretch, also over midnight and over the week.
            ("UTC", {"mon": ["08:00-12:00", "12:00-16:00"]}, "2026-07-06 08:00", "2026-07-06 16:00"),
            ("UTC", {"wed": "16:00-24:00", "thu": "00:00-04:00"}, "2026-07-08 16:00", "2026-07-09 04:00"),
        ],
    )
    def test_shift_begins_and_ends_at_local_times(self, zone: str, hours: object, moment: str, until: str) -> None:
        somebody = person("mira", time_zone=zone, hours=hours)
        begin, end = at(moment), at(until)
        just_before = datetime.fromtimestamp(begin.timestamp() - 1, UTC)
        assert not is_open(somebody, just_before)
        assert next_open(somebody, just_before) == begin
        assert open_until(somebody, just_before) is None
        assert is_open(somebody, begin)
        assert next_open(somebody, begin) == begin
        assert open_until(somebody, begin) == end
        assert not is_open(somebody, end)

    def test_shifts_that_follow_each_other_leave_no_hole_when_the_clock_changes(self) -> None:
        early = person("early", hours={"sat": "22:00-02:30"})
        late = person("late", hours={"sun": "02:30-10:00"})
        for saturday in ("2026-03-28 21:00", "2026-10-24 20:00"):
            assert open_until(early, at(saturday)) == next_open(late, at(saturday))

    def test_slot_that_the_clock_swallows_is_no_work(self) -> None:
        somebody = person("mira", hours={"sun": "02:00-03:00"})
        assert next_open(somebody, at("2026-03-28 12:00")) == at("2026-04-05 00:00")

    def test_rotation_follows_its_weeks(self) -> None:
        hours = {"first_week": "2026-03-02", "weeks": [{"mon": "07:00-15:00"}, {"mon": "15:00-23:00"}]}
        somebody = person("mira", time_zone="UTC", hours=hours)
        openings = [next_open(somebody, at(day)) for day in ("2026-03-02", "2026-03-03", "2026-03-10", "2026-02-23")]
        assert openings == [
            at(t) for t in ("2026-03-02 07:00", "2026-03-09 15:00", "2026-03-16 07:00", "2026-02-23 15:00")
        ]

    def test_work_around_the_clock_is_open_for_weeks(self) -> None:
        until = open_until(person("mira"), at("2026-03-04 12:00"))
        assert until is not None
        assert (until - at("2026-03-04 12:00")).days > 50

    def test_somebody_without_hours_never_opens(self) -> None:
        assert next_open(person("mira", hours={}), at("2026-03-04 12:00")) is None

    def test_moment_without_zone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            is_open(person("mira"), datetime(2026, 3, 4))


class TestDaysOff:
    @pytest.mark.parametrize(
        ("region", "zone", "day_off", "following"),
        [
            ("NL", "Europe/Amsterdam", "2026-04-27 10:00", "2026-04-28 07:00"),  # King's Day
            ("DE-BY", "Europe/Berlin", "2026-01-06 10:00", "2026-01-07 08:00"),  # Epiphany, in Bavaria
            ("AR", "America/Argentina/Buenos_Aires", "2026-07-09 15:00", "2026-07-13 12:00"),  # a Thursday; bridge day
            ("SG", "Asia/Singapore", "2026-08-10 03:00", "2026-08-11 01:00"),  # National Day, observed on Monday
        ],
    )
    def test_public_holiday_is_off(self, region: str, zone: str, day_off: str, following: str) -> None:
        somebody = person("mira", time_zone=zone, hours=OFFICE, public_holidays=region)
        works_on = somebody.model_copy(update={"public_holidays": None})
        assert not is_open(somebody, at(day_off))
        assert is_open(works_on, at(day_off))
        assert next_open(somebody, at(day_off)) == at(following)

    def test_subdivision_matters(self) -> None:
        berlin = person("mira", time_zone="Europe/Berlin", hours=OFFICE, public_holidays="DE-BE")
        assert is_open(berlin, at("2026-01-06 10:00"))

    def test_night_shift_of_the_evening_before_is_worked_to_its_end(self) -> None:
        somebody = person("mira", hours={"mon-sun": "23:00-07:00"}, public_holidays="NL")
        assert open_until(somebody, at("2026-04-26 21:00")) == at("2026-04-27 05:00")
        assert next_open(somebody, at("2026-04-27 05:00")) == at("2026-04-28 21:00")

    def test_leave_includes_both_days(self) -> None:
        leave = ({"first_day": "2026-03-03", "last_day": "2026-03-04"},)
        somebody = person("mira", hours=OFFICE, leave=leave)
        assert next_open(somebody, at("2026-03-02 17:00")) == at("2026-03-05 08:00")
        assert is_open(somebody, at("2026-03-02 10:00"))

    def test_leave_of_one_leaves_the_hours_of_others_alone(self) -> None:
        away = person("mira", hours=OFFICE, leave=({"first_day": "2026-03-02", "last_day": "2026-03-06"},))
        assert not is_open(away, at("2026-03-04 10:00"))
        assert is_open(person("jonas", hours=OFFICE), at("2026-03-04 10:00"))
        assert is_open(away, at("2026-06-03 10:00"))

    def test_unknown_region_is_a_clear_error(self) -> None:
        with pytest.raises(ValueError, match="no public holidays are known for 'NL-XX'"):
            working_time(person("mira", public_holidays="NL-XX"))


class TestWorkingMinutesBetween:
    @pytest.mark.parametrize(
        ("start", "end", "minutes"),
        [
            ("2026-03-04 07:00", "2026-03-04 09:00", 60),
            ("2026-03-04 09:00", "2026-03-04 09:30", 30),
            ("2026-03-06 16:00", "2026-03-09 08:30", 60),
            ("2026-03-02 00:00", "2026-03-16 00:00", 10 * 510),
            ("2026-03-23 00:00", "2026-04-06 00:00", 9 * 510),  # the clock changes, and Good Friday is off
            ("2026-03-04 09:00", "2026-03-04 09:00", 0),
            ("2026-03-04 10:00", "2026-03-04 09:00", 0),
        ],
    )
    def test_counts_own_working_time_only(self, start: str, end: str, minutes: float) -> None:
        somebody = person("mira", hours=OFFICE, public_holidays="DE")
        assert working_minutes_between(somebody, at(start), at(end)) == minutes

    def test_around_the_clock_it_is_the_time_that_passed(self) -> None:
        begin, end = at("2026-03-25 12:00"), at("2026-04-20 13:30")
        assert working_minutes_between(person("mira"), begin, end) == (end - begin).total_seconds() / 60
