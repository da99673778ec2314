"""What needs more than a pattern: whether a person signed, and whether a standard text was pasted."""

import re

from services.cases.domain.replycheck.folding import fold
from services.cases.domain.replycheck.patterns import Matcher

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


def has_face(text: str, nobody: Matcher[None]) -> bool:
    """Whether a name or initials stand at the end, other than those of a team or department (V1)."""
    tail = text.rstrip()[-_TAIL:]
    signed = next((match for pattern in _SIGNED if (match := pattern.search(tail))), None)
    return signed is not None and not nobody.finds(fold(signed.group()).text)


def pasted(template: str, reply: str) -> tuple[int, int] | None:
    """Where a folded reply repeats a standard text, holes such as `{by}` left out; None if it does not."""
    pieces = [re.findall(r"\w+", fold(piece).text) for piece in re.split(r"\{\w*\}", template)]
    wanted = {three for piece in pieces for three in zip(piece, piece[1:], piece[2:], strict=False)}
    if sum(map(len, pieces)) < MIN_WORDS or not wanted:
        return None
    words = list(re.finditer(r"\w+", reply))
    places = [
        index for index in range(len(words) - 2) if tuple(word.group() for word in words[index : index + 3]) in wanted
    ]
    shared = {tuple(word.group() for word in words[index : index + 3]) for index in places}
    if len(shared) < SAME * len(wanted):
        return None
    return words[places[0]].start(), words[places[-1] + 2].end()
