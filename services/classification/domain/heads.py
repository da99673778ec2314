"""The linear judgements (intent, sentiment, urgency): arrays read from the model folder, one pass for all three."""

import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.classification.domain.features import BUCKETS, features

WEIGHTS_FILE = "weights.npz"
FACTS_FILE = "model.json"


class ModelUnusable(ValueError):
    """The files of a model folder are missing or do not fit together."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The class a head settled on, with the probability of the most likely one. Below its threshold a head abstains."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Head:
    """One judgement: its columns in the weights, how its confidence was calibrated, and what it says when in doubt.

    A class in `sooner` is said as soon as its chance reaches the level given there, even when another is likelier.
    """

    classes: tuple[str, ...]
    columns: slice
    temperature: float
    threshold: float
    when_in_doubt: str
    sooner: Mapping[str, float] = field(default_factory=dict)

    def judge(self, logits: NDArray[np.float32]) -> Judgement:
        scores = logits[self.columns] / self.temperature
        likely = np.exp(scores - scores.max())
        chances = likely / likely.sum()
        for label, level in self.sooner.items():
            if (chance := float(chances[self.classes.index(label)])) >= level:
                return Judgement(label, chance)
        best = int(chances.argmax())
        confidence = float(chances[best])
        return Judgement(self.classes[best] if confidence >= self.threshold else self.when_in_doubt, confidence)


class LinearModel:
    """Weights of all heads side by side, one row per feature, as 8-bit numbers with one scale per class."""

    def __init__(self, name: str, heads: Mapping[str, Head], arrays: Mapping[str, NDArray[Any]]) -> None:
        self.name = name
        self._heads = dict(heads)
        self._weights = arrays["weights"]
        self._scale = arrays["scale"].astype(np.float32)
        self._bias = arrays["bias"].astype(np.float32)
        self._squared_rarity = arrays["rarity"].astype(np.float32) ** 2

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model of a folder. Raises ModelUnusable with the file and what is wrong with it."""
        try:
            facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
            with (folder / WEIGHTS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in ("weights", "scale", "bias", "rarity")}
            return cls(str(facts["name"]), _heads(facts["heads"], arrays), arrays)
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ModelUnusable(f"{folder}: not a usable model: {type(error).__name__}: {error}") from error

    def judge(self, clean: str) -> dict[str, Judgement]:
        """What each head says about a text that went through `cleaned`; every head abstains when no feature is known."""
        found = features(clean)
        length = float(np.sqrt(self._squared_rarity[found].sum()))
        if length == 0.0:
            return {name: Judgement(head.when_in_doubt, 0.0) for name, head in self._heads.items()}
        logits = self._weights[found].sum(axis=0, dtype=np.int32) * (self._scale / length) + self._bias
        return {name: head.judge(logits) for name, head in self._heads.items()}


def _heads(facts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> dict[str, Head]:
    heads, start = {}, 0
    for name, fact in facts.items():
        end = start + len(fact["classes"])
        heads[name] = Head(
            tuple(fact["classes"]),
            slice(start, end),
            float(fact["temperature"]),
            float(fact["threshold"]),
            str(fact["when_in_doubt"]),
            {str(label): float(level) for label, level in fact.get("sooner", {}).items()},
        )
        start = end
    expected = {"weights": (BUCKETS, start), "scale": (start,), "bias": (start,), "rarity": (BUCKETS,)}
    for array, shape in expected.items():
        if arrays[array].shape != shape:
            raise ValueError(f"{array} has the shape {arrays[array].shape}, expected {shape}")
    return heads
