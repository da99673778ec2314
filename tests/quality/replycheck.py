"""`python -m tests.quality.replycheck`: how often the reply check is right, on replies that a person labelled (V2)."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.cases.domain.replycheck import About, check
from services.cases.domain.replycheck.advice import KINDS

DATA = Path(__file__).parents[1] / "data" / "replycheck"
LANGUAGES = ("en", "nl")
ALL = "all"
FRESH = "written after the rules"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A reply with what a person says of it."""

    id: str
    text: str
    kinds: frozenset[str]
    about: About
    split: str
    source: str


@dataclass
class Score:
    """Replies by what the person and the check say of one kind."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + self.missed)


@dataclass
class Scores:
    """A part of the replies of a language."""

    replies: int = 0
    by_kind: dict[str, Score] = field(default_factory=dict)


def replies(language: str) -> Iterator[Labelled]:
    """The labelled replies of a language."""
    for line in (DATA / f"{language}.jsonl").read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        about = About(**row["about"])
        yield Labelled(row["id"], row["text"], frozenset(row["kinds"]), about, row["split"], row["source"])


def scores(language: str, split: str, source: str = "") -> Scores:
    """Counted for every kind, and for all together: one kind counts once in a reply."""
    found = Scores()
    counted = Counter[tuple[str, str]]()
    for reply in replies(language):
        if reply.split != split or (source and reply.source != source):
            continue
        found.replies += 1
        said = {advice.kind for advice in check(reply.text, language, reply.about)}
        counted.update(("right", kind) for kind in said & reply.kinds)
        counted.update(("wrong", kind) for kind in said - reply.kinds)
        counted.update(("missed", kind) for kind in reply.kinds - said)
    for kind in KINDS:
        right, wrong, missed = (counted[outcome, kind] for outcome in ("right", "wrong", "missed"))
        if right + wrong + missed:
            found.by_kind[kind] = Score(right, wrong, missed)
    every = found.by_kind.values()
    total = Score(
        sum(each.right for each in every), sum(each.wrong for each in every), sum(each.missed for each in every)
    )
    found.by_kind[ALL] = total
    return found


def table() -> Iterator[str]:
    """The figures as Markdown."""
    yield "| language, part | kind | right | wrong | missed | precision | recall |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    parts = [
        (language, split, source)
        for language in LANGUAGES
        for split, source in (("tune", ""), ("test", ""), ("test", FRESH))
    ]
    for language, split, source in parts:
        found = scores(language, split, source)
        name = f"{language}, {split}{f', only those {source}' if source else ''} ({found.replies})"
        for kind, score in found.by_kind.items():
            yield (
                f"| {name} | {kind} | {score.right} | {score.wrong} | {score.missed} "
                f"| {score.precision:.2f} | {score.recall:.2f} |"
            )


if __name__ == "__main__":
    print("\n".join(table()))  # noqa: T201
