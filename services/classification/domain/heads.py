"""The linear judgements (intent, sentiment, urgency): arrays read from the model folder, one pass for all three."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from services.classification.domain import brand_changes
from services.classification.domain.features import BUCKETS, features_of
from services.classification.domain.sums import sums

WEIGHTS_FILE = "weights.npz"
FACTS_FILE = "model.json"
_TINY = 1e-9


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
        return self.judge_all(logits[None, :])[0]

    def judge_all(self, logits: NDArray[np.floating[Any]]) -> list[Judgement]:
        """One judgement per row of logits."""
        return [self.settle(chances) for chances in self.chances(logits).tolist()]

    def chances(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """How likely each class is, a row per row of logits."""
        scores = logits[:, self.columns] / self.temperature
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(likely / likely.sum(axis=1, keepdims=True))

    def settle(self, chances: Sequence[float]) -> Judgement:
        for label, level in self.sooner.items():
            if (chance := chances[self.classes.index(label)]) >= level:
                return Judgement(label, chance)
        confidence = max(chances)
        label = self.classes[chances.index(confidence)]
        return Judgement(label if confidence >= self.threshold else self.when_in_doubt, confidence)


class LinearModel:
    """Weights of all heads side by side, one row per feature, as 8-bit numbers with one scale per class."""

    def __init__(
        self,
        name: str,
        heads: Mapping[str, Head],
        arrays: Mapping[str, NDArray[Any]],
        changes: brand_changes.Changes | None = None,
    ) -> None:
        self.name = name
        self._heads = dict(heads)
        self._changes = changes or {}
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
            heads = _heads(facts["heads"], arrays)
            changes = brand_changes.read(folder, {name: len(head.classes) for name, head in heads.items()})
            return cls(str(facts["name"]), heads, arrays, changes)
        except (EOFError, OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ModelUnusable(f"{folder}: not a usable model: {type(error).__name__}: {error}") from error

    def judge(self, clean: str) -> dict[str, Judgement]:
        """What each head says about a text that went through `cleaned`; every head abstains when no feature is known."""
        return self.judge_all([clean])[0]

    def judge_all(self, cleans: Sequence[str], brands: Sequence[str] = ()) -> list[dict[str, Judgement]]:
        """The same for several texts: one walk over the weights for all of them.

        `brands` names the brand that each was written to, where that is known: what its corrections say counts for it alone.
        """
        logits, lengths = self._logits(cleans, brands)
        said = {name: head.judge_all(logits) for name, head in self._heads.items()}
        nothing = {name: Judgement(head.when_in_doubt, 0.0) for name, head in self._heads.items()}
        return [
            {name: judged[at] for name, judged in said.items()} if length else dict(nothing)
            for at, length in enumerate(lengths)
        ]

    def chances_all(
        self, cleans: Sequence[str], brands: Sequence[str] = ()
    ) -> dict[str, tuple[tuple[str, ...], NDArray[np.floating[Any]]]]:
        """By head: its classes, and how likely each is for each text; nothing abstains."""
        logits, _ = self._logits(cleans, brands)
        return {name: (head.classes, head.chances(logits)) for name, head in self._heads.items()}

    def _logits(
        self, cleans: Sequence[str], brands: Sequence[str] = ()
    ) -> tuple[NDArray[np.floating[Any]], NDArray[np.floating[Any]]]:
        """Of all heads side by side; and how much of each text is known (0: nothing)."""
        found = features_of(cleans)
        lengths = np.sqrt(sums(self._squared_rarity[found.buckets], found.ends))
        weighed = sums(self._weights.take(found.buckets, axis=0), found.ends)
        logits = weighed * (self._scale / np.maximum(lengths, _TINY, dtype=np.float32)[:, None]) + self._bias
        for brand in self._changes.keys() & set(brands):
            chosen = [at for at, each in enumerate(brands) if each == brand and lengths[at]]
            if chosen:
                theirs = brand_changes.only(found, chosen)
                for name, change in self._changes[brand].items():
                    columns = self._heads[name].columns
                    logits[chosen, columns] = change.logits(logits[chosen, columns], theirs, lengths[chosen])
        return logits, lengths


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
