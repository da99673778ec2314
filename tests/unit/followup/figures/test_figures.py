"""The read model counts what a plain look at the events counts, over any window, by any dimension (F4)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from schemas.base import milliseconds
from schemas.organisation_file import load
from services.followup.domain.figures import Timings, fold
from services.followup.domain.figures.columns import Codes, Packing, unpacked
from services.followup.domain.figures.summing import Figure, Window, chosen, figures
from tests.unit.followup.figures import naive
from tests.unit.followup.figures.world import START, Told, world

ORGANISATION = load(Path("deploy/example-org"))
BRANDS = {"moccarel", "pluvane"}
SEEDS = range(6)


def folded(told: Sequence[Told]) -> dict[str, Timings]:
    """Every case."""
    found: dict[str, Timings] = {}
    for each in told:
        found[each.event.case_id] = fold(found.get(each.event.case_id), each.event, each.at)
    return found


def counted(told: Sequence[Told], start: datetime, end: datetime, brands: set[str], by: str) -> dict[Any, Figure]:
    codes = Codes()
    packing = Packing(ORGANISATION, codes)
    rows = chosen(unpacked(packing.pack(each) for each in folded(told).values()), codes, brand=sorted(brands))
    window = Window(milliseconds(start), milliseconds(end))
    found = figures(rows, codes, window, by=by, opening=packing.keeps_hours(brands))
    names: dict[Any, Figure] = {}
    for each in found:
        together = (each.figure, "") not in names
        names[each.figure, "" if together else f"{by}:{each.group}"] = each
    return names


def assert_same(found: dict[Any, Figure], plain: dict[tuple[str, str], dict[str, Any]]) -> None:
    assert set(found) == set(plain)
    for name, numbers in plain.items():
        mine = found[name].model_dump(exclude={"figure", "group"})
        for what, value in numbers.items():
            assert mine[what] == pytest.approx(value, abs=1e-3), (name, what)


@pytest.mark.parametrize("by", ["", "brand", "channel", "language", "country", "team"])
@pytest.mark.parametrize("seed", SEEDS)
def test_figures_are_what_the_events_say(seed: int, by: str) -> None:
    told = world(seed, 120)
    random = Random(seed)
    for _ in range(4):
        start = START + timedelta(minutes=random.randrange(14 * 1440))
        end = start + timedelta(minutes=random.choice((60, 1440, 7 * 1440)))
        brands = set(random.sample(sorted(BRANDS), random.choice((1, 2))))
        plain = naive.figures(told, ORGANISATION, start, end, brands, by)
        assert_same(counted(told, start, end, brands, by), plain)


def test_the_made_up_world_has_something_of_everything() -> None:
    plain = naive.figures(world(2, 300), ORGANISATION, START, START + timedelta(days=15), BRANDS)
    for name in naive.FIGURES:
        numbers = plain[name, ""]
        assert numbers["ended"] > 10
        assert numbers["waiting"] > 3, name
        if name != "compliment":
            assert numbers["in_time"] > 3
            assert numbers["late"] > 3


@pytest.mark.parametrize("seed", SEEDS)
def test_a_case_is_the_same_in_whatever_order_its_events_are_heard(seed: int) -> None:
    told = [each for each in world(seed, 40) if type(each.event).__name__ not in ORDERED]
    usual = folded(told)
    Random(seed).shuffle(told)
    codes = Codes()
    packing = Packing(ORGANISATION, codes)
    for case_id, case in folded([*told, *told]).items():
        assert sorted(_rows(packing, case)) == sorted(_rows(packing, usual[case_id]))


ORDERED = {"CaseOwnerChanged", "CaseUnmerged", "CaseReclassified", "ConsultAnswered"}
"""Of these the last one counts, and their topic keeps their order."""


def _rows(packing: Packing, case: Timings) -> list[list[int]]:
    return [[int(each) for each in row] for row in unpacked([packing.pack(case)])]


def test_the_past_stays_as_it_was() -> None:
    told = world(3, 200)
    end = START + timedelta(days=7)
    then = [each for each in told if each.at < end]
    windows = [(START + timedelta(days=day), START + timedelta(days=day + 1)) for day in range(6)]
    for start, stop in windows:
        before, after = (counted(some, start, stop, BRANDS, "") for some in (then, told))
        for name, figure in before.items():
            decided = {"ended", "minutes", "in_time", "late"}
            assert figure.model_dump(include=decided) == after[name].model_dump(include=decided), name


def test_organisation_has_both_kinds_of_hours() -> None:
    packing = Packing(ORGANISATION, Codes())
    assert not packing.keeps_hours(["moccarel"])
    assert packing.keeps_hours(["pluvane"])
