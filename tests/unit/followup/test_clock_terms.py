"""A brand's terms from the organisation's files: whose hours count, and when two policies are the same (F3)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from schemas.organisation import Organisation
from schemas.organisation_file import load
from services.followup.domain import CaseClocks, clock_terms
from services.followup.domain.clocks import Understood
from tests.unit.schemas.test_clock_rules import TEXT

MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def organisation(folder: Path, hours: str, *changes: tuple[str, str]) -> Organisation:
    text = TEXT.replace("hours: 24/7", f"hours: {hours}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    folder.mkdir(exist_ok=True)
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    return load(folder)


def case(**facts: Any) -> CaseClocks:
    understood = Understood(at=MONDAY, language="en", urgency="normal")
    return CaseClocks(case_id="c", conversation="c", brand="kettle", channel="web", first_heard=understood, **facts)


@pytest.mark.parametrize(
    ("zone", "opens_at"),
    [("", 8), ("Europe/Oslo", 8), ("America/Sao_Paulo", 12), ("Mars/Olympus", 8)],
)
def test_hours_of_the_customer_are_in_their_own_zone_where_it_is_known(
    tmp_path: Path, zone: str, opens_at: int
) -> None:
    terms = clock_terms(organisation(tmp_path / "org", "{mon-fri: 09:00-17:00}"), "kettle")
    length = terms.length(case(time_zone=zone), "resolution")
    assert length
    assert length.hours.next_open(datetime(2026, 3, 3, tzinfo=UTC)) == datetime(2026, 3, 3, opens_at, tzinfo=UTC)


def test_public_holidays_stay_the_brands(tmp_path: Path) -> None:
    terms = clock_terms(organisation(tmp_path / "org", "{mon-fri: 09:00-17:00}"), "kettle")
    length = terms.length(case(time_zone="America/Sao_Paulo"), "resolution")
    assert length
    assert not length.hours.is_open(datetime(2026, 5, 14, 14, tzinfo=UTC))  # Ascension Day, in Norway


def test_a_consult_is_in_the_specialists_own_hours(tmp_path: Path) -> None:
    length = clock_terms(organisation(tmp_path / "org", "24/7"), "kettle").length(case(), "consult", "kari")
    assert length
    assert not length.hours.is_open(datetime(2026, 3, 2, 20, tzinfo=UTC))


def test_a_consult_may_take_otherwise_by_language_and_urgency(tmp_path: Path) -> None:
    usual = "- {clock: consult, minutes: 240}"
    others = (
        "{clock: consult, urgencies: [high], minutes: 60}",
        "{clock: consult, languages: [pl], minutes: 480}",
        "{clock: consult, languages: [pl], urgencies: [high], minutes: none}",
    )
    more = usual, "\n          - ".join((usual, *others))
    terms = clock_terms(organisation(tmp_path / "org", "24/7", more), "kettle")
    judged = [("en", "normal"), ("en", "high"), ("pl", "normal"), ("pl", "high")]
    cases = [case(understood=Understood(at=MONDAY, language=one, urgency=other)) for one, other in judged]  # type: ignore[arg-type]
    lengths = [terms.length(each, "consult", "kari") for each in cases]
    assert [each and each.minutes for each in lengths] == [240, 60, 480, None]


def test_a_brand_that_nobody_knows_yet_has_the_usual_terms(tmp_path: Path) -> None:
    terms = clock_terms(organisation(tmp_path / "org", "24/7"), "new")
    assert (terms.clocks, terms.length(case(), "resolution")) == (None, None)


def test_only_what_clocks_depend_on_makes_other_terms(tmp_path: Path) -> None:
    before = clock_terms(organisation(tmp_path / "org", "24/7"), "kettle").version
    voice = organisation(tmp_path / "voice", "24/7", ("voice: warm", "voice: warmer"))
    assert clock_terms(voice, "kettle").version == before
    others = [
        organisation(tmp_path / "hours", "{mon-sun: 08:00-22:00}"),
        organisation(tmp_path / "zone", "24/7", ("time_zone: Europe/Oslo, hours", "time_zone: Europe/Riga, hours")),
        organisation(tmp_path / "length", "24/7", ("minutes: 240", "minutes: 241")),
        organisation(tmp_path / "step", "24/7", ("after_minutes: 0", "after_minutes: 1")),
    ]
    assert len({before, *(clock_terms(each, "kettle").version for each in others)}) == 5
