"""A better model from the current one and corrections: as far from it as the corrections ask, and no further.

Each head keeps its weights and gets a change on top, fitted on the corrections and on the written examples that come with the
repository, with a price on every change (softmax regression around the current model). The same input gives the same model.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, vstack
from scipy.special import log_softmax, softmax

from services.classification.domain.heads import FACTS_FILE, WEIGHTS_FILE, LinearModel
from services.classification.domain.text import cleaned
from services.classification.learning.corrections import JUDGED, Correction
from services.classification.training.corpus import written_examples
from services.classification.training.fit import Floats, Linear, counts, temperature, weighted
from services.classification.training.store import TrainedHead, save

STRENGTHS: Final = (1.0, 3.0, 10.0, 30.0)
"""How cheap a change is; which of these is found on corrections held out."""
FOLDS: Final = 3
LEAST_CORRECTIONS: Final = 20
"""Of one judgement; with fewer it stays as it is."""
ENOUGH_TO_CALIBRATE: Final = 100
_TRUST_IN_EXAMPLES: Final = 0.3
_PASSES: Final = 200
_MOST_WEIGHT: Final = 4.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Known:
    """Rows with what is known of them for one head: features, what the current model says, the right class, and trust."""

    matrix: csr_matrix
    logits: Floats
    labels: NDArray[np.intp]
    trust: Floats

    def only(self, rows: NDArray[np.bool_]) -> "Known":
        return Known(csr_matrix(self.matrix[rows]), self.logits[rows], self.labels[rows], self.trust[rows])


class Base:
    """The model that is built on, as arrays."""

    def __init__(self, folder: Path) -> None:
        self.name = LinearModel.load(folder).name
        self.facts: Mapping[str, Any] = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))["heads"]
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
            self.rarity = stored["rarity"].astype(np.float64)
            self.bias = stored["bias"].astype(np.float64)
            served = stored["weights"].astype(np.float64) * stored["scale"]
        seen = self.rarity[:, None] > 0
        self.weights: Floats = np.divide(served, self.rarity[:, None], out=np.zeros_like(served), where=seen)

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        return weighted(counts([cleaned(text) for text in texts]), self.rarity)

    def heads(self) -> dict[str, TrainedHead]:
        """As they are."""
        found, start = {}, 0
        for name, fact in self.facts.items():
            columns = slice(start, start + len(fact["classes"]))
            start = columns.stop
            linear = Linear(tuple(fact["classes"]), self.weights[:, columns], self.bias[columns])
            found[name] = TrainedHead(
                linear, fact["temperature"], fact["threshold"], fact["when_in_doubt"], fact.get("sooner", {})
            )
        return found


def adapt(base_folder: Path, rows: Sequence[Correction], out: Path, say: Say) -> str:
    """Write the better model and return its name. Raises ModelUnusable."""
    base = Base(base_folder)
    examples = written_examples()
    matrices = base.matrix([row.text for row in rows]), base.matrix([row.text for row in examples])
    groups = np.array([crc32(row.conversation.encode("utf-8", "replace")) % FOLDS for row in rows], dtype=np.intp)
    heads = base.heads()
    for name in JUDGED:
        labels = [getattr(row, name) or "" for row in rows]
        head = heads[name]
        taught = _known(head, matrices[0], labels, 1.0)
        if len(taught.labels) < LEAST_CORRECTIONS:
            say(f"{name}: {len(taught.labels)} corrections, {LEAST_CORRECTIONS} are needed; it stays as it is")
            continue
        chosen = np.array([label in head.linear.classes for label in labels])
        replay = _known(head, matrices[1], [getattr(row, name) for row in examples], _TRUST_IN_EXAMPLES)
        heads[name] = _adapted(head, taught, replay, groups[chosen])
        say(f"{name}: learned from {len(taught.labels)} corrections")
    return save(out, heads, base.rarity)


def _known(head: TrainedHead, matrix: csr_matrix, labels: Sequence[str], trust: float) -> Known:
    classes = head.linear.classes
    chosen = np.array([label in classes for label in labels], dtype=bool)
    matrix = csr_matrix(matrix[chosen])
    coded = np.array([classes.index(label) for label in labels if label in classes], dtype=np.intp)
    return Known(matrix, head.linear.logits(matrix), coded, trust * _balance(coded, len(classes)))


def _balance(coded: NDArray[np.intp], classes: int) -> Floats:
    """Every class that occurs counts the same in sum, within bounds: what is rare is not unimportant."""
    seen = np.bincount(coded, minlength=classes)
    fair = len(coded) / (max(np.count_nonzero(seen), 1) * np.maximum(seen, 1))
    return np.asarray(np.clip(fair, 1 / _MOST_WEIGHT, _MOST_WEIGHT)[coded])


def _adapted(head: TrainedHead, taught: Known, replay: Known, groups: NDArray[np.intp]) -> TrainedHead:
    tried = {strength: _held_out(head, taught, replay, groups, strength) for strength in STRENGTHS}
    losses = {strength: _loss(logits / head.temperature, taught) for strength, logits in tried.items()}
    best = min(losses, key=losses.__getitem__)
    if _loss(taught.logits / head.temperature, taught) <= losses[best]:
        return head  # what is corrected says nothing about what is not
    change = _change(taught, replay, head.temperature, best)
    linear = replace(head.linear, weights=head.linear.weights + change)
    warmth = head.temperature
    if len(taught.labels) >= ENOUGH_TO_CALIBRATE:
        labels = np.array(head.linear.classes)[taught.labels]
        warmth = temperature(tried[best], labels, head.linear.classes)
    return replace(head, linear=linear, temperature=warmth)


def _held_out(head: TrainedHead, taught: Known, replay: Known, groups: NDArray[np.intp], strength: float) -> Floats:
    """What a model says that has not seen the row's conversation."""
    logits = taught.logits.copy()
    for fold in range(FOLDS):
        held = groups == fold
        if held.any() and not held.all():
            change = _change(taught.only(~held), replay, head.temperature, strength)
            unseen = taught.only(held)
            logits[held] = unseen.logits + unseen.matrix @ change
    return logits


