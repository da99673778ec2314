"""Topics that the taxonomy lacks (U1): messages that no node knows, grouped by their words and offered as new nodes."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.preprocessing import normalize

from schemas.events.message import Classification
from services.classification.domain.language_words import giveaways
from services.classification.domain.text import cleaned
from services.classification.training.fit import SEED

SURE: Final = 0.5
"""A topic that is less sure than this is not known."""
LEAST_MESSAGES: Final = 10
"""Of one group; fewer are no topic but chance."""
MOST_MESSAGES: Final = 20_000
"""The latest so many are looked at."""
_SMALL_WORDS: Final = ENGLISH_STOP_WORDS | giveaways().keys()
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_LEAST_OF_A_WORD: Final = 4
_TOO_COMMON: Final = 0.15
"""A word in a larger share of a language's messages says nothing about a topic."""
_ENOUGH_OF_A_LANGUAGE: Final = 50
_DIMENSIONS: Final = 50
_MOST_GROUPS: Final = 40
_ALIKE: Final = 0.4
"""Groups whose centres are at least so alike (cosine) are one."""
_WORDS: Final = 6
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class Said:
    """A message that no node knows: its text, and the same with personal data made unreadable."""

    text: str
    shown: str
    language: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A node to be, for somebody who knows the trade to name."""

    id: str
    name: str
    """Its most characteristic words."""
    size: int
    cohesion: float
    """How alike its messages are, from 0 to 1."""
    languages: Mapping[str, int]
    words: Mapping[str, tuple[str, ...]]
    """By language, the most characteristic first."""
    examples: tuple[str, ...]
    """The most typical ones, with personal data made unreadable."""
    members: tuple[int, ...]
    """Which of the messages."""


def is_unknown(label: Classification) -> bool:
    """Whether the taxonomy has no answer for a message."""
    return not label.topic or label.topic_confidence < SURE


def suggest(messages: Sequence[Said], most: int = 10) -> list[Suggestion]:
    """The groups that are large and hold together, the best first; the same messages give the same groups."""
    words = [_words(said.text) for said in messages]
    dull = _dull(messages, words)
    kept = [[word for word in each if word not in dull] for each in words]
    counted = Counter(word for each in kept for word in set(each))
    rows = [at for at, each in enumerate(kept) if any(counted[word] >= _LEAST_OF_A_WORD for word in each)]
    if len(rows) < 2 * LEAST_MESSAGES:
        return []
    vectoriser: Any = TfidfVectorizer(analyzer=lambda each: each, min_df=_LEAST_OF_A_WORD, sublinear_tf=True)  # type: ignore[no-untyped-call]
    matrix = csr_matrix(vectoriser.fit_transform([kept[at] for at in rows]))
    names = vectoriser.get_feature_names_out()
    places = _places(matrix)
    groups = _grouped(places)
    found = []
    for group in sorted(set(groups.tolist())):
        inside = groups == group
        if inside.sum() >= LEAST_MESSAGES:
            found.append(_suggestion(messages, rows, matrix, names, places, inside))
    return sorted(found, key=lambda each: (-each.cohesion * math.sqrt(each.size), each.id))[:most]


def fragment(suggestions: Iterable[Suggestion]) -> str:
    """The suggestions as nodes of the organisation's topics, to paste and to name."""
    nodes = [
        {
            "id": each.id,
            "names": {"en": each.name, "nl": each.name},
            "words": {language: list(words) for language, words in each.words.items()},
        }
        for each in suggestions
    ]
    return yaml.safe_dump(nodes, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(cleaned(text)) if word not in _SMALL_WORDS]


def _dull(messages: Sequence[Said], words: Sequence[Sequence[str]]) -> set[str]:
    """Words that are too common in a language to say anything."""
    numbers = Counter(said.language for said in messages)
    seen: dict[str, Counter[str]] = {}
    for said, each in zip(messages, words, strict=True):
        seen.setdefault(said.language, Counter()).update(set(each))
    return {
        word
        for language, counted in seen.items()
        if numbers[language] >= _ENOUGH_OF_A_LANGUAGE
        for word, times in counted.items()
        if times > _TOO_COMMON * numbers[language]
    }


def _places(matrix: csr_matrix) -> NDArray[np.float64]:
    """The messages as directions in a space where words that go together are near."""
    reduced: Any = TruncatedSVD(min(_DIMENSIONS, matrix.shape[1] - 1), random_state=SEED)  # type: ignore[no-untyped-call]
    return np.asarray(normalize(reduced.fit_transform(matrix)))


def _grouped(places: NDArray[np.float64]) -> NDArray[np.intp]:
    """Many small groups first, then those that are alike become one."""
    number = int(np.clip(np.sqrt(len(places) / 2), 2, _MOST_GROUPS))
    parts: Any = KMeans(number, n_init=3, random_state=SEED)  # type: ignore[no-untyped-call]
    of_parts = parts.fit_predict(places)
    centres = normalize(np.array([places[of_parts == part].mean(axis=0) for part in range(number)]))
    alike: Any = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=1 - _ALIKE)  # type: ignore[no-untyped-call]
    return np.asarray(alike.fit_predict(centres)[of_parts])


def _suggestion(
    messages: Sequence[Said],
    rows: Sequence[int],
    matrix: csr_matrix,
    names: NDArray[Any],
    places: NDArray[np.float64],
    inside: NDArray[np.bool_],
) -> Suggestion:
    members = [rows[at] for at in np.flatnonzero(inside).tolist()]
    languages = Counter(messages[at].language for at in members)
    of_all = np.array([messages[at].language for at in rows])
    words = {
        language: tuple(_characteristic(matrix, names, inside & (of_all == language), inside))
        for language, number in languages.most_common()
        if number >= _LEAST_OF_A_WORD
    }
    centre = places[inside].mean(axis=0)
    typical = np.argsort(-(places[inside] @ centre), kind="stable")
    shown = dict.fromkeys(messages[members[at]].shown for at in typical.tolist())
    best = list(_characteristic(matrix, names, inside, inside))[:2]
    return Suggestion(
        _id("-".join(best), members),
        " ".join(best).capitalize(),
        len(members),
        round(float(np.linalg.norm(centre)), 3),
        dict(languages.most_common()),
        {language: each for language, each in words.items() if each},
        tuple(shown)[:_EXAMPLES],
        tuple(members),
    )


def _id(name: str, members: Sequence[int]) -> str:
    """In Latin letters, as ids are; words in another script are left to whoever names the node."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip("-")
    return plain or f"topic-{members[0]}"


def _characteristic(
    matrix: csr_matrix, names: NDArray[Any], of_language: NDArray[np.bool_], inside: NDArray[np.bool_]
) -> list[str]:
    """What is said here, and seldom elsewhere: often and beyond what chance gives."""
    here = np.asarray((matrix[of_language] > 0).sum(axis=0)).ravel()
    elsewhere = np.asarray((matrix[~inside] > 0).sum(axis=0)).ravel()
    share = (here + 0.5) / (of_language.sum() + 1)
    outside = (elsewhere + 0.5) / ((~inside).sum() + 1)
    worth = share * np.log(share / outside)
    order = np.argsort(-worth, kind="stable")[:_WORDS]
    return [str(names[at]) for at in order if here[at] >= _LEAST_OF_A_WORD and worth[at] > 0]
