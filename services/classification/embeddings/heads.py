"""The judgements of the second reading: small linear heads on embeddings, averaged with what the first reading found."""

import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from services.classification.domain.heads import FACTS_FILE, WEIGHTS_FILE, Head, Judgement, ModelUnusable
from services.classification.embeddings.encoder import SIZE, Points

_LEAST: Final = 1e-6
Chances = Mapping[str, tuple[tuple[str, ...], NDArray[np.floating[Any]]]]
"""By head: its classes, and how likely each is for each text."""


@dataclass(frozen=True, slots=True)
class Averaged:
    """A head, and how much it counts beside the same head of the first reading: 0.5 is a plain average (of logarithms)."""

    head: Head
    share: float
    warmth: float
    """What the average is divided by so that its confidence is right as often as it says."""


class EmbeddingHeads:
    """Intent, sentiment and urgency from embeddings. The folder holds `model.json` and `weights.npz`, no code."""

    def __init__(self, name: str, heads: Mapping[str, Averaged], weights: NDArray[Any], bias: NDArray[Any]) -> None:
        self.name = name
        self._heads = dict(heads)
        self._weights = weights.astype(np.float32)
        self._bias = bias.astype(np.float32)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Raises ModelUnusable with the folder and what is wrong with it."""
        try:
            facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
            with (folder / WEIGHTS_FILE).open("rb") as file, np.load(file, allow_pickle=False) as stored:
                weights, bias = stored["weights"], stored["bias"]
            heads = _heads(facts["heads"])
            _check(heads.values(), weights, bias)
            return cls(str(facts["name"]), heads, weights, bias)
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
            raise ModelUnusable(f"{folder}: not a usable model: {type(error).__name__}: {error}") from error

    def judge_all(self, points: Points, first: Chances) -> list[dict[str, Judgement]]:
        """Both readings together. A head that the first reading lacks, or has with other classes, is left out."""
        logits = points @ self._weights + self._bias
        said: dict[str, Sequence[Judgement]] = {}
        for name, each in self._heads.items():
            classes, chances = first.get(name, ((), np.empty(0)))
            if set(classes) == set(each.head.classes):
                there = chances[:, [classes.index(label) for label in each.head.classes]]
                said[name] = _settled(each, there, each.head.chances(logits))
        return [{name: judged[at] for name, judged in said.items()} for at in range(len(points))]


def averaged(first: NDArray[Any], second: NDArray[Any], share: float) -> NDArray[np.floating[Any]]:
    """The logarithms of two chances, averaged; the second counts by its share."""
    logs = [np.log(np.maximum(chances, _LEAST)) for chances in (first, second)]
    return np.asarray((1 - share) * logs[0] + share * logs[1])


def _settled(each: Averaged, first: NDArray[Any], second: NDArray[Any]) -> list[Judgement]:
    scores = averaged(first, second, each.share) / each.warmth
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return [each.head.settle(row) for row in (likely / likely.sum(axis=1, keepdims=True)).tolist()]


def _check(heads: Iterable[Averaged], weights: NDArray[Any], bias: NDArray[Any]) -> None:
    columns = max(each.head.columns.stop for each in heads)
    if weights.shape != (SIZE, columns) or bias.shape != (columns,):
        raise ValueError(f"weights {weights.shape} and bias {bias.shape} do not fit {columns} classes")


def _heads(facts: Mapping[str, Any]) -> dict[str, Averaged]:
    heads, start = {}, 0
    for name, fact in facts.items():
        classes = tuple(map(str, fact["classes"]))
        columns = slice(start, start + len(classes))
        start = columns.stop
        head = Head(
            classes,
            columns,
            float(fact["temperature"]),
            float(fact["threshold"]),
            str(fact["when_in_doubt"]),
            {str(label): float(level) for label, level in fact.get("sooner", {}).items()},
        )
        heads[name] = Averaged(head, float(fact["share"]), float(fact["warmth"]))
    return heads
