"""A text as the patterns see it: lower case, without accents, straight apostrophes; with the way back to the original."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ´`＇"), "'")
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"), "")
_TRANSLATED = _APOSTROPHES | _UNSEEN
# A dot after a digit or in "p.m." and "z.s.m." may go on: two sentences taken for one do less harm than one for two.
_END = re.compile(r"(?:(?<!\d)(?<!\.\w)[.!?…]++(?=[\s\"'”’)]|$)|\n)\s*+")


@dataclass(frozen=True, slots=True)
class Folded:
    """The folded text. Accents do not count, since people leave them out; no rule depends on one."""

    text: str
    offsets: Sequence[int]
    """Place in the original of every folded character, and of the end."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The same span in the original."""
        return self.offsets[start], self.offsets[end - 1] + 1 if end > start else self.offsets[start]


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character.translate(_TRANSLATED))
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()


def fold(text: str) -> Folded:
    """Fold a text, in time linear in its length."""
    if text.isascii():
        return Folded(text.lower().replace("`", "'"), range(len(text) + 1))
    parts, offsets = [], []
    for place, character in enumerate(text):
        part = _folded(character)
        parts.append(part)
        offsets.extend([place] * len(part))
    offsets.append(len(text))
    return Folded("".join(parts), offsets)


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of every sentence of a folded text; a line is a sentence too."""
    found, start = [], 0
    for match in _END.finditer(text):
        if match.end() > start:
            found.append((start, match.end()))
        start = match.end()
    return [*found, (start, len(text))] if start < len(text) else found


def sentence_around(places: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """Of these sentences the one in which a match begins, longer if the match is."""
    low, high = next((place for place in places if place[0] <= start < place[1]), (start, end))
    return low, max(high, end)
