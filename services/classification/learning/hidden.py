"""Whether a topic that the taxonomy lacks is found: `python -m services.classification.learning.hidden --data DIR`.

DIR holds complaints to airlines with the reason that people gave them (`topic_airline_train.jsonl`). A taxonomy is written for
them, with a few words a topic; each topic in turn is left out, and the messages that no other topic knows are grouped.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from schemas.organisation_topics import Topic
from services.classification.domain.taxonomy import TopicFinder
from services.classification.domain.text import cleaned
from services.classification.learning.suggest import Said, suggest
from services.classification.training.corpus import read_lines

FILE: Final = "topic_airline_train.jsonl"
WORDS: Final = {
    "Late Flight": ("late", "delay", "delayed", "delays", "tarmac"),
    "Cancelled Flight": ("cancel", "cancelled", "canceled", "cancellation"),
    "Lost Luggage": ("bag", "bags", "luggage", "baggage", "suitcase"),
    "Flight Booking Problems": ("book", "booked", "booking", "website", "miles", "points", "fare", "ticket"),
    "Flight Attendant Complaints": ("rude", "attendant", "attendants", "crew", "staff"),
    "Bad Flight": ("seat", "seats", "wifi", "entertainment", "food", "legroom"),
    "Customer Service Issue": ("hold", "phone", "call", "calls", "customer service", "agent", "agents"),
}
MOST: Final = 20


def lines(data: Path) -> Iterator[str]:
    """A Markdown table: for each hidden topic the suggestion that finds most of it, and where it stands among them."""
    yield "| left out | messages without a topic | of it | suggestion | place | size | of it, % | found, % |"
    yield "|---|---|---|---|---|---|---|---|"
    items = [(cleaned(item["text"]), item["label"]) for item in read_lines(data / FILE) if item["label"] in WORDS]
    for hidden in WORDS:
        known = [_topic(name) for name in WORDS if name != hidden]
        finder = TopicFinder(known)
        unknown = [(text, label) for text, label in items if not finder.find(text, "en").topic]
        there = sum(label == hidden for _, label in unknown)
        found = suggest([Said(text, text, "en") for text, _ in unknown], MOST)
        right = [sum(unknown[at][1] == hidden for at in each.members) for each in found]
        scores = [2 * hits / (each.size + there) for hits, each in zip(right, found, strict=True)]
        best = max(range(len(found)), key=scores.__getitem__)
        each = found[best]
        figures = f"{each.size} | {100 * right[best] / each.size:.0f} | {100 * right[best] / there:.0f}"
        yield f"| {hidden} | {len(unknown)} | {there} | {each.name} | {best + 1} | {figures} |"


def _topic(name: str) -> Topic:
    return Topic(id=name.lower().replace(" ", "-"), names={"en": name, "nl": name}, words={"en": WORDS[name]})


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure whether topics that a taxonomy lacks are found.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder with the labelled sets")
    for line in lines(parser.parse_args().data):
        sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
