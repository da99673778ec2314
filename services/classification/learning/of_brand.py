"""What one brand's corrections change, for its messages alone: the model's own logits and the text's features, weighed anew.

Here classes may get more likely as such, since how often its customers complain is what these corrections tell.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from services.classification.domain.brand_changes import BrandChange
from services.classification.learning.known import Known, joined
from services.classification.training.fit import Floats, Linear, temperature
from services.classification.training.store import TrainedHead, small

LEAST_OF_BRAND: Final = 40
"""Corrections of one judgement; a brand with fewer shares what it learns with the others."""
_STRENGTH: Final = 3.0
"""Inverse of the price on weights: from 1 to 10 it made no difference beyond noise."""
_SAID: Final = 0.3
"""How large a logit of the model is beside a text's features, which together have length 1."""
_PASSES: Final = 200


def brand_change(
    head: TrainedHead, taught: Known, replay: Known, groups: NDArray[np.intp], rarity: Floats
) -> BrandChange | None:
    """The change for a brand; None when it is no better on rows of conversations that it has not seen.

    `replay`: rows of every class, for those that no correction names. `groups`: which fold a row is held out in.
    """
    logits = taught.logits.copy()
    for fold in sorted(set(groups.tolist())):
        held = groups == fold
        if not held.all():
            unseen = taught.only(held)
            logits[held] = _fitted(taught.only(~held), replay).logits(_features(unseen))
    labels = np.array(head.linear.classes)[taught.labels]
    warmth = temperature(logits, labels, head.linear.classes)
    if taught.loss(taught.logits / head.temperature) <= taught.loss(logits / warmth):
        return None
    return _stored(_fitted(taught, replay), rarity, head.temperature / warmth)


def _features(known: Known) -> csr_matrix:
    return csr_matrix(hstack([known.matrix, csr_matrix(known.logits * _SAID)]))


def _fitted(taught: Known, replay: Known) -> Linear:
    """Only features that occur in the corrections get a weight."""
    both = joined(taught, replay)
    used = np.unique(_features(taught).indices)
    model: Any = LogisticRegression(C=_STRENGTH, max_iter=_PASSES)  # type: ignore[no-untyped-call]
    matrix = _features(both)
    model.fit(matrix[:, used], both.labels, sample_weight=both.trust)
    weights = np.zeros((matrix.shape[1], both.logits.shape[1]))
    bias = np.full(both.logits.shape[1], 0.0)
    weights[np.ix_(used, model.classes_)] = model.coef_.T
    bias[model.classes_] = model.intercept_
    return Linear((), weights, bias)


def _stored(linear: Linear, rarity: Floats, warmth: float) -> BrandChange:
    """As it is served; `warmth` brings the logits to the model's own temperature."""
    weights, mix = linear.weights[: len(rarity)], linear.weights[len(rarity) :]
    buckets = np.flatnonzero(np.abs(weights).sum(axis=1))
    served, scale = small(weights[buckets] * rarity[buckets, None] * warmth)
    shifted = (mix * _SAID * warmth).astype(np.float32)
    return BrandChange(buckets, served, scale.astype(np.float32), shifted, (linear.bias * warmth).astype(np.float32))
