"""Whether what customers write has moved away from what the model knows: class shares, confidence, unknown features."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from schemas.events.message import Classification
from services.classification.domain import Classifier
from services.classification.domain.features import features_of
from services.classification.domain.text import cleaned
from services.classification.learning.adapt import Base
from services.classification.training.fit import Floats

JUDGED: Final = ("language", "intent", "sentiment", "urgency", "topic")
MOVED: Final = 0.1
"""From this stability index on a distribution is usually said to have moved; from 0.25 on, a lot."""
MOVED_A_LOT: Final = 0.25
_LEAST: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Drift:
    """One judgement, then and now."""

    judgement: str
    stability: float
    """Population stability index of the class shares; 0: the same."""
    moved: str
    """The class whose share changed most, with the change in percent points."""
    confidence_before: float
    confidence_after: float

    @property
    def told(self) -> str:
        """In words."""
        return "a lot" if self.stability >= MOVED_A_LOT else "moved" if self.stability >= MOVED else "steady"


@dataclass(frozen=True, slots=True)
class Report:
    """All of it; and the shares of features that were in no text the model was trained on, in percent."""

    drifts: tuple[Drift, ...]
    unknown_before: float
    unknown_after: float


def drift(classifier: Classifier, model: Path, before: Sequence[str], after: Sequence[str]) -> Report:
    """Messages of some weeks beside those of others. Raises ValueError when there are none of one."""
    if not before or not after:
        raise ValueError("there are no messages to compare")
    then, now = classifier.classify(before), classifier.classify(after)
    rarity = Base(model).rarity
    drifts = tuple(_of(judgement, then, now) for judgement in JUDGED)
    return Report(drifts, *(_unknown(rarity, texts) for texts in (before, after)))


def _of(judgement: str, then: Sequence[Classification], now: Sequence[Classification]) -> Drift:
    shares = [_shares([str(getattr(label, judgement)) for label in labels]) for labels in (then, now)]
    classes = sorted(shares[0].keys() | shares[1].keys())
    changes = {each: shares[1].get(each, 0.0) - shares[0].get(each, 0.0) for each in classes}
    most = max(changes, key=lambda each: abs(changes[each]))
    pairs = [(max(shares[0].get(each, 0.0), _LEAST), max(shares[1].get(each, 0.0), _LEAST)) for each in classes]
    stability = sum((after - before) * math.log(after / before) for before, after in pairs)
    sure = [float(np.mean([getattr(label, f"{judgement}_confidence") for label in labels])) for labels in (then, now)]
    moved = f"{most or '-'} {100 * changes[most]:+.1f}"
    return Drift(judgement, round(stability, 3), moved, *(round(each, 3) for each in sure))


def _unknown(rarity: Floats, texts: Sequence[str]) -> float:
    buckets = features_of([cleaned(text) for text in texts]).buckets
    return round(100 * float((rarity[buckets] == 0).mean()), 2) if len(buckets) else 0.0


def _shares(said: Sequence[str]) -> dict[str, float]:
    return {each: number / len(said) for each, number in Counter(said).items()}
