"""Scores with their uncertainty, from what was true and what was said."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.classification.training.fit import SEED

_RESAMPLED = 400
Score = Callable[[NDArray[np.intp], NDArray[np.intp], int], float]


def macro_f1(truth: NDArray[np.intp], said: NDArray[np.intp], classes: int) -> float:
    """Mean F1, in percent, of the classes that occur in truth or in answers."""
    table = np.bincount(truth * classes + said, minlength=classes * classes).reshape(classes, classes)
    right, total = np.diag(table), table.sum(axis=0) + table.sum(axis=1)
    return float(100 * np.mean(2 * right[total > 0] / total[total > 0]))


def accuracy(truth: NDArray[np.intp], said: NDArray[np.intp], _: int) -> float:
    """Right answers, in percent."""
    return float(100 * np.mean(truth == said))


def with_interval(score: Score, truth: Sequence[str], said: Sequence[str]) -> tuple[float, str]:
    """The score, and as text with the 95 % interval of rows drawn again (bootstrap): `56.2 (54.8-57.9)`."""
    names = {name: at for at, name in enumerate(sorted({*truth, *said}))}
    true, answers = (np.array([names[each] for each in labels]) for labels in (truth, said))
    draw = np.random.default_rng(SEED)
    picks = (draw.integers(0, len(true), len(true)) for _ in range(_RESAMPLED))
    low, high = np.quantile([score(true[pick], answers[pick], len(names)) for pick in picks], (0.025, 0.975))
    value = score(true, answers, len(names))
    return value, f"{value:.1f} ({low:.1f}-{high:.1f})"


def calibration_error(confidences: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error: how far ten bands of confidence are from their share of right answers, on average."""
    sure, hit = np.array(confidences), np.array(right, dtype=float)
    bands = np.minimum((sure * 10).astype(int), 9)
    return float(sum(abs(sure[bands == b].mean() - hit[bands == b].mean()) * np.mean(bands == b) for b in set(bands)))


def confusion(truth: Sequence[str], said: Sequence[str]) -> str:
    """A Markdown table: a row per true class, a column per answer."""
    classes = sorted({*truth, *said})
    pairs = list(zip(truth, said, strict=True))
    head = [f"| true \\ said | {' | '.join(classes)} |", "|---" * (len(classes) + 1) + "|"]
    rows = [
        f"| {true} | {' | '.join(str(pairs.count((true, each))) for each in classes)} |" for true in sorted(set(truth))
    ]
    return "\n".join([*head, *rows])
