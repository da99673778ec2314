"""Measures a model as it is served, and on rows held out while it was trained."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import f1_score, precision_score, recall_score

from schemas.events.message import Classification
from services.classification.domain import Classifier
from services.classification.domain.heads import Head
from services.classification.training.corpus import Row, read_lines
from services.classification.training.fit import Floats
from services.classification.training.store import TrainedHead

FILES = {
    "sentiment_train": "sentiment_train.jsonl",
    "conversations": "conversations_dev.jsonl",
    "sentiment": "sentiment_dev.jsonl",
    "language": "lid_dev.jsonl",
    "complaint": "complaint_dev.jsonl",
}
MEASURED_WITH = (FILES["language"], FILES["sentiment"], FILES["complaint"])
"""What `tables` needs in its folder."""
_CARD = Path(__file__).parent / "card.md"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Held:
    """What a model that had not seen a row said about it."""

    language: str
    truth: str
    said: str


def held(head: str, trained: TrainedHead, logits: Floats, rows: Sequence[Row]) -> list[Held]:
    """Held-out logits as judgements, with the abstention of the served model."""
    classes = trained.linear.classes
    served = Head(
        classes, slice(0, len(classes)), trained.temperature, trained.threshold, trained.when_in_doubt, trained.sooner
    )
    found = []
    for row, logit in zip(rows, logits, strict=True):
        judged = served.judge(np.asarray(logit, dtype=np.float32))
        found.append(Held(row.language, getattr(row, head), judged.label))
    return found


def table(classifier: Classifier, held_out: Mapping[str, Sequence[Held]], data: Path) -> str:
    """Everything measured, as Markdown."""
    parts = [
        _language(classifier, data / FILES["language"]),
        _sentiment(classifier, data / FILES["sentiment"]),
        _held("intent", held_out["intent"]),
        _held("urgency", held_out["urgency"]),
        _complaint(classifier, data / FILES["complaint"]),
        _speed(classifier, data / FILES["sentiment"]),
    ]
    return "\n\n".join(parts)


def tables(classifier: Classifier, data: Path) -> str:
    """What can be measured of a classifier as it is served, with the labelled sets of a folder, as Markdown."""
    parts = [
        _language(classifier, data / FILES["language"]),
        _sentiment(classifier, data / FILES["sentiment"]),
        _complaint(classifier, data / FILES["complaint"]),
        _speed(classifier, data / FILES["sentiment"]),
    ]
    return "\n\n".join(parts)


def _classified(classifier: Classifier, texts: Sequence[str]) -> list[Classification]:
    return classifier.classify(texts)


def _language(classifier: Classifier, path: Path) -> str:
    items = list(read_lines(path))
    said = [each.language for each in _classified(classifier, [item["text"] for item in items])]
    lines = ["| language, % right | all rows (`und` is wrong) | rows with an answer | `und` |", "|---|---|---|---|"]
    for group in (*sorted({item["source"] for item in items}), *sorted({item["label"] for item in items})):
        of_group = [i for i, item in enumerate(items) if group in {item["source"], item["label"]}]
        right = sum(said[i] == items[i]["label"] for i in of_group)
        answered = sum(said[i] != "und" for i in of_group)
        share = 100 * (1 - answered / len(of_group))
        lines.append(f"| {group} | {100 * right / len(of_group):.1f} | {100 * right / answered:.1f} | {share:.1f} |")
    return "\n".join(lines)


def _sentiment(classifier: Classifier, path: Path) -> str:
    items = list(read_lines(path))
    results = _classified(classifier, [item["text"] for item in items])
    lines = ["| sentiment | macro-F1 | confidence >= 0.6: share, accuracy |", "|---|---|---|"]
    scores = []
    groups = sorted({(item["source"] != "umsab", item["lang"], item["source"]) for item in items})
    for _, language, source in groups:
        chosen = [i for i, item in enumerate(items) if (item["lang"], item["source"]) == (language, source)]
        truth = np.array([items[i]["label"] for i in chosen])
        said = np.array([results[i].sentiment for i in chosen])
        sure = np.array([results[i].sentiment_confidence >= 0.6 for i in chosen])
        score = 100 * f1_score(truth, said, average="macro")
        if source == "umsab":
            scores.append(score)
        right = 100 * np.mean(truth[sure] == said[sure])
        lines.append(f"| {source} {language} | {score:.1f} | {100 * sure.mean():.0f} %, {right:.1f} % |")
    return "\n".join([*lines, f"| **mean of the umsab languages** | **{np.mean(scores):.1f}** | |"])


def _held(head: str, rows: Sequence[Held]) -> str:
    lines = [
        f"| {head}, held-out sentences | rows | macro-F1 | accuracy | `high`: precision, recall |",
        "|---|---|---|---|---|",
    ]
    for language in (*sorted({row.language for row in rows}), "all"):
        chosen = [row for row in rows if language in {row.language, "all"}]
        truth, said = [row.truth for row in chosen], [row.said for row in chosen]
        accuracy = 100 * np.mean([row.truth == row.said for row in chosen])
        high = ""
        if "high" in truth:
            precision = precision_score(truth, said, labels=["high"], average="macro", zero_division=0)
            recall = recall_score(truth, said, labels=["high"], average="macro", zero_division=0)
            high = f"{100 * precision:.0f} %, {100 * recall:.0f} %"
        score = 100 * f1_score(truth, said, average="macro")
        lines.append(f"| {language} | {len(chosen)} | {score:.1f} | {accuracy:.1f} | {high} |")
    return "\n".join(lines)


def _complaint(classifier: Classifier, path: Path) -> str:
    items = list(read_lines(path))
    results = _classified(classifier, [item["text"] for item in items])
    truth = [bool(item["label"]) for item in items]
    said = [result.intent == "complaint" for result in results]
    score = 100 * f1_score(truth, said, average="macro")
    precision, recall = 100 * precision_score(truth, said), 100 * recall_score(truth, said)
    return (
        "| complaint or not, expert labels (en) | macro-F1 | precision | recall |\n|---|---|---|---|\n"
        f"| {len(items)} posts, never trained on | {score:.1f} | {precision:.0f} % | {recall:.0f} % |"
    )


def _speed(classifier: Classifier, path: Path) -> str:
    texts = [item["text"] for item in read_lines(path)][:_BATCH]
    single = _milliseconds(lambda: [classifier.classify([text]) for text in texts]) / len(texts)
    batch = _milliseconds(lambda: classifier.classify(texts)) / len(texts)
    return (
        "| speed, best of 5 | processor ms per message |\n|---|---|\n"
        f"| one by one | {single:.2f} |\n| batch of {len(texts)} | {batch:.2f} |"
    )


def _milliseconds(work: Callable[[], object]) -> float:
    """The least of five: what the work costs when nothing else disturbs it."""
    spent = []
    for _ in range(5):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return 1000 * min(spent)


def write_card(folder: Path, name: str, measured: str, rows: Sequence[Row]) -> None:
    """`MODEL_CARD.md`: the fixed text of `card.md` with this model's name, rows and figures filled in."""
    sources = Counter(row.source for row in rows)
    text = _CARD.read_text(encoding="utf-8").replace("{name}", name).replace("{measured}", measured)
    for source, number in sources.items():
        text = text.replace(f"{{rows:{source}}}", f"{number:,}")
    (folder / "MODEL_CARD.md").write_text(text, encoding="utf-8")
