"""A digest in words: everything that its page and its PDF say, so that both say the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from services.followup.domain.comparing import Ratio
from services.followup.domain.digest import Digest, Improved, Speed, TopCause
from services.followup.gateway.words import Words

Tone = Literal["good", "bad", "plain"]
LEAST_CHANGE = 0.005


@dataclass(frozen=True)
class Tile:
    """One figure, large."""

    label: str
    value: str
    note: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class CauseLine:
    """One cause."""

    name: str
    cases: str
    change: str
    tone: Tone
    hours: str
    negative: str
    weeks: tuple[int, ...]


@dataclass(frozen=True)
class SpeedLine:
    """How long something took."""

    name: str
    middle: float
    most: float
    before: float | None
    text: str


@dataclass(frozen=True)
class ImprovedLine:
    """One improvement."""

    title: str
    about: str
    said: str
    tone: Tone
    interval: tuple[float, float, float] | None
    """Lowest, measured and highest ratio after to before."""


@dataclass(frozen=True)
class Sheet:
    """The digest, laid out in words."""

    language: str
    brand: str
    period: str
    headline: str
    tiles: tuple[Tile, ...]
    days: tuple[str, ...]
    per_day: tuple[int, ...]
    usual: tuple[float, ...]
    languages: tuple[tuple[str, int], ...]
    speeds: tuple[SpeedLine, ...]
    causes: tuple[CauseLine, ...]
    improvements: tuple[ImprovedLine, ...]
    story: str
    story_source: str
    foot: tuple[str, ...]
    headings: dict[str, str]


def sheet(found: Digest, words: Words) -> Sheet:
    """The digest in the words of one language."""
    speeds: dict[str, Speed] = {each.now.figure: each for each in found.speeds}
    return Sheet(
        language=words.language,
        brand=words.brand(found.brand),
        period=_period(found, words),
        headline=_headline(found, words),
        tiles=tuple(_tiles(found, speeds, words)),
        days=tuple(words.day(found.first + timedelta(days=number), "EEE d") for number in range(len(found.per_day))),
        per_day=found.per_day,
        usual=found.usual_per_day,
        languages=tuple((words.speech(each.key), each.cases) for each in found.languages),
        speeds=tuple(
            line for kind in ("first-reply", "answer", "resolution") for line in _speed(speeds.get(kind), words)
        ),
        causes=tuple(_cause(each, words) for each in found.causes),
        improvements=tuple(_improved(each, words) for each in found.improvements),
        story=found.story.text if found.story else "",
        story_source=_source(found, words),
        foot=tuple(_foot(words)),
        headings=_headings(words),
    )


def _headings(words: Words) -> dict[str, str]:
    say = words.say
    return {
        "week": say("The week at {brand}"),
        "volume": say("Cases per day"),
        "usual": say("usual for the day"),
        "languages": say("Languages"),
        "speed": say("How fast"),
        "speed_note": say("from half to nine in ten of the cases; the ring is the week before"),
        "causes": say("What customers wrote about"),
        "cause": say("Cause"),
        "cases": say("Cases"),
        "change": say("To the week before"),
        "weeks": say("Eight weeks"),
        "hours": say("Hours of work"),
        "negative": say("Not content"),
        "improvements": say("What was changed because of it"),
        "improvements_note": say("contacts about it, for each other contact: as many as before is 100%"),
        "no_improvements": say(
            "Nothing yet. A cause that comes back every week can become an improvement on the desk."
        ),
        "story": say("The story of the week"),
        "quiet": say("Nobody wrote this week."),
    }


def _period(found: Digest, words: Words) -> str:
    number = found.first.isocalendar().week
    same = found.first.month == found.last.month
    first = words.day(found.first, "d" if same else "d MMMM")
    text = words.say("Week {n}, {first} – {last}").format(n=number, first=first, last=words.day(found.last, "d MMMM y"))
    return text if found.complete else f"{text} ({words.say('so far')})"


def _headline(found: Digest, words: Words) -> str:
    many = words.count("{n} customer case", "{n} customer cases", found.cases).format(n=words.number(found.cases))
    if not found.before or found.trend is None:
        return f"{many}."
    if found.trend.verdict == "no-difference-shown":
        return words.say("{many}, about as many as the week before ({before}).").format(
            many=many, before=words.number(found.before)
        )
    change = words.percent(abs(found.trend.value - 1))
    text = (
        words.say("{many}, {change} fewer than the week before.")
        if found.trend.value < 1
        else words.say("{many}, {change} more than the week before.")
    )
    return text.format(many=many, change=change)


def _tiles(found: Digest, speeds: dict[str, Speed], words: Words) -> Iterator[Tile]:
    say = words.say
    yield Tile(say("Cases"), words.number(found.cases), say("{n} the week before").format(n=words.number(found.before)))
    first = speeds.get("first-reply")
    if first and first.now.minutes:
        share = first.now.within_target
        note = say("{share} in time").format(share=words.percent(share)) if share is not None else ""
        yield Tile(say("First reply, half within"), words.minutes(first.now.minutes.p50), note, _in_time(share))
    promise = speeds.get("promise")
    if promise and promise.now.within_target is not None:
        kept = promise.now
        note = say("{kept} of {all} in time").format(kept=kept.in_time, all=kept.in_time + kept.late)
        yield Tile(say("Promises kept"), words.percent(promise.now.within_target), note, _in_time(kept.within_target))
    if found.satisfaction:
        yield _satisfied(found, words)
    elif found.negative is not None:
        before = found.negative_before
        note = "" if before is None else say("{share} the week before").format(share=words.percent(before))
        yield Tile(say("Wrote displeased"), words.percent(found.negative), note)


def _satisfied(found: Digest, words: Words) -> Tile:
    assert found.satisfaction is not None  # noqa: S101 - the caller has looked
    value = found.satisfaction.score
    note = words.say("{low} to {high}; {n} answers").format(
        low=words.number(value.low), high=words.number(value.high), n=value.answers
    )
    if found.satisfaction.kind == "nps":
        return Tile(words.say("Would recommend (NPS)"), f"{value.score:+.0f}", note)
    return Tile(words.say("Satisfied"), words.percent(value.score / 100), note)


def _in_time(share: float | None) -> Tone:
    if share is None:
        return "plain"
    return "good" if share >= 0.9 else "bad" if share < 0.75 else "plain"


def _speed(speed: Speed | None, words: Words) -> Iterator[SpeedLine]:
    if speed is None or speed.now.minutes is None:
        return
    names = {
        "first-reply": words.say("First reply"),
        "answer": words.say("First answer with substance"),
        "resolution": words.say("Resolved"),
    }
    minutes = speed.now.minutes
    text = words.say("half in {p50}, nine in ten in {p90}").format(
        p50=words.minutes(minutes.p50), p90=words.minutes(minutes.p90)
    )
    before = speed.before.minutes.p50 if speed.before.minutes else None
    yield SpeedLine(names[speed.now.figure], minutes.p50, minutes.p90, before, text)


def _cause(top: TopCause, words: Words) -> CauseLine:
    cause = top.cause
    change, tone = _change(cause.trend, words)
    return CauseLine(
        name=words.cause(cause.topic, cause.product),
        cases=words.number(cause.cases),
        change=change,
        tone=tone,
        hours=words.number(cause.minutes / 60, 1),
        negative=words.percent(cause.negative),
        weeks=top.weeks,
    )


def _change(trend: Ratio | None, words: Words) -> tuple[str, Tone]:
    if trend is None:
        return words.say("new"), "plain"
    if abs(trend.value - 1) < LEAST_CHANGE:
        return words.say("as many"), "plain"
    text = f"{'+' if trend.value >= 1 else '−'}{words.percent(abs(trend.value - 1))}"
    if trend.verdict == "no-difference-shown":
        return words.say("{change}, within chance").format(change=text), "plain"
    return text, "good" if trend.verdict == "less" else "bad"


def _improved(each: Improved, words: Words) -> ImprovedLine:
    found, effect = each.improvement, each.effect
    about = " · ".join(
        [words.cause(found.cause.topic, found.cause.product), words.person(found.owner), _status(each, words)]
    )
    if effect.short or effect.ratio is None or effect.ratio.high is None:
        return ImprovedLine(found.title, about, _short(effect.short, words), "plain", None)
    ratio = effect.ratio
    said, tone = _effect(each, words)
    return ImprovedLine(found.title, about, said, tone, (ratio.low, ratio.value, ratio.high or ratio.value))


def _status(each: Improved, words: Words) -> str:
    found = each.improvement
    if found.effective_on:
        return words.say("in effect since {day}").format(day=words.day(found.effective_on))
    return words.say("agreed, being worked on")


def _short(short: str, words: Words) -> str:
    return {
        "not-done": words.say("Not in effect yet."),
        "too-few-days": words.say("Not enough yet to tell: less than a week in effect."),
        "too-few-before": words.say("Not enough to tell: too few cases before."),
    }.get(short, words.say("Not enough yet to tell: too few cases could be expected since."))


def _effect(each: Improved, words: Words) -> tuple[str, Tone]:
    effect = each.effect
    ratio = effect.ratio
    assert ratio is not None and ratio.high is not None  # noqa: S101, PT018 - the caller has looked
    ends = ratio.low, ratio.high
    if ratio.verdict == "less":
        said = words.say("{change} less (between {low} and {high}): about {n} cases fewer so far.")
        tone: Tone = "good"
    elif ratio.verdict == "more":
        said, tone = words.say("{change} more (between {low} and {high})."), "bad"
    else:
        said, tone = words.say("No effect shown yet (between {low} and {high} of what it was)."), "plain"
    if tone != "plain":  # in the same terms as the change itself
        ends = min(abs(each - 1) for each in ends), max(abs(each - 1) for each in ends)
    low, high = map(words.percent, ends)
    change, saved = words.percent(abs(ratio.value - 1)), words.number(max(effect.saved_cases, 0))
    return said.format(change=change, low=low, high=high, n=saved), tone


def _source(found: Digest, words: Words) -> str:
    if not found.story:
        return ""
    return words.say("Marked by a colleague; {channel}, {language}").format(
        channel=words.channel(found.story.channel), language=words.speech(found.story.language)
    )


def _foot(words: Words) -> Iterator[str]:
    say = words.say
    yield say("Cases are counted by the day on which they were opened, each once; test contacts are left out.")
    yield say(
        "Hours of work are counted, not timed: replies and consults times the minutes that the brand's policy says."
    )
    yield say("A change or effect is shown as one only where its interval of 95% leaves out “as before”.")
    yield say("Names, addresses and numbers of customers are left out.")
