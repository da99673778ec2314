"""A long text as several messages in order, for channels whose custom allows it (`Channel.threads`).

A text is read as grapheme clusters: what a person sees as one character is never torn apart. Between them there are
places to part, from the best to the worst: after a paragraph, after a sentence, after a word, and, only for a word that
no message can hold, inside it. There is no place inside a link.
"""

from collections.abc import Iterator
from itertools import accumulate, pairwise

import regex

_LINK = regex.compile(r"(?i)(?:https?://|www\.)[!-~]+")
_ENDS_SENTENCE = regex.compile(r"\p{Sentence_Terminal}|\u2026")
_CLOSES = regex.compile(r"[\p{Pe}\p{Pf}\"']")
_NEEDS_NO_SPACE = regex.compile(r"[\u3002\uff01\uff0e\uff1f\uff61]")
"""Sentences of Chinese and Japanese follow each other without a space."""
_NEVER, _INSIDE, _WORD, _SENTENCE, _PARAGRAPH = range(5)


def split(text: str, limit: int, signature: str) -> tuple[str, ...]:
    """The text, signed, in messages of at most `limit` characters: one if it fits, else several with "1/3" at their end.

    The signature, on a line of its own, is in the last message only. Paragraphs and sentences stay whole where that
    leaves no message less than half full. White space at the places where the text is parted is dropped, nothing else.

    Raises ValueError when the limit is too small: for a mark, or for a link or a character that can not be parted.
    """
    words = _Words(text)
    last = f"\n{signature}" if signature else ""
    whole = words.between(0, words.count)
    if len(whole) + len(last) <= limit:
        return (whole + last,)
    for digits in range(1, len(str(words.count)) + 1):
        mark = len(f" {'9' * digits}/{'9' * digits}")
        pieces = _pieces(words, limit - mark, limit - mark - len(last), limit)
        if len(str(len(pieces))) <= digits:
            ends = [""] * (len(pieces) - 1) + [last]
            return tuple(
                f"{piece} {number}/{len(pieces)}{end}"
                for number, (piece, end) in enumerate(zip(pieces, ends, strict=True), 1)
            )
    raise ValueError(_too_small(limit, "its own mark and signature"))


def _pieces(words: "_Words", room: int, last_room: int, limit: int) -> list[str]:
    """The text in pieces of at most `room` characters, the last of at most `last_room`."""
    pieces: list[str] = []
    start = 0
    while words.length(start, words.count) > last_room:
        end = words.place_to_part(start, room, last_room)
        if end is None:
            raise ValueError(_too_small(limit, f"{words.unbroken(start)!r} with its mark and signature"))
        pieces.append(words.between(start, end))
        start = words.after_space(end)
    return [*pieces, words.between(start, words.count)]


def _too_small(limit: int, what: str) -> str:
    return f"a message of {limit} characters is too small for {what}"


class _Words:
    """A text as grapheme clusters, and how well it can be parted before each of them. Places count clusters."""

    def __init__(self, text: str) -> None:
        clusters: list[str] = regex.findall(r"\X", text)
        while clusters and clusters[-1].isspace():
            clusters.pop()
        first = next((place for place, each in enumerate(clusters) if not each.isspace()), len(clusters))
        self._clusters = clusters[first:]
        self.count = len(self._clusters)
        self._offsets = [0, *accumulate(map(len, self._clusters))]
        self._ranks = [_NEVER, *self._ranked(), _NEVER][: self.count + 1]
        self._word_ends = self._ends()

    def length(self, start: int, end: int) -> int:
        """In characters."""
        return self._offsets[end] - self._offsets[start]

    def between(self, start: int, end: int) -> str:
        return "".join(self._clusters[start:end])

    def after_space(self, place: int) -> int:
        """Where the next word begins."""
        while place < self.count and self._clusters[place].isspace():
            place += 1
        return place

    def unbroken(self, start: int) -> str:
        """The beginning of what can not be parted from there on, short enough to be shown."""
        end = next((place for place in range(start + 1, self.count) if self._ranks[place]), self.count)
        return self.between(start, end)[:60]

    def place_to_part(self, start: int, room: int, last_room: int) -> int | None:
        """The best place after `start` and before the end that leaves at most `room` characters; None: there is none."""
        places = [place for place in self._reach(start, room) if self._ranks[place]]
        for rank in (_PARAGRAPH, _SENTENCE):
            for place in reversed(places):
                if self.length(start, place) * 2 < room:
                    break
                if self._ranks[place] >= rank:
                    return place
        if places and self._holds(places[-1], room, last_room):
            places = [place for place in places if self._ranks[place] >= _WORD] or places
        return places[-1] if places else None

    def _reach(self, start: int, room: int) -> Iterator[int]:
        place = start + 1
        while place < self.count and self.length(start, place) <= room:
            yield place
            place += 1

    def _holds(self, place: int, room: int, last_room: int) -> bool:
        """Whether the word at that place fits in a message of its own, so that there is no need to part it."""
        begin, end = self._word_ends[place - 1]
        return self.length(begin, end) <= (last_room if end == self.count else room)

    def _ends(self) -> list[tuple[int, int]]:
        """For each cluster, where the word it belongs to begins and ends; white space belongs to nothing."""
        ends = [(place, place) for place in range(self.count)]
        begin = 0
        for place in range(self.count + 1):
            if place == self.count or self._clusters[place].isspace():
                ends[begin:place] = [(begin, place)] * (place - begin)
                begin = place + 1
        return ends

    def _ranked(self) -> Iterator[int]:
        """How well the text can be parted before each cluster but the first."""
        linked = {
            place
            for link in _LINK.finditer("".join(self._clusters))
            for place in range(link.start() + 1, link.end())
        }  # fmt: skip
        ended = False
        for place, (cluster, following) in enumerate(pairwise(self._clusters), 1):
            ended = bool(_ENDS_SENTENCE.match(cluster)) or (ended and bool(_CLOSES.match(cluster)))
            if cluster.isspace():
                yield _NEVER
            elif following.isspace():
                yield self._rank_of_space(place, ended)
            elif self._offsets[place] in linked:
                yield _NEVER
            elif ended and _NEEDS_NO_SPACE.match(cluster) and not _CLOSES.match(following):
                yield _SENTENCE
            else:
                yield _INSIDE

    def _rank_of_space(self, place: int, ended: bool) -> int:
        space = self.between(place, self.after_space(place))
        if len(space.splitlines()) > 1 or space.endswith(("\n", "\r")):
            return _PARAGRAPH
        return _SENTENCE if ended else _WORD
