"""How texts of any language are taken apart for searching: the same for what is written, what is asked and what is marked.

Case and accents do not count. Scripts without spaces between words are kept as pairs of neighbouring characters.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese, Korean."""
PARTED = rf"[^\W_{UNSPACED}]"
MARKS = "".join(
    re.escape(letter)
    for letter in map(chr, range(0x300, 0xFFFF))
    if unicodedata.category(letter)[0] == "M" and not re.match(f"[{UNSPACED}]", letter)
)
OF_UNSPACED = re.compile(f"[{UNSPACED}]")
WORD = re.compile(rf"[{UNSPACED}]+|{PARTED}+(?:[{MARKS}]+{PARTED}*)*")
PLAIN_WORD = re.compile(r"[a-z0-9]+")
OTHER_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | {"\u0629": "\u0647", "\u0649": "\u064a", "\u0640": None}
)
"""Letters that no decomposition brings to the plain ones, and Arabic endings that people write either way."""
ARABIC_ARTICLES = (
    "\u0648\u0627\u0644",
    "\u0628\u0627\u0644",
    "\u0643\u0627\u0644",
    "\u0641\u0627\u0644",
    "\u0627\u0644",
    "\u0644\u0644",
)
SHORTEST_AFTER_ARTICLE = 3
LONGEST_WORD = 60


def _accent(character: str) -> bool:
    """Accents, Arabic and Hebrew vowel points; not the vowel signs of Indian scripts and Thai, nor Japanese voicing."""
    place = unicodedata.combining(character)
    return place >= 200 or 10 <= place <= 36


ACCENTS = re.compile("[" + "".join(re.escape(chr(code)) for code in range(0x300, 0xFFFF) if _accent(chr(code))) + "]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, marked when it is what was looked for."""

    text: str
    marked: bool = False


def folded(text: str) -> str:
    """Without case, accents and width."""
    if text.isascii():
        return text.lower()
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFKC", plain).casefold().translate(OTHER_LETTERS)


def unspaced(word: str) -> bool:
    """Whether the word is of a script that does not part words."""
    return OF_UNSPACED.match(word) is not None


def words(text: str) -> list[str]:
    """The words of a text as they are kept: folded; what is not parted as pairs, and its last character alone."""
    plain = folded(text)
    if plain.isascii():
        return [each[:LONGEST_WORD] for each in PLAIN_WORD.findall(plain)]
    return [word for found in WORD.findall(plain) for word in _kept(found)]


def asked_words(text: str) -> list[str]:
    """The words of a question, to be found one after the other. The last may go on."""
    found = WORD.findall(folded(text))
    return [word for each in found for word in (_pairs(each) if unspaced(each) else _kept(each))]


def _kept(word: str) -> Iterator[str]:
    if not unspaced(word):
        yield _without_article(word)[:LONGEST_WORD]
        return
    yield from (word[place : place + 2] for place in range(len(word) - 1))
    yield word[-1]


def _pairs(word: str) -> list[str]:
    return [word[place : place + 2] for place in range(len(word) - 1)] or [word]


def _without_article(word: str) -> str:
    """An Arabic word without the article that is written together with it."""
    for article in ARABIC_ARTICLES:
        if word.startswith(article) and len(word) >= len(article) + SHORTEST_AFTER_ARTICLE:
            return word[len(article) :]
    return word


def marked(text: str, beginnings: list[str]) -> list[Piece]:
    """The text with every word marked that begins with one of these, which are folded words or unparted stretches."""
    spans = sorted(span for found in WORD.finditer(text) for span in _spans(found, beginnings))
    pieces, at = [], 0
    for start, end in spans:
        if start > at:
            pieces.append(Piece(text[at:start]))
        if end > at:
            pieces.append(Piece(text[max(start, at) : end], marked=True))
        at = max(at, end)
    return [*pieces, Piece(text[at:])] if at < len(text) else pieces


def _spans(found: re.Match[str], beginnings: list[str]) -> Iterator[tuple[int, int]]:
    word = found.group()
    if not unspaced(word):
        plain = _without_article(folded(word))
        if any(plain.startswith(each) for each in beginnings):
            yield found.span()
        return
    letters = [folded(each) for each in word]
    if any(len(each) != 1 for each in letters):
        letters = list(word)
    plain = "".join(letters)
    for each in beginnings:
        place = plain.find(each)
        while place >= 0:
            yield found.start() + place, found.start() + place + len(each)
            place = plain.find(each, place + 1)


@lru_cache(1000)
def pattern_of(beginning: str) -> re.Pattern[str]:
    """Finds in a folded text where a word begins so."""
    if unspaced(beginning):
        return re.compile(re.escape(beginning))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(ARABIC_ARTICLES)})?{re.escape(beginning)}")


def beginnings(text: str) -> list[str]:
    """What `marked` looks for when this is asked."""
    return [each if unspaced(each) else _without_article(each) for each in WORD.findall(folded(text))]
