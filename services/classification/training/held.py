"""What a model said about rows that it had not seen while it was trained: kept beside the model, to measure it by."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from services.classification.domain.classifier import URGENT
from services.classification.domain.heads import Head
from services.classification.domain.signals import find_signals
from services.classification.training.corpus import Row
from services.classification.training.fit import Floats
from services.classification.training.store import TrainedHead

HELD_FILE = "held_out.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Held:
    """One judgement of a row held out; `said` is what would be served, `likeliest` and `chance` what the head thought."""

    head: str
    source: str
    language: str
    truth: str
    said: str
    likeliest: str
    chance: float


def held(head: str, trained: TrainedHead, logits: Floats, rows: Sequence[Row]) -> list[Held]:
    """Held-out logits as judgements, with the abstention of the served model."""
    classes = trained.linear.classes
    columns = slice(0, len(classes))
    served = Head(classes, columns, trained.temperature, trained.threshold, trained.when_in_doubt, trained.sooner)
    plain = Head(classes, columns, trained.temperature, 0.0, trained.when_in_doubt)
    small = np.asarray(logits, dtype=np.float32)
    return [
        Held(
            head,
            row.source,
            row.language,
            getattr(row, head),
            "high" if head == "urgency" and alarmed(row) else said.label,
            best.label,
            round(best.confidence, 4),
        )
        for row, said, best in zip(rows, served.judge_all(small), plain.judge_all(small), strict=True)
    ]


def alarmed(row: Row) -> bool:
    """Whether a rule for signals finds in the text what makes a message urgent, as it will when the model is served."""
    return any(signal.kind in URGENT for signal in find_signals(row.text, row.language))


def write_held(folder: Path, rows: Sequence[Held]) -> None:
    """As lines of JSON, in the order given; packed, because they change with every training."""
    text = "".join(json.dumps(list(asdict(row).values())) + "\n" for row in rows)
    (folder / HELD_FILE).write_bytes(gzip.compress(text.encode(), mtime=0))


def read_held(folder: Path) -> list[Held]:
    """What `write_held` wrote."""
    text = gzip.decompress((folder / HELD_FILE).read_bytes()).decode()
    return [Held(*json.loads(line)) for line in text.splitlines()]
