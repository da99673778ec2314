"""A better model from the current one and corrections: as far from it as the corrections ask, and no further.

Each head keeps its weights and gets a change on top, fitted on the corrections and on the written examples that come with the
repository, with a price on every change (softmax regression around the current model). The same input gives the same model.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from services.classification.domain import brand_changes
from services.classification.domain.brand_changes import BrandChange
from services.classification.domain.heads import FACTS_FILE, WEIGHTS_FILE, LinearModel
from services.classification.domain.text import cleaned
from services.classification.learning.corrections import JUDGED, Correction
from services.classification.learning.known import Known, change, joined, known
from services.classification.learning.of_brand import LEAST_OF_BRAND, brand_change
from services.classification.training.corpus import Row, written_examples
from services.classification.training.fit import Floats, Linear, counts, temperature, weighted
from services.classification.training.store import TrainedHead, save, save_beside

STRENGTHS: Final = (1.0, 3.0, 10.0, 30.0)
"""How cheap a change is; which of these is found on corrections held out."""
FOLDS: Final = 3
LEAST_CORRECTIONS: Final = 20
"""Of one judgement; with fewer it stays as it is."""
ENOUGH_TO_CALIBRATE: Final = 100
_TRUST_IN_EXAMPLES: Final = 0.3
_TRUST_BESIDE_A_BRAND: Final = 0.02
"""Just enough to know every class."""
Say = Callable[[str], None]


class Base:
    """The model that is built on, as arrays."""

    def __init__(self, folder: Path) -> None:
        self.name = LinearModel.load(folder).name
        self.facts: Mapping[str, Any] = json.loads((folder / FACTS_FILE).read_text(encoding="utf-8"))["heads"]
        self.changes = brand_changes.read(folder, {name: len(fact["classes"]) for name, fact in self.facts.items()})
        with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as stored:
            self.rarity = stored["rarity"].astype(np.float64)
            self.bias = stored["bias"].astype(np.float64)
            served = stored["weights"].astype(np.float64) * stored["scale"]
        seen = self.rarity[:, None] > 0
        self.weights: Floats = np.divide(served, self.rarity[:, None], out=np.zeros_like(served), where=seen)

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        if not texts:
            return csr_matrix((0, len(self.rarity)))
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
    """Write the better model and return its name. A brand with enough corrections gets a change of its own, those with fewer
    share one. Raises ModelUnusable."""
    base = Base(base_folder)
    examples = written_examples()
    lessons = Lessons(
        base, rows, base.matrix([row.text for row in rows]), examples, base.matrix([row.text for row in examples])
    )
    heads, changes = base.heads(), {brand: dict(each) for brand, each in base.changes.items()}
    moved = False
    for name in JUDGED:
        taught = [bool(getattr(row, name)) for row in rows]
        numbers = Counter(row.brand for row, said in zip(rows, taught, strict=True) if said)
        brands = {brand for brand, number in numbers.items() if brand and number >= LEAST_OF_BRAND}
        shared = [row.brand not in brands for row in rows]
        number = sum(said and each for said, each in zip(taught, shared, strict=True))
        if number >= LEAST_CORRECTIONS:
            better = lessons.shared(heads[name], name, shared)
            moved, heads[name] = moved or better is not heads[name], better
            say(f"{name}: learned from {number} corrections")
        elif number or not brands:
            say(f"{name}: {number} corrections, {LEAST_CORRECTIONS} are needed; it stays as it is")
        for brand in sorted(brands):
            change = lessons.brand_change(heads[name], name, [row.brand == brand for row in rows])
            if change:
                changes.setdefault(brand, {})[name] = change
            say(f"{name} of {brand}: {numbers[brand]} corrections, {'learned' if change else 'nothing to learn'}")
    if not moved:  # written again, its weights would be rounded again
        return save_beside(base_folder, out, changes)
    return save(out, heads, base.rarity, changes)


@dataclass(frozen=True, slots=True)
class Lessons:
    """All that can be learned from: corrections, and the written examples, both with their features."""

    base: Base
    rows: Sequence[Correction]
    matrix: csr_matrix
    examples: Sequence[Row]
    of_examples: csr_matrix

    def shared(self, head: TrainedHead, name: str, chosen: Sequence[bool]) -> TrainedHead:
        """The head, changed for everybody."""
        taught, groups = self._taught(head, name, chosen)
        return _adapted(head, taught, self._replay(head, name, _TRUST_IN_EXAMPLES), groups)

    def brand_change(self, head: TrainedHead, name: str, chosen: Sequence[bool]) -> BrandChange | None:
        """What the chosen rows change for their brand."""
        taught, groups = self._taught(head, name, chosen)
        replay = self._replay(head, name, _TRUST_BESIDE_A_BRAND)
        return brand_change(head, taught, replay, groups, self.base.rarity)

    def _taught(self, head: TrainedHead, name: str, chosen: Sequence[bool]) -> tuple[Known, NDArray[np.intp]]:
        pairs = zip(self.rows, chosen, strict=True)
        labels = [(getattr(row, name) or "") if mine else "" for row, mine in pairs]
        groups = [_fold(row) for row, label in zip(self.rows, labels, strict=True) if label in head.linear.classes]
        return known(head, self.matrix, labels, 1.0), np.array(groups, dtype=np.intp)

    def _replay(self, head: TrainedHead, name: str, trust: float) -> Known:
        return known(head, self.of_examples, [getattr(row, name) for row in self.examples], trust)


def _fold(row: Correction) -> int:
    """What belongs together is held out together."""
    return crc32(row.conversation.encode("utf-8", "replace")) % FOLDS


def _adapted(head: TrainedHead, taught: Known, replay: Known, groups: NDArray[np.intp]) -> TrainedHead:
    tried = {strength: _held_out(head, taught, replay, groups, strength) for strength in STRENGTHS}
    losses = {strength: taught.loss(logits / head.temperature) for strength, logits in tried.items()}
    best = min(losses, key=losses.__getitem__)
    if taught.loss(taught.logits / head.temperature) <= losses[best]:
        return head  # what is corrected says nothing about what is not
    moved = change(taught, joined(taught, replay), head.temperature, best)
    linear = replace(head.linear, weights=head.linear.weights + moved)
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
            moved = change(taught.only(~held), joined(taught.only(~held), replay), head.temperature, strength)
            unseen = taught.only(held)
            logits[held] = unseen.logits + unseen.matrix @ moved
    return logits
