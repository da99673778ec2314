"""What needs more than a pattern: whether a person signed, a standard text was pasted, or a gap in one was left open."""

import re
from collections.abc import Iterator
from functools import lru_cache

from schemas.phrases.folding import fold
from schemas.phrases.patterns import Matcher

_NAME = r"[^\W\d_a-zà-ÿ][\w'’-]{0,24}"
_NAMES = rf"{_NAME}(?: (?:[a-z]{{1,4}} )?{_NAME}){{0,2}}"
_SIGNED = (
    re.compile(rf"(?:^|[\s.!?,;:)…])[\^/*~_–—-] ?(?:{_NAMES}|\w{{1,3}})(?: [·|] \w[\w ]*)?[.!]?\s*$"),
    re.compile(rf"\n\s*{_NAMES}(?:,? [^\W\d_][\w ]{{1,30}}| [·|] \w[\w ]*)?[.!]?\s*$"),
    re.compile(rf"(?:^|[\n.!?]\s*)[^\W\d_][\w ]{{1,30}}[,!] {_NAMES}[.!]?\s*$"),
)
"""^MK, - Maaike, /AB; a name on a line of its own; a greeting and a name (Kind regards, Tom)."""
_TAIL = 90
"""A signature is within the last so many characters."""
MIN_WORDS = 6
"""A shorter standard text is a phrase that anybody may use."""
SAME = 0.8
"""Share of a standard text's three-word sequences that makes a reply a copy of it."""


_GAP = re.compile(
    r"""
    (?<![^\s(\[:"“«„'])(?:\.{3,}|…)(?=$|[\s)\],.;:!?"”»'])(?!\s+https?:)
    | \[(?!\d+\])[^\[\]\n]{1,40}\](?!\()
    | \{\w{1,30}\}
    | <[^\W\d][\w\ '’.-]{0,30}>
    | _{3,}
    """,
    re.VERBOSE,
)
"""Dots that stand alone, [name], {by}, <name>, ___. Dots after a word ("Well...") are a way of speaking, [1] is a footnote, and
[a word](address) a link."""


def gaps(text: str) -> Iterator[tuple[int, int]]:
    """Where a text still has to be filled in."""
    return (found.span() for found in _GAP.finditer(text))


def has_face(text: str, nobody: Matcher[None]) -> bool:
    """Whether a name or initials stand at the end, other than those of a team or department (V1)."""
    tail = text.rstrip()[-_TAIL:]
    signed = next((match for pattern in _SIGNED if (match := pattern.search(tail))), None)
    return signed is not None and not nobody.finds(fold(signed.group()).text)


def pasted(template: str, reply: str) -> tuple[int, int] | None:
    """Where a folded reply repeats a standard text, holes such as `{by}` left out; None if it does not."""
    wanted = _threes(template)
    words = list(re.finditer(r"\w+", reply)) if wanted else []
    written = [word.group() for word in words]
    threes = list(zip(written, written[1:], written[2:], strict=False))
    if not wanted or len(wanted.intersection(threes)) < SAME * len(wanted):
        return None
    places = [index for index, three in enumerate(threes) if three in wanted]
    return words[places[0]].start(), words[places[-1] + 2].end()


@lru_cache(maxsize=1024)
def _threes(template: str) -> frozenset[tuple[str, str, str]]:
    """A standard text's three-word sequences; none for one that is too short to be one."""
    pieces = [re.findall(r"\w+", fold(piece).text) for piece in re.split(r"\{\w*\}", template)]
    if sum(map(len, pieces)) < MIN_WORDS:
        return frozenset()
    return frozenset(three for piece in pieces for three in zip(piece, piece[1:], piece[2:], strict=False))
