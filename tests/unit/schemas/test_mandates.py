"""Mandates with limits (M1) and channels that deviate (M2): what the organisation's files may say, and the parity report."""

from decimal import Decimal
from pathlib import Path

import pytest

from schemas.organisation_file import check, load
from schemas.parity import on_channel, parity

FILE = """\
name: Test
calendars:
  - {id: always, time_zone: Europe/Oslo, hours: 24/7}
  - {id: office, time_zone: Europe/Oslo, hours: {mon-fri: 09:00-17:00}}
pools:
  - {id: care, name: Care}
brands:
  - id: kettle
    name: Kettle
    purpose: service
    voice: warm
    pool: care
    calendar: always
    policy:
      mandates:
        agent: {refund: 50 EUR, voucher: 20 EUR}
        coach: {refund: 500 EUR, replacement: 900 EUR}
      mandate_limits:
        agent: {per_case: 75 EUR, per_period: 600 EUR, period_days: 14}
channels:
  - id: web
    name: Web
    kind: web
    brand: kettle
    audience: private
    max_length: 280
    deviations:
      reason: The partner that answers here goes home at five.
      calendar: office
      first_reply_minutes: 240
      mandates: {agent: {refund: 20 EUR}}
people:
  - {id: kari, name: Kari Dahl, initials: KD, role: agent, email: kari@example.org, country: NO, time_zone: Europe/Oslo,
     languages: {no: C2}, brands: [kettle], mandate: agent, hours: 24/7}
"""
LIMITS_LINE, DEVIATIONS_LINE = 19, 27


def written(folder: Path, old: str = "", new: str = "") -> Path:
    """The file with one thing changed."""
    assert old in FILE
    (folder / "all.yaml").write_text(FILE.replace(old, new, 1), encoding="utf-8")
    return folder


def test_a_level_has_limits_per_case_and_per_period_in_the_brands_policy(tmp_path: Path) -> None:
    """M1: readable in the files, exact in the program."""
    limits = load(written(tmp_path)).brand("kettle").policy.mandate_limits["agent"]
    assert (str(limits.per_case), str(limits.per_period), limits.period_days) == ("75 EUR", "600 EUR", 14)


def test_an_organisation_without_limits_is_as_before(tmp_path: Path) -> None:
    text = "      mandate_limits:\n        agent: {per_case: 75 EUR, per_period: 600 EUR, period_days: 14}\n"
    assert not load(written(tmp_path, text)).brand("kettle").policy.mandate_limits


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("agent: {per_case", "agnet: {per_case", LIMITS_LINE, "unknown mandate level 'agnet' (did you mean agent?)"),
        ("per_case: 75 EUR", "per_case: 75 USD", LIMITS_LINE, "is in USD, and refund in EUR"),
        (
            "per_case: 75 EUR",
            "per_case: 40 EUR",
            LIMITS_LINE,
            "40 EUR is less than the 50 EUR that refund allows at once",
        ),
        (
            "per_period: 600 EUR",
            "per_period: 60 EUR",
            LIMITS_LINE,
            "60 EUR is less than the 75 EUR that one case allows",
        ),
        ("period_days: 14", "period_days: 0", LIMITS_LINE, "period_days: input should be greater than 0"),
        ("per_case: 75 EUR", "per_case: 75", LIMITS_LINE, "write an amount as 50.00 EUR"),
        ("per_case: 75", "pro_case: 75", LIMITS_LINE, "unknown key (did you mean per_case?)"),
        ("calendar: office", "calendar: offic", 29, "unknown calendar 'offic' (did you mean office?)"),
        ("calendar: office", "calendar: always", 29, "is the calendar of brand 'kettle' already"),
        ("minutes: 240", "minutes: 60", 30, "is the 60 of brand 'kettle' already"),
        ("minutes: 240", "minutes: 10", 30, "10 must be more than warn_before_minutes 15"),
        ("{agent: {refund: 20 EUR}}", "{agnet: {refund: 20 EUR}}", 31, "has no mandate level 'agnet'"),
        ("{agent: {refund: 20 EUR}}", "{agent: {refnud: 20 EUR}}", 31, "has no grant 'refnud' (did you mean refund?)"),
        (
            "{agent: {refund: 20 EUR}}",
            "{agent: {refund: 20 USD}}",
            31,
            "is in USD; brand 'kettle' grants refund in EUR",
        ),
        ("{agent: {refund: 20 EUR}}", "{agent: {refund: 50 EUR}}", 31, "is what brand 'kettle' allows already"),
        (
            "{agent: {refund: 20 EUR}}",
            "{agent: {refund: 80 EUR}}",
            31,
            "80 EUR is more than the 75 EUR that one case allows",
        ),
        ("      reason: The partner that answers here goes home at five.\n", "", DEVIATIONS_LINE, "reason: is missing"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    problems = [str(each) for each in check(written(tmp_path, old, new))]
    assert len(problems) == 1, problems
    assert problems[0].startswith(f"{tmp_path}/all.yaml:{line}: ")
    assert said in problems[0]


def test_a_deviation_must_say_what_differs(tmp_path: Path) -> None:
    differing = """\
      calendar: office
      first_reply_minutes: 240
      mandates: {agent: {refund: 20 EUR}}
"""
    assert "names nothing that differs" in str(check(written(tmp_path, differing))[0])


def test_where_a_channel_deviates_a_parity_report_shows_it_with_reason_and_how_much(tmp_path: Path) -> None:
    """M2: opening hours, service levels and compensation belong to the brand; the report lists what differs."""
    found = parity(load(written(tmp_path)))
    assert [(each.what, each.detail, each.of_brand, each.of_channel, each.difference, each.unit) for each in found] == [
        ("opening-hours", "", "always", "office", Decimal("-128.00"), "hours a week"),
        ("first-reply", "", "60", "240", Decimal(180), "minutes"),
        ("mandate", "agent refund", "50 EUR", "20 EUR", Decimal(-30), "EUR"),
    ]
    assert {each.reason for each in found} == {"The partner that answers here goes home at five."}


def test_a_kind_that_the_level_does_not_have_elsewhere_counts_from_nothing(tmp_path: Path) -> None:
    new = "{agent: {replacement: 20 EUR}}"
    found = parity(load(written(tmp_path, "{agent: {refund: 20 EUR}}", new)))
    assert (found[-1].of_brand, found[-1].difference) == ("0 EUR", Decimal(20))


def test_what_is_not_named_is_the_same_on_every_channel(tmp_path: Path) -> None:
    """M2: "the channel is new, the promise is the same"."""
    organisation = load(written(tmp_path))
    usual, here = organisation.brand("kettle"), on_channel(organisation.brand("kettle"), organisation.channel("web"))
    assert here.policy.quiet_period_hours == usual.policy.quiet_period_hours
    assert here.policy.mandates["coach"] == usual.policy.mandates["coach"]
    assert (str(here.policy.mandates["agent"]["refund"]), here.calendar) == ("20 EUR", "office")
