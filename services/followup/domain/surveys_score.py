"""Scores of surveys with their 95 % intervals, by group and by week (F5). Pure.

csat: the percentage of answers that are one of the two best, with Wilson's interval. nps: promoters (9, 10) less detractors
(0 to 6) in points from -100 to 100, with the adjusted Wald interval that adds one answer of each kind (Rocks, 2016: AW(3, U)).
How often the intervals hold the truth is counted out in the tests, from five answers on.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from math import sqrt
from typing import Literal
from zoneinfo import ZoneInfo

from schemas.base import Model
from schemas.survey_scales import SCALES, SurveyKind
from services.followup.domain.surveys import Survey

GroupBy = Literal["channel", "brand", "country", "language", "team"]
GROUPS: Mapping[GroupBy, Callable[[Survey], str]] = {
    "channel": lambda survey: survey.channel,
    "brand": lambda survey: survey.brand,
    "country": lambda survey: survey.country,
    "language": lambda survey: survey.language,
    "team": lambda survey: survey.team,
}
SATISFIED, PROMOTER, DETRACTOR = 4, 9, 6
Z95 = 1.959963984540054
METHODS: Mapping[SurveyKind, str] = {"csat": "Wilson", "nps": "adjusted Wald, one answer of each kind added"}


class Score(Model):
    """What a number of answers say together, in percent (csat) or points (nps)."""

    answers: int
    score: float
    low: float
    high: float
    """Between `low` and `high` lies what all customers would say, in 95 of 100 such intervals."""


class Group(Model):
    """The score of one group; none when it is too small to be shown."""

    key: str
    score: Score | None


class Week(Model):
    """The score of one week, from Monday; none when too few answered."""

    monday: date
    score: Score | None


class Scores(Model):
    """Everything there is to say about the answers of one kind of survey."""

    kind: SurveyKind
    method: str
    minimum: int
    """Groups with fewer answers are not shown; nor is another one, where it would give away what a hidden one said."""
    asked: int
    answers: int
    total: Score | None
    spread: dict[int, int]
    """How many gave each answer; empty when there are too few."""
    groups: tuple[Group, ...] = ()
    hidden_answers: int = 0
    """How many answers belong to groups that are not shown."""
    weeks: tuple[Week, ...] = ()


def scores(kind: SurveyKind, answered: Sequence[Survey], asked: int, by: GroupBy, minimum: int, zone: str) -> Scores:
    """The score of all answers of a kind, of each group, and of each week of the zone."""
    found = [survey for survey in answered if survey.kind == kind and survey.score is not None]
    groups, hidden = _grouped(found, kind, GROUPS[by], minimum)
    enough = len(found) >= minimum
    return Scores(
        kind=kind,
        method=METHODS[kind],
        minimum=minimum,
        asked=asked,
        answers=len(found),
        total=score(kind, _numbers(found)) if enough else None,
        spread=_spread(kind, found) if enough else {},
        groups=groups,
        hidden_answers=hidden,
        weeks=_weekly(found, kind, minimum, ZoneInfo(zone)),
    )


def score(kind: SurveyKind, numbers: Sequence[int]) -> Score:
    """The score of at least one answer."""
    return csat(numbers) if kind == "csat" else nps(numbers)


def csat(numbers: Sequence[int]) -> Score:
    """The percentage of the satisfied with Wilson's interval."""
    n = len(numbers)
    share = sum(number >= SATISFIED for number in numbers) / n
    middle = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    half = Z95 / (1 + Z95**2 / n) * sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    return _rounded(n, share, middle - half, middle + half, lowest=0)


def nps(numbers: Sequence[int]) -> Score:
    """Promoters less detractors with the adjusted Wald interval."""
    n = len(numbers)
    promoters = sum(number >= PROMOTER for number in numbers)
    detractors = sum(number <= DETRACTOR for number in numbers)
    up, down = (promoters + 1) / (n + 3), (detractors + 1) / (n + 3)
    half = Z95 * sqrt((up + down - (up - down) ** 2) / (n + 3))
    return _rounded(n, (promoters - detractors) / n, up - down - half, up - down + half, lowest=-1)


def _rounded(n: int, value: float, low: float, high: float, lowest: int) -> Score:
    # The interval is about a moved middle: what was measured lies within it all the same.
    low, high = min(max(low, lowest), value), max(min(high, 1), value)
    return Score(answers=n, score=round(100 * value, 1), low=round(100 * low, 1), high=round(100 * high, 1))


def _grouped(
    found: Iterable[Survey], kind: SurveyKind, key: Callable[[Survey], str], minimum: int
) -> tuple[tuple[Group, ...], int]:
    members: dict[str, list[Survey]] = defaultdict(list)
    for survey in found:
        members[key(survey)].append(survey)
    sizes = {name: len(each) for name, each in members.items()}
    shown = shown_groups(sizes, minimum)
    groups = tuple(
        Group(key=name, score=score(kind, _numbers(members[name])) if name in shown else None)
        for name in sorted(members, key=lambda name: (-sizes[name], name))
    )
    return groups, sum(size for name, size in sizes.items() if name not in shown)


def shown_groups(sizes: Mapping[str, int], minimum: int) -> set[str]:
    """The groups that are large enough. Where the others together are too few, the smallest of these is not shown either:
    the total less what is shown would tell what they said."""
    shown = {name for name, size in sizes.items() if size >= minimum}
    hidden = sum(size for name, size in sizes.items() if name not in shown)
    if 0 < hidden < minimum and shown:
        shown.discard(min(shown, key=lambda name: (sizes[name], name)))
    return shown


def _spread(kind: SurveyKind, found: Iterable[Survey]) -> dict[int, int]:
    low, high = SCALES[kind]
    numbers = _numbers(found)
    return {number: numbers.count(number) for number in range(low, high + 1)}


def _weekly(found: Sequence[Survey], kind: SurveyKind, minimum: int, zone: ZoneInfo) -> tuple[Week, ...]:
    """Every week from the first answer to the last, also those in which nobody answered."""
    weeks: dict[date, list[Survey]] = defaultdict(list)
    for survey in found:
        if survey.ended_at:
            weeks[monday_of(survey.ended_at, zone)].append(survey)
    if not weeks:
        return ()
    first, last = min(weeks), max(weeks)
    mondays = [first + timedelta(weeks=number) for number in range((last - first).days // 7 + 1)]
    shown = shown_groups({day.isoformat(): len(weeks.get(day, ())) for day in mondays}, minimum)
    return tuple(
        Week(monday=day, score=score(kind, _numbers(weeks[day])) if day.isoformat() in shown else None)
        for day in mondays
    )


def monday_of(moment: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week in which a moment lies in a zone."""
    day = moment.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def _numbers(found: Iterable[Survey]) -> list[int]:
    return [survey.score for survey in found if survey.score is not None]
