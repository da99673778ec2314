"""Personal data (U1): the places where a text tells it, never the data itself, and nothing that does not check out."""

from itertools import pairwise

import pytest

from schemas.organisation import Brand
from schemas.organisation_file import load
from services.classification.domain import Classifier
from services.classification.domain.personal_data import PersonalDataFinder
from tests.integration.classification.test_classification import ORGANISATION


def brand(id_: str, *masks: str) -> Brand:
    facts = {"id": id_, "name": id_, "purpose": "service", "voice": "-", "pool": "care", "calendar": "always"}
    return Brand.model_validate(facts | {"order_numbers": masks})


FINDER = PersonalDataFinder([brand("moccarel", "MC-#######", "#########-X"), brand("pluvane", "PV-####")])


def found(text: str, language: str = "nl", brand: str = "moccarel") -> list[tuple[str, str]]:
    return [(each.kind, text[each.start : each.end]) for each in FINDER.find(text, language, brand)]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("mail me at jan.de-vries+x@mail.example.org.", "en", [("mail", "jan.de-vries+x@mail.example.org")]),
        ("Bel 06 12345678 of +44 20 7946 0958", "nl", [("phone", "06 12345678"), ("phone", "+44 20 7946 0958")]),
        ("Rufen Sie 030 901820 an", "de", [("phone", "030 901820")]),
        ("Mijn rekening is NL91 ABNA 0417 1643 00 graag", "nl", [("iban", "NL91 ABNA 0417 1643 00")]),
        ("iban nl91abna0417164300", "nl", [("iban", "nl91abna0417164300")]),
        ("my card 4111 1111 1111 1111 was charged", "en", [("card", "4111 1111 1111 1111")]),
        ("bestelling mc-1234567 en 123456789-x", "nl", [("order", "mc-1234567"), ("order", "123456789-x")]),
    ],
)
def test_what_checks_out_is_found(text: str, language: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, language) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@handle and a @ sign",
        "NL92 ABNA 0417 1643 00 has a wrong check digit",
        "4111 1111 1111 1112 is no card",
        "It was 23/11/2026 at 10:30 and cost 1.234.567,89",
        "model 1234567 is broken",
        "MC-12345678 and XMC-1234567 are longer",
        "PV-1234 is another brand's",
    ],
)
def test_what_does_not_check_out_is_not(text: str) -> None:
    assert found(text) == []


def test_without_a_brand_the_order_numbers_of_all_count() -> None:
    assert found("MC-1234567 PV-1234", brand="") == [("order", "MC-1234567"), ("order", "PV-1234")]
    assert found("MC-1234567 PV-1234", brand="unknown") == [("order", "MC-1234567"), ("order", "PV-1234")]


def test_places_are_in_order_and_do_not_overlap() -> None:
    text = "0612345678@mail.example 0612345678 4111111111111111 MC-1234567 NL91ABNA0417164300"
    places = FINDER.find(text, "nl", "moccarel")
    assert [each.kind for each in places] == ["mail", "phone", "card", "order", "iban"]
    assert all(one.end <= other.start for one, other in pairwise(places))


def test_the_organisations_files_say_how_order_numbers_look() -> None:
    classifier = Classifier.of(load(ORGANISATION))
    text = "Waar blijft bestelling MC-2048113?"
    (label,) = classifier.classify([text], ["moccarel"])
    assert [(each.kind, text[each.start : each.end]) for each in label.personal_data] == [("order", "MC-2048113")]


@pytest.mark.parametrize("mask", ["MC-###", "", "(a+)+####", "#" * 60, "MC ####"])
def test_a_mask_that_is_none_is_refused(mask: str) -> None:
    with pytest.raises(ValueError, match="order_numbers"):
        brand("moccarel", mask)
