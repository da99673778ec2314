"""Scores and their intervals: right by hand, honest by counting out, and silent about small groups (F5)."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product
from math import factorial
from zoneinfo import ZoneInfo

import pytest
from scipy.stats import binomtest

from services.followup.domain.surveys import Survey, case_opened
from services.followup.domain.surveys_score import Score, csat, monday_of, nps, scores, shown_groups
from tests.unit.followup.moments import NOON
from tests.unit.followup.test_surveys import opened


def answered(score: int, channel: str = "web", days: float = 0, kind: str = "nps") -> Survey:
    moment = NOON + timedelta(days=days)
    done = {"status": "answered", "score": score, "channel": channel, "kind": kind, "ended_at": moment}
    return case_opened(opened()).model_copy(update=done | {"requested_at": moment})


@pytest.mark.parametrize(("satisfied", "n"), [(0, 5), (5, 5), (3, 7), (90, 120), (1, 400)])
def test_csat_has_wilsons_interval(satisfied: int, n: int) -> None:
    found = csat([5] * satisfied + [3] * (n - satisfied))
    wilson = binomtest(satisfied, n).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((100 * wilson.low, 100 * wilson.high), abs=0.06)
    assert found.score == pytest.approx(100 * satisfied / n, abs=0.06)


def test_nps_is_promoters_less_detractors() -> None:
    found = nps([10, 9, 9, 8, 7, 6, 0])
    assert (found.answers, found.score) == (7, 14.3)
    assert found.low < found.score < found.high


@pytest.mark.parametrize("numbers", [[10] * 5, [0] * 5, [8] * 5])
def test_a_few_answers_that_agree_leave_much_open(numbers: Sequence[int]) -> None:
    found = nps(numbers)
    assert found.high - found.low > 40
    assert -100 <= found.low <= found.score <= found.high <= 100


@pytest.mark.parametrize("n", [5, 10, 20])
def test_the_interval_of_nps_holds_the_truth_about_as_often_as_it_says(n: int) -> None:
    """Counted out over every outcome, for customers of every mixture in steps of ten percent."""
    found = [_coverage(n, up / 10, down / 10) for up, down in product(range(11), range(11)) if 0 < up + down <= 10]
    mixed = [each for each, kinds in found if kinds > 1]
    assert sum(mixed) / len(mixed) >= 0.94
    assert min(mixed) > 0.88


def _coverage(n: int, up: float, down: float) -> tuple[float, int]:
    rest = 1 - up - down
    held = 0.0
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            passives = n - promoters - detractors
            ways = factorial(n) / (factorial(promoters) * factorial(detractors) * factorial(passives))
            found = nps([10] * promoters + [0] * detractors + [8] * passives)
            if found.low - 0.05 <= 100 * (up - down) <= found.high + 0.05:
                held += ways * up**promoters * down**detractors * max(rest, 0) ** passives
    return held, sum(share > 1e-9 for share in (up, down, rest))


def test_groups_below_the_minimum_are_not_shown_and_can_not_be_worked_out() -> None:
    assert shown_groups({"web": 30, "mail": 12, "chat": 4}, 5) == {"web"}
    assert shown_groups({"web": 30, "mail": 12, "chat": 4, "phone": 3}, 5) == {"web", "mail"}
    assert shown_groups({"web": 30, "mail": 12}, 5) == {"web", "mail"}
    assert shown_groups({"chat": 4}, 5) == set()


def test_all_together() -> None:
    found = [*(answered(10, "web", each) for each in range(6)), *(answered(2, "mail", 8) for _ in range(7))]
    found += [answered(1, "chat", 9), answered(5, "web", kind="csat")]
    told = scores("nps", found, 40, "channel", 5, "Europe/Amsterdam")
    assert (told.answers, told.asked, told.total and told.total.answers) == (14, 40, 14)
    shown: dict[str, Score | None] = {each.key: each.score for each in told.groups}
    assert (shown["mail"] and shown["mail"].score, shown["web"], shown["chat"]) == (-100, None, None)
    assert told.hidden_answers == 7
    assert told.spread[10] == 6
    assert [(week.monday, week.score is not None) for week in told.weeks] == [
        (date(2026, 3, 2), True),
        (date(2026, 3, 9), True),
    ]


def test_too_few_answers_say_nothing_at_all() -> None:
    told = scores("nps", [answered(3)] * 4, 9, "channel", 5, "UTC")
    assert (told.total, told.spread, [each.score for each in told.groups]) == (None, {}, [None])
    assert [week.score for week in told.weeks] == [None]


def test_weeks_begin_on_monday_in_the_brands_zone_and_have_no_gap() -> None:
    sunday_evening = NOON.replace(day=8, hour=23, minute=30)
    assert monday_of(sunday_evening, ZoneInfo("UTC")) == date(2026, 3, 2)
    assert monday_of(sunday_evening, ZoneInfo("Europe/Amsterdam")) == date(2026, 3, 9)
    told = scores("nps", [answered(3, days=0), answered(3, days=21)], 2, "channel", 5, "UTC")
    assert [each.monday for each in told.weeks] == [date(2026, 3, day) for day in (2, 9, 16, 23)]