def _joined(one: Known, other: Known) -> Known:
    return Known(
        csr_matrix(vstack([one.matrix, other.matrix])),
        np.concatenate([one.logits, other.logits]),
        np.concatenate([one.labels, other.labels]),
        np.concatenate([one.trust, other.trust]),
    )


def _loss(scores: Floats, known: Known) -> float:
    of_rows = -log_softmax(scores, axis=1)[np.arange(len(known.labels)), known.labels]
    return float(np.average(of_rows, weights=known.trust))


def _change(taught: Known, replay: Known, warmth: float, strength: float) -> Floats:
    """The change with the least loss and price. Only features that occur in corrections are moved, and the weight of no class
    as such: how often something happens on one channel says nothing about other languages."""
    used = np.flatnonzero(np.asarray(taught.matrix.sum(axis=0)).ravel())
    known = _joined(taught, replay)
    matrix, classes = known.matrix[:, used], known.logits.shape[1]
    truth = np.eye(classes)[known.labels]
    start = np.zeros(len(used) * classes)

    def price(flat: Floats) -> tuple[float, Floats]:
        moved = flat.reshape(-1, classes)
        scores = (known.logits + matrix @ moved) / warmth
        off = (softmax(scores, axis=1) - truth) * known.trust[:, None] / warmth
        loss = -(known.trust * log_softmax(scores, axis=1)[np.arange(len(truth)), known.labels]).sum()
        slope = matrix.T @ off + moved / strength
        return float(loss + (moved**2).sum() / (2 * strength)), slope.ravel()

    found = minimize(price, start, jac=True, method="L-BFGS-B", options={"maxiter": _PASSES}).x.reshape(-1, classes)
    spread = np.zeros((known.matrix.shape[1], classes))
    spread[used] = found
    return spread
