"""The clocks of a brand's policy: every mistake has its file, its line, and a sentence that says what would be right (F3)."""

from pathlib import Path

import pytest

from schemas.organisation_clocks import TIMED_CLOCKS, Clocks
from schemas.organisation_file import check, load
from tests.unit.schemas.test_organisation_file import GOOD

POLICY = """\
    policy:
      clocks:
        lengths:
          - {clock: pick-up, minutes: 15}
          - {clock: next-reply, minutes: 120, warn_before_minutes: 30}
          - {clock: next-reply, languages: [nl, en], minutes: 90}
          - {clock: consult, minutes: 240}
          - {clock: resolution, minutes: 2880, hours: customer}
        pauses:
          resolution: [waiting-for-customer]
        escalations:
          - {clock: next-reply, after_minutes: 0, to: lead}
"""
TEXT = GOOD.replace("    policy:\n", POLICY)
FIRST_LENGTH = TEXT.split("\n").index("          - {clock: pick-up, minutes: 15}") + 1


def problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in TEXT
    (folder / "all.yaml").write_text(TEXT.replace(old, new), encoding="utf-8")
    return [str(problem).removeprefix(f"{folder}/all.yaml:") for problem in check(folder)]


def test_the_policy_as_it_is_has_no_mistake(tmp_path: Path) -> None:
    assert problems(tmp_path, "minutes: 15", "minutes: 15") == []
    clocks = load(tmp_path).brand("kettle").policy.clocks
    assert clocks
    rules = [clocks.rule("next-reply", language, "high") for language in ("nl", "pl", "und")]
    assert [rule.minutes for rule in rules if rule] == [90, 120, 120]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("languages: [nl, en], minutes: 90", "minutes: 90", 2, "contradicts rule 2 of the list for any other language"),
        (
            "languages: [nl, en], minutes: 90",
            "minutes: 120, warn_before_minutes: 30",
            2,
            "says the same as rule 2 of the list",
        ),
        (
            "- {clock: consult, minutes: 240}",
            "- {clock: next-reply, urgencies: [high], minutes: 30}\n          - {clock: consult, minutes: 240}",
            3,
            "contradicts rule 3 of the list for en and high urgency",
        ),
        (
            "{clock: pick-up, minutes: 15}",
            "{clock: pick-up, minutes: 15, languages: [nl]}",
            -1,
            "no rule says how long pick-up",
        ),
        ("languages: [nl, en]", "languages: [nl, xx]", 2, "unknown language 'xx'"),
        (
            "{clock: consult, minutes: 240}",
            "{clock: consult, minutes: 240, hours: brand}",
            3,
            "own working minutes (remove hours)",
        ),
        (
            "minutes: 120, warn_before_minutes: 30",
            "minutes: 120, warn_before_minutes: 120",
            1,
            "must be less than minutes 120",
        ),
        ("{clock: pick-up, minutes: 15}", "{clock: pick-up, minutes: 0}", 0, "no time at all"),
        (
            "{clock: pick-up, minutes: 15}",
            "{clock: pickup, minutes: 15}",
            0,
            "'pick-up', 'next-reply', 'consult' or 'resolution'",
        ),
        ("[waiting-for-customer]", "[asked-back]", 6, "resolution does not wait for 'asked-back'"),
        ("after_minutes: 0, to: lead", "to: lead", 8, "write either before_minutes or after_minutes"),
        ("after_minutes: 0, to: lead", "before_minutes: 90, to: lead", 8, "next-reply has not begun (it may take 90)"),
        ("clock: next-reply, after_minutes: 0, to: lead", "clock: pick-up, after_minutes: 0, to: boss", 8, "'lead'"),
        ("time_zone: Europe/Oslo, hours", "time_zone: Europe/Osloo, hours", None, "unknown time zone 'Europe/Osloo'"),
        ("calendar: always\n", "calendar: alwais\n", None, "unknown calendar 'alwais'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, sentence: str) -> None:
    found = problems(tmp_path, old, new)
    assert any(sentence in each for each in found), found
    if line is not None:
        assert any(each.startswith(f"{FIRST_LENGTH + line}:") and sentence in each for each in found), found


def test_the_same_step_twice_is_told(tmp_path: Path) -> None:
    step = "          - {clock: next-reply, after_minutes: 0, to: lead}\n"
    (said,) = problems(tmp_path, step, step + step)
    assert "told the same way at the same moment of next-reply twice" in said


def test_a_step_of_a_clock_that_is_not_there_is_told(tmp_path: Path) -> None:
    none = TEXT.replace("{clock: pick-up, minutes: 15}", "{clock: pick-up, minutes: none}")
    none = none.replace("{clock: next-reply, after_minutes", "{clock: pick-up, after_minutes")
    (tmp_path / "all.yaml").write_text(none, encoding="utf-8")
    assert "there is no clock pick-up: its minutes are none" in str(check(tmp_path)[0])


def test_a_clock_longer_than_opening_hours_can_be_known_is_told(tmp_path: Path) -> None:
    week = "hours: {mon: 09:00-10:00}"
    said = problems(tmp_path, "hours: 24/7", week)
    assert said == [
        f"{FIRST_LENGTH + 4}: brand kettle: 2880 is more than calendar 'always' is open in 8 weeks (480 minutes)"
    ]


def test_a_consult_is_not_held_to_the_opening_hours_of_the_brand(tmp_path: Path) -> None:
    week = TEXT.replace("hours: 24/7", "hours: {mon: 09:00-10:00}").replace("minutes: 2880", "minutes: 400")
    for minutes, told in ((2400, []), (80_641, ["80641 is more than 8 weeks have (80640 minutes)"])):
        changed = week.replace("{clock: consult, minutes: 240}", f"{{clock: consult, minutes: {minutes}}}")
        (tmp_path / "all.yaml").write_text(changed, encoding="utf-8")
        assert [str(each).rpartition(": brand kettle: ")[2] for each in check(tmp_path)] == told


def test_both_of_two_rules_that_differ_by_language_and_urgency_hold_where_a_third_decides() -> None:
    lengths = [
        *({"clock": clock, "minutes": 100} for clock in TIMED_CLOCKS),
        {"clock": "next-reply", "languages": ["nl"], "minutes": 50},
        {"clock": "next-reply", "urgencies": ["high"], "minutes": 20},
        {"clock": "next-reply", "languages": ["nl"], "urgencies": ["high"], "minutes": 10},
    ]
    clocks = Clocks.model_validate({"lengths": lengths})
    cells = [("nl", "high"), ("nl", "low"), ("fr", "high"), ("fr", "low")]
    found = [clocks.rule("next-reply", *cell) for cell in cells]
    assert [rule.minutes for rule in found if rule] == [10, 50, 20, 100]
