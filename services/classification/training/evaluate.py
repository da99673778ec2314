"""Measures a classifier as it is served: `python -m services.classification.training.evaluate [--data DIR] [--write FILE]`."""

import argparse
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from sklearn.metrics import precision_recall_fscore_support

from schemas.events.message import Classification
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.domain.text import cleaned
from services.classification.training.corpus import FILES, dutch_posts, read_lines
from services.classification.training.held import Held, read_held
from services.classification.training.scores import (
    accuracy,
    calibration_error,
    confusion,
    macro_f1,
    with_interval,
)
from services.classification.training.stability import stability

if TYPE_CHECKING:
    from services.classification.embeddings import Reader

MEASURED_WITH = (FILES["language"], FILES["sentiment"], FILES["complaint"])
"""What `tables` needs in its folder."""
_PAGE = Path(__file__).parent / "page.md"
_BATCH = 500


def tables(classifier: Classifier, data: Path) -> str:
    """What can be measured of a classifier as it is served, with the labelled sets of a folder, as Markdown."""
    parts = [
        _language(classifier, data / FILES["language"]),
        *_sentiment(classifier, data / FILES["sentiment"]),
        _dutch(classifier, data / FILES["language"]),
        _complaint(classifier, data / FILES["complaint"]),
        stability(classifier, [item["text"] for item in read_lines(data / FILES["sentiment"])]),
        _speed(classifier, data / FILES["sentiment"]),
    ]
    return "\n\n".join(parts)


class Judging(Protocol):
    """A classifier, or two readings of one."""

    def classify(self, texts: Sequence[str]) -> list[Classification]: ...


def second_tables(reader: "Reader", data: Path) -> str:
    """What the second reading reaches, and how often it is right to say that the first one was wrong, as Markdown."""
    parts = [
        _sentiment(reader, data / FILES["sentiment"])[0],
        _dutch(reader, data / FILES["language"]),
        _complaint(reader, data / FILES["complaint"]),
        _surely_changed(reader, data / FILES["sentiment"]),
    ]
    return "\n\n".join(parts)


def _surely_changed(reader: "Reader", path: Path) -> str:
    items = list(read_lines(path))
    texts = [item["text"] for item in items]
    first = reader.classifier.classify(texts)
    pairs = list(zip(items, first, reader.again(texts, first), strict=True))
    lines = [
        "| sentiment said anew, confidence from | of messages | first reading right | second reading right |",
        "|---|---|---|---|",
    ]
    for sure in (0.5, 0.6, 0.7):
        said = [
            each for each in pairs if each[1].sentiment != each[2].sentiment and each[2].sentiment_confidence >= sure
        ]
        right = [sum(item["label"] == labels[at].sentiment for item, *labels in said) for at in (0, 1)]
        shares = " | ".join(f"{100 * number / max(len(said), 1):.0f} %" for number in right)
        lines.append(f"| {sure} | {100 * len(said) / len(pairs):.1f} % | {shares} |")
    return "\n".join(lines)


def held_tables(rows: Sequence[Held]) -> str:
    """Intent and urgency, on rows that the model had not seen: quality, calibration, confusion."""
    parts = []
    for head in ("intent", "urgency"):
        chosen = [row for row in rows if row.head == head]
        lines = [f"| {head}, held out | rows | macro-F1 | % right | calibration error |", "|---|---|---|---|---|"]
        for source in ("conversations", "written", ""):
            of_source = [row for row in chosen if source in {row.source, ""}]
            lines.append(f"| {source or 'both'} | {_held_line(of_source)} |")
        for language in sorted({row.language for row in chosen if row.source == "written"}):
            written = [row for row in chosen if (row.source, row.language) == ("written", language)]
            lines.append(f"| written, {language} | {_held_line(written)} |")
        parts.append("\n".join(lines))
        parts.append(confusion([row.truth for row in chosen], [row.said for row in chosen]))
    return "\n\n".join([*parts, _high([row for row in rows if row.head == "urgency"])])


