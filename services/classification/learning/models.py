"""A folder of models: one is current, the earlier ones stay for going back.

`<folder>/<name>/` holds a model with the report it was chosen by; `<folder>/current.json` names the current one and those
before it. Writing that file is the only moment at which anything changes for the service.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Final

from services.classification.domain import DEFAULT_MODEL_FOLDER, ModelUnusable
from services.classification.domain.classifier import learned_of
from services.classification.domain.heads import FACTS_FILE
from services.classification.domain.learned import LEARNED_FILE, Learned

CURRENT: Final = "current.json"
SHIPPED: Final = "shipped"
"""How the model that came with the repository is called in the list."""


def current(folder: Path) -> Path:
    """The folder of the model in use: `folder` itself if it is a model, the shipped one if nothing was ever promoted.

    Raises ModelUnusable.
    """
    if (folder / FACTS_FILE).is_file():
        return folder
    return of_name(folder, history(folder)[-1])


def of_name(folder: Path, name: str) -> Path:
    """Where a model of the folder is."""
    return DEFAULT_MODEL_FOLDER if name == SHIPPED else folder / name


def history(folder: Path) -> list[str]:
    """The models that were current, the present one last; it begins with the shipped one. Raises ModelUnusable."""
    file = folder / CURRENT
    if not file.is_file():
        return [SHIPPED]
    try:
        names = json.loads(file.read_text(encoding="utf-8"))["history"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(f"{file}: does not say which model is current: {error}") from error
    if not isinstance(names, list) or not names or not all(isinstance(each, str) for each in names):
        raise ModelUnusable(f"{file}: history must be a list of names")
    return names


def name_anew(folder: Path) -> str:
    """The name of the model in this folder, which changes with what it has learned of topics and languages too."""
    learned = (folder / LEARNED_FILE).read_bytes() if learned_of(folder) != Learned() else b""
    facts = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))
    if learned:
        facts["name"] = "linear-" + hashlib.sha256(facts["name"].encode() + learned).hexdigest()[:8]
        (folder / FACTS_FILE).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    return str(facts["name"])


def promote(folder: Path, name: str) -> None:
    """Make a model of the folder the current one."""
    before = history(folder)
    if before[-1] != name:
        _write(folder, [*before, name])


def roll_back(folder: Path) -> str:
    """Make the model before the current one current again, and say which it is. Raises ModelUnusable if there is none."""
    before = history(folder)
    if len(before) == 1:
        raise ModelUnusable(f"{folder}: no model was promoted here, so there is none to go back to")
    _write(folder, before[:-1])
    return before[-2]


def _write(folder: Path, names: list[str]) -> None:
    """All or nothing: a reader sees the old list or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{CURRENT}.new"
    with fresh.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"history": names}, indent=2) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(folder / CURRENT)
