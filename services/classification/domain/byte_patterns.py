"""py3langid's statistics for many texts at once: the same probabilities as its own `rank`, in a fraction of the time."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.classification.domain.sums import sums

Chances = NDArray[np.float32]
_FEATURE_BITS = np.int64(20)
_FEW = 24
"""Fewer texts than this are walked one by one: side by side, every step has a price of its own."""


class BytePatterns:
    """A finite automaton over the bytes of a text finds its patterns; their weights add up per language."""

    def __init__(self, languages: Sequence[str]) -> None:
        model = LanguageIdentifier.from_model_file(MODEL_FILE)  # type: ignore[no-untyped-call]
        model.set_languages(languages)
        self._next = np.asarray(model.tk_nextmove)
        self._row = np.asarray(model.tk_row, dtype=np.int64) << 8
        self._found = np.asarray(model.tk_output, dtype=np.int64)
        self._weights = np.ascontiguousarray(model.nb_ptc, dtype=np.float32)
        self._prior = np.asarray(model.nb_pc, dtype=np.float32)
        self._column = np.array([languages.index(each) for each in model.nb_classes])
        self._languages = len(languages)

    def chances(self, texts: Sequence[str]) -> Chances:
        """A row per text with the probability of each language; all alike for a text without any pattern."""
        coded = [unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass") for text in texts]
        keys = self._walked(coded) if len(coded) < _FEW else self._side_by_side(coded)
        keys, times = np.unique(keys, return_counts=True)
        ends = np.searchsorted(keys, np.arange(1, len(coded) + 1) << _FEATURE_BITS)
        rows = self._weights.take(keys & ((1 << _FEATURE_BITS) - 1), axis=0)
        scores = sums(rows * np.log1p(times, dtype=np.float32)[:, None], ends)
        empty = np.diff(ends, prepend=0) == 0
        scores = np.where(empty[:, None], 0, scores + self._prior)
        scores /= np.array([[math.sqrt(len(each) or 1)] for each in coded], dtype=np.float32)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        merged = np.zeros((len(coded), self._languages), dtype=np.float32)
        np.add.at(merged.T, self._column, likely.T)
        return np.asarray(merged / merged.sum(axis=1, keepdims=True), dtype=np.float32)

    def _walked(self, coded: Sequence[bytes]) -> NDArray[np.int64]:
        keys = []
        for at, text in enumerate(coded):
            state, first = 0, at << int(_FEATURE_BITS)
            for letter in text:
                state = self._next.item(self._row.item(state) + letter)
                if (feature := self._found.item(state)) >= 0:
                    keys.append(first | feature)
        return np.array(keys, dtype=np.int64)

    def _side_by_side(self, coded: Sequence[bytes]) -> NDArray[np.int64]:
        """One step of all texts at a time, the longest first, so that those still walking are the first ones."""
        order = sorted(range(len(coded)), key=lambda at: -len(coded[at]))
        lengths = np.array([len(coded[at]) for at in order])
        letters = np.zeros((len(coded), max(1, lengths[0])), dtype=np.int64)
        for row, at in enumerate(order):
            letters[row, : lengths[row]] = np.frombuffer(coded[at], dtype=np.uint8)
        owners = np.array(order, dtype=np.int64) << _FEATURE_BITS
        walking = len(lengths) - np.searchsorted(lengths[::-1], np.arange(1, lengths[0] + 1))
        states = np.zeros(len(coded), dtype=np.int64)
        steps = np.ascontiguousarray(letters.T)
        keys = []
        for step, number in enumerate(walking.tolist()):
            states = self._next[self._row[states[:number]] + steps[step, :number]]
            features = self._found[states]
            known = features >= 0
            keys.append(owners[:number][known] | features[known])
        return np.concatenate(keys) if keys else np.empty(0, dtype=np.int64)
