"""The small language of the rules, and finding many of its patterns in a text.

    could have (read|found) [all] this ~3 (site|page*)

means: these words in this order in one sentence, "read" or "found", perhaps "all", up to three other words, and "site" or
any word that begins with "page". `^` at the beginning: only where a sentence begins; `$` at the end: only where one ends.
`<name>` takes one of the words of that name. Case and accents do not count; an apostrophe is part of its word.

Words are taken possessively and gaps are few and short, so the work at one word is bounded and the whole is linear in
the length of the text. Patterns are kept by their first words: at a word only those are tried that can begin there.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Generic, TypeVar

from schemas.phrases.folding import fold

Owner = TypeVar("Owner")
MAX_GAP, MAX_GAPS = 6, 3
MIN_PREFIX = 3
NUMBER = "#"
_BETWEEN = r"[^\w.!?…\n]{1,12}+"
_WORD = r"\w++(?:['.:]\w++)*+"
_STARTS = re.compile(r"\w++")
_TOKENS = re.compile(r"[()\[\]|^$]|~\d+|<\w+>|[^\s()\[\]|^$~<>]+")
_SENTENCE_MARKS = frozenset(".!?…\n")


@dataclass(frozen=True, slots=True)
class Slot:
    """What a pattern may leave open."""

    expression: str
    """A regular expression."""
    words: tuple[str, ...] = ()
    """The words with which it can begin, folded."""
    digits: bool = False
    """Whether it can begin with a digit."""


class PatternInvalid(ValueError):
    """The pattern can not be read; the text says where."""


@dataclass(frozen=True, slots=True)
class _Choice:
    sequences: tuple[tuple["_Item", ...], ...]
    optional: bool


_Item = str | _Choice
"""A word, `~n`, `<slot>`, or a choice."""


@dataclass(frozen=True)
class Pattern:
    """One pattern, read."""

    source: str
    expression: str
    """As a regular expression; compiled when it is first needed, which for most of them is never."""
    starts: frozenset[str]
    """Words it can begin with; `abc*` for prefixes, `#` for numbers."""
    at_sentence_start: bool

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.expression)


@cache
def compile_pattern(source: str) -> Pattern:
    """Read a pattern without slots. Raises PatternInvalid."""
    return compile_with_slots(source, {})


def compile_with_slots(source: str, slots: Mapping[str, Slot]) -> Pattern:
    """Read a pattern; `slots` by name. Raises PatternInvalid."""
    folded = fold(source).text
    tokens = _TOKENS.findall(folded)
    if "".join(tokens) != re.sub(r"\s", "", folded):
        raise PatternInvalid(f"{source!r} has a character that means nothing here")
    first, last = tokens[:1] == ["^"], tokens[-1:] == ["$"]
    items = _Reader(source, tokens[1 if first else 0 : len(tokens) - (1 if last else 0)]).read()
    _require_bounded(source, items)
    end = r"(?=[^\w.!?…\n]*+(?:[.!?…\n]|\Z))" if last else r"(?!\w)"
    return Pattern(source, _sequence(items, slots, leading=False) + end, _starts(source, items, slots), first)


class _Reader:
    """Tokens to items."""

    def __init__(self, source: str, tokens: list[str]) -> None:
        self._source, self._tokens, self._place = source, tokens, 0

    def read(self) -> tuple[_Item, ...]:
        items = self._sequence(closing="")
        if not items:
            raise PatternInvalid(f"{self._source!r} has no words")
        return items

    def _sequence(self, closing: str) -> tuple[_Item, ...]:
        items: list[_Item] = []
        while self._place < len(self._tokens) and self._tokens[self._place] not in (closing, "|" if closing else ""):
            token = self._tokens[self._place]
            self._place += 1
            if token in ("(", "["):
                items.append(self._choice({"(": ")", "[": "]"}[token]))
            elif token in (")", "]", "|", "^", "$"):
                raise PatternInvalid(f"{self._source!r} has a {token} where none can be")
            else:
                items.append(token)
        return tuple(items)

    def _choice(self, closing: str) -> _Choice:
        sequences: list[tuple[_Item, ...]] = []
        while True:
            sequence = self._sequence(closing)
            if not sequence:
                raise PatternInvalid(f"{self._source!r} has an empty choice or lacks a {closing}")
            sequences.append(sequence)
            if self._place >= len(self._tokens):
                raise PatternInvalid(f"{self._source!r} lacks a {closing}")
            self._place += 1
            if self._tokens[self._place - 1] == closing:
                return _Choice(tuple(sequences), optional=closing == "]")


def _require_bounded(source: str, items: tuple[_Item, ...]) -> None:
    """At most a few short gaps, so that a pattern's work at one word is bounded."""
    gaps = [int(gap) for gap in re.findall(r"~(\d+)", source)]
    if len(gaps) > MAX_GAPS or any(not 1 <= gap <= MAX_GAP for gap in gaps):
        raise PatternInvalid(f"{source!r}: at most {MAX_GAPS} gaps of 1 to {MAX_GAP} words")
    if _is_gap(items[0]) or _is_gap(items[-1]):
        raise PatternInvalid(f"{source!r} begins or ends with a gap")


