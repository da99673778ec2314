"""Letters that only look like Latin ones are read as what they look like, and nowhere else (bad input)."""

import pytest

from schemas.events.message import MAX_TEXT_CHARACTERS
from services.classification.domain import Classifier
from services.classification.domain.signals import find_signals
from services.classification.domain.text import MAX_CHARACTERS, cleaned


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Му раrсеl іs lаtе", "my parcel is late"),
        ("thіs is а sсаm", "this is a scam"),
        ("ｆｒｅｅ mοnеy", "free money"),
        ("Мой заказ не пришёл", "мой заказ не пришёл"),
        ("Открыл pdfом, не работает", "открыл pdfом, не работает"),
        ("Η παραγγελία μου δεν ήρθε", "η παραγγελία μου δεν ήρθε"),
        ("она то нас", "она то нас"),
        ("α-tocopherol in my cream?", "α-tocopherol in my cream?"),
    ],
)
def test_only_what_is_disguised_is_changed(text: str, read: str) -> None:
    assert cleaned(text) == read


def test_a_disguise_hides_neither_language_nor_topic(classifier: Classifier) -> None:
    disguised, plain = classifier.classify(["Му раrсеl іs lаtе, whеrе іs іt?", "My parcel is late, where is it?"])
    unlike = {"personal_data", "signals", "entities"}
    assert disguised.model_dump(exclude=unlike) == plain.model_dump(exclude=unlike)
    assert disguised.topic == "delivery"


def test_what_unfolds_is_read_no_further_than_anything_else() -> None:
    """One character of Arabic becomes eighteen."""
    text = "\ufdfa" * MAX_TEXT_CHARACTERS
    assert len(cleaned(text)) <= MAX_CHARACTERS
    assert find_signals("my charger caught fire " + text, "en")[0].kind == "danger"
    assert find_signals("\ufdfa" * 2_000 + " my charger caught fire", "en") == []
