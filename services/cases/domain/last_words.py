"""What customers say when a matter is at its end: a word of thanks, the answer to a survey, or that they want none.

The words are data, `last_words.yaml`, by language. When in doubt it is none of these: a case that is opened again in vain costs
a look, one that is closed in vain costs a customer.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Final

from pydantic import Field

from schemas.events.message import Classification, Message
from schemas.phrases.folding import fold
from schemas.phrases.rules_file import Strict, Words, parsed

FILE: Final = "last_words.yaml"
EVERYWHERE: Final = "en"
"""Whose words people of all languages use."""
THANKS_CONFIDENCE = 0.6
THANKS_CHARACTERS = 200
MOST_WORDS = 15
QUESTION_MARKS = "?？؟"
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_OUT_OF = r"(?:\s*/\s*(?:10|5))?"
_NUMBER = re.compile(rf"\s*([+-]?\d{{1,3}}){_OUT_OF}\s*[.!*]*\s*")
_WITH_WORDS = re.compile(rf"\s*(\d{{1,2}}){_OUT_OF}\s*(?:[,;!–—]|-\s|\n)\s*(?P<words>[^\W\d_].*)", re.DOTALL)
_KEYCAP = dict.fromkeys(map(ord, "\ufe0f\u20e3"), "")
Phrase = tuple[str, ...]


class Language(Strict):
    """The words of one language."""

    thanks: tuple[Words, ...] = Field(min_length=1)
    around: tuple[Words, ...] = ()
    but: tuple[Words, ...] = Field(min_length=1)
    no_surveys: tuple[Words, ...] = ()


class LastWords(Strict):
    """The file; a field a language."""

    en: Language
    nl: Language
    de: Language
    fr: Language
    es: Language
    pt: Language
    it: Language
    tr: Language
    pl: Language


@dataclass(frozen=True, slots=True)
class SurveyWords:
    """What a message says to a survey: a number, perhaps with words, or that there shall be no more of them."""

    score: int | None = None
    comment: str = ""
    declined: bool = False


def is_thanks(message: Message, label: Classification) -> bool:
    """Whether a word after the resolution is only kind (rule 6): nobody has to answer it, and nothing is asked in it.

    A few words that thank and say nothing else; or such words in a message that the classifier takes for a compliment. A
    compliment that does not thank is answered (V4), and a thank-you that goes on with a but is no thanks.
    """
    text = message.text
    if (
        len(text) > THANKS_CHARACTERS
        or message.attachments
        or any(mark in QUESTION_MARKS or mark.isdigit() for mark in text)
    ):
        return False
    words = _words(text)
    if label.sentiment == "negative" or len(words) > MOST_WORDS:
        return False
    # Of a few words nobody knows the language for sure: what thanks in one of them is taken to be in that one as well.
    thanked = {name for name in LastWords.model_fields if len(_without(words, _phrases("thanks", name))) < len(words)}
    spoken = frozenset({*thanked, label.language, EVERYWHERE})
    if not thanked:
        return False
    if not _without(words, [*_of("thanks", spoken), *_of("around", spoken)]):
        return True
    kind = label.intent == "compliment" and label.intent_confidence >= THANKS_CONFIDENCE
    return kind and len(_without(words, _of("but", spoken))) == len(words)


def survey_words(text: str) -> SurveyWords | None:
    """What a message says to a survey, in whatever language; None when it says something else."""
    plain = text.translate(_KEYCAP).replace("🔟", "10")
    if found := _NUMBER.fullmatch(plain):
        return SurveyWords(score=int(found[1]))
    if found := _WITH_WORDS.fullmatch(plain):
        return SurveyWords(score=int(found[1]), comment=found["words"].strip())
    return SurveyWords(declined=True) if tuple(_words(text)) in _stopping() else None


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).text)


@lru_cache(maxsize=1)
def last_words() -> LastWords:
    """The file as it is packaged. Raises RulesInvalid, with file and line."""
    text = (resources.files(__package__) / FILE).read_text(encoding="utf-8")
    return parsed(FILE, text, LastWords)[0]


@lru_cache(maxsize=256)
def _phrases(field: str, language: str) -> tuple[Phrase, ...]:
    """Those of a language; none of one that the file does not have."""
    own = getattr(last_words(), language, None)
    return tuple(tuple(_words(each)) for each in getattr(own, field)) if isinstance(own, Language) else ()


@lru_cache(maxsize=256)
def _of(field: str, languages: frozenset[str]) -> tuple[Phrase, ...]:
    """Those of several languages, the longest first."""
    found = {phrase for language in languages for phrase in _phrases(field, language)}
    return tuple(sorted(found, key=len, reverse=True))


@lru_cache(maxsize=1)
def _stopping() -> frozenset[Phrase]:
    return frozenset(_of("no_surveys", frozenset(LastWords.model_fields)))


def _without(words: Sequence[str], phrases: Iterable[Phrase]) -> list[str]:
    """The words that belong to none of the phrases."""
    known, left, at = tuple(phrases), [], 0
    while at < len(words):
        found = next((each for each in known if tuple(words[at : at + len(each)]) == each), None)
        if found is None:
            left.append(words[at])
        at += len(found) if found else 1
    return left
