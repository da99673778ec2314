"""Whose cases need somebody else, and whom: language first, then room, then who stays long enough (O6)."""

from datetime import timedelta

from services.desk.domain.board import Row
from services.desk.domain.coverage import Absence, Member
from services.desk.domain.leaving import Leaving, leaving
from tests.unit.desk.team import NOW, row, somebody, week

EARLY = week("03:00-11:00")
"""Ends 40 minutes from now."""


def planned(rows: list[Row], *members: Member, hours: float = 2) -> list[Leaving]:
    by_id = {member.person.id: member for member in members}
    return leaving(rows, by_id, NOW, timedelta(hours=hours), lambda _: 1.0)


def test_a_shift_that_ends_soon_with_a_proposal_for_each_case() -> None:
    [found] = planned([row("a", "ann", 60, waits_minutes=5)], somebody("ann", hours=EARLY), somebody("bob"))
    assert (found.why, found.leaves_at, found.needed) == ("ending", NOW.replace(hour=11, minute=0), 1)
    assert found.back_at == NOW.replace(hour=3, minute=0) + timedelta(days=1)
    [proposal] = found.proposals
    assert (proposal.to, proposal.lacks, proposal.needed) == ("bob", (), True)


def test_who_stays_is_not_in_the_list() -> None:
    assert planned([row("a", "ann", 60)], somebody("ann"), somebody("bob")) == []
    assert planned([row("a", "ann", 60)], somebody("ann", hours=EARLY), somebody("bob"), hours=0.5) == []


def test_who_is_away_already() -> None:
    absent = somebody("ann", absence=Absence(absent=True))
    off = somebody("cem", hours=week("20:00-23:00"))
    found = planned([row("a", "ann", 60), row("b", "cem", 60)], absent, off, somebody("bob"))
    assert {(each.member.person.id, each.why, each.leaves_at) for each in found} == {
        ("ann", "absent", None),
        ("cem", "off", None),
    }


def test_what_can_wait_until_they_are_back_is_told_apart() -> None:
    rows = [row("late-tomorrow", "ann", 3 * 24 * 60), row("soon", "ann", 90), row("nothing-due", "ann")]
    [found] = planned(rows, somebody("ann", hours=EARLY), somebody("bob"))
    assert {each.row.id: each.needed for each in found.proposals} == {
        "soon": True,
        "late-tomorrow": False,
        "nothing-due": False,
    }


def test_the_language_counts_more_than_room() -> None:
    full = [row(f"own-{number}", "dutch") for number in range(4)]
    [found] = planned(
        [row("a", "ann", 60, language="nl"), *full],
        somebody("ann", hours=EARLY),
        somebody("dutch", "nl"),
        somebody("bob"),
    )
    [proposal] = found.proposals
    assert (proposal.to, proposal.lacks) == ("dutch", ("room",))


def test_proposals_together_do_not_fill_one_while_another_has_room() -> None:
    rows = [row(f"case-{number}", "ann", 60) for number in range(4)]
    [found] = planned(rows, somebody("ann", hours=EARLY), somebody("bob", capacity=2), somebody("cem", capacity=2))
    assert sorted(each.to for each in found.proposals) == ["bob", "bob", "cem", "cem"]
    assert not any(each.lacks for each in found.proposals)


def test_who_leaves_soon_too_is_the_last_choice_and_who_leaves_as_well_none() -> None:
    rows = [row("a", "ann", 60), row("b", "eve", 60)]
    soon_too = somebody("bob", hours=week("03:00-12:45"))
    found = planned(rows, somebody("ann", hours=EARLY), somebody("eve", hours=EARLY), soon_too)
    assert {each.to for one in found for each in one.proposals} == {"bob"}
    assert {each.lacks for one in found for each in one.proposals} == {("stays",)}
    [first, *_] = planned([*rows], somebody("ann", hours=EARLY), somebody("eve", hours=EARLY))
    assert first.proposals[0].to == ""


def test_nobody_of_another_brand_and_no_specialist() -> None:
    stranger, specialist = somebody("bob", brands=("pluvane",)), somebody("kim", role="specialist")
    [found] = planned([row("a", "ann", 60)], somebody("ann", hours=EARLY), stranger, specialist)
    assert found.proposals[0].to == ""


def test_what_is_on_its_way_or_covered_is_not_proposed_again() -> None:
    until = NOW + timedelta(days=2)
    rows = [
        row("offered", "ann", 60, offered_to="bob"),
        row("covered", "ann", 60, covered_by="bob", cover_until=until),
        row("ended", "ann", 60, covered_by="bob", cover_until=NOW - timedelta(minutes=1)),
    ]
    [found] = planned(rows, somebody("ann", hours=EARLY), somebody("bob"))
    assert [each.row.id for each in found.proposals] == ["ended"]
    assert ([each.id for each in found.waiting], [each.id for each in found.covered]) == (["offered"], ["covered"])


def test_who_needs_it_comes_before_who_only_leaves() -> None:
    rows = [row("a", "ann"), row("b", "eve", 60)]
    later = somebody("eve", hours=week("03:00-11:30"))
    found = planned(rows, somebody("ann", hours=EARLY), later, somebody("bob"))
    assert [each.member.person.id for each in found] == ["eve", "ann"]
