"""Topics by the taxonomy's words: works without training data, per language, with the skill the topic asks for."""

import pytest

from services.classification.domain import Classifier
from services.classification.domain.taxonomy import NOTHING, TopicFinder
from tests.unit.classification.conftest import topic


@pytest.mark.parametrize(
    ("text", "expected", "skill"),
    [
        ("When will my parcel arrive?", "delivery", "logistics"),
        ("Mijn koffiezetapparaat lekt alweer", "coffee-leak", "coffee-machines"),
        ("Wanneer worden de pakketten bezorgd?", "delivery", "logistics"),
        ("Meine Kaffeemaschine ist kaputt", "coffee", "coffee-machines"),
        ("Mój ekspres znowu cieknie", "coffee-leak", "coffee-machines"),
        ("配送はいつですか", "delivery", "logistics"),
        ("أين خدمة التوصيل؟", "delivery", "logistics"),
        ("Mein neuer espresso schmeckt wunderbar", "coffee", "coffee-machines"),
        ("my tv is black", "tv", ""),
        ("I saw your advertisement yesterday", "", ""),
    ],
)
def test_the_words_of_a_topic_name_it(classifier: Classifier, text: str, expected: str, skill: str) -> None:
    result = classifier.classify([text])[0]
    assert (result.topic, result.skill) == (expected, skill)
    assert (result.topic_confidence > 0) == bool(expected)


def test_a_short_word_counts_only_when_it_stands_alone(classifier: Classifier) -> None:
    assert classifier.classify(["I am sitting on the tvcabinet"])[0].topic == ""


def test_two_topics_in_one_message_lower_the_confidence(classifier: Classifier) -> None:
    one, both = classifier.classify(["Where is my parcel?", "Where is my parcel with the coffee machine?"])
    assert both.topic_confidence < one.topic_confidence


def test_more_evidence_raises_the_confidence() -> None:
    finder = TopicFinder([topic("delivery", en=("parcel", "delivery"))])
    assert finder.find("parcel delivery", "en").confidence > finder.find("parcel", "en").confidence


def test_all_languages_are_tried_when_the_language_is_not_known() -> None:
    finder = TopicFinder([topic("delivery", pl=("paczka",))])
    assert finder.find("paczka", "und").topic == "delivery"
    assert finder.find("paczka", "fi") is NOTHING


def test_words_with_signs_are_words_not_patterns() -> None:
    finder = TopicFinder([topic("code", en=("e24 (error", "c++", ".*"))])
    assert finder.find("it shows e24 (error again", "en").topic == "code"
    assert finder.find("nothing here", "en") is NOTHING


def test_without_topics_there_is_no_topic() -> None:
    assert TopicFinder([]).find("anything at all", "en") is NOTHING


def test_norwegian_goes_by_any_of_its_codes() -> None:
    finder = TopicFinder([topic("delivery", nb=("pakken",))])
    assert finder.find("hvor er pakken", "no").topic == "delivery"
