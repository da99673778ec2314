"""Trains the heads of the second reading: `python -m services.classification.embeddings.train --data DIR`.

On the same rows as the shipped model (`training.train`); what the average with the first reading is worth is measured on rows
that neither had seen. The same files give the same heads.
"""

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from services.classification.domain.heads import FACTS_FILE, WEIGHTS_FILE
from services.classification.embeddings.encoder import Encoder, Points
from services.classification.embeddings.heads import averaged
from services.classification.embeddings.reader import HEADS_FOLDER
from services.classification.training.corpus import FILES, Row
from services.classification.training.fit import (
    SEED,
    Floats,
    counts,
    fit,
    level,
    rarity,
    temperature,
    weighted,
)
from services.classification.training.held import alarmed
from services.classification.training.train import (
    BY_READERS,
    PRECISION,
    ROUNDS,
    SOONER,
    STRENGTH,
    THRESHOLD,
    TRUST,
    WHEN_IN_DOUBT,
    balanced,
    chosen,
    rows_of,
    say,
)

SHARES: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_STRENGTH: Final = 1.0
_SPREAD: Final = 20.0
"""Embeddings of this model lie close together; drawn apart so far, the price on weights is one that suits them."""
_TOGETHER: Final = 200
_MANY: Final = 5_000
"""Of so many rows one round is enough to fit a share and two temperatures."""
_CARD: Final = Path(__file__).parent / "card.md"

Rows = NDArray[np.intp]


def points_of(texts: list[str], cache: Path | None = None) -> Points:
    """Embeddings of texts; twenty to forty a second. With `cache`, a folder that keeps them from run to run."""
    name = hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]
    kept = cache / f"{name}.npy" if cache else None
    if kept and kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False))
    encoder, parts = Encoder(), []
    for start in range(0, len(texts), _TOGETHER):
        parts.append(encoder.encode(texts[start : start + _TOGETHER]))
        say(f"embeddings {min(start + _TOGETHER, len(texts))} of {len(texts)}")
    found = np.concatenate(parts)
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, found)
    return found


def fitted(points: Points, labels: NDArray[np.str_], trust: Floats) -> tuple[Floats, Floats]:
    """Weights and bias of a softmax regression on the points as they are."""
    middle = points.mean(axis=0)
    model: Any = LogisticRegression(C=_STRENGTH, max_iter=500)  # type: ignore[no-untyped-call]
    model.fit((points - middle) * _SPREAD, labels, sample_weight=trust)
    weights = model.coef_.T * _SPREAD
    return weights, np.asarray(model.intercept_ - middle @ weights)


def train(data: Path, out: Path, cache: Path | None) -> str:
    """Write the heads with their card, and return their name."""
    rows = rows_of(data)
    points = points_of([row.text for row in rows], cache)
    plain = counts([row.text for row in rows])
    matrix = weighted(plain, rarity(plain))
    facts, weights, biases = {}, [], []
    for head in WHEN_IN_DOUBT:
        facts[head], of_head, bias = _head(head, rows, points, matrix)
        weights.append(of_head)
        biases.append(bias)
    return _save(out, facts, np.concatenate(weights, axis=1), np.concatenate(biases))


def _head(head: str, rows: list[Row], points: Points, matrix: csr_matrix) -> tuple[dict[str, Any], Floats, Floats]:
    """A head's facts, weights and bias."""
    index = chosen(rows, head)
    labels = np.array([getattr(rows[each], head) for each in index])
    trust: Floats = np.array([TRUST[head][rows[each].source] for each in index])
    if head == "urgency":
        trust = balanced(trust, labels)
    tested = np.array([at for at, each in enumerate(index) if head == "sentiment" or rows[each].source in BY_READERS])
    threads = [rows[index[at]].thread or str(index[at]) for at in tested]
    say(f"{head}: {len(index)} rows, held-out rounds ...")
    splits = _splits(labels, tested, threads)
    held = np.concatenate([test for _, test in splits])
    first = np.concatenate([_first(head, matrix[index], labels, trust, *split) for split in splits])
    second = np.concatenate([_second(points[index], labels, trust, *split) for split in splits])
    facts = _calibrated(head, first, second, labels[held], [rows[index[at]] for at in held])
    return facts, *fitted(points[index], labels, trust)


