"""What a brand's corrections change in a model's judgements: for messages to that brand only, on top of the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.classification.domain.features import Features, Found
from services.classification.domain.sums import sums

CHANGES_FILE: Final = "brands.npz"
_PARTS: Final = ("buckets", "weights", "scale", "mix", "bias")
Logits = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class BrandChange:
    """One judgement for one brand: the model's own logits mixed anew, and weights of the features that corrections had."""

    buckets: Features
    """Ascending."""
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    mix: NDArray[np.float32]
    """From the model's logits to the brand's, a row per class of the model."""
    bias: NDArray[np.float32]

    def logits(self, of_model: Logits, found: Found, lengths: NDArray[np.floating[Any]]) -> Logits:
        """The brand's logits of texts whose features are in `found`, from the model's."""
        at = np.minimum(np.searchsorted(self.buckets, found.buckets), len(self.buckets) - 1)
        known = self.buckets[at] == found.buckets
        moved = sums(np.where(known[:, None], self.weights[at], np.int8(0)), found.ends)
        return np.asarray(of_model @ self.mix + moved * (self.scale / lengths[:, None]) + self.bias)


Changes = Mapping[str, Mapping[str, BrandChange]]
"""By brand, then by judgement."""


def read(folder: Path, classes: Mapping[str, int]) -> dict[str, dict[str, BrandChange]]:
    """The changes of a model's folder; none without the file. `classes`: how many each judgement has.

    Raises OSError, KeyError and ValueError for a file that does not fit.
    """
    path = folder / CHANGES_FILE
    changes: dict[str, dict[str, BrandChange]] = {}
    if not path.is_file():
        return changes
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        for name in sorted({each.rpartition("/")[0] for each in stored.files}):
            brand, _, head = name.rpartition("/")
            change = BrandChange(*(stored[f"{name}/{part}"] for part in _PARTS))
            wide, features = classes[head], len(change.buckets)
            shapes = [(features,), (features, wide), (wide,), (wide, wide), (wide,)]
            if not features or [getattr(change, part).shape for part in _PARTS] != shapes:
                raise ValueError(f"{CHANGES_FILE}: what it holds for {name} does not fit")
            changes.setdefault(brand, {})[head] = change
    return changes


def write(folder: Path, changes: Changes) -> bytes:
    """Keep them beside the model; what was written, byte by byte the same for the same changes."""
    arrays: dict[str, NDArray[Any]] = {
        f"{brand}/{head}/{part}": getattr(change, part)
        for brand, heads in sorted(changes.items())
        for head, change in sorted(heads.items())
        for part in _PARTS
    }
    path = folder / CHANGES_FILE
    if not arrays:
        path.unlink(missing_ok=True)
        return b""
    np.savez_compressed(path, allow_pickle=False, **arrays)
    return path.read_bytes()


def only(found: Found, chosen: Sequence[int]) -> Found:
    """The features of some of the texts."""
    starts = np.concatenate(([0], found.ends[:-1]))
    parts = [found.buckets[starts[at] : found.ends[at]] for at in chosen]
    return Found(np.concatenate(parts), np.cumsum([len(part) for part in parts], dtype=np.intp))
