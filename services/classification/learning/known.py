"""Rows with what is known of them for one judgement, as a fit needs them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack
from scipy.special import log_softmax, softmax

from services.classification.training.fit import Floats
from services.classification.training.store import TrainedHead

_MOST_WEIGHT: Final = 4.0
_PASSES: Final = 200


@dataclass(frozen=True, slots=True)
class Known:
    """For one head: features, what the current model says, the right class, and trust."""

    matrix: csr_matrix
    logits: Floats
    labels: NDArray[np.intp]
    trust: Floats

    def only(self, rows: NDArray[np.bool_]) -> "Known":
        return Known(csr_matrix(self.matrix[rows]), self.logits[rows], self.labels[rows], self.trust[rows])

    def loss(self, scores: Floats) -> float:
        """How far these scores are from the right classes (log loss)."""
        of_rows = -log_softmax(scores, axis=1)[np.arange(len(self.labels)), self.labels]
        return float(np.average(of_rows, weights=self.trust))


def known(head: TrainedHead, matrix: csr_matrix, labels: Sequence[str], trust: float) -> Known:
    """The rows whose label is a class of the head; every class that occurs counts the same."""
    classes = head.linear.classes
    chosen = np.array([label in classes for label in labels], dtype=bool)
    matrix = csr_matrix(matrix[chosen])
    coded = np.array([classes.index(label) for label in labels if label in classes], dtype=np.intp)
    return Known(matrix, head.linear.logits(matrix), coded, trust * balance(coded, len(classes)))


def joined(one: Known, other: Known) -> Known:
    """The rows of both."""
    return Known(
        csr_matrix(vstack([one.matrix, other.matrix])),
        np.concatenate([one.logits, other.logits]),
        np.concatenate([one.labels, other.labels]),
        np.concatenate([one.trust, other.trust]),
    )


def balance(coded: NDArray[np.intp], classes: int) -> Floats:
    """Every class that occurs counts the same in sum, within bounds: what is rare is not unimportant."""
    seen = np.bincount(coded, minlength=classes)
    fair = len(coded) / (max(np.count_nonzero(seen), 1) * np.maximum(seen, 1))
    return np.asarray(np.clip(fair, 1 / _MOST_WEIGHT, _MOST_WEIGHT)[coded])


def change(taught: Known, everything: Known, warmth: float, strength: float) -> Floats:
    """The change of weights with the least loss on `everything` and the least price. Only features that occur in what is
    `taught` are moved, and the weight of no class as such: how often something happens on one channel says nothing about other
    languages."""
    used = np.flatnonzero(np.asarray(taught.matrix.sum(axis=0)).ravel())
    matrix, classes = everything.matrix[:, used], everything.logits.shape[1]
    rows = np.arange(len(everything.labels))
    truth = np.eye(classes)[everything.labels]
    start = np.zeros(len(used) * classes)

    def price(flat: Floats) -> tuple[float, Floats]:
        moved = flat.reshape(-1, classes)
        scores = (everything.logits + matrix @ moved) / warmth
        off = (softmax(scores, axis=1) - truth) * everything.trust[:, None] / warmth
        loss = -(everything.trust * log_softmax(scores, axis=1)[rows, everything.labels]).sum()
        slope = matrix.T @ off + moved / strength
        return float(loss + (moved**2).sum() / (2 * strength)), slope.ravel()

    found = minimize(price, start, jac=True, method="L-BFGS-B", options={"maxiter": _PASSES}).x.reshape(-1, classes)
    spread = np.zeros((everything.matrix.shape[1], classes))
    spread[used] = found
    return spread
