"""Promises that the words of a reply make, with their moments (F1).

A promise is a commitment ("I'll call you") and a time ("tomorrow before noon") in one sentence. Both are patterns of the
language's rules file; what a time means is told in `moments`. The library dateparser was tried on 46 such phrases in
seven languages: it read 9 of 12 in English, 5 of 34 in the others ("binnen twee dagen", "entro due giorni", "domani prima di
mezzogiorno" gave nothing), and found midnight where people mean the end of the day; so the grammar is ours.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from services.cases.domain.replycheck import moments
from services.cases.domain.replycheck.advice import Proposal
from services.cases.domain.replycheck.folding import fold, sentences
from services.cases.domain.replycheck.moments import IsWorkingDay, Names, Said
from services.cases.domain.replycheck.patterns import Found, Matcher, compile_pattern
from services.cases.domain.replycheck.ruleset import Promising, rulesets


@dataclass(frozen=True)
class _Grammar:
    """How one language promises."""

    commitments: Matcher[str]
    unless: Matcher[None]
    times: Matcher[str]
    names: Names


def proposals(
    text: str, language: str, now: datetime, zone: tzinfo, is_working_day: IsWorkingDay = moments.monday_to_friday
) -> tuple[Proposal, ...]:
    """The promises in a reply's words, in their order.

    `now` has a time zone; "tomorrow" is tomorrow in `zone`, the customer's. Moments that have passed, or that lie more than a
    year ahead, are no proposals; nor is anything in a language without rules.
    """
    grammar = _grammar(language)
    if grammar is None:
        return ()
    folded = fold(text)
    local = now.astimezone(zone)
    found = []
    for low, high in sentences(folded.text):
        promised = _promised(grammar, folded.text, low, high)
        if promised is None:
            continue
        start, end, said = promised
        due = moments.due(said, local, is_working_day)
        if due is None:
            continue
        first, last = folded.span(start, end)
        what = text[slice(*folded.span(low, high))].strip()
        found.append(Proposal(what, due.astimezone(UTC), first, last, text[first:last]))
    return tuple(found)


def names_a_time(sentence: str, language: str) -> bool:
    """Whether a folded sentence says when."""
    grammar = _grammar(language)
    return grammar is not None and any(True for _ in grammar.times.find(sentence))


def _promised(grammar: _Grammar, text: str, low: int, high: int) -> tuple[int, int, list[Said]] | None:
    """Where a sentence promises something, and when."""
    commitment = next(grammar.commitments.find(text, low, high), None)
    if commitment is None or grammar.unless.finds(text, low, high):
        return None
    times = _apart(grammar.times.find(text, low, high))
    if not times:
        return None
    said = [Said(each.owner, each.match.groupdict(), grammar.names) for each in times]
    start = min(commitment.start, times[0].start)
    return start, max(commitment.end, times[-1].end), said


def _apart(matches: Iterator[Found[str]]) -> list[Found[str]]:
    """The longest of overlapping times, in order: "tomorrow morning" is not "morning"."""
    kept: list[Found[str]] = []
    for found in sorted(matches, key=lambda each: (each.start - each.end, each.start)):
        if all(found.end <= each.start or each.end <= found.start for each in kept):
            kept.append(found)
    return sorted(kept, key=lambda each: each.start)


@lru_cache(maxsize=16)
def _grammar(language: str) -> _Grammar | None:
    rules = rulesets().get(language)
    if rules is None:
        return None
    promising = rules.file.promises
    slots = _slots(promising)
    times = [
        (key, compile_pattern(pattern, slots))
        for key, patterns in promising.times.model_dump().items()
        for pattern in patterns
    ]
    return _Grammar(
        Matcher((pattern, compile_pattern(pattern)) for pattern in promising.commitments),
        Matcher((None, compile_pattern(pattern)) for pattern in promising.unless),
        Matcher(times),
        _names(promising),
    )


def _names(promising: Promising) -> Names:
    """What the words in the slots stand for."""

    def numbered(lists: Iterable[tuple[str, ...]]) -> dict[str, int]:
        return {fold(word).text: number for number, words in enumerate(lists) for word in words}

    return Names(
        numbers={fold(word).text: number for word, number in promising.numbers.items()},
        units={fold(word).text: unit for unit, words in promising.units.items() for word in words},
        weekdays=numbered(promising.weekdays),
        months=numbered(promising.months),
        before_noon=frozenset(fold(word).text for word in promising.before_noon),
        after_noon=frozenset(fold(word).text for word in promising.after_noon),
    )


def _slots(promising: Promising) -> dict[str, str]:
    """Regular expressions of what a time pattern may leave open."""
    names = _names(promising)
    number = rf"\d{{1,3}}|{_any(names.numbers)}"
    halves = _any([*names.before_noon, *names.after_noon])
    hours = _any(fold(word).text for word in promising.hour_words)
    hour, minute = r"(?P<hour>\d{1,2})(?!\d)", r"[:.h](?P<minute>\d{2})(?!\d)"
    word, half = rf" ?(?:{hours})(?!\w)", rf" ?(?P<half>{halves})(?!\w)"
    rest = f"(?:{minute})?(?:{word})?(?:{half})?"
    return {
        "n": f"(?:{number})(?:[ ]?[-–/][ ]?(?P<most>\\d{{1,3}}))?",
        "unit": _any(names.units),
        "weekday": _any(names.weekdays),
        "month": _any(names.months),
        "clock": hour + rest,
        # A bare number is an hour only after a word that says so.
        "oclock": hour + rf"(?=[:.h]\d{{2}}|{word}| ?(?:{halves})(?!\w))" + rest,
        "day": r"\d{1,2}(?:st|nd|rd|th|er|º|°|\.)?",
        "iso": r"\d{4}-\d{2}-\d{2}",
        "numeric": r"\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?",
    }


def _any(words: Iterable[str]) -> str:
    """Longest first, or a shorter word would hide a longer one; nothing matches no words."""
    return "|".join(re.escape(word).replace("\\ ", " ") for word in sorted(words, key=len, reverse=True)) or r"(?!)"
