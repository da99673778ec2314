"""The check: what the words have, and what the reply lacks."""

from collections.abc import Iterable, Iterator

from schemas.phrases.folding import Folded, fold, sentence_around, sentences
from schemas.phrases.patterns import Found
from services.cases.domain.replycheck.advice import About, Advice
from services.cases.domain.replycheck.lacks import gaps, has_face, pasted
from services.cases.domain.replycheck.promises import names_a_time
from services.cases.domain.replycheck.ruleset import FALLBACK, Rule, Ruleset, rulesets

NOTHING_KNOWN = About()
FILL_IN = "fill-in-the-gap"


def check(text: str, language: str, about: About = NOTHING_KNOWN) -> tuple[Advice, ...]:
    """Advice on a reply, in the order of the words concerned (V1, V2).

    `language` is two letters of ISO 639-1; for one without rules only length, signature, gaps and standard texts are looked
    at.
    """
    if not text.strip():
        return ()
    known = rulesets().get(language)
    rules, folded = known or rulesets()[FALLBACK], fold(text)
    found = [*_too_long(text, rules, about), *_faceless(text, rules, about), *_pasted(text, folded, rules, about)]
    found += _unfinished(text, rules)
    if known:
        found += [*_flagged(text, folded, known, about), *_unacknowledged(text, folded, known, about)]
    return tuple(sorted(found, key=lambda advice: (advice.start, advice.end, advice.rule)))


def _advice(rule: Rule, text: str, start: int, end: int) -> Advice:
    return Advice(rule.id, rule.kind, start, end, text[start:end], rule.why, rule.better)


def _flagged(text: str, folded: Folded, rules: Ruleset, about: About) -> Iterator[Advice]:
    """What is said."""
    places = sentences(folded.text)
    for found in _longest(rules.flagging.find(folded.text)):
        low, high = sentence_around(places, found.start, found.end)
        if _allowed(found.owner, about) or found.owner.unless.finds(folded.text, low, high):
            continue
        if found.owner.kind == "empty-promise" and names_a_time(folded.text[low:high], rules.language):
            continue  # it says by when: the proposal to record it is the better advice
        yield _advice(found.owner, text, *folded.span(found.start, found.end))


def _allowed(rule: Rule, about: About) -> bool:
    """Whether what the reply is about makes the words right."""
    if rule.kind == "empty-promise":
        return about.promised
    return rule.id == "send-us-a-message" and about.public is False


def _longest(matches: Iterable[Found[Rule]]) -> list[Found[Rule]]:
    """Of each rule's overlapping matches the longest, the first of equals."""
    kept: list[Found[Rule]] = []
    for found in sorted(matches, key=lambda each: (each.start - each.end, each.start)):
        overlaps = (each.owner is found.owner and each.start < found.end and found.start < each.end for each in kept)
        if not any(overlaps):
            kept.append(found)
    return kept


def _unacknowledged(text: str, folded: Folded, rules: Ruleset, about: About) -> Iterator[Advice]:
    """A complaint with feeling, and a reply without any (V2)."""
    upset = about.intent == "complaint" and about.sentiment == "negative"
    if upset and not rules.lacking["no-acknowledgement"].finds(folded.text):
        yield _advice(rules.rules["no-acknowledgement"], text, 0, len(text))


def _faceless(text: str, rules: Ruleset, about: About) -> Iterator[Advice]:
    """Nobody has signed (V1)."""
    if about.signature is None:
        return
    nobody = rules.lacking["faceless"]
    if not has_face(f"{text}\n{about.signature}" if about.signature else text, nobody):
        yield _advice(rules.rules["faceless"], text, 0, len(text))


def _too_long(text: str, rules: Ruleset, about: About) -> Iterator[Advice]:
    """More than the channel takes; the words concerned are those beyond."""
    signature = len(about.signature) + 1 if about.signature else 0
    if about.limit is not None and len(text) + signature > about.limit:
        start = max(0, min(about.limit - signature, len(text)))
        yield _advice(rules.rules["too-long"], text, start, len(text))


def _unfinished(text: str, rules: Ruleset) -> Iterator[Advice]:
    """A proposed phrase, or a standard text, in which nobody has filled in what it leaves open."""
    return (_advice(rules.rules[FILL_IN], text, start, end) for start, end in gaps(text))


def _pasted(text: str, folded: Folded, rules: Ruleset, about: About) -> Iterator[Advice]:
    """A standard text, as it is."""
    for template in about.templates:
        place = pasted(template, folded.text)
        if place:
            yield _advice(rules.rules["template-unchanged"], text, *folded.span(*place))
            return
