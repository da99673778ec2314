"""Whether one model is worse than another: the same rows judged by both, drawn again and again (paired bootstrap)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SEED: Final = 20_260_101
DRAWS: Final = 1_000
LEAST_ROWS: Final = 20
"""With fewer rows of a language nothing can be told, and nothing is claimed."""
LEVEL: Final = 95


@dataclass(frozen=True, slots=True)
class Compared:
    """One judgement in one language on one set. The scores are macro-F1 in percent, the interval is of the difference."""

    on: str
    head: str
    language: str
    rows: int
    before: float
    after: float
    low: float
    high: float

    @property
    def worse(self) -> bool:
        """Beyond noise: even the kind end of the interval is below nothing."""
        return self.high < 0


def compare(
    on: str, head: str, language: str, truth: Sequence[str], before: Sequence[str], after: Sequence[str]
) -> Compared:
    """Both models on the same rows; the same rows give the same answer."""
    classes = sorted({*truth})
    coded = [_coded(each, classes) for each in (truth, before, after)]
    rng = np.random.default_rng(SEED)
    draws = [rng.integers(0, len(truth), len(truth)) for _ in range(DRAWS)]
    differences = [
        _score(coded[0][drawn], coded[2][drawn], len(classes)) - _score(coded[0][drawn], coded[1][drawn], len(classes))
        for drawn in draws
    ]
    low, high = np.percentile(differences, [(100 - LEVEL) / 2, (100 + LEVEL) / 2])
    scores = [_score(coded[0], each, len(classes)) for each in coded[1:]]
    rounded = [round(float(each), 1) for each in (*scores, low, high)]
    return Compared(on, head, language, len(truth), *rounded)


def _coded(labels: Sequence[str], classes: Sequence[str]) -> NDArray[np.intp]:
    """Each label as a number; one that never is right has the last."""
    return np.array([classes.index(label) if label in classes else len(classes) for label in labels], dtype=np.intp)


def _score(truth: NDArray[np.intp], said: NDArray[np.intp], classes: int) -> float:
    """Macro-F1 in percent over the classes that occur."""
    of_truth = np.bincount(truth, minlength=classes + 1)[:classes]
    of_said = np.bincount(said, minlength=classes + 1)[:classes]
    right = np.bincount(truth[truth == said], minlength=classes + 1)[:classes]
    there = of_truth > 0
    return float(100 * np.mean(2 * right[there] / (of_truth + of_said)[there]))
