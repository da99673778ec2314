"""How fast a brand's classifier learns: `python -m services.classification.learning.curve --data DIR --write docs`.

DIR holds airline tweets with a sentiment that people gave them (`sentiment_train.jsonl`, `sentiment_dev.jsonl`). They are of a
brand that the shipped model has never seen; it learns as `casekeeper train` does. Those to measure on are never learned from.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.classification.domain import DEFAULT_MODEL_FOLDER
from services.classification.domain.heads import LinearModel
from services.classification.domain.text import cleaned
from services.classification.learning.adapt import adapt
from services.classification.learning.corrections import Correction
from services.classification.training.corpus import FILES, read_lines
from services.classification.training.fit import SEED
from services.classification.training.scores import macro_f1

SEEDS: Final = 3
BRAND: Final = "airline"
CLASSES: Final = ("negative", "neutral", "positive")
LABELLED: Final = "each labelled"
WRONG: Final = "each wrong one corrected"
WAYS: Final = {LABELLED: (50, 100, 300, 1_000), WRONG: (50, 100, 300)}
DRAWS: Final = 400
PICTURE: Final = "learning-curve.svg"
PAGE: Final = "learning-curve.md"
_TEXT = Path(__file__).parent / "curve.md"


@dataclass(frozen=True, slots=True)
class Point:
    """After so many corrections, chosen in this way: macro-F1 in percent over the seeds, with what is due to chance."""

    way: str
    corrections: int
    messages: float
    """Learned from, on average: with the wrong ones corrected, those that were read on the way and found right too."""
    mean: float
    low: float
    high: float
    error: float
    """Expected calibration error."""


@dataclass(frozen=True, slots=True)
class Tweets:
    """The posts to learn from in the order of the file, which of them the shipped model misjudges, and those to measure on."""

    rows: Sequence[Correction]
    wrong: NDArray[np.bool_]
    texts: Sequence[str]
    truth: NDArray[np.intp]


def tweets(data: Path) -> Tweets:
    """Raises OSError, and ValueError for a file that is none."""
    learned, measured = (
        [item for item in read_lines(data / FILES[name]) if item["source"] == BRAND]
        for name in ("sentiment_train", "sentiment")
    )
    rows = [
        Correction(str(at), str(at), item["text"], "en", BRAND, sentiment=item["label"])
        for at, item in enumerate(learned)
    ]
    said = LinearModel.load(DEFAULT_MODEL_FOLDER).judge_all([cleaned(row.text) for row in rows])
    wrong = np.array([each["sentiment"].label != row.sentiment for each, row in zip(said, rows, strict=True)])
    truth = np.array([CLASSES.index(item["label"]) for item in measured])
    return Tweets(rows, wrong, [cleaned(item["text"]) for item in measured], truth)


def chosen(known: Tweets, way: str, number: int, seed: int) -> list[Correction]:
    """What people have looked at after so many corrections, in an order drawn by `seed`."""
    order = np.random.default_rng(SEED + seed).permutation(len(known.rows))
    if way == LABELLED:
        return [known.rows[at] for at in order[:number]]
    last = int(np.searchsorted(np.cumsum(known.wrong[order]), number)) + 1
    return [known.rows[at] for at in order[:last]]


def judged(known: Tweets, rows: Sequence[Correction]) -> tuple[NDArray[np.intp], float]:
    """What a model that learned from these says about the posts to measure on, and its calibration error."""
    with tempfile.TemporaryDirectory() as folder:
        if rows:
            adapt(DEFAULT_MODEL_FOLDER, rows, Path(folder), lambda _: None)
        model = LinearModel.load(Path(folder) if rows else DEFAULT_MODEL_FOLDER)
    classes, chances = model.chances_all(known.texts, [BRAND] * len(known.texts))["sentiment"]
    order = [classes.index(each) for each in CLASSES]
    sure, likeliest = chances.max(axis=1), chances[:, order].argmax(axis=1)
    bands = np.minimum((sure * 10).astype(int), 9)
    hit = likeliest == known.truth
    error = sum(
        abs(sure[bands == b].mean() - hit[bands == b].mean()) * np.mean(bands == b) for b in set(bands.tolist())
    )
    said = model.judge_all(known.texts, [BRAND] * len(known.texts))
    return np.array([CLASSES.index(each["sentiment"].label) for each in said]), float(error)


def point(known: Tweets, way: str, number: int, seeds: int, told: Any) -> Point:
    """The mean over the seeds; its interval is that of posts, and of orders, drawn again together."""
    answers, lengths, errors = [], [], []
    for seed in range(seeds):
        rows = chosen(known, way, number, seed) if number else []
        said, error = judged(known, rows)
        answers.append(said)
        lengths.append(len(rows))
        errors.append(error)
        told()
    draw = np.random.default_rng(SEED)
    scores = []
    for _ in range(DRAWS):
        pick = draw.integers(0, len(known.truth), len(known.truth))
        some = draw.integers(0, seeds, seeds)
        scores.append(np.mean([macro_f1(known.truth[pick], answers[at][pick], len(CLASSES)) for at in some]))
    mean = float(np.mean([macro_f1(known.truth, said, len(CLASSES)) for said in answers]))
    low, high = np.quantile(scores, (0.025, 0.975))
    return Point(way, number, float(np.mean(lengths)), mean, float(low), float(high), float(np.mean(errors)))


def curve(known: Tweets, seeds: int, told: Any) -> Iterator[Point]:
    """Nothing, some numbers in both ways, and all there is; the quickest first."""
    nothing = point(known, LABELLED, 0, 1, told)
    yield from (replace(nothing, way=way) for way in WAYS)
    jobs = sorted((number, way) for way, numbers in WAYS.items() for number in numbers)
    for number, way in jobs[:-1]:
        yield point(known, way, number, seeds, told)
    everything = point(known, LABELLED, len(known.rows), 1, told)
    yield everything
    yield replace(everything, way=WRONG, corrections=int(known.wrong.sum()))
    yield point(known, jobs[-1][1], jobs[-1][0], seeds, told)


def table(points: Sequence[Point]) -> str:
    """As Markdown."""
    lines = [
        "| corrections | of which messages | learned from | macro-F1 (95 %) | calibration error |",
        "|---|---|---|---|---|",
    ]
    for each in points:
        score = f"{each.mean:.1f} ({each.low:.1f}-{each.high:.1f}) | {each.error:.3f}"
        lines.append(f"| {each.corrections:,} | {each.way} | {each.messages:,.0f} | {score} |")
    return "\n".join(lines)


def draw(points: Sequence[Point], path: Path) -> None:
    """As a picture, byte by byte the same for the same points."""
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "casekeeper"
    figure, axes = plt.subplots(figsize=(7, 4))
    for way, marker in zip(WAYS, ("o", "s"), strict=True):
        mine = [each for each in points if each.way == way]
        at = [max(each.corrections, 20) for each in mine]
        axes.plot(at, [each.mean for each in mine], marker=marker, label=way)
        axes.fill_between(at, [each.low for each in mine], [each.high for each in mine], alpha=0.15)
    full = max(points, key=lambda each: each.messages).mean
    axes.axhline(full, linestyle=":", color="grey", label="learned from all")
    axes.axhline(full - 3, linestyle="--", color="grey", linewidth=0.8, label="3 points below")
    axes.set_xscale("log")
    axes.set_xticks([20, 50, 100, 300, 1_000, 10_000], ["0", "50", "100", "300", "1,000", "10,000"])
    axes.set_xlabel("corrections")
    axes.set_ylabel("sentiment, macro-F1")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how fast the classifier learns from a brand's corrections.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the labelled sets")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="in how many orders the messages come")
    parser.add_argument("--write", type=Path, default=Path("docs"), help="folder for the page and its picture")
    arguments = parser.parse_args()
    if missing := [
        FILES[name] for name in ("sentiment_train", "sentiment") if not (arguments.data / FILES[name]).is_file()
    ]:
        parser.error(f"{arguments.data} lacks {', '.join(missing)}")
    known = tweets(arguments.data)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("trainings", total=2 + sum(map(len, WAYS.values())) * arguments.seeds)
        points = []
        for each in curve(known, arguments.seeds, lambda: progress.advance(task)):
            points.append(each)
            _write(points, arguments.seeds, arguments.write)


def _write(points: Sequence[Point], seeds: int, folder: Path) -> None:
    """As far as it is known: the last points take long."""
    ordered = sorted(points, key=lambda each: (list(WAYS).index(each.way), each.corrections))
    draw(ordered, folder / PICTURE)
    text = _TEXT.read_text(encoding="utf-8").replace("{measured}", table(ordered))
    (folder / PAGE).write_text(text.replace("{seeds}", str(seeds)), encoding="utf-8")


if __name__ == "__main__":
    main()
