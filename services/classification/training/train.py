"""Trains the shipped model: `python -m services.classification.training.train --data DIR --out DIR`.

DIR holds the files of JSON lines named in `corpus.FILES`. The same files give the same model.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from scipy.special import softmax

from services.classification.training import corpus
from services.classification.training.corpus import FILES, Row
from services.classification.training.fit import (
    SEED,
    Floats,
    counts,
    fit,
    held_out_logits,
    level,
    rarity,
    temperature,
    weighted,
)
from services.classification.training.held import Held, alarmed, held, write_held
from services.classification.training.store import TrainedHead, save, write_card

STRENGTH = {"intent": 10.0, "sentiment": 1.5, "urgency": 10.0}
SOONER = {"urgency": "high"}
"""Said from the level with the best F1 on rows held out, with at most three false alarms in ten."""
PRECISION = 0.72
THRESHOLD = {"intent": 0.4, "sentiment": 0.4, "urgency": 0.5}
WHEN_IN_DOUBT = {"intent": "remark", "sentiment": "neutral", "urgency": "normal"}
TRUST = {
    "sentiment": {"umsab": 1.0, "written": 1.5, "feelings": 1.0, "conversations": 0.7, "airline": 1.0},
    "intent": {"umsab": 0.03, "written": 1.0, "conversations": 1.0, "complaints": 1.0},
    "urgency": {"umsab": 0.03, "written": 1.0, "conversations": 1.0},
}
"""How much a row of each source counts; labels made by rules little, sources that are not named nothing."""
BY_READERS = {"written", "conversations"}
_MOST_PER_LABEL = 1_500
ROUNDS = 3


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
        if not label or row.source not in TRUST[head]:
            continue
        taken[row.source, label] = taken.get((row.source, label), 0) + 1
        if head == "sentiment" or row.source != "umsab" or taken[row.source, label] <= _MOST_PER_LABEL:
            found.append(index)
    return np.sort(np.array(found, dtype=np.intp))


def balanced(trust: Floats, labels: np.ndarray[tuple[int], np.dtype[np.str_]]) -> Floats:
    """The same rows with every label given equal weight in sum: what is urgent is rare, not unimportant."""
    total = {label: trust[labels == label].sum() for label in set(labels)}
    return np.array([each * max(total.values()) / total[label] for each, label in zip(trust, labels, strict=True)])


def train_head(head: str, rows: list[Row], matrix: csr_matrix) -> tuple[TrainedHead, list[Held]]:
    """A head fitted on all its rows, calibrated on rows held out, and what it said about those."""
    index = chosen(rows, head)
    labels = np.array([getattr(rows[each], head) for each in index])
    trust: Floats = np.array([TRUST[head][rows[each].source] for each in index])
    if head == "urgency":
        trust = balanced(trust, labels)
    tested = np.array([at for at, each in enumerate(index) if head == "sentiment" or rows[each].source in BY_READERS])
    threads = [rows[index[at]].thread or str(index[at]) for at in tested]
    say(f"{head}: {len(index)} rows, {ROUNDS} held-out rounds ...")
    logits = held_out_logits(matrix[index], labels, trust, STRENGTH[head], tested, threads, folds=ROUNDS)
    say(f"{head}: final fit ...")
    linear = fit(matrix[index], labels, trust, STRENGTH[head])
    warmth = temperature(logits, labels[tested], linear.classes)
    sooner = {}
    if early := SOONER.get(head):
        alarms = np.array([bool(alarmed(rows[index[at]])) for at in tested])
        chances = np.where(alarms, 1.0, softmax(logits / warmth, axis=1)[:, linear.classes.index(early)])
        sooner = {early: level(chances, labels[tested] == early, PRECISION)}
    trained = TrainedHead(linear, warmth, THRESHOLD[head], WHEN_IN_DOUBT[head], sooner)
    return trained, held(head, trained, logits, [rows[index[at]] for at in tested])


def rows_of(data: Path, organisation: bool = False) -> list[Row]:
    """All rows to learn from. `organisation`: also the sets that may not be in the shipped model."""
    rows = corpus.written_examples() + corpus.written_feelings()
    rows += corpus.conversations(data / FILES["conversations"])
    rows += corpus.posts(data / FILES["sentiment_train"])
    if organisation:
        rows += corpus.posts(data / FILES["sentiment_train"], source="airline")
        rows += corpus.complaints(data / FILES["complaint_train"])
    return rows


def train(data: Path, out: Path, organisation: bool = False) -> None:
    """Read, fit, write the model with what it said about rows held out, and its card."""
    rows = rows_of(data, organisation)
    say(f"{len(rows)} rows; features ...")
    plain = counts([row.text for row in rows])
    rarities = rarity(plain)
    matrix = weighted(plain, rarities)
    heads, held_out = {}, []
    for head in WHEN_IN_DOUBT:
        heads[head], said = train_head(head, rows, matrix)
        held_out += said
    name = save(out, heads, rarities)
    write_held(out, [each for each in held_out if each.source in BY_READERS])
    write_card(out, name, rows)
    say(f"{name} written to {out}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the classifier's model.")
    parser.add_argument("--data", type=Path, required=True, help="folder with the sets, as files of JSON lines")
    parser.add_argument("--out", type=Path, required=True, help="folder that the model is written to")
    parser.add_argument(
        "--organisation",
        action="store_true",
        help="learn from the sets with a non-commercial or unknown licence too; not for a model that is passed on",
    )
    arguments = parser.parse_args()
    missing = [name for name in FILES.values() if not (arguments.data / name).is_file()]
    if missing:
        parser.error(f"{arguments.data} lacks {', '.join(missing)}")
    train(arguments.data, arguments.out, arguments.organisation)


if __name__ == "__main__":
    main()
