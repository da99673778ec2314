"""The weekly digest of a brand: what people like to know about the week before, as figures (F7). Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from schemas.base import Model, UtcDatetime
from schemas.ids import derive
from schemas.organisation_improving import DigestTime, Effort
from schemas.survey_scales import SurveyKind
from services.followup.domain.causes import CaseCause
from services.followup.domain.comparing import Ratio, Series, rate_ratio
from services.followup.domain.figures.summing import Figure
from services.followup.domain.improvements import Improvement
from services.followup.domain.improvements_effect import Effect
from services.followup.domain.insights import Cause, causes, daily
from services.followup.domain.surveys_score import Score
from services.followup.domain.windows import Window

WEEKS = 8
"""So far back the causes' trend lines go."""
USUAL_WEEKS = 4
MOST_CAUSES = 6
MOST_LANGUAGES = 8
MOST_IMPROVEMENTS = 6


class Speed(Model):
    """One figure of the week, and of the week before."""

    now: Figure
    before: Figure


class Share(Model):
    """How many of the week's cases had something in common."""

    key: str
    cases: int
    before: int


class TopCause(Model):
    """A cause, with how many cases it made in each of the last weeks, the oldest first."""

    cause: Cause
    weeks: tuple[int, ...]


class Satisfaction(Model):
    """What customers answered in the week."""

    kind: SurveyKind
    score: Score


class Story(Model):
    """Something special that a colleague marked (F6)."""

    case_id: str
    text: str
    channel: str
    language: str


class Improved(Model):
    """An improvement with its effect."""

    improvement: Improvement
    effect: Effect


class Digest(Model):
    """One brand's week."""

    id: str
    brand: str
    week: str
    first: date
    last: date
    made_at: UtcDatetime
    complete: bool
    """Whether the week was over when it was made."""
    cases: int
    before: int
    trend: Ratio | None
    per_day: tuple[int, ...]
    usual_per_day: tuple[float, ...] = ()
    """The mean of the same weekday in up to four weeks before; empty where nothing was known before."""
    negative: float | None = None
    negative_before: float | None = None
    minutes: float
    """What the week's cases took of people's time, as the brand's policy counts."""
    speeds: tuple[Speed, ...] = ()
    languages: tuple[Share, ...] = ()
    channels: tuple[Share, ...] = ()
    causes: tuple[TopCause, ...] = ()
    satisfaction: Satisfaction | None = None
    improvements: tuple[Improved, ...] = ()
    story: Story | None = None


def digest_id(brand: str, week: str) -> str:
    """The id of a brand's digest of a week."""
    return derive("digest", brand, week)


def windows(week: Window) -> tuple[Window, Window]:
    """All days that a digest looks at: the weeks before, and its own."""
    return week.earlier(7 * (WEEKS - 1)), week


def digest(
    brand: str, week: Window, cases: Sequence[CaseCause], effort: Effort, now: datetime, **more: object
) -> Digest:
    """The digest, from the cases opened in its windows; `more` are the parts that come from elsewhere."""
    counted = [each for each in cases if each.counts]
    mine = _within(counted, week)
    earlier = _within(counted, week.earlier())
    per_day = daily(mine, week)
    return Digest(
        id=digest_id(brand, week.iso_week),
        brand=brand,
        week=week.iso_week,
        first=week.first,
        last=week.last,
        made_at=now,
        complete=now >= week.end,
        cases=len(mine),
        before=len(earlier),
        trend=rate_ratio(Series.daily(daily(earlier, week.earlier())), Series.daily(per_day)),
        per_day=per_day,
        usual_per_day=_usual(counted, week),
        negative=_negative(mine),
        negative_before=_negative(earlier),
        minutes=round(sum(effort.minutes(each.answers, each.holding, each.consults) for each in mine)),
        languages=_shares(mine, earlier, lambda case: case.language)[:MOST_LANGUAGES],
        channels=_shares(mine, earlier, lambda case: case.channel),
        causes=_top(brand, counted, week, effort),
        story=_story(mine),
        **more,
    )


def last_due(when: DigestTime, week: Window, now: datetime) -> datetime:
    """The latest moment at which a digest was to leave. `week` is any week in the brand's zone."""
    local = now.astimezone(week.zone)
    weekday = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday").index(when.weekday)
    day = local.date() - timedelta(days=(local.weekday() - weekday) % 7)
    moment = datetime.combine(day, when.at, week.zone)
    return moment if moment <= local else datetime.combine(day - timedelta(days=7), when.at, week.zone)


def _within(cases: Sequence[CaseCause], window: Window) -> list[CaseCause]:
    return [each for each in cases if window.day(each.opened_at) is not None]


def _usual(cases: Sequence[CaseCause], week: Window) -> tuple[float, ...]:
    first = min((each.opened_at.astimezone(week.zone).date() for each in cases), default=week.first)
    weeks = [Window(week.zone, week.first - timedelta(weeks=back), 7) for back in range(1, USUAL_WEEKS + 1)]
    known = [daily(cases, each) for each in weeks if each.first >= first - timedelta(days=first.weekday())]
    return tuple(round(sum(day) / len(known), 2) for day in zip(*known, strict=True)) if known else ()


def _negative(cases: Sequence[CaseCause]) -> float | None:
    return round(sum(each.sentiment == "negative" for each in cases) / len(cases), 4) if cases else None


def _shares(
    cases: Sequence[CaseCause], earlier: Sequence[CaseCause], key: Callable[[CaseCause], str]
) -> tuple[Share, ...]:
    before = Counter(map(key, earlier))
    found = Counter(map(key, cases))
    return tuple(
        Share(key=name, cases=count, before=before[name])
        for name, count in sorted(found.items(), key=lambda each: (-each[1], each[0]))
    )


def _top(brand: str, cases: Sequence[CaseCause], week: Window, effort: Effort) -> tuple[TopCause, ...]:
    stretch = [Window(week.zone, week.first - timedelta(weeks=back), 7) for back in range(WEEKS - 1, -1, -1)]
    found = [each for each in causes(brand, cases, week, effort) if each.topic][:MOST_CAUSES]
    return tuple(
        TopCause(
            cause=each,
            weeks=tuple(sum(case.topic == each.topic for case in _within(cases, one)) for one in stretch),
        )
        for each in found
    )


def _story(cases: Sequence[CaseCause]) -> Story | None:
    marked = [each for each in cases if each.mark and each.story]
    if not marked:
        return None
    best = max(marked, key=lambda each: (len(each.story), each.case_id))
    return Story(case_id=best.case_id, text=best.story, channel=best.channel, language=best.language)
