"""From corrections to the current model: build, compare with the one in use, and promote only what is nowhere worse."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Self
from zlib import crc32

from schemas.organisation_topics import Topic
from services.classification.domain.classifier import learned_of
from services.classification.domain.heads import LinearModel
from services.classification.domain.language import LanguageDetector
from services.classification.domain.learned import Learned
from services.classification.domain.taxonomy import TopicFinder
from services.classification.domain.text import cleaned
from services.classification.learning import models
from services.classification.learning.adapt import Say, adapt
from services.classification.learning.compare import LEAST_ROWS, Compared, compare
from services.classification.learning.corrections import JUDGED, SAID, Correction
from services.classification.learning.models import name_anew
from services.classification.learning.wording import learn_wording
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


def learn(
    folder: Path, rows: Sequence[Correction], dev: Path | None, say: Say, topics: Sequence[Topic] = ()
) -> Outcome:
    """Build a model from the current one of `folder` and these corrections, and promote it if it deserves that.

    `topics` are the organisation's. Raises ModelUnusable, ValueError for a set in `dev` that can not be read, and OSError.
    """
    held = [row for row in rows if is_held_out(row)]
    taught = [row for row in rows if not is_held_out(row)]
    base = models.current(folder)
    say(f"{len(taught)} corrections to learn from, {len(held)} held out")
    fresh = folder / "building"
    adapt(base, taught, fresh, say)
    detector = LanguageDetector()
    learn_wording(taught, learned_of(base), detector, topics).save(fresh)
    say("topics and languages: learned; comparing")
    name = name_anew(fresh)
    before, after = (Judges.of(model, detector, topics) for model in (base, fresh))
    sets = {"held-out corrections": list(_labelled(held))} | ({"development set": list(_dev(dev))} if dev else {})
    compared = tuple(each for on, labelled in sets.items() for each in _compared(on, labelled, before, after))
    promoted, why = verdict(before.model.name, name, compared)
    outcome = Outcome(name, before.model.name, len(taught), len(held), compared, promoted, why)
    _keep(folder, fresh, outcome)
    if promoted:
        models.promote(folder, name)
    return outcome


def steps(rows: Sequence[Correction]) -> int:
    """How often `learn` says how far it is, at most."""
    return 2 + len(JUDGED) * (1 + len({row.brand for row in rows if row.brand}))


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
        for head in SAID:
            label = getattr(row, head)
            if label is not None and (label or head == "topic"):
                yield Labelled(cleaned(row.text), row.spoken, head, label, row.brand)


def _dev(folder: Path) -> Iterator[Labelled]:
    for item in read_lines(folder / DEV_FILE):
        yield Labelled(cleaned(item["text"]), item["lang"], "sentiment", item["label"])


@dataclass(frozen=True, slots=True)
class Judges:
    """What judges with a model: of one that is in use, or of the one that may follow it."""

    model: LinearModel
    detector: LanguageDetector
    topics: TopicFinder
    learned: Learned

    @classmethod
    def of(cls, folder: Path, detector: LanguageDetector, topics: Sequence[Topic]) -> Self:
        """Raises ModelUnusable."""
        learned = learned_of(folder)
        return cls(LinearModel.load(folder), detector, TopicFinder(topics, learned.topics), learned)

    def say(self, rows: Sequence[Labelled]) -> list[str]:
        """What is said of each row, in the judgement that it is about. For a topic its language is taken to be known."""
        texts, brands = [row.text for row in rows], [row.brand for row in rows]
        linear = self.model.judge_all(texts, brands) if rows else []
        priors = [self.learned.languages.get(brand, {}) for brand in brands]
        votes = self.detector.detect_all(texts, priors)
        return [
            vote.language
            if row.head == "language"
            else self.topics.find(row.text, row.language).topic
            if row.head == "topic"
            else judged[row.head].label
            for row, judged, vote in zip(rows, linear, votes, strict=True)
        ]


def _compared(on: str, rows: Sequence[Labelled], before: Judges, after: Judges) -> Iterator[Compared]:
    said = [judges.say(rows) for judges in (before, after)]
    for head in SAID:
        of_head = [at for at, row in enumerate(rows) if row.head == head]
        for language in (ALL, *sorted({rows[at].language for at in of_head})):
            chosen = [at for at in of_head if language in {ALL, rows[at].language}]
            if len(chosen) >= LEAST_ROWS:
                labels = [[each[at] for at in chosen] for each in said]
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
