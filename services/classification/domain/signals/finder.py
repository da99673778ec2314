"""Safety signals in a text: the first place per kind where a written rule holds."""

from functools import cache
from typing import Final

from schemas.events.message import Signal, SignalKind
from schemas.phrases.folding import fold, sentence_around, sentences
from schemas.phrases.patterns import Matcher
from services.classification.domain.signals.ruleset import Rule, rulesets

MAX_CHARACTERS: Final = 10_000
"""Somebody in need says so by then; the rest of a 100 kB paste would only cost time."""
_SPOKEN_EVERYWHERE: Final = "en"
_SURE: Final = 0.9
"""A rule's confidence: a reviewed guess, not calibrated, since no labelled set of such messages exists."""


def find_signals(text: str, language: str) -> list[Signal]:
    """At most one signal of each kind, in the order of the text. English rules hold in every language too; all rules
    do where the language is not known, or has no rules of its own."""
    folded = fold(text[:MAX_CHARACTERS])
    read = folded.text[:MAX_CHARACTERS]  # one character can unfold to eighteen
    found: dict[SignalKind, Signal] = {}
    places: list[tuple[int, int]] = []
    for match in _matcher(language if language in rulesets() else "").find(read):
        rule = match.owner
        if rule.kind in found:
            continue
        places = places or sentences(read)
        if rule.unless.finds(read, *sentence_around(places, match.start, match.end)):
            continue
        start, end = folded.span(match.start, match.end)
        found[rule.kind] = Signal(kind=rule.kind, confidence=_SURE, rule=rule.id, start=start, end=end)
    return list(found.values())


@cache
def _matcher(language: str) -> Matcher[Rule]:
    """The rules that hold in a language; in all if it is empty."""
    chosen = [rules for name, rules in rulesets().items() if not language or name in {language, _SPOKEN_EVERYWHERE}]
    return Matcher((owner, pattern) for rules in chosen for owner, pattern in rules.matcher.owned)
