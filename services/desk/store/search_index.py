"""The full-text index of the cases, by Tantivy, in memory. What it knows it is told; `search.py` beside keeps it current."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tantivy import (
    DocAddress,
    Document,
    FieldType,
    Index,
    Occur,
    Order,
    Query,
    SchemaBuilder,
    Searcher,
    TextAnalyzerBuilder,
    Tokenizer,
)

from schemas.base import milliseconds
from services.desk.domain.case_view import OPEN
from services.desk.domain.search_query import Query as Asked
from services.desk.domain.search_query import Term
from services.desk.domain.search_text import Found, Kind
from services.desk.domain.search_words import words

HEAP_BYTES = 30_000_000
FIELDS: Final[dict[str, tuple[Kind, ...]]] = {
    "people": ("customer",),
    "promised": ("promise",),
    "consulted": ("consult", "answer"),
    "said": ("message", "reply"),
    "noted": ("note",),
}
WEIGHTS: Final = {"people": 3.0, "promised": 1.6, "consulted": 1.4, "said": 1.0, "noted": 0.9, "staff": 0.6}
"""A name tells more than a word somewhere in a long conversation."""
OF_A_BEGINNING = 0.35
"""What a word is worth that only begins as asked."""
OF_AN_ID = 20.0
OF_OPEN, OF_RECENT, OF_LATELY = 0.6, 0.5, 0.3
"""What it adds that a case is open, changed within a week, within a month: it breaks ties, it does not outdo a better match."""
RECENT, LATELY = timedelta(days=7), timedelta(days=30)
SHORTEST_ID = 4
NAMED = ("id", "brand", "channel", "language", "state", "owner", "urgency", "topic", "country", "promise")
MOMENTS = ("opened_ms", "updated_ms", "due_ms")
SPACES = "spaces"


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what was found, the best first, and how much there is in all."""

    found: Sequence[Found]
    total: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for, and may see. `owner` is an id; days are moments already, the last one not included."""

    asked: Asked
    brands: Set[str]
    now: datetime
    owner: str = ""
    opened_from: datetime | None = None
    opened_before: datetime | None = None


class CaseIndex:
    """All cases that can be found. One thread may write while others search."""

    def __init__(self) -> None:
        builder = SchemaBuilder()
        for name in NAMED:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for name in MOMENTS:
            builder.add_integer_field(name, indexed=True, fast=True)
        for name in WEIGHTS:
            builder.add_text_field(name, tokenizer_name=SPACES, index_option="position")
        builder.add_bytes_field("found", stored=True)
        self._schema = builder.build()
        self._index = Index(self._schema)
        self._index.register_tokenizer(SPACES, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
        self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)

    def replace(self, cases: Iterable[Found]) -> None:
        """From now on these cases are as told."""
        for case in cases:
            self._writer.delete_documents_by_term("id", case.id)
            self._writer.add_document(_document(case))
        self._writer.commit()
        self._index.reload()

    def search(self, wanted: Wanted, limit: int, offset: int = 0) -> Page:
        """The best of what the reader may see; without words the latest changed first."""
        searcher = self._index.searcher()
        terms = [term for term in wanted.asked.terms if not term.excluded]
        query = self._query(wanted)
        if terms:
            result = searcher.search(query, limit, offset=offset)
        else:
            result = searcher.search(query, limit, offset=offset, order_by_field="updated_ms", order=Order.Desc)
        total: int = result.count  # type: ignore[attr-defined]  # its stubs do not say so
        return Page([_loaded(searcher, address) for _, address in result.hits], total)

    def _query(self, wanted: Wanted) -> Query:
        must = [
            Query.term_set_query(self._schema, "brand", sorted(wanted.brands)),
            *self._filters(wanted),
            *(self._term(term) for term in wanted.asked.terms if not term.excluded),
        ]
        parts = [(Occur.Must, Query.const_score_query(must[0], 0.0)), *((Occur.Must, each) for each in must[1:])]
        parts += [(Occur.MustNot, self._term(term)) for term in wanted.asked.terms if term.excluded]
        parts += [(Occur.Should, each) for each in self._leanings(wanted.now)]
        return Query.boolean_query(parts)

    def _filters(self, wanted: Wanted) -> list[Query]:
        filters = wanted.asked.filters
        named = {**filters.named, **({"owner": wanted.owner} if wanted.owner else {})}
        if named.get("state") == "open":
            del named["state"]
            queries = [Query.term_set_query(self._schema, "state", list(OPEN))]
        else:
            queries = []
        queries += [Query.term_query(self._schema, name, value) for name, value in named.items()]
        if filters.promise:
            queries.append(Query.term_query(self._schema, "promise", "open"))
        if filters.late:
            queries.append(self._range("due_ms", until=wanted.now))
        if wanted.opened_from or wanted.opened_before:
            queries.append(self._range("opened_ms", wanted.opened_from, wanted.opened_before))
        return [Query.const_score_query(each, 0.0) for each in queries]

    def _leanings(self, now: datetime) -> list[Query]:
        leanings = [
            (Query.term_set_query(self._schema, "state", list(OPEN)), OF_OPEN),
            (self._range("updated_ms", now - RECENT), OF_RECENT),
            (self._range("updated_ms", now - LATELY), OF_LATELY),
        ]
        return [Query.const_score_query(query, worth) for query, worth in leanings]

    def _term(self, term: Term) -> Query:
        """The words in any of the fields, or the beginning of the id."""
        ways = [way for field, weight in WEIGHTS.items() for way in self._in_field(field, weight, term)]
        if len(term.typed) >= SHORTEST_ID and not term.typed.strip("0123456789abcdefghijklmnopqrstuvwxyz-"):
            id = Query.regex_query(self._schema, "id", term.typed.replace("-", r"\-") + ".*")
            ways.append(Query.const_score_query(id, OF_AN_ID))
        return Query.boolean_query([(Occur.Should, way) for way in ways])

    def _in_field(self, field: str, weight: float, term: Term) -> list[Query]:
        *before, last = term.words
        if before and term.open and len(last) > 1:
            return [Query.boost_query(Query.phrase_prefix_query(self._schema, field, list(term.words)), weight)]
        if before:
            return [Query.boost_query(Query.phrase_query(self._schema, field, list(term.words)), weight)]
        whole = Query.boost_query(Query.term_query(self._schema, field, last, index_option="freq"), weight)
        if not term.open:
            return [whole]
        begins = Query.fuzzy_term_query(self._schema, field, last, distance=0, prefix=True)
        return [whole, Query.const_score_query(begins, weight * OF_A_BEGINNING)]

    def _range(self, name: str, start: datetime | None = None, until: datetime | None = None) -> Query:
        """From `start` on, before `until`."""
        lower, upper = milliseconds(start) if start else None, milliseconds(until) - 1 if until else None
        return Query.range_query(self._schema, name, FieldType.Integer, lower, upper)


def _document(case: Found) -> Document:
    document = Document(
        id=case.id,
        brand=case.brand,
        channel=case.channel,
        language=case.language,
        state=case.status,
        owner=case.owner,
        urgency=case.urgency,
        topic=case.topic,
        opened_ms=milliseconds(case.opened_at),
        updated_ms=milliseconds(case.updated_at),
    )
    for country in case.countries:
        document.add_text("country", country)
    if case.open_promise:
        document.add_text("promise", "open")
    if case.due_at:
        document.add_integer("due_ms", milliseconds(case.due_at))
    for name, kinds in FIELDS.items():
        text = " ".join(word for part in case.parts if part.kind in kinds for word in words(part.text))
        if text:
            document.add_text(name, text)
    document.add_text("staff", " ".join(words(case.owner)))
    document.add_bytes("found", case.model_dump_json().encode())
    return document


def _loaded(searcher: Searcher, address: DocAddress) -> Found:
    return Found.model_validate_json(bytes(searcher.doc(address)["found"][0]))
