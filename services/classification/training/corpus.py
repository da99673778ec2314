"""The rows a model is trained on and measured with: public sets from a folder, and the examples written for this project."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.classification.domain.text import cleaned
from services.classification.training.rules import weak_intent, weak_urgency

FEELINGS = Path(__file__).parent / "feelings.yaml"
EXAMPLES = Path(__file__).parent / "examples"
JUDGED = Path(__file__).parent / "judged"
FILES = {
    "sentiment_train": "sentiment_train.jsonl",
    "conversations": "conversations_dev.jsonl",
    "sentiment": "sentiment_dev.jsonl",
    "language": "lid_dev.jsonl",
    "complaint": "complaint_dev.jsonl",
    "complaint_train": "complaint_train.jsonl",
}
_SENTIMENT = {"complaint": "negative", "compliment": "positive"}
_URGENCY = {"compliment": "low", "remark": "low"}
_MISLABELLED = {"hi": 900}
"""How many of a language's first posts to leave out: their labels belong to other texts (no method finds any relation)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A cleaned text with what is known about it; an empty label means: says nothing about this judgement."""

    text: str
    language: str
    source: str
    sentiment: str = ""
    intent: str = ""
    urgency: str = ""
    thread: str = ""
    """The conversation: what belongs together is held out together."""


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
    """Every sentence of `examples/<language>[.<more>].yaml`, under `<intent>` or `<intent>/<urgency>`."""
    rows = []
    for path in sorted(EXAMPLES.glob("*.yaml")):
        for heading, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            intent, _, urgency = heading.partition("/")
            rows += [
                Row(
                    cleaned(str(text)),
                    path.stem.partition(".")[0],
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
    seen: Counter[str] = Counter()
    rows = []
    for item in read_lines(path):
        if item["source"] != source:
            continue
        seen[item["lang"]] += 1
        if source != "umsab" or seen[item["lang"]] > _MISLABELLED.get(item["lang"], 0):
            rows.append(_weakly(cleaned(item["text"]), item["lang"], source, item["label"]))
    return rows


def conversations(path: Path) -> list[Row]:
    """What customers wrote to brands, with what a reader took it to be (`judged/conversations.yaml`)."""
    judged = yaml.safe_load((JUDGED / "conversations.yaml").read_text(encoding="utf-8"))
    labels = {f"dev-{number}": label.split("/") for label, numbers in judged.items() for number in numbers.split()}
    return [
        Row(cleaned(message["text"]), "en", "conversations", sentiment, intent, urgency, item["conversation"])
        for item in read_lines(path)
        for message in item["messages"]
        if message["id"] in labels
        for intent, sentiment, urgency in [labels[message["id"]]]
    ]


def dutch_posts(path: Path) -> list[tuple[str, str]]:
    """Dutch posts of the language set with the feeling a reader found in them (`judged/dutch.yaml`). For measuring only."""
    judged = yaml.safe_load((JUDGED / "dutch.yaml").read_text(encoding="utf-8"))
    feelings = {int(at): feeling for feeling in ("negative", "positive") for at in judged[feeling].split()}
    texts = [item["text"] for item in read_lines(path) if item["label"] == "nl"][: judged["posts"]]
    return [(text, feelings.get(at, "neutral")) for at, text in enumerate(texts)]


def complaints(path: Path) -> list[Row]:
    """Posts that experts called a complaint or not: for an organisation that may use them, never for the shipped model."""
    rows = []
    for item in read_lines(path):
        text = cleaned(item["text"])
        intent = "complaint" if item["label"] else weak_intent(text, "neutral") or "remark"
        rows.append(Row(text, "en", "complaints", intent=intent))
    return rows


def _weakly(text: str, language: str, source: str, sentiment: str) -> Row:
    """A post to the world: what no rule knows is a remark, and grumbling is no complaint to a brand."""
    intent = weak_intent(text, sentiment)
    if not intent and sentiment:
        intent = "remark"
    if intent == "complaint" and source == "umsab":
        intent = ""
    return Row(text, language, source, sentiment, intent, weak_urgency(text, intent, sentiment))