def _splits(labels: NDArray[np.str_], tested: Rows, threads: list[str]) -> list[tuple[Rows, Rows]]:
    """Rows to learn from, and rows held out, with a conversation never on both sides."""
    folds: Any = StratifiedGroupKFold(ROUNDS, shuffle=True, random_state=SEED)  # type: ignore[no-untyped-call]
    splits = [
        (np.setdiff1d(np.arange(len(labels)), tested[test]), tested[test])
        for _, test in folds.split(tested, labels[tested], threads)
    ]
    return splits[:1] if len(tested) > _MANY else splits


def _first(head: str, matrix: csr_matrix, labels: NDArray[np.str_], trust: Floats, learned: Rows, held: Rows) -> Floats:
    """What a first reading says about rows it has not seen."""
    return fit(matrix[learned], labels[learned], trust[learned], STRENGTH[head]).logits(matrix[held])


def _second(points: Points, labels: NDArray[np.str_], trust: Floats, learned: Rows, held: Rows) -> Floats:
    """What a second reading says about rows it has not seen."""
    weights, bias = fitted(points[learned], labels[learned], trust[learned])
    return np.asarray(points[held] @ weights + bias)


def _calibrated(head: str, first: Floats, second: Floats, truth: NDArray[np.str_], rows: list[Row]) -> dict[str, Any]:
    """How much the second reading counts, and how sure the average may be: what fits the rows held out best."""
    classes = tuple(sorted(set(truth.tolist())))
    warmths = [temperature(logits, truth, classes) for logits in (first, second)]
    chances = [softmax(logits / warmth, axis=1) for logits, warmth in zip((first, second), warmths, strict=True)]
    losses = {share: _loss(_both(chances, share), truth, classes) for share in SHARES}
    share = min(losses, key=losses.__getitem__)
    together = _both(chances, share)
    warmth = temperature(together, truth, classes)
    sooner = {}
    if early := SOONER.get(head):
        alarms = np.array([bool(alarmed(row)) for row in rows])
        likely = np.where(alarms, 1.0, softmax(together / warmth, axis=1)[:, classes.index(early)])
        sooner = {early: level(likely, truth == early, PRECISION)}
    right = [
        round(100 * float((np.array(classes)[each.argmax(axis=1)] == truth).mean()), 1)
        for each in (first, second, together)
    ]
    say(f"{head}: of {len(truth)} rows held out right: first {right[0]} %, second {right[1]} %, both {right[2]} %")
    return {
        "classes": classes,
        "temperature": round(warmths[1], 4),
        "share": share,
        "warmth": round(warmth, 4),
        "threshold": THRESHOLD[head],
        "when_in_doubt": WHEN_IN_DOUBT[head],
        "sooner": sooner,
    }


def _both(chances: list[Floats], share: float) -> Floats:
    return np.asarray(averaged(chances[0], chances[1], share), dtype=np.float64)


def _loss(logits: Floats, truth: NDArray[np.str_], classes: tuple[str, ...]) -> float:
    """The least log loss that any warmth gives."""
    chances = softmax(logits / temperature(logits, truth, classes), axis=1)
    return float(-np.log(chances[np.arange(len(truth)), [classes.index(label) for label in truth]]).mean())


def _save(folder: Path, facts: dict[str, Any], weights: Floats, bias: Floats) -> str:
    small = weights.astype(np.float16)
    name = "e5-" + hashlib.sha256(small.tobytes() + bias.astype(np.float32).tobytes()).hexdigest()[:8]
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS_FILE, weights=small, bias=bias.astype(np.float32))
    text = json.dumps({"name": name, "heads": facts}, indent=2) + "\n"
    (folder / FACTS_FILE).write_text(text, encoding="utf-8")
    (folder / "MODEL_CARD.md").write_text(_CARD.read_text(encoding="utf-8").replace("{name}", name), encoding="utf-8")
    return name


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the heads of the second reading.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the sets, as files of JSON lines")
    parser.add_argument("--out", type=Path, default=HEADS_FOLDER, help="folder that the heads are written to")
    parser.add_argument("--cache", type=Path, help="folder that keeps embeddings from run to run")
    arguments = parser.parse_args()
    missing = [name for name in FILES.values() if not (arguments.data / name).is_file()]
    if missing:
        parser.error(f"{arguments.data} lacks {', '.join(missing)}")
    say(f"{train(arguments.data, arguments.out, arguments.cache)} written to {arguments.out}")


if __name__ == "__main__":
    main()
