"""Promises that the words of a reply make, with their moments (F1).

A promise is a commitment ("I'll call you") and a time ("tomorrow before noon") in one sentence. Both are patterns of the
language's rules file; what a time means is told in `moments`. The library dateparser was tried on 46 such phrases in
seven languages: it read 9 of 12 in English, 5 of 34 in the others ("binnen twee dagen", "entro due giorni", "domani prima di
mezzogiorno" gave nothing), and found midnight where people mean the end of the day; so the grammar is ours.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo

from schemas.phrases.folding import fold, sentences
from schemas.phrases.patterns import Found
from services.cases.domain.replycheck import moments
from services.cases.domain.replycheck.advice import Proposal
from services.cases.domain.replycheck.grammar import Grammar
from services.cases.domain.replycheck.moments import IsWorkingDay, Said
from services.cases.domain.replycheck.ruleset import rulesets


def proposals(
    text: str, language: str, now: datetime, zone: tzinfo, is_working_day: IsWorkingDay = moments.monday_to_friday
) -> tuple[Proposal, ...]:
    """The promises in a reply's words, in their order.

    `now` has a time zone; "tomorrow" is tomorrow in `zone`, the customer's. Moments that have passed, or that lie more than
    half a year ahead, are no proposals; nor is anything in a language without rules.
    """
    grammar = _grammar_of(language)
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
    grammar = _grammar_of(language)
    return grammar is not None and any(True for _ in grammar.times.find(sentence))


def _promised(grammar: Grammar, text: str, low: int, high: int) -> tuple[int, int, list[Said]] | None:
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


def _grammar_of(language: str) -> Grammar | None:
    """The grammar of a language that has rules."""
    rules = rulesets().get(language)
    return rules.file.promises.grammar if rules else None
