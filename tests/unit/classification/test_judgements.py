"""Intent, sentiment and urgency of plain cases, abstention (U3), and the numbering of features behind them."""

import numpy as np
import pytest

from services.classification.domain import Classifier
from services.classification.domain.features import BUCKETS, features
from services.classification.domain.heads import Head
from services.classification.domain.text import cleaned

PLAIN = [
    ("question", "What are the opening hours of your store in Dublin?"),
    ("question", "Wat zijn de openingstijden van jullie winkel?"),
    ("question", "Wie sind die Öffnungszeiten im Laden?"),
    ("complaint", "My order still has not arrived and nobody answers, terrible service"),
    ("complaint", "Het apparaat is alweer kapot, wat een slechte service"),
    ("complaint", "Das Gerät ist schon wieder kaputt, so ein schlechter Service"),
    ("compliment", "Thank you so much, great service, love it!"),
    ("compliment", "Heel erg bedankt voor de geweldige hulp!"),
    ("compliment", "Merci beaucoup, service excellent, bravo !"),
    ("request", "Please send me a copy of the invoice"),
    ("request", "Kunnen jullie mij de factuur sturen alsjeblieft"),
    ("request", "Bitte senden Sie mir eine Kopie der Rechnung"),
]


@pytest.mark.parametrize(("intent", "text"), PLAIN)
def test_a_plain_intent_is_recognised(classifier: Classifier, intent: str, text: str) -> None:
    assert classifier.classify([text])[0].intent == intent


@pytest.mark.parametrize(
    ("sentiment", "text"),
    [
        ("negative", "This is terrible, I hate it, worst service ever"),
        ("positive", "I love it, so happy, thank you!"),
        ("negative", "Das ist schrecklich, ich bin total enttäuscht und wütend"),
        ("positive", "¡Me encanta, muchas gracias, estoy muy feliz!"),
        ("negative", "Wat slecht, ik ben zwaar teleurgesteld"),
        ("positive", "Geweldig, ik ben zo blij, dankjewel!"),
    ],
)
def test_a_plain_feeling_is_recognised(classifier: Classifier, sentiment: str, text: str) -> None:
    assert classifier.classify([text])[0].sentiment == sentiment


def test_danger_is_more_urgent_than_praise(classifier: Classifier) -> None:
    danger, praise = classifier.classify(
        ["There is smoke coming out of the plug, help, it burns!", "Lovely coffee, thank you!"]
    )
    assert (danger.urgency, praise.urgency) == ("high", "low")


@pytest.mark.parametrize("text", ["", "\x00\x01", "@brand https://example.com"])
def test_with_nothing_known_every_judgement_abstains_with_confidence_zero(classifier: Classifier, text: str) -> None:
    result = classifier.classify([text])[0]
    assert (result.intent, result.intent_confidence) == ("remark", 0.0)
    assert (result.sentiment, result.sentiment_confidence) == ("neutral", 0.0)
    assert (result.urgency, result.urgency_confidence) == ("normal", 0.0)


def test_below_its_threshold_a_head_says_what_it_says_in_doubt_and_shows_the_low_confidence() -> None:
    head = Head(("a", "b", "c"), slice(0, 3), temperature=1.0, threshold=0.5, when_in_doubt="c")
    unsure = head.judge(np.array([0.2, 0.1, 0.0], dtype=np.float32))
    sure = head.judge(np.array([3.0, 0.1, 0.0], dtype=np.float32))
    assert unsure.label == "c"
    assert 1 / 3 < unsure.confidence < 0.5
    assert sure.label == "a"


def test_a_class_that_must_not_be_overlooked_is_said_sooner() -> None:
    head = Head(("high", "low"), slice(0, 2), 1.0, 0.5, "low", {"high": 0.25})
    assert head.judge(np.array([-1.0, 0.0], dtype=np.float32)).label == "high"
    assert head.judge(np.array([-2.0, 0.0], dtype=np.float32)).label == "low"


def test_a_higher_temperature_is_less_confident() -> None:
    logits = np.array([2.0, 0.0], dtype=np.float32)
    confidence = [Head(("a", "b"), slice(0, 2), each, 0.0, "a").judge(logits).confidence for each in (0.5, 1.0, 2.0)]
    assert confidence == sorted(confidence, reverse=True)


def test_the_numbering_of_features_is_the_one_the_shipped_weights_were_trained_with() -> None:
    found = features(cleaned("Hello, world!"))
    assert found.tolist() == sorted(set(found.tolist()))
    assert found.max() < BUCKETS
    assert (len(found), int(found.sum())) == PINNED


PINNED = (41, 6096323)
"""Changing features needs a newly trained model: then, and only then, change this as well."""
