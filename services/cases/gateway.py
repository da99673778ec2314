"""The full-text index of the answer library, by Tantivy: in memory, with the stemmer and stop words of each language."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from math import log
from typing import Final

from tantivy import Document, Filter, Index, Occur, Query, SchemaBuilder, Searcher, TextAnalyzer, TextAnalyzerBuilder
from tantivy import Tokenizer as Tokens

from services.cases.domain.answers import Answer

STEMMED: Final[Mapping[str, str]] = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
"""Languages that Tantivy has a stemmer for."""
WITHOUT_STOP_WORDS: Final = frozenset({"ar", "el", "ro", "ta", "tr"})
"""Those of them for which it has no list of words that say nothing."""
UNSPACED: Final = frozenset({"ja", "km", "ko", "lo", "my", "th", "zh"})
"""Languages whose words are not parted by spaces: pairs of characters are looked for."""
COMMON: Final = "en"
"""The language in which owners often ask, whatever the specialist's."""
PLAIN, PAIRS = "plain", "pairs"
LONGEST_WORD, MOST_WORDS = 40, 64
HEAP_BYTES = 15_000_000
OTHER_LANGUAGE = 0.85
"""What an answer in another language than wanted is worth beside one that fits as well."""
UNHEARD = 0.5
"""The weight of a word that no answer has, in parts of that of a rare one: it tells that the matter may be another."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An answer that was found. `score` is `match` with what its quality and language are worth; both lie between 0 and 1."""

    answer: Answer
    score: float
    match: float
    """The share of what was asked that question and answer speak of; rare words weigh more."""
    words: int
    """How many of the words asked for it has."""
    alike: float
    """The share of the earlier question's words that are asked for now, too."""


def analysis(language: str) -> str:
    """How texts of a language are taken apart: its own code, or one of the two ways for languages without a stemmer."""
    if language in STEMMED:
        return language
    return PAIRS if language in UNSPACED else PLAIN


def _analyzer(name: str) -> TextAnalyzer:
    if name == PAIRS:
        return TextAnalyzerBuilder(Tokens.ngram(min_gram=2, max_gram=2)).filter(Filter.lowercase()).build()
    builder = TextAnalyzerBuilder(Tokens.simple()).filter(Filter.remove_long(LONGEST_WORD)).filter(Filter.lowercase())
    if name in STEMMED:
        if name not in WITHOUT_STOP_WORDS:
            builder = builder.filter(Filter.stopword(STEMMED[name]))
        builder = builder.filter(Filter.stemmer(STEMMED[name]))
    return builder.filter(Filter.ascii_fold()).build()


class AnswerIndex:
    """All answers of the library. Not safe for use by two threads at once."""

    def __init__(self) -> None:
        self._answers: dict[str, Answer] = {}
        self._of_case: dict[str, tuple[str, ...]] = {}
        self._analyzers = {name: _analyzer(name) for name in (*STEMMED, PLAIN, PAIRS)}
        builder = SchemaBuilder()
        for name in ("id", "case", "brand"):
            builder.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
        for name in self._analyzers:
            builder.add_text_field(name, tokenizer_name=name, index_option="freq")
        self._schema = builder.build()
        self._index = Index(self._schema)
        for name, analyzer in self._analyzers.items():
            self._index.register_tokenizer(name, analyzer)
        self._writer = self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
        self._used: set[str] = set()

    def get(self, answer_id: str) -> Answer | None:
        """The answer with this id."""
        return self._answers.get(answer_id)

    def replace(self, contributions: Mapping[str, Sequence[Answer]]) -> None:
        """From now on these cases have these answers, and no others."""
        for case_id, answers in contributions.items():
            if case_id in self._of_case:
                self._writer.delete_documents_by_term("case", case_id)
                for answer_id in self._of_case[case_id]:
                    del self._answers[answer_id]
            for answer in answers:
                self._writer.add_document(self._document(answer))
            self._answers.update({answer.id: answer for answer in answers})
            self._of_case[case_id] = tuple(answer.id for answer in answers)
        self._writer.commit()
        self._index.reload()

    def search(self, text: str, brands: Set[str], language: str = "", limit: int = 10) -> list[Hit]:
        """The best answers of these brands for a text in whatever language, the best first."""
        searcher = self._index.searcher()
        asked = {name: self._words(name, text) for name in self._used}
        words = [(name, word) for name, found in asked.items() for word in found]
        if not words or not brands:
            return []
        of_brands = Query.boolean_query([(Occur.Should, self._term("brand", brand)) for brand in sorted(brands)])
        about = Query.boolean_query([(Occur.Should, self._term(name, word)) for name, word in words])
        query = Query.boolean_query([(Occur.Must, of_brands), (Occur.Must, about)])
        weights = {name: self._weights(searcher, name, found) for name, found in asked.items()}
        hits = []
        for _, address in searcher.search(query, limit * 4 + 20).hits:  # by BM25, which knows nothing of their quality
            answer = self._answers[searcher.doc(address)["id"][0]]
            hits.append(self._hit(answer, weights, language))
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def _document(self, answer: Answer) -> Document:
        names = _analyses(answer)
        self._used.update(names)
        text = _text(answer)
        return Document(id=answer.id, case=answer.case_id, brand=answer.brand, **dict.fromkeys(names, text))

    def _hit(self, answer: Answer, weights: Mapping[str, Mapping[str, float]], language: str) -> Hit:
        """As seen by the analysis that understands it best."""
        seen = [self._seen(answer, name, weights[name]) for name in _analyses(answer)]
        match, words, alike = max(seen)
        worth = OTHER_LANGUAGE if language and language != answer.language else 1
        score = round(match * answer.quality * worth, 4)
        return Hit(answer, score, match=round(match, 4), words=words, alike=round(alike, 4))

    def _seen(self, answer: Answer, name: str, weights: Mapping[str, float]) -> tuple[float, int, float]:
        """Match, words and alike by one analysis."""
        asked_then = set(self._analyzers[name].analyze(answer.question))
        found = weights.keys() & (asked_then | set(self._analyzers[name].analyze(answer.answer)))
        match = sum(weights[word] for word in found) / (sum(weights.values()) or 1)
        return match, len(found), len(asked_then & found) / (len(asked_then) or 1)

    def _weights(self, searcher: Searcher, name: str, words: Iterable[str]) -> dict[str, float]:
        """How much each word tells: the rarer, the more."""
        count = searcher.num_docs
        found = {}
        for word in words:
            having = searcher.doc_freq(name, word)
            weight = log(1 + (count + 0.5) / (max(having, 1) + 0.5))
            found[word] = weight if having else weight * UNHEARD
        return found

    def _words(self, name: str, text: str) -> list[str]:
        return list(dict.fromkeys(self._analyzers[name].analyze(text)))[:MOST_WORDS]

    def _term(self, field: str, value: str) -> Query:
        return Query.term_query(self._schema, field, value)


def _text(answer: Answer) -> str:
    return f"{answer.question}\n{answer.answer}"


def _analyses(answer: Answer) -> tuple[str, ...]:
    return tuple({analysis(answer.language), COMMON})
