"""Fits one linear judgement (softmax regression on weighted features) and makes its confidence honest."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags
from scipy.special import log_softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from services.classification.domain.features import BUCKETS, features

SEED = 20_260_101
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights per bucket and class, for features that were weighted and brought to length 1."""

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats

    def logits(self, matrix: csr_matrix) -> Floats:
        return np.asarray(matrix @ self.weights + self.bias)


def counts(texts: Sequence[str]) -> csr_matrix:
    """One row per text, 1 where it has the feature."""
    found = [features(text) for text in texts]
    ends = np.cumsum([0, *map(len, found)])
    return csr_matrix((np.ones(ends[-1]), np.concatenate(found), ends), shape=(len(found), BUCKETS))


def rarity(matrix: csr_matrix) -> Floats:
    """How much each feature counts: the rarer the more; what occurs once only counts nothing."""
    seen = np.asarray(matrix.sum(axis=0)).ravel()
    weight = np.log((1 + matrix.shape[0]) / (1 + seen)) + 1
    weight[seen < 2] = 0
    return np.asarray(weight)


def weighted(matrix: csr_matrix, rarities: Floats) -> csr_matrix:
    """The rows weighted by rarity and brought to length 1."""
    scaled = matrix @ diags(rarities)
    lengths = np.sqrt(np.asarray(scaled.multiply(scaled).sum(axis=1)).ravel())
    return csr_matrix(diags(1 / np.maximum(lengths, 1e-9)) @ scaled)


def fit(matrix: csr_matrix, labels: NDArray[np.str_], weights: Floats, strength: float) -> Linear:
    """Softmax regression; `strength` is the inverse of the regularisation. The same rows give the same weights."""
    used = np.flatnonzero(np.asarray(matrix.sum(axis=0)).ravel())
    model: Any = LogisticRegression(C=strength, max_iter=400, tol=1e-4)  # type: ignore[no-untyped-call]
    model.fit(matrix[:, used], labels, sample_weight=weights)
    spread = np.zeros((BUCKETS, len(model.classes_)))
    spread[used] = model.coef_.T
    return Linear(tuple(map(str, model.classes_)), spread, np.asarray(model.intercept_))


def held_out_logits(
    matrix: csr_matrix,
    labels: NDArray[np.str_],
    weights: Floats,
    strength: float,
    tested: NDArray[np.intp],
    threads: Sequence[str],
    folds: int,
) -> Floats:
    """Logits for the rows in `tested`, each from a model that saw neither it nor its thread; the rest is learned from."""
    logits = np.zeros((len(tested), len(set(labels))))
    splits: Any = StratifiedGroupKFold(folds, shuffle=True, random_state=SEED)  # type: ignore[no-untyped-call]
    for _, held in splits.split(tested, labels[tested], threads):
        learned = np.setdiff1d(np.arange(len(labels)), tested[held])
        model = fit(matrix[learned], labels[learned], weights[learned], strength)
        logits[held] = model.logits(matrix[tested[held]])
    return logits


def level(chances: Floats, truth: NDArray[np.bool_], precision: float) -> float:
    """The chance from which to say a class: best F1 among those whose share of false alarms stays within bounds."""
    best, found = 0.0, 1.0
    for least in np.arange(0.1, 0.9, 0.01):
        said = chances >= least
        right = float((said & truth).sum())
        if right == 0 or right / said.sum() < precision:
            continue
        score = 2 * right / (said.sum() + truth.sum())
        if score > best:
            best, found = score, float(least)
    return round(found, 2)


def temperature(logits: Floats, labels: NDArray[np.str_], classes: tuple[str, ...]) -> float:
    """What to divide logits by so that the confidence is right as often as it says (least log loss)."""
    truth = np.array([classes.index(label) for label in labels])

    def loss(log_temperature: float) -> float:
        scores = log_softmax(logits / np.exp(log_temperature), axis=1)
        return float(-scores[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))
