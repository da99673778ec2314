"""Rosters in files: tables with what is wrong by line, calendars with zones, recurrence and words of many languages."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from casekeeper.roster import calendar, table
from schemas.organisation_file import load
from services.routing.domain.rostering import Entry, by_person, rostered

FIRST, LAST = date(2026, 11, 1), date(2026, 12, 31)


def told(entries: list[Entry]) -> list[tuple[str, str, str, str]]:
    """Who, what, from, until."""
    return [(each.person, each.kind, each.start.isoformat(), each.end.isoformat()) for each in entries]


class TestTables:
    def test_a_line_is_a_shift_leave_or_a_break(self) -> None:
        found = table.read(
            "email,start,end,kind\n"
            "mira@homely.example,2026-11-24 09:00,2026-11-24 17:30,shift\n"
            "mira@homely.example,2026-11-24 12:00,2026-11-24 12:30,Break\n"
            "\n"
            "jonas@homely.example,2026-12-24,2026-12-26,leave\n"
        )
        assert found.problems == []
        assert told(found.entries) == [
            ("mira@homely.example", "shift", "2026-11-24T09:00:00", "2026-11-24T17:30:00"),
            ("mira@homely.example", "break", "2026-11-24T12:00:00", "2026-11-24T12:30:00"),
            ("jonas@homely.example", "leave", "2026-12-24", "2026-12-26"),
        ]
        assert [each.source for each in found.entries] == ["line 2", "line 3", "line 5"]

    def test_semicolons_other_columns_a_mark_at_the_start_and_no_kind_are_fine(self) -> None:
        found = table.read(
            "\ufeffTeam;Person;Start;End\r\nnight;mira;2026-11-24T22:00+01:00;2026-11-25T06:00+01:00\r\n"
        )
        assert told(found.entries) == [("mira", "shift", "2026-11-24T22:00:00+01:00", "2026-11-25T06:00:00+01:00")]

    def test_a_table_of_one_person_needs_no_column_for_it(self) -> None:
        assert [
            each.person for each in table.read("start,end\n2026-11-24 09:00,2026-11-24 17:30\n", "mira").entries
        ] == ["mira"]

    def test_every_wrong_line_is_named(self) -> None:
        found = table.read(
            "person,start,end,kind\n"
            "mira,2026-11-24 09:00,noon,shift\n"
            "mira,2026-11-24 09:00,2026-11-24 17:30,party\n"
            ",2026-11-24 09:00,2026-11-24 17:30,shift\n"
            "mira,2026-02-30 09:00,2026-11-24 17:30,shift\n"
            'mira,2026-11-24 09:00,2026-11-24 17:30,shift,"what, more"\n'
        )
        assert [each.partition(":")[0] for each in found.problems] == ["line 2", "line 3", "line 4", "line 5", "line 6"]
        assert "end: 'noon' is no date as 2026-11-24" in found.problems[0]
        assert "'shift', 'leave' or 'break'" in found.problems[1]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("", "no column person or email"),
            ("start,end\n", "no column person or email"),
            ("person,start\n", "no column end"),
            ("person,start,end\n", "no lines below"),
            ('person,start,end\n"mira,2026-11-24,2026-11-24\n', "line 2"),
        ],
    )
    def test_a_table_that_is_none(self, text: str, says: str) -> None:
        assert says in table.read(text).problems[0]


def ical(*events: str) -> str:
    """A calendar with these events."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}", "DTSTAMP:20261101T000000Z", *event.split("\n"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def read(*events: str, person: str = "") -> list[tuple[str, str, str, str]]:
    found = calendar.read(ical(*events), FIRST, LAST, "mira", person)
    assert found.problems == []
    return told(found.entries)


SHIFT = "DTSTART;TZID=Europe/Amsterdam:20261124T090000\nDTEND;TZID=Europe/Amsterdam:20261124T173000"
WHOLE_DAYS = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227"


class TestCalendars:
    def test_the_time_zone_of_an_event_is_kept_and_a_floating_time_is_the_persons_own(self) -> None:
        assert read(f"SUMMARY:Early\n{SHIFT}") == [
            ("mira", "shift", "2026-11-24T09:00:00+01:00", "2026-11-24T17:30:00+01:00")
        ]
        floating = "SUMMARY:Early\nDTSTART:20261124T090000\nDURATION:PT8H"
        assert read(floating) == [("mira", "shift", "2026-11-24T09:00:00", "2026-11-24T17:00:00")]

    def test_recurring_events_are_written_out_over_a_clock_change_without_their_exceptions(self) -> None:
        weekly = (
            "SUMMARY:Early\nDTSTART;TZID=America/Santiago:20260902T090000\nDTEND;TZID=America/Santiago:20260902T170000\n"
            "RRULE:FREQ=WEEKLY\nEXDATE;TZID=America/Santiago:20260916T090000"
        )
        found = calendar.read(ical(weekly), date(2026, 9, 1), date(2026, 9, 23), "mira")
        assert [each.start.isoformat() for each in found.entries] == [
            "2026-09-02T09:00:00-04:00",
            "2026-09-09T09:00:00-03:00",
            "2026-09-23T09:00:00-03:00",
        ]

    @pytest.mark.parametrize("words", ["Vacation", "Mira: verlof", "SICK leave", "Urlaub", "out of office", "congés"])
    def test_words_make_it_leave(self, words: str) -> None:
        assert read(f"SUMMARY:{words}\n{WHOLE_DAYS}") == [("mira", "leave", "2026-12-24", "2026-12-26")]

    def test_so_do_categories_and_being_out_of_office(self) -> None:
        assert read(f"SUMMARY:Spain!\nCATEGORIES:Private,Holiday\n{SHIFT}")[0][1] == "leave"
        assert read(f"SUMMARY:Spain!\nX-MICROSOFT-CDO-BUSYSTATUS:OOF\n{SHIFT}")[0][1] == "leave"
        assert read(f"SUMMARY:Lunch\n{SHIFT}")[0][1] == "break"

    @pytest.mark.parametrize("words", ["Late shift", "Kick-off", "Billing", "Holidaymakers desk"])
    def test_parts_of_words_do_not(self, words: str) -> None:
        assert read(f"SUMMARY:{words}\n{SHIFT}")[0][1] == "shift"

    def test_it_is_that_of_the_attendees_else_of_the_organiser_else_of_the_file(self) -> None:
        organiser = "ORGANIZER:mailto:lead@homely.example"
        attendees = "ATTENDEE:mailto:jonas@homely.example\nATTENDEE;PARTSTAT=DECLINED:mailto:ines@homely.example"
        assert [each[0] for each in read(f"{SHIFT}\n{organiser}\n{attendees}")] == ["jonas@homely.example"]
        assert [each[0] for each in read(f"{SHIFT}\n{organiser}")] == ["lead@homely.example"]
        assert [each[0] for each in read(SHIFT)] == ["mira"]
        assert [each[0] for each in read(f"{SHIFT}\n{organiser}", person="ines")] == ["ines"]

    def test_cancelled_events_and_notes_for_the_day_do_not_count(self) -> None:
        birthday = "SUMMARY:Birthday of Ines\nTRANSP:TRANSPARENT\n" + WHOLE_DAYS
        assert len(read(f"STATUS:CANCELLED\n{SHIFT}", birthday, SHIFT)) == 1

    def test_whole_days_that_are_no_leave_are_named(self) -> None:
        found = calendar.read(ical(f"SUMMARY:Stocktaking\n{WHOLE_DAYS}"), FIRST, LAST, "mira")
        assert found.problems == ["event 'Stocktaking' of 2026-12-24: it has no times, and no word that makes it leave"]

    @pytest.mark.parametrize(
        "text", ["", "this is no calendar", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n"]
    )
    def test_what_is_no_calendar_is_refused(self, text: str) -> None:
        assert calendar.read(text, FIRST, LAST, "mira").problems

    def test_an_empty_calendar_says_so(self) -> None:
        assert "nothing in it" in calendar.read(ical(), FIRST, LAST, "mira").problems[0]


def test_the_example_of_the_handbook_is_a_roster_of_the_example_organisation() -> None:
    root = Path(__file__).parents[3]
    text = (root / "docs" / "routing.md").read_text().partition("```csv\n")[2].partition("```")[0]
    found = table.read(text)
    assert found.problems == []
    people = load(root / "deploy" / "example-org").people
    named, unknown = by_person(found.entries, people)
    assert (sorted(named), unknown) == (["maaike.postma", "sem.schouten"], [])
    for person in people:
        if person.id in named:
            assert rostered(person, named[person.id], datetime(2026, 11, 20, tzinfo=UTC)) != person
