"""Trains the shipped model: `python -m services.classification.training.train --data DIR --out DIR`.

DIR holds the files of JSON lines named in `evaluate.FILES`. The same files give the same model.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix

from services.classification.domain import Classifier
from services.classification.training import corpus, evaluate
from services.classification.training.corpus import Row
from services.classification.training.fit import (
    SEED,
    Floats,
    counts,
    fit,
    held_out_logits,
    rarity,
    temperature,
    weighted,
)
from services.classification.training.store import TrainedHead, save

_STRENGTH = {"intent": 20.0, "sentiment": 4.0, "urgency": 20.0}
_SOONER = {"urgency": {"high": 0.25}}
"""Overlooking danger costs more than a false alarm."""
_THRESHOLD = {"intent": 0.4, "sentiment": 0.4, "urgency": 0.5}
WHEN_IN_DOUBT = {"intent": "remark", "sentiment": "neutral", "urgency": "normal"}
_SOURCE_WEIGHT = {"written": 1.0, "conversations": 0.2, "umsab": 0.03}
"""Trust in labels made by rules: help desk conversations are closer to the task than general posts."""
_MOST_PER_LABEL = 1_000
_ROUNDS = 4


def say(text: str) -> None:
    """Progress goes to stderr, so that stdout is the table."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def chosen(rows: list[Row], head: str) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Which rows a head learns from: all that people labelled, at most `_MOST_PER_LABEL` per label from rules."""
    shuffled = np.random.default_rng(SEED).permutation(len(rows))
    taken: dict[tuple[str, str], int] = {}
    found = []
    for index in shuffled:
        row, label = rows[index], getattr(rows[index], head)
        taken[row.source, label] = taken.get((row.source, label), 0) + 1
        by_people = head == "sentiment" or row.source == "written"
        if label and (by_people or taken[row.source, label] <= _MOST_PER_LABEL):
            found.append(index)
    return np.sort(np.array(found, dtype=np.intp))


def balanced(trust: Floats, labels: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Floats:
    """The same rows with every label given equal weight in sum: what is urgent is rare, not unimportant."""
    total = {label: trust[labels == label].sum() for label in set(labels)}
    return np.array([each * max(total.values()) / total[label] for each, label in zip(trust, labels, strict=True)])


def train_head(head: str, rows: list[Row], matrix: csr_matrix) -> tuple[TrainedHead, list[evaluate.Held]]:
    """A head fitted on all its rows, calibrated on rows held out, and what it said about those."""
    index = chosen(rows, head)
    labels = np.array([getattr(rows[each], head) for each in index])
    trust: Floats = np.array([1.0 if head == "sentiment" else _SOURCE_WEIGHT[rows[each].source] for each in index])
    judged_by_people = head == "sentiment"
    if head == "urgency":
        trust = balanced(trust, labels)
    tested = np.array([at for at, each in enumerate(index) if judged_by_people or rows[each].source == "written"])
    say(f"{head}: {len(index)} rows, held-out rounds ...")
    logits = held_out_logits(matrix[index], labels, trust, _STRENGTH[head], tested, folds=_ROUNDS)
    say(f"{head}: final fit ...")
    linear = fit(matrix[index], labels, trust, _STRENGTH[head])
    warmth = temperature(logits, labels[tested], linear.classes)
    trained = TrainedHead(linear, warmth, _THRESHOLD[head], WHEN_IN_DOUBT[head], _SOONER.get(head, {}))
    return trained, evaluate.held(head, trained, logits, [rows[index[at]] for at in tested])


def train(data: Path, out: Path) -> None:
    """Read, fit, write the model, measure it as it will be served, write the card."""
    rows = corpus.written_examples() + corpus.written_feelings()
    rows += corpus.conversations(data / evaluate.FILES["conversations"])
    rows += corpus.posts(data / evaluate.FILES["sentiment_train"])
    say(f"{len(rows)} rows; features ...")
    plain = counts([row.text for row in rows])
    rarities = rarity(plain)
    matrix = weighted(plain, rarities)
    heads, held = {}, {}
    for head in WHEN_IN_DOUBT:
        heads[head], held[head] = train_head(head, rows, matrix)
    name = save(out, heads, rarities)
    say(f"{name} written to {out}; measuring ...")
    table = evaluate.table(Classifier.load((), out), held, data)
    sys.stdout.write(table + "\n")
    evaluate.write_card(out, name, table, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the classifier's model.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the sets, as files of JSON lines")
    parser.add_argument("--out", type=Path, required=True, help="folder that the model is written to")
    arguments = parser.parse_args()
    missing = [name for name in evaluate.FILES.values() if not (arguments.data / name).is_file()]
    if missing:
        parser.error(f"{arguments.data} lacks {', '.join(missing)}")
    train(arguments.data, arguments.out)


if __name__ == "__main__":
    main()