def _is_gap(item: _Item) -> bool:
    return isinstance(item, str) and item.startswith("~")


def _sequence(items: Sequence[_Item], slots: Mapping[str, Slot], *, leading: bool) -> str:
    """A regular expression for items; each but the first, or each, after what stands between words."""
    if not items:
        return ""
    item, rest = items[0], items[1:]
    if isinstance(item, _Choice) and item.optional and not leading:
        # Without a word before it, leaving it out moves the beginning.
        both = _choice(item, slots, leading=False) + _sequence(rest, slots, leading=True)
        return f"(?:{both}|{_sequence(rest, slots, leading=False)})"
    after = _sequence(rest, slots, leading=True)
    between = _BETWEEN if leading else ""
    if isinstance(item, _Choice):
        return _choice(item, slots, leading=leading) + ("?" if item.optional else "") + after
    if _is_gap(item):
        return f"(?:{_BETWEEN}{_WORD}){{0,{item[1:]}}}?{after}"
    return between + _one(item, slots) + after


def _choice(choice: _Choice, slots: Mapping[str, Slot], *, leading: bool) -> str:
    return "(?:" + "|".join(_sequence(each, slots, leading=leading) for each in choice.sequences) + ")"


def _one(word: str, slots: Mapping[str, Slot]) -> str:
    if word.startswith("<"):
        if word[1:-1] not in slots:
            raise PatternInvalid(f"there is no {word} (there are: {', '.join(sorted(slots)) or 'none'})")
        return f"(?P{word}{slots[word[1:-1]].expression})(?!\\w)"
    if word.endswith("*"):
        return re.escape(word[:-1]) + r"\w*+"
    return re.escape(word) + r"(?!\w)"


def _starts(source: str, items: Sequence[_Item], slots: Mapping[str, Slot]) -> frozenset[str]:
    """The words with which a match can begin."""
    found: set[str] = set()
    for item in items:
        if isinstance(item, _Choice):
            for each in item.sequences:
                found |= _starts(source, each, slots)
            if item.optional:
                continue
        elif item.startswith("<"):
            slot = slots[item[1:-1]]
            found |= {_start(source, word) for word in slot.words} | ({NUMBER} if slot.digits else set())
        else:
            found.add(_start(source, item))
        break
    return frozenset(found)


def _start(source: str, word: str) -> str:
    match = _STARTS.match(word)
    if match is None:
        raise PatternInvalid(f"{source!r}: {word!r} does not begin with a letter or digit")
    whole = match.group()
    if word.endswith("*") and len(whole) == len(word) - 1:
        if len(whole) < MIN_PREFIX:
            raise PatternInvalid(f"{source!r} begins with {word!r}: write {MIN_PREFIX} letters or more before the *")
        return f"{whole[:MIN_PREFIX]}*"
    return whole


@dataclass(frozen=True, slots=True)
class Found(Generic[Owner]):
    """A place where a pattern of an owner holds, in the folded text."""

    owner: Owner
    start: int
    end: int
    match: re.Match[str] = field(compare=False)


class Matcher(Generic[Owner]):
    """Many patterns, each with an owner."""

    def __init__(self, patterns: Iterable[tuple[Owner, Pattern]]) -> None:
        self._by_word: dict[str, list[tuple[Owner, Pattern]]] = {}
        self.owned = tuple(patterns)
        self.patterns = [pattern for _, pattern in self.owned]
        for owner, pattern in self.owned:
            for start in pattern.starts:
                self._by_word.setdefault(start, []).append((owner, pattern))

    def find(self, text: str, start: int = 0, end: int | None = None) -> Iterator[Found[Owner]]:
        """Every match that begins in that part of a folded text, in order; matches of one owner may overlap."""
        end = len(text) if end is None else end
        by_word = self._by_word.get
        for word in _STARTS.finditer(text, start, end):
            written = word.group()
            keys = (
                (written, f"{written[:MIN_PREFIX]}*", NUMBER)
                if written[0].isdigit()
                else (written, f"{written[:MIN_PREFIX]}*")
            )
            for key in keys:
                for owner, pattern in by_word(key, ()):
                    place = word.start()
                    if pattern.at_sentence_start and not _begins_sentence(text, place):
                        continue
                    match = pattern.regex.match(text, place, end)
                    if match:
                        yield Found(owner, match.start(), match.end(), match)

    def finds(self, text: str, start: int = 0, end: int | None = None) -> bool:
        """Whether anything matches."""
        return next(self.find(text, start, end), None) is not None


def _begins_sentence(text: str, place: int) -> bool:
    while place and not (text[place - 1].isalnum() or text[place - 1] == "_"):
        place -= 1
        if text[place] in _SENTENCE_MARKS:
            return True
    return place == 0
