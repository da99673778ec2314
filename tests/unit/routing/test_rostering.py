"""Rosters taken over from elsewhere: what they replace, what stays, and what can not be."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.organisation import Person
from schemas.working_time import working_time
from services.routing.domain.rostering import KEPT_DAYS, Entry, EntryInvalid, by_person, rostered
from tests.unit.routing.staff import at, person

NOW = at("2026-11-20 12:00")
MIRA = person("mira", hours={"mon-fri": "09:00-17:30"})


def entry(start: str, end: str, kind: str = "shift", **facts: Any) -> Entry:
    return Entry.model_validate({"person": "mira", "kind": kind, "start": start, "end": end} | facts)


def work(one: Person, day: str) -> list[str]:
    """Stretches of work on a day of UTC, in UTC."""
    hours, now, found = working_time(one), at(f"{day} 00:00"), []
    while (opens := hours.next_open(now)) and opens < at(f"{day} 00:00") + timedelta(days=1):
        closes = hours.open_until(opens)
        assert closes is not None
        found.append(f"{opens:%H:%M}-{closes:%H:%M}")
        now = closes
    return found


class TestShifts:
    def test_between_the_first_and_the_last_shift_the_roster_is_all_there_is(self) -> None:
        week = [entry("2026-11-23 13:00", "2026-11-23 21:00"), entry("2026-11-25 13:00", "2026-11-25 21:00")]
        found = rostered(MIRA, week, NOW)
        assert [work(found, f"2026-11-{day}") for day in (23, 24, 25, 26)] == [
            ["12:00-20:00"], [], ["12:00-20:00"], ["08:00-16:30"],
        ]  # fmt: skip

    def test_the_same_roster_again_changes_nothing(self) -> None:
        week = [entry("2026-11-23 13:00", "2026-11-23 21:00"), entry("2026-11-23 16:00", "2026-11-23 16:30", "break")]
        once = rostered(MIRA, week, NOW)
        assert rostered(once, week, NOW) == once
        assert work(once, "2026-11-23") == ["12:00-15:00", "15:30-20:00"]

    def test_a_shift_that_is_no_longer_in_it_is_gone_with_its_breaks(self) -> None:
        monday = entry("2026-11-23 13:00", "2026-11-23 21:00")
        tuesday, pause = (
            entry("2026-11-24 13:00", "2026-11-24 21:00"),
            entry("2026-11-24 15:00", "2026-11-24 16:00", "break"),
        )
        friday = entry("2026-11-27 13:00", "2026-11-27 21:00")
        found = rostered(rostered(MIRA, [monday, tuesday, pause, friday], NOW), [monday, friday], NOW)
        assert found == rostered(MIRA, [monday, friday], NOW)

    def test_another_week_joins_what_is_there(self) -> None:
        first = rostered(MIRA, [entry("2026-11-23 13:00", "2026-11-23 21:00")], NOW)
        both = rostered(first, [entry("2026-11-30 13:00", "2026-11-30 21:00")], NOW)
        assert work(both, "2026-11-23") == work(both, "2026-11-30") == ["12:00-20:00"]
        assert work(both, "2026-11-24") == ["08:00-16:30"]

    def test_a_moment_with_an_offset_is_that_moment_also_in_the_hour_that_comes_twice(self) -> None:
        found = rostered(MIRA, [entry("2026-10-25T01:00Z", "2026-10-25T05:00Z")], at("2026-10-20 12:00"))
        assert work(found, "2026-10-25") == ["01:00-05:00"]
        assert rostered(found, [entry("2026-10-25T01:00Z", "2026-10-25T05:00Z")], at("2026-10-20 12:00")) == found

    def test_a_roster_of_somebody_on_leave_does_not_end_the_leave(self) -> None:
        away = rostered(MIRA, [entry("2026-11-23", "2026-11-24", "leave")], NOW)
        assert work(rostered(away, [entry("2026-11-23 13:00", "2026-11-23 21:00")], NOW), "2026-11-23") == []

    def test_what_lies_far_back_is_forgotten(self) -> None:
        old = rostered(
            MIRA, [entry("2026-11-23 13:00", "2026-11-23 21:00"), entry("2026-11-24", "2026-11-24", "leave")], NOW
        )
        new = entry("2027-03-01 13:00", "2027-03-01 21:00")
        later = at("2026-11-24 12:00") + timedelta(days=KEPT_DAYS + 1)
        assert rostered(old, [new], later) == rostered(MIRA, [new], later)


class TestLeave:
    def test_days_and_hours_off(self) -> None:
        leave = [
            entry("2026-11-23", "2026-11-24", "leave"),
            entry("2026-11-25 10:00", "2026-11-25 11:00", "leave"),
            entry("2026-11-26 12:00", "2026-11-30 12:00", "leave"),
        ]
        found = rostered(MIRA, leave, NOW)
        days = {day: work(found, f"2026-11-{day}") for day in (23, 24, 25, 26, 27, 30)}
        assert days == {
            23: [], 24: [], 25: ["08:00-09:00", "10:00-16:30"], 26: ["08:00-11:00"], 27: [], 30: ["11:00-16:30"],
        }  # fmt: skip
        assert rostered(found, leave, NOW) == found

    def test_it_replaces_leave_between_its_first_and_last_day_only(self) -> None:
        before = rostered(MIRA, [entry("2026-11-20", "2026-12-31", "leave")], NOW)
        found = rostered(
            before, [entry("2026-11-30", "2026-11-30", "leave"), entry("2026-12-04", "2026-12-04", "leave")], NOW
        )
        assert [(each.first_day, each.last_day) for each in found.leave] == [
            (date(2026, 11, 20), date(2026, 11, 30)),
            (date(2026, 12, 4), date(2026, 12, 31)),
        ]

    def test_it_leaves_shifts_alone(self) -> None:
        found = rostered(rostered(MIRA, [entry("2026-11-28 13:00", "2026-11-28 21:00")], NOW), [
            entry("2026-11-23", "2026-11-30", "leave")], NOW)  # fmt: skip
        assert len(found.shifts) == 1


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (entry("2026-11-23", "2026-11-23"), "line 3: a shift has times"),
        (entry("2026-11-23 13:00", "2026-11-23 12:00"), "line 3: from .* is no time of more than 0"),
        (entry("2026-11-23 13:00", "2026-11-25 12:00"), "at most 36 hours"),
        (entry("2026-11-23 13:00Z", "2026-11-23 14:00"), "both start and end with an offset"),
        (entry("2026-03-29 02:00", "2026-03-29 02:00:00.5"), "leaves nothing of it"),
        (entry("2026-11-23 13:00", "2026-11-23 14:00", "break"), "lies in no shift"),
        (entry("2026-11-24", "2026-11-23", "leave"), "ends on 2026-11-23, before"),
        (entry("2026-11-24", "2026-11-24 12:00", "leave"), "a time at both ends or at neither"),
        (entry("2026-11-24 12:00", "2026-11-24 12:00", "leave"), "is no time"),
    ],
)
def test_what_can_not_be_is_named(wrong: Entry, says: str) -> None:
    with pytest.raises(EntryInvalid, match=says):
        rostered(MIRA, [wrong.model_copy(update={"source": "line 3"})], NOW)


def test_people_are_found_by_id_and_by_mail_address() -> None:
    others = [
        entry("2026-11-23 13:00", "2026-11-23 21:00", person=name) for name in ("MIRA@example.org", "mira", "nobody")
    ]
    found, problems = by_person(others, [MIRA])
    assert (list(found), len(found["mira"])) == (["mira"], 2)
    assert problems == ["nobody has the id or the mail address 'nobody'"]


def _entries() -> st.SearchStrategy[list[Entry]]:
    quarter = st.integers(0, 4 * 24 * 10).map(lambda number: at("2026-10-20 00:00") + timedelta(minutes=15 * number))
    length = st.integers(1, 40).map(lambda number: timedelta(minutes=15 * number))
    hours = st.builds(
        lambda start, length, zoned, kind: entry(
            (start if zoned else start.replace(tzinfo=None)).isoformat(),
            ((start if zoned else start.replace(tzinfo=None)) + length).isoformat(),
            kind,
        ),
        quarter, length, st.booleans(), st.sampled_from(["shift", "leave"]),
    )  # fmt: skip
    days = st.builds(
        lambda start, more: entry(start.isoformat(), (start + timedelta(days=more)).isoformat(), "leave"),
        st.dates(date(2026, 10, 20), date(2026, 10, 30)), st.integers(0, 3),
    )  # fmt: skip
    return st.lists(st.one_of(hours, days), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(_entries(), _entries(), st.sampled_from(["Europe/Amsterdam", "America/Santiago", "Australia/Lord_Howe"]))
def test_a_repeat_changes_nothing_whatever_was_there(before: list[Entry], entries: list[Entry], zone: str) -> None:
    one = person("mira", time_zone=zone, hours={"mon-fri": "09:00-17:30"})
    now = at("2026-10-20 00:00")
    try:
        found = rostered(rostered(one, before, now), entries, now)
    except EntryInvalid:
        return  # the clock change leaves nothing of it
    assert rostered(found, entries, now) == found
    assert Person.model_validate_json(found.model_dump_json()) == found, "what is stored is what was meant"
