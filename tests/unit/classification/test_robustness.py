"""Any text is judged, the same way every time, from any thread, without network; a broken model says what is broken."""

import json
import shutil
import socket
import string
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events.message import MAX_TEXT_CHARACTERS, Classification
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.domain.heads import ModelUnusable
from services.classification.domain.text import MAX_CHARACTERS, cleaned
from tests.unit.classification.conftest import TOPICS

ANY = st.text(st.characters(), max_size=300)  # surrogates, controls, unassigned: everything
NASTY = st.lists(
    st.sampled_from(
        [
            "\x00",
            "\ud800",
            "\u202e",
            "\u200d",
            "\ufdfa",
            "👩‍👩‍👧‍👦",
            "e\u0301" * 40,
            "@",
            "http",
            "<",
            "𝕳𝖊𝖑𝖑𝖔",
            "ß",
            "İ",
            "\r\n",
        ]
    ),
    max_size=60,
).map("".join)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(ANY, NASTY))
def test_any_text_is_classified_within_the_contract(classifier: Classifier, text: str) -> None:
    result = classifier.classify([text])[0]
    assert Classification.model_validate(result.model_dump()) == result
    for judgement in ("language", "intent", "sentiment", "urgency", "topic"):
        assert 0.0 <= getattr(result, f"{judgement}_confidence") <= 1.0
    assert result.model


@settings(deadline=None, max_examples=200)
@given(st.one_of(ANY, NASTY))
def test_cleaning_is_bounded_and_leaves_no_control_characters(text: str) -> None:
    clean = cleaned(text * 40)
    assert len(clean) <= MAX_CHARACTERS
    assert not set(clean) & {chr(code) for code in (*range(32), 127, 0xD800, 0x202E)}


@pytest.mark.parametrize(
    "unit",
    ["a", "😀", "ﷺ", "@", "@a", "a@b.", "http://", "&amp;", "ab ", "\x00", "שלום ", "。", "__", "1", "coffee machine "],
)
def test_the_longest_text_is_cut_not_refused(classifier: Classifier, unit: str) -> None:
    text = (unit * (MAX_TEXT_CHARACTERS // len(unit) + 1))[:MAX_TEXT_CHARACTERS]
    long, cut = classifier.classify([text, text[:MAX_CHARACTERS]])
    assert long == cut


def test_a_batch_says_the_same_as_one_by_one_and_twice_the_same(classifier: Classifier) -> None:
    texts = ["Where is my parcel?", "", "Mijn koffie is koud", "😡😡", "Where is my parcel?"]
    batch = classifier.classify(texts)
    assert batch == [classifier.classify([text])[0] for text in texts] == Classifier.load(TOPICS).classify(texts)
    assert batch[0] == batch[4]
    assert classifier.classify([]) == []


def test_several_threads_get_the_same_answers(classifier: Classifier) -> None:
    texts = [f"{word} is broken and my parcel {word} is late" for word in string.ascii_lowercase] * 4
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda text: classifier.classify([text])[0], texts))
    assert answers == classifier.classify(texts)


def test_loading_and_classifying_open_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the classifier opened a connection")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    assert Classifier.load(TOPICS).classify(["Where is my parcel?"])[0].language == "en"


@pytest.fixture
def copied_model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_MODEL_FOLDER, tmp_path / "model"))


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=r"nowhere.*model\.json"):
        Classifier.load((), tmp_path / "nowhere")


def test_weights_that_do_not_fit_the_heads_are_refused(copied_model: Path) -> None:
    facts = json.loads((copied_model / "model.json").read_text())
    facts["heads"]["intent"]["classes"].pop()
    (copied_model / "model.json").write_text(json.dumps(facts))
    with pytest.raises(ModelUnusable, match="weights has the shape"):
        Classifier.load((), copied_model)


def test_truncated_weights_are_refused(copied_model: Path) -> None:
    weights = copied_model / "weights.npz"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelUnusable, match="not a usable model"):
        Classifier.load((), copied_model)


def test_weights_with_code_in_them_are_refused(copied_model: Path) -> None:
    np.savez(copied_model / "weights.npz", weights=np.array([print], dtype=object))
    with pytest.raises(ModelUnusable, match="allow_pickle"):
        Classifier.load((), copied_model)


def test_the_shipped_model_is_small() -> None:
    assert sum(file.stat().st_size for file in DEFAULT_MODEL_FOLDER.iterdir()) < 4_000_000
