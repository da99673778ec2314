"""From corrections to the current model: build, compare with the one in use, and promote only what is nowhere worse."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from zlib import crc32

from services.classification.domain.heads import LinearModel
from services.classification.domain.text import cleaned
from services.classification.learning import models
from services.classification.learning.adapt import Say, adapt
from services.classification.learning.compare import LEAST_ROWS, Compared, compare
from services.classification.learning.corrections import JUDGED, Correction
from services.classification.training.corpus import read_lines

HELD_OUT: Final = 5
"""One conversation in so many is held out to compare on, always the same ones."""
ALL: Final = "all"
REPORT: Final = "report.json"
DEV_FILE: Final = "sentiment_dev.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text, its language, and what it is."""

    text: str
    language: str
    head: str
    label: str
    brand: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training."""

    name: str
    before: str
    learned_from: int
    held_out: int
    compared: tuple[Compared, ...]
    promoted: bool
    why: str


def learn(folder: Path, rows: Sequence[Correction], dev: Path | None, say: Say) -> Outcome:
    """Build a model from the current one of `folder` and these corrections, and promote it if it deserves that.

    Raises ModelUnusable, ValueError for a set in `dev` that can not be read, and OSError.
    """
    held = [row for row in rows if is_held_out(row)]
    taught = [row for row in rows if not is_held_out(row)]
    base = models.current(folder)
    say(f"{len(taught)} corrections to learn from, {len(held)} held out")
    fresh = folder / "building"
    name = adapt(base, taught, fresh, say)
    before, after = LinearModel.load(base), LinearModel.load(fresh)
    sets = {"held-out corrections": list(_labelled(held))} | ({"development set": list(_dev(dev))} if dev else {})
    compared = tuple(each for on, labelled in sets.items() for each in _compared(on, labelled, before, after))
    promoted, why = verdict(before.name, name, compared)
    outcome = Outcome(name, before.name, len(taught), len(held), compared, promoted, why)
    _keep(folder, fresh, outcome)
    if promoted:
        models.promote(folder, name)
    return outcome


def is_held_out(row: Correction) -> bool:
    """By conversation, so that nobody is compared on what they said a minute later."""
    return crc32(b"held" + row.conversation.encode("utf-8", "replace")) % HELD_OUT == 0


def verdict(before: str, name: str, compared: Sequence[Compared]) -> tuple[bool, str]:
    """Whether to promote, and why: better on corrections it has not seen, and in no language worse beyond noise."""
    if name == before:
        return False, "nothing was learned: the model is the same"
    if worse := [each for each in compared if each.worse]:
        told = ", ".join(f"{each.head} in {each.language} on {each.on}" for each in worse)
        return False, f"worse beyond noise: {told}"
    seen = [each for each in compared if each.on == "held-out corrections" and each.language == ALL]
    if not seen:
        return False, f"fewer than {LEAST_ROWS} corrections are held out: nothing can be told yet"
    if sum(each.after - each.before for each in seen) <= 0:
        return False, "no better on the corrections that were held out"
    return True, "better on the corrections that were held out, and nowhere worse beyond noise"


def _labelled(rows: Sequence[Correction]) -> Iterator[Labelled]:
    for row in rows:
        for head in JUDGED:
            if label := getattr(row, head):
                yield Labelled(cleaned(row.text), row.spoken, head, label, row.brand)


def _dev(folder: Path) -> Iterator[Labelled]:
    for item in read_lines(folder / DEV_FILE):
        yield Labelled(cleaned(item["text"]), item["lang"], "sentiment", item["label"])


def _compared(on: str, rows: Sequence[Labelled], before: LinearModel, after: LinearModel) -> Iterator[Compared]:
    texts, brands = [row.text for row in rows], [row.brand for row in rows]
    said = [(model.judge_all(texts, brands) if rows else []) for model in (before, after)]
    for head in JUDGED:
        of_head = [at for at, row in enumerate(rows) if row.head == head]
        for language in (ALL, *sorted({rows[at].language for at in of_head})):
            chosen = [at for at in of_head if language in {ALL, rows[at].language}]
            if len(chosen) >= LEAST_ROWS:
                labels = [[each[at][head].label for at in chosen] for each in said]
                yield compare(on, head, language, [rows[at].label for at in chosen], *labels)


def _keep(folder: Path, fresh: Path, outcome: Outcome) -> None:
    """The model under its own name, with its report."""
    report: dict[str, Any] = asdict(outcome)
    (fresh / REPORT).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    kept = folder / outcome.name
    if kept.exists():  # the same corrections give the same model
        for file in fresh.iterdir():
            file.replace(kept / file.name)
        fresh.rmdir()
    else:
        fresh.rename(kept)
