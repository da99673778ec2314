"""What people type to search: words, words that belong together, words that must not occur, and filters by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from services.desk.domain.search_words import asked_words, beginnings

MOST_TERMS = 20
LONGEST_QUERY = 400
PART = re.compile(r'(-?)(?:([a-z]+):)?(?:"([^"]*)"|(\S+))', re.IGNORECASE)
NAMED = ("brand", "channel", "language", "state", "owner", "urgency", "topic", "country")
DATES = ("from", "until")
FILTERS = (*NAMED, *DATES, "promise", "late")
FLAGS = {("has", "promise"): "promise", ("is", "late"): "late"}
YES = "yes"


class QueryInvalid(ValueError):
    """A filter says something that can not be meant. The text tells which."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words to be found one after the other. `open`: the last may go on."""

    words: tuple[str, ...]
    open: bool = True
    excluded: bool = False
    typed: str = ""
    """As typed, in small letters, for ids."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases to search. Empty means any. Dates are whole days, both included, in the reader's zone."""

    brand: str = ""
    channel: str = ""
    language: str = ""
    state: str = ""
    """A state, or `open` for every one but closed and resolved."""
    owner: str = ""
    """A person's id; `me` for whoever reads."""
    urgency: str = ""
    topic: str = ""
    country: str = ""
    """Of the owner, or of a specialist who was asked."""
    opened_from: date | None = None
    opened_until: date | None = None
    promise: bool = False
    """With a promise that is not kept yet."""
    late: bool = False
    """With a clock that is past its due time."""

    @property
    def named(self) -> Mapping[str, str]:
        """Those of `NAMED` that are set."""
        return {name: value for name in NAMED if (value := getattr(self, name))}

    @property
    def given(self) -> Mapping[str, str]:
        """All that is set, as in an address."""
        found = dict(self.named)
        found |= {"from": self.opened_from.isoformat()} if self.opened_from else {}
        found |= {"until": self.opened_until.isoformat()} if self.opened_until else {}
        return found | {name: YES for name in ("promise", "late") if getattr(self, name)}


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for."""

    terms: tuple[Term, ...] = ()
    filters: Filters = field(default_factory=Filters)

    @property
    def beginnings(self) -> list[str]:
        """What is marked in what was found, the longest first."""
        asked = {each for term in self.terms if not term.excluded for each in beginnings(term.typed)}
        return sorted(asked, key=lambda each: (-len(each), each))

    @property
    def empty(self) -> bool:
        return not self.terms and not self.filters.given


def filters_of(given: Mapping[str, str]) -> Filters:
    """The filters of an address or a saved view; names that are none are left out. Raises QueryInvalid."""
    start, end = (_date(name, given.get(name, "").strip()) for name in DATES)
    if start and end and start > end:
        raise QueryInvalid(f"from: {start} is after until: {end}")
    named: dict[str, str] = {name: given.get(name, "").strip() for name in NAMED}
    flags: dict[str, bool] = {name: given.get(name) == YES for name in ("promise", "late")}
    return replace(Filters(opened_from=start, opened_until=end), **named, **flags)  # type: ignore[arg-type]


def query_of(text: str, given: Mapping[str, str]) -> Query:
    """The text and the chosen filters together; what the text says counts more. Raises QueryInvalid."""
    if len(text) > LONGEST_QUERY:
        raise QueryInvalid(f"q: at most {LONGEST_QUERY} characters")
    terms: list[Term] = []
    named: dict[str, str] = {}
    for found in PART.finditer(text):
        minus, name, quoted, plain = (found.group(number) or "" for number in range(1, 5))
        value = quoted or plain
        flag = FLAGS.get((name.lower(), value.lower()))
        if flag and not minus:
            named[flag] = YES
        elif name.lower() in (*NAMED, *DATES) and not minus:
            named[name.lower()] = value
        elif words := asked_words(found.group().lstrip("-")):
            terms.append(Term(tuple(words), not quoted, bool(minus), found.group().lstrip("-").strip('"').lower()))
    if len(terms) > MOST_TERMS:
        raise QueryInvalid(f"q: at most {MOST_TERMS} words")
    return Query(tuple(terms), filters_of({**given, **named}))


def _date(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise QueryInvalid(f"{name}: {text[:40]!r} is not a day; write it like 2026-11-20") from error
