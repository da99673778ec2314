"""What means nothing flips no judgement more often than is promised; the scores that quality is told in."""

import pytest

from services.classification.domain import Classifier
from services.classification.training import corpus
from services.classification.training.scores import accuracy, calibration_error, confusion, macro_f1, with_interval
from services.classification.training.stability import AT_MOST, flips


def test_handles_links_punctuation_and_capitals_flip_no_more_than_promised(classifier: Classifier) -> None:
    texts = [row.text for row in corpus.written_examples()][::3]
    for change, shares in flips(classifier, texts).items():
        for judgement, share in shares.items():
            assert share <= AT_MOST[judgement], (change, judgement)


def test_a_score_is_told_with_its_interval() -> None:
    truth, said = ["a", "a", "b", "b"] * 50, ["a", "a", "b", "a"] * 50
    value, text = with_interval(accuracy, truth, said)
    assert value == 75.0
    assert text.startswith("75.0 (6")
    assert with_interval(macro_f1, truth, said)[0] == pytest.approx(100 * (4 / 5 + 2 / 3) / 2)
    assert with_interval(accuracy, truth, truth)[1] == "100.0 (100.0-100.0)"


def test_calibration_error_is_the_distance_from_the_share_that_is_right() -> None:
    assert calibration_error([0.75] * 4, [True, True, True, False]) == pytest.approx(0.0)
    assert calibration_error([0.95] * 4, [True, True, False, False]) == pytest.approx(0.45)


def test_a_confusion_names_every_answer() -> None:
    assert confusion(["a", "a"], ["a", "b"]) == "| true \\ said | a | b |\n|---|---|---|\n| a | 1 | 1 |"
