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


def test_everything_named_is_a_key_with_its_kind_and_a_place_is_no_topic() -> None:
    finder = TopicFinder(
        [
            topic("product").model_copy(update={"kind": "product"}),
            topic("kettle", "product", en=("kettle",), nl=("waterkoker",)),
            topic("delivery", en=("parcel",)),
            topic("schiphol", en=("schiphol",)).model_copy(update={"kind": "place"}),
        ]
    )
    guess = finder.find("my kettle and a parcel at schiphol", "en")
    assert [(each.kind, each.key) for each in guess.named] == [
        ("product", "kettle"),
        ("topic", "delivery"),
        ("place", "schiphol"),
    ]
    assert guess.topic in {"kettle", "delivery"}
    assert finder.find("de waterkoker", "nl").named[0].key == "kettle"
    only_place = finder.find("is it open at schiphol?", "en")
    assert (only_place.topic, only_place.confidence, len(only_place.named)) == ("", 0.0, 1)


def test_two_words_of_examples_point_to_their_topic_and_one_does_not() -> None:
    examples = {"en": ("the driver threw it over the fence", "nobody rang the doorbell")}
    finder = TopicFinder(
        [topic("delivery").model_copy(update={"examples": examples}), topic("shaver", en=("shaver", "fence"))]
    )
    assert finder.find("they threw everything, and nobody rang", "en").topic == "delivery"
    assert finder.find("nobody likes it", "en") is NOTHING
    assert finder.find("they threw everything, and nobody rang", "nl") is NOTHING
    assert finder.find("my shaver, nobody rang", "en").topic == "shaver"
