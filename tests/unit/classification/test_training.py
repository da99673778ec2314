"""Training: the written examples are complete, the rules mean what they say, the same rows give the same served model."""

import json
from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from schemas.events.message import Intent, Sentiment, Urgency
from services.classification.domain.heads import LinearModel
from services.classification.training import corpus
from services.classification.training.fit import counts, fit, rarity, temperature, weighted
from services.classification.training.rules import weak_intent, weak_urgency
from services.classification.training.store import TrainedHead, save


def test_there_are_examples_of_every_intent_in_every_main_language() -> None:
    rows = corpus.written_examples()
    found = Counter((row.language, row.intent) for row in rows)
    expected = {
        (language, intent)
        for language in ["de", "en", "es", "fr", "hi", "it", "nl", "pl", "pt", "tr"]
        for intent in get_args(Intent)
    }
    assert expected == found.keys()
    assert min(found.values()) >= 15
    assert {row.urgency for row in rows} <= set(get_args(Urgency))
    assert {row.sentiment for row in rows} <= set(get_args(Sentiment))


def test_no_example_stands_under_two_headings() -> None:
    texts = Counter((row.language, row.text) for row in corpus.written_examples())
    assert [text for text, times in texts.items() if times > 1] == []


@pytest.mark.parametrize(
    ("text", "sentiment", "intent", "urgency"),
    [
        ("mijn trein heeft alweer vertraging", "", "complaint", "normal"),
        ("es kommt rauch aus dem gerät, es ist defekt", "negative", "complaint", "high"),
        ("it doesn't matter, all good", "positive", "", ""),
        ("muchas gracias, genial", "positive", "compliment", "low"),
        ("proszę o fakturę", "", "request", "normal"),
        ("kiedy otwieracie?", "neutral", "question", "normal"),
        ("a cloudy morning", "neutral", "remark", "low"),
        ("a cloudy morning", "negative", "", ""),
    ],
)
def test_weak_labels(text: str, sentiment: str, intent: str, urgency: str) -> None:
    assert weak_intent(text, sentiment) == intent
    assert weak_urgency(text, intent, sentiment) == urgency


def test_a_line_that_is_not_an_object_is_named(tmp_path: Path) -> None:
    path = tmp_path / "posts.jsonl"
    path.write_text(json.dumps({"source": "other"}) + "\n[]\n")
    with pytest.raises(ValueError, match=r"posts\.jsonl:2: expected an object, found list"):
        corpus.posts(path)
    path.write_text("{\n")
    with pytest.raises(ValueError, match=r"posts\.jsonl:1: not JSON"):
        corpus.posts(path)


def test_the_same_rows_give_the_same_files_and_serving_agrees_with_training(tmp_path: Path) -> None:
    rows = [row for row in corpus.written_examples() if row.language == "en"]
    texts, labels = [row.text for row in rows], np.array([row.intent for row in rows])
    plain = counts(texts)
    rarities = rarity(plain)
    matrix = weighted(plain, rarities)

    def trained(folder: Path) -> TrainedHead:
        linear = fit(matrix, labels, np.ones(len(labels)), strength=20.0)
        head = TrainedHead(linear, temperature(linear.logits(matrix), labels, linear.classes), 0.0, "remark", {})
        save(folder, {"intent": head}, rarities)
        return head

    first = trained(tmp_path / "first")
    trained(tmp_path / "second")
    one, two = LinearModel.load(tmp_path / "first"), LinearModel.load(tmp_path / "second")
    assert one.name == two.name
    served = [one.judge(text)["intent"].label for text in texts]
    assert served == [two.judge(text)["intent"].label for text in texts]
    exact = [first.linear.classes[best] for best in first.linear.logits(matrix).argmax(axis=1)]
    assert np.mean([a == b for a, b in zip(served, exact, strict=True)]) > 0.98  # 8-bit weights may flip a near tie
