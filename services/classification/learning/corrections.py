"""What people set right, as rows to learn from: read off the cases' topic, kept as a file of JSON lines."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from schemas.base import Event
from schemas.events.case import CaseMessageAdded
from schemas.events.understanding import ClassificationCorrected
from schemas.test_contacts import is_test_contact

JUDGED: Final = ("intent", "sentiment", "urgency")
"""What the linear heads judge; language and topic are kept with the rows too, for those who build on them."""
SAID: Final = ("language", *JUDGED, "topic")


class RowInvalid(ValueError):
    """A line is no correction; the text says of which file, which line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A text, and what a person said it is. None: they did not say; an empty topic: none of the organisation's."""

    id: str
    conversation: str
    text: str
    spoken: str
    """The language that the message is in, by the person or else by the classifier."""
    brand: str = ""
    by: str = ""
    at: str = ""
    language: str | None = None
    intent: str | None = None
    sentiment: str | None = None
    urgency: str | None = None
    topic: str | None = None


def corrections(events: Iterable[Event]) -> list[Correction]:
    """The corrections among a topic's events, in the order of the first about each message; a later one about the same
    message replaces what it says anew. One without its message in the topic is left out: there is nothing to learn from."""
    texts: dict[str, tuple[str, str, str, str]] = {}
    said: dict[str, dict[str, str]] = {}
    for event in events:
        if isinstance(event, CaseMessageAdded):
            if is_test_contact(event):
                continue  # what we write ourselves is nothing to learn from (F11)
            message = event.message
            texts[message.id] = (message.text, message.conversation, event.classification.language, message.brand)
        elif isinstance(event, ClassificationCorrected):
            given = {name: value for name in SAID if (value := getattr(event, name)) is not None}
            seen = said.setdefault(event.message_id, {})
            seen |= given | {"by": event.by, "at": event.corrected_at.isoformat()}
    return [
        Correction(id_, conversation, text, given.get("language", language), brand, **given)
        for id_, given in said.items()
        if id_ in texts
        for text, conversation, language, brand in [texts[id_]]
    ]


def written(rows: Iterable[Correction]) -> Iterator[str]:
    """Each as a line of JSON without its end."""
    for row in rows:
        yield json.dumps({name: value for name, value in asdict(row).items() if value is not None}, ensure_ascii=False)


def read(path: Path) -> list[Correction]:
    """The rows of a file. Raises RowInvalid at the first line that is none, and OSError."""
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    rows.append(_row(json.loads(line)))
                except (TypeError, ValueError) as error:
                    raise RowInvalid(f"{path}:{number}: {error}") from error
    return rows


def _row(item: Any) -> Correction:
    if not isinstance(item, dict):
        raise TypeError("expected an object")
    wrong = [name for name, value in item.items() if not isinstance(value, str)]
    if wrong:
        raise ValueError(f"{wrong[0]} must be a text")
    if unknown := item.keys() - Correction.__dataclass_fields__.keys():
        raise ValueError(f"unknown key {min(unknown)!r}")
    if missing := {"id", "conversation", "text", "spoken"} - item.keys():
        raise ValueError(f"has no {min(missing)}")
    if all(item.get(name) is None for name in SAID):
        raise ValueError(f"says none of {', '.join(SAID)}")
    return Correction(**item)
