"""A model that differs from the shipped one in one thing: it finds everything positive."""

import json
import shutil
from pathlib import Path

import numpy as np

from services.classification.domain import DEFAULT_MODEL_FOLDER


def rosy(folder: Path) -> Path:
    """Written to a new folder in this one."""
    candidate = Path(shutil.copytree(DEFAULT_MODEL_FOLDER, folder / "rosy"))
    facts = json.loads((candidate / "model.json").read_text())
    facts["name"] = "linear-rosy"
    (candidate / "model.json").write_text(json.dumps(facts))
    column = 0
    for name, head in facts["heads"].items():
        if name == "sentiment":
            column += head["classes"].index("positive")
            break
        column += len(head["classes"])
    with np.load(candidate / "weights.npz") as stored:
        arrays = {each: stored[each] for each in stored.files}
    arrays["bias"][column] += 50
    np.savez(candidate / "weights.npz", **arrays)
    return candidate
