"""The rows a model is trained on and measured with: public sets from a folder, and the examples written for this project."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.classification.domain.text import cleaned
from services.classification.training.rules import weak_intent, weak_urgency

FEELINGS = Path(__file__).parent / "feelings.yaml"
EXAMPLES = Path(__file__).parent / "examples"
_SENTIMENT = {"complaint": "negative", "compliment": "positive"}
_URGENCY = {"compliment": "low", "remark": "low"}


@dataclass(frozen=True, slots=True)
class Row:
    """A cleaned text with what is known about it; an empty label means: says nothing about this judgement."""

    text: str
    language: str
    source: str
    sentiment: str = ""
    intent: str = ""
    urgency: str = ""


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines. Raises ValueError with file and line for one that is not an object."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                item = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}:{number}: not JSON: {error}") from error
            if not isinstance(item, dict):
                raise ValueError(f"{path}:{number}: expected an object, found {type(item).__name__}")  # noqa: TRY004  the file is wrong
            yield item


def written_examples() -> list[Row]:
    """Every sentence of `examples/<language>.yaml`, under `<intent>` or `<intent>/<urgency>`."""
    rows = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for heading, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            intent, _, urgency = heading.partition("/")
            rows += [
                Row(
                    cleaned(str(text)),
                    path.stem,
                    "written",
                    _SENTIMENT.get(intent, "neutral"),
                    intent,
                    urgency or _URGENCY.get(intent, "normal"),
                )
                for text in texts
            ]
    return rows


def written_feelings() -> list[Row]:
    """Every word or phrase of `feelings.yaml`: a sentiment and nothing else."""
    by_language = yaml.safe_load(FEELINGS.read_text(encoding="utf-8"))
    return [
        Row(cleaned(phrase), language, "feelings", sentiment)
        for language, feelings in by_language.items()
        for sentiment, phrases in feelings.items()
        for phrase in phrases
    ]


def posts(path: Path, source: str = "umsab") -> list[Row]:
    """Posts with a sentiment that people gave them; intent and urgency by rules."""
    return [
        _weakly(cleaned(item["text"]), item["lang"], source, item["label"])
        for item in read_lines(path)
        if item["source"] == source
    ]


def conversations(path: Path) -> list[Row]:
    """What customers wrote to brands; intent and urgency by rules, no sentiment.

    Few who write to a help desk merely remark: where no rule applies there is a complaint that the rules do not know.
    """
    rows = (
        _weakly(cleaned(message["text"]), "en", "conversations", "")
        for item in read_lines(path)
        for message in item["messages"]
        if message["role"] == "customer"
    )
    return [row for row in rows if row.intent != "remark"]


def _weakly(text: str, language: str, source: str, sentiment: str) -> Row:
    intent = weak_intent(text, sentiment)
    return Row(text, language, source, sentiment, intent, weak_urgency(text, intent, sentiment))