def _held_line(rows: Sequence[Held]) -> str:
    truth, said = [row.truth for row in rows], [row.said for row in rows]
    error = calibration_error([row.chance for row in rows], [row.likeliest == row.truth for row in rows])
    quality, right = with_interval(macro_f1, truth, said)[1], with_interval(accuracy, truth, said)[1]
    return f"{len(rows)} | {quality} | {right} | {error:.3f}"


def _high(rows: Sequence[Held]) -> str:
    lines = ["| `high` urgency, held out | rows | false alarms | found | F1 |", "|---|---|---|---|---|"]
    for source in ("conversations", "written", ""):
        chosen = [row for row in rows if source in {row.source, ""}]
        truth, said = ([label == "high" for label in labels] for labels in _both(chosen))
        precision, recall, score, _ = precision_recall_fscore_support(truth, said, average="binary", zero_division=0)
        name = f"{source or 'both'} | {sum(truth)} of {len(chosen)}"
        lines.append(f"| {name} | {100 * (1 - precision):.0f} % | {100 * recall:.0f} % | {score:.2f} |")
    return "\n".join(lines)


def _both(rows: Sequence[Held]) -> tuple[list[str], list[str]]:
    return [row.truth for row in rows], [row.said for row in rows]


def _language(classifier: Classifier, path: Path) -> str:
    items = list(read_lines(path))
    results = classifier.classify([item["text"] for item in items])
    lines = [
        "| language | rows | % right, `und` is wrong | `und` % | calibration error of answers | wrong answers |",
        "|---|---|---|---|---|---|",
    ]
    for group in (*sorted({item["source"] for item in items}), *sorted({item["label"] for item in items})):
        pairs = [
            (item["label"], result)
            for item, result in zip(items, results, strict=True)
            if group in {item["source"], item["label"]}
        ]
        truth, said = [label for label, _ in pairs], [result.language for _, result in pairs]
        answered = [(label, result) for label, result in pairs if result.language != "und"]
        error = calibration_error(
            [result.language_confidence for _, result in answered],
            [label == result.language for label, result in answered],
        )
        wrong = sorted({(said.count(each), each) for each in set(said) - {group, "und"}}, reverse=True)
        named = ", ".join(f"{each} {times}" for times, each in wrong[:4]) if group in set(truth) else ""
        share = f"{100 * said.count('und') / len(said):.1f} | {error:.3f} | {named}"
        lines.append(f"| {group} | {len(pairs)} | {with_interval(accuracy, truth, said)[1]} | {share} |")
    return "\n".join(lines)


def _sentiment(classifier: Judging, path: Path) -> list[str]:
    items = list(read_lines(path))
    results = classifier.classify([item["text"] for item in items])
    lines = [
        "| sentiment | rows | macro-F1 | calibration error | sure (>= 0.6): share, right |",
        "|---|---|---|---|---|",
    ]
    scores, confusions = [], []
    for _, language, source in sorted({(item["source"] != "umsab", item["lang"], item["source"]) for item in items}):
        pairs = [
            (item["label"], result)
            for item, result in zip(items, results, strict=True)
            if (item["lang"], item["source"]) == (language, source)
        ]
        score, line = _feeling(pairs)
        scores += [score] if source == "umsab" else []
        lines.append(f"| {source} {language} | {line} |")
        told = confusion([label for label, _ in pairs], [result.sentiment for _, result in pairs])
        confusions.append(f"{source} {language}\n\n{told}")
    lines.append(f"| **mean of the umsab languages** | | **{np.mean(scores):.1f}** | | |")
    return ["\n".join(lines), *confusions]


def _feeling(pairs: Sequence[tuple[str, Classification]]) -> tuple[float, str]:
    truth, said = [label for label, _ in pairs], [result.sentiment for _, result in pairs]
    confidence = np.array([result.sentiment_confidence for _, result in pairs])
    right = np.array([label == result.sentiment for label, result in pairs])
    score, shown = with_interval(macro_f1, truth, said)
    error = calibration_error(confidence.tolist(), right.tolist())
    sure = confidence >= 0.6
    kept = f"{100 * sure.mean():.0f} %, {100 * right[sure].mean():.0f} %"
    return score, f"{len(pairs)} | {shown} | {error:.3f} | {kept}"


