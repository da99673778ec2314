"""Who is there in the coming hours: the fewest at any quarter, gaps in words' precision, absences, breaks, time zones."""

from datetime import timedelta

from services.desk.domain.coverage import Absence, LanguageAhead, Member, ahead, awake, languages_to_look_at
from services.desk.domain.zone_strip import COLUMN, WEST, strip
from tests.unit.desk.team import NOW, somebody, week

MIDNIGHT = NOW.replace(hour=0, minute=0)


def at(hour: int, minute: int = 0, day: int = 0) -> object:
    return MIDNIGHT + timedelta(days=day, hours=hour, minutes=minute)


def looked(language: str, *members: Member) -> LanguageAhead:
    [found] = ahead(members, [language], NOW)
    return found


class TestHours:
    def test_a_day_from_the_beginning_of_this_hour(self) -> None:
        found = looked("en", somebody("ann"))
        assert len(found.hours) == 24
        assert found.hours[0].start == at(10)
        assert {hour.agents for hour in found.hours} == {1}
        assert found.gaps == ()

    def test_an_hour_counts_the_fewest_of_its_quarters(self) -> None:
        found = looked("en", somebody("ann", hours=week("08:00-14:30")), somebody("bob", hours=week("08:00-18:00")))
        counts = {hour.start.hour: hour.agents for hour in found.hours}
        assert (counts[13], counts[14], counts[17], counts[18]) == (2, 1, 1, 0)

    def test_what_is_past_of_this_hour_does_not_count(self) -> None:
        """At 10:20 it does not matter that nobody was there at 10:00."""
        found = looked("en", somebody("ann", hours=week("10:15-10:00")))
        assert found.hours[0].agents == 1

    def test_only_who_speaks_it_well_enough(self) -> None:
        beginner = somebody("ann", languages="en")
        learning = Member(beginner.person.model_copy(update={"languages": {"en": "C2", "nl": "B1"}}))
        assert {hour.agents for hour in looked("nl", learning).hours} == {0}

    def test_people_with_the_same_hours_are_each_counted(self) -> None:
        hours = week("09:00-17:00")
        found = looked("en", *(somebody(name, hours=hours) for name in ("ann", "bob", "cem")))
        assert found.hours[0].agents == 3


class TestGaps:
    def test_a_gap_begins_and_ends_to_the_quarter(self) -> None:
        found = looked("en", somebody("ann", hours=week("08:00-17:45")))
        [gap] = found.gaps
        assert (gap.start, gap.end, gap.specialists, gap.whole) == (at(17, 45), at(8, 0, day=1), False, False)
        assert found.left_alone == found.gaps

    def test_specialists_are_told_apart_from_nobody(self) -> None:
        agent = somebody("ann", hours=week("08:00-16:00"))
        specialist = somebody("kim", hours=week("08:00-20:00"), role="specialist")
        gaps = looked("en", agent, specialist).gaps
        assert [(gap.start, gap.specialists) for gap in gaps] == [(at(16), True), (at(20), False)]
        hours = looked("en", agent, specialist).hours
        assert [hour.state for hour in hours if hour.start in (at(12), at(18), at(22))] == [
            "covered",
            "specialists",
            "nobody",
        ]

    def test_a_language_that_nobody_speaks_is_one_gap(self) -> None:
        [gap] = looked("tr", somebody("ann")).gaps
        assert gap.whole

    def test_an_absence_makes_a_gap_until_it_ends(self) -> None:
        absent = somebody("ann", absence=Absence(absent=True, until=NOW + timedelta(hours=3)))
        [gap] = looked("en", absent).gaps
        assert (gap.start, gap.end) == (at(10, 15), at(13, 30))
        [forever] = looked("en", somebody("ann", absence=Absence(absent=True))).gaps
        assert forever.whole


class TestMember:
    def test_a_break_is_not_the_end_of_a_shift(self) -> None:
        ann = somebody("ann", hours=week("09:00-17:00"), breaks=week("12:00-12:30"))
        assert ann.leaves_at(NOW) == at(17)
        assert somebody("bob", hours={"mon-sun": ["09:00-12:00", "15:00-17:00"]}).leaves_at(NOW) == at(12)

    def test_who_is_absent_is_not_at_work_and_may_come_back(self) -> None:
        until = NOW + timedelta(hours=30)
        ann = somebody("ann", hours=week("09:00-17:00"), absence=Absence(absent=True, until=until))
        assert not ann.at_work(NOW)
        assert ann.leaves_at(NOW) is None
        assert ann.back_at(NOW) == at(16, 20, day=1)
        assert somebody("bob", absence=Absence(absent=True)).back_at(NOW) is None
        assert somebody("cem", absence=Absence(absent=False)).at_work(NOW)


class TestLanguages:
    def test_the_most_written_first_then_what_agents_speak(self) -> None:
        members = [somebody("ann", "nl de"), somebody("kim", "ja", role="specialist")]
        assert languages_to_look_at(members, ["tr", "tr", "de", "und", ""]) == ("tr", "de", "nl")


class TestZones:
    def test_people_stand_where_their_clocks_are(self) -> None:
        members = [
            somebody("ann", time_zone="Europe/Amsterdam"),
            somebody("kim", time_zone="Europe/Berlin", country="DE", role="specialist"),
            somebody("raj", time_zone="Asia/Kolkata", country="IN", role="specialist"),
            somebody("gone", hours=week("00:00-01:00")),
        ]
        amsterdam, kolkata = awake(members, NOW)
        assert (amsterdam.offset, amsterdam.agents, amsterdam.specialists) == (timedelta(hours=1), 1, 1)
        assert amsterdam.countries == ("DE", "NL")
        assert (kolkata.offset, kolkata.local.strftime("%H:%M")) == (timedelta(hours=5.5), "15:50")
        picture = strip((amsterdam, kolkata), NOW)
        assert [dot.x for dot in picture.dots] == [(1 - WEST + 0.5) * COLUMN, (5.5 - WEST + 0.5) * COLUMN]
        assert picture.dots[0].radius > picture.dots[1].radius
        assert picture.dots[1].y > picture.dots[0].y
        by_offset = {round(column.middle / COLUMN - 0.5) + WEST: column for column in picture.columns}
        assert (by_offset[0].hour, by_offset[0].night, by_offset[10].night) == ("10", False, True)

    def test_nobody_is_an_empty_strip(self) -> None:
        assert list(strip((), NOW).dots) == []
