"""What corrections say about topics and languages: which words point to a node, and which languages a brand hears more of.

A word of the messages speaks for a topic, or against it, as far as that sets right what the taxonomy's own words say.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

from schemas.organisation_topics import Topic
from services.classification.domain.language import SUPPORTED, LanguageDetector
from services.classification.domain.learned import Learned
from services.classification.domain.taxonomy import DOUBT, LEARNED_WORD, TopicFinder
from services.classification.domain.text import cleaned
from services.classification.learning.corrections import Correction
from services.classification.learning.known import Known, balance, change

NO_TOPIC: Final = ""
LEAST_CORRECTIONS: Final = 20
"""Of topics, or of a brand's languages; with fewer nothing is learned."""
_LEAST_OF_A_WORD: Final = 3
_SMOOTH: Final = 1.0
_SHARPNESS: Final = 3.0
"""How far one word of the taxonomy goes: in logarithmic odds, for each unit of its evidence."""
_STRENGTH: Final = 0.3
_LEAST: Final = 0.02
"""Smaller weights are left out."""
_MOST_PRIOR: Final = 2.0


def learn_wording(
    rows: Sequence[Correction], before: Learned, detector: LanguageDetector, topics: Iterable[Topic]
) -> Learned:
    """What is known now; where there are too few corrections, what was known before."""
    about = [row for row in rows if row.topic is not None]
    learned = before.topics
    if len(about) >= LEAST_CORRECTIONS:
        learned = _topics(about, TopicFinder(topics))
    spoken: dict[str, list[Correction]] = {}
    for row in rows:
        if row.brand and row.language in SUPPORTED:
            spoken.setdefault(row.brand, []).append(row)
    languages = dict(before.languages)
    for brand, some in sorted(spoken.items()):
        if len(some) >= LEAST_CORRECTIONS:
            languages[brand] = _prior(some, detector)
    return Learned(learned, languages)


def _topics(rows: Sequence[Correction], finder: TopicFinder) -> dict[str, dict[str, float]]:
    """Weights of words, fitted around what the taxonomy says by itself (softmax regression with a price on every weight)."""
    cleans = [cleaned(row.text) for row in rows]
    found = [finder.evidence(clean, row.spoken)[0] for clean, row in zip(cleans, rows, strict=True)]
    nodes = [NO_TOPIC, *sorted({row.topic for row in rows if row.topic and row.topic in finder.skills})]
    counter: Any = CountVectorizer(token_pattern=LEARNED_WORD.pattern, min_df=_LEAST_OF_A_WORD, binary=True)  # type: ignore[no-untyped-call]
    kept = [at for at, row in enumerate(rows) if row.topic in nodes]
    matrix = csr_matrix(counter.fit_transform([cleans[at] for at in kept]), dtype=np.float64)
    labels = np.array([nodes.index(str(rows[at].topic)) for at in kept], dtype=np.intp)
    logits = np.array([[_SHARPNESS * found[at].get(node, DOUBT * (not node)) for node in nodes] for at in kept])
    known = Known(matrix, logits, labels, balance(labels, len(nodes)))
    weights = change(known, known, 1.0, _STRENGTH) / _SHARPNESS
    weights = weights - weights[:, :1]  # against saying nothing
    return {
        str(word): row
        for word, each in zip(counter.get_feature_names_out(), weights, strict=True)
        if (
            row := {
                node: round(float(value), 3) for node, value in zip(nodes, each, strict=True) if abs(value) > _LEAST
            }
        )
    }


def _prior(rows: Sequence[Correction], detector: LanguageDetector) -> Mapping[str, float]:
    """How much more often each language is right than it is said."""
    said = Counter(vote.language for vote in detector.detect_all([cleaned(row.text) for row in rows]))
    right = Counter(row.language for row in rows)
    odds = {each: math.log((right[each] + _SMOOTH) / (said[each] + _SMOOTH)) for each in SUPPORTED}
    return {each: round(max(-_MOST_PRIOR, min(_MOST_PRIOR, odd)), 3) for each, odd in odds.items() if odd}