def _dutch(classifier: Judging, path: Path) -> str:
    posts = dutch_posts(path)
    results = classifier.classify([text for text, _ in posts])
    _, line = _feeling([(label, result) for (_, label), result in zip(posts, results, strict=True)])
    heading = "| Dutch sentiment | rows | macro-F1 | calibration error | sure (>= 0.6): share, right |"
    return f"{heading}\n|---|---|---|---|---|\n| posts read for this project | {line} |"


def _complaint(classifier: Judging, path: Path) -> str:
    items = list(read_lines(path))
    results = classifier.classify([item["text"] for item in items])
    lines = ["| complaint or not (en) | rows | macro-F1 | precision | recall |", "|---|---|---|---|---|"]
    for name, general in (("to a brand", False), ("with posts to nobody in particular", True)):
        chosen = [at for at, item in enumerate(items) if general or not item["domain"].startswith("random")]
        truth = ["yes" if items[at]["label"] else "no" for at in chosen]
        said = ["yes" if results[at].intent == "complaint" else "no" for at in chosen]
        precision, recall, _, _ = precision_recall_fscore_support(truth, said, average="binary", pos_label="yes")
        found = f"{100 * precision:.0f} % | {100 * recall:.0f} %"
        lines.append(f"| {name} | {len(chosen)} | {with_interval(macro_f1, truth, said)[1]} | {found} |")
    return "\n".join(lines)


def _speed(classifier: Classifier, path: Path) -> str:
    texts = [item["text"] for item in read_lines(path)][:_BATCH]
    single = _milliseconds(lambda: [classifier.classify([text]) for text in texts]) / len(texts)
    batch = _milliseconds(lambda: classifier.classify(texts)) / len(texts)
    clean = _milliseconds(lambda: [cleaned(text) for text in texts]) / len(texts)
    return (
        "| speed, best of 5, one core | processor ms per message | messages a second |\n|---|---|---|\n"
        f"| one by one | {single:.2f} | {1000 / single:,.0f} |\n"
        f"| batch of {len(texts)} | {batch:.2f} | {1000 / batch:,.0f} |\n"
        f"| of which cleaning the text | {clean:.3f} | |\n\n"
        f"Memory of the measuring process at its largest, training libraries included: {_megabytes()} MB."
    )


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _milliseconds(work: Callable[[], object]) -> float:
    """The least of five: what the work costs when nothing else disturbs it."""
    spent = []
    for _ in range(5):
        started = time.process_time()
        work()
        spent.append(time.process_time() - started)
    return 1000 * min(spent)


def _second(classifier: Classifier, data: Path) -> str:
    from services.classification.embeddings import EncoderMissing, Reader

    try:
        return second_tables(Reader.load(classifier), data)
    except EncoderMissing as error:
        return f"Not measured: {error}."


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the classifier, and write what was found as a page.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the labelled sets")
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL_FOLDER, help="folder of the model")
    parser.add_argument("--write", type=Path, help="the page to write; without it, the tables go to stdout")
    arguments = parser.parse_args()
    if missing := [name for name in MEASURED_WITH if not (arguments.data / name).is_file()]:
        parser.error(f"{arguments.data} lacks {', '.join(missing)}")
    classifier = Classifier.load((), arguments.model)
    found = tables(classifier, arguments.data) + "\n\n" + held_tables(read_held(arguments.model))
    if arguments.write:
        name = classifier.classify([""])[0].model
        page = _PAGE.read_text(encoding="utf-8").replace("{name}", name).replace("{measured}", found)
        page = page.replace("{second}", _second(classifier, arguments.data))
        arguments.write.write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(found + "\n")


if __name__ == "__main__":
    main()
