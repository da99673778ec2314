"""Writes a trained model as the two files that `domain.heads` reads: readable facts, and small whole-number weights."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.classification.domain import brand_changes
from services.classification.domain.heads import FACTS_FILE, WEIGHTS_FILE
from services.classification.training.corpus import Row
from services.classification.training.fit import Floats, Linear

_CARD = Path(__file__).parent / "card.md"
_LARGEST = 127
_CLIPPED = 0.9999


@dataclass(frozen=True, slots=True)
class TrainedHead:
    """A fitted judgement with its calibration."""

    linear: Linear
    temperature: float
    threshold: float
    when_in_doubt: str
    sooner: Mapping[str, float]


def small(weights: Floats, used: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.int8], Floats]:
    """Weights as 8-bit numbers, with one scale per class; `used` are the rows that the scale goes by."""
    scale = np.quantile(np.abs(weights if used is None else weights[used]), _CLIPPED, axis=0) / _LARGEST
    scale = np.maximum(scale, np.finfo(np.float32).tiny)
    return np.clip(np.round(weights / scale), -_LARGEST, _LARGEST).astype(np.int8), scale


def save(
    folder: Path, heads: Mapping[str, TrainedHead], rarities: Floats, changes: brand_changes.Changes | None = None
) -> str:
    """Write the model files and return the name of the model, which changes with its content."""
    weights = np.concatenate([head.linear.weights for head in heads.values()], axis=1) * rarities[:, None]
    served, scale = small(weights, rarities > 0)
    bias = np.concatenate([head.linear.bias for head in heads.values()]).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    of_brands = brand_changes.write(folder, changes or {})
    name = _name(served, bias, of_brands)
    np.savez_compressed(
        folder / WEIGHTS_FILE,
        weights=served,
        scale=scale.astype(np.float32),
        bias=bias,
        rarity=rarities.astype(np.float16),
    )
    facts = {
        "name": name,
        "heads": {
            each: {
                "classes": head.linear.classes,
                "temperature": round(head.temperature, 4),
                "threshold": head.threshold,
                "when_in_doubt": head.when_in_doubt,
                "sooner": dict(head.sooner),
            }
            for each, head in heads.items()
        },
    }
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return name


def save_beside(base: Path, folder: Path, changes: brand_changes.Changes) -> str:
    """Write the model of `base` as it is, with other changes of brands, and return its name."""
    folder.mkdir(parents=True, exist_ok=True)
    of_brands = brand_changes.write(folder, changes)
    shutil.copyfile(base / WEIGHTS_FILE, folder / WEIGHTS_FILE)
    with np.load(base / WEIGHTS_FILE, allow_pickle=False) as stored:
        name = _name(stored["weights"], stored["bias"], of_brands)
    facts = json.loads((base / FACTS_FILE).read_text(encoding="utf-8")) | {"name": name}
    (folder / FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return name


def _name(weights: NDArray[np.int8], bias: NDArray[np.float32], of_brands: bytes) -> str:
    return "linear-" + hashlib.sha256(weights.tobytes() + bias.tobytes() + of_brands).hexdigest()[:8]


def write_card(folder: Path, name: str, rows: Sequence[Row]) -> None:
    """`MODEL_CARD.md`: the fixed text of `card.md` with this model's name and rows filled in."""
    sources = Counter(row.source for row in rows)
    text = _CARD.read_text(encoding="utf-8").replace("{name}", name)
    for source, number in sources.items():
        text = text.replace(f"{{rows:{source}}}", f"{number:,}")
    (folder / "MODEL_CARD.md").write_text(text, encoding="utf-8")
