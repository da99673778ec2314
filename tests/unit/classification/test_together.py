"""Many texts at once: the same features, languages and judgements as one by one, and as the detector we build on."""

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from services.classification.domain import Classifier
from services.classification.domain.byte_patterns import BytePatterns
from services.classification.domain.features import features, features_of
from services.classification.domain.language import MAIN, SUPPORTED, LanguageDetector
from services.classification.domain.text import cleaned

TEXTS = [
    "",
    "a",
    "Mijn pakket is kapot, wat nu?",
    "?!",
    "",
    "where is my parcel? " * 30,
    "متى سيصل طلبي",
    "コーヒーメーカーから水が漏れています",
    "\ud800 x",
    "!!!",
] * 4


def test_features_of_many_are_those_of_each() -> None:
    cleans = [cleaned(text) for text in TEXTS]
    found = features_of(cleans)
    starts = [0, *found.ends[:-1]]
    for clean, start, end in zip(cleans, starts, found.ends, strict=True):
        assert found.buckets[start:end].tolist() == features(clean).tolist()


def test_how_a_text_ends_is_no_feature_but_a_question_mark_is() -> None:
    assert features("it works").tolist() == features("it works!!").tolist() == features("it works.").tolist()
    assert features("it works").tolist() != features("it works?").tolist()


@pytest.mark.parametrize("number", [1, len(TEXTS)])
def test_patterns_give_the_probabilities_of_the_detector_they_come_from(number: int) -> None:
    theirs = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)  # type: ignore[no-untyped-call]
    theirs.set_languages(SUPPORTED)
    texts = [cleaned(text) for text in TEXTS[-number:]]
    for text, chances in zip(texts, BytePatterns(SUPPORTED).chances(texts), strict=True):
        if text.strip("?! "):
            expected = dict(theirs.rank(text))
            assert np.allclose(chances, [expected[language] for language in SUPPORTED], atol=1e-4)


def test_languages_of_many_are_those_of_each() -> None:
    detector = LanguageDetector()
    cleans = [cleaned(text) for text in TEXTS]
    for vote, clean in zip(detector.detect_all(cleans), cleans, strict=True):
        alone = detector.detect(clean)
        assert vote.language == alone.language
        assert vote.confidence == pytest.approx(alone.confidence, abs=1e-5)


@pytest.mark.parametrize(
    "text",
    [
        "mera order abhi tak nahi aaya hai",
        "aap log kab tak refund karoge yaar",
        "bahut accha service hai bhai",
        "kya ye phone Delhi mein milega?",
    ],
)
def test_hindi_in_latin_letters_is_hindi(classifier: Classifier, text: str) -> None:
    assert "hi" in MAIN
    result = classifier.classify([text])[0]
    assert result.language == "hi"
    assert result.language_confidence > 0.7


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "my phone came with a bas guitar"),
        ("de", "wo ist mein Paket, ich warte schon so lange"),
        ("pt", "acho que tu não vai me ajudar"),
    ],
)
def test_a_word_that_hindi_has_too_does_not_make_it_hindi(classifier: Classifier, language: str, text: str) -> None:
    assert classifier.classify([text])[0].language == language
