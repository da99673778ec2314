"""Messages as JSON lines in, classifications as JSON lines out: in order, in batches, in constant memory."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

from schemas.events.message import MAX_TEXT_CHARACTERS, Classification

BATCH = 500
MAX_LINE_BYTES = 8 * MAX_TEXT_CHARACTERS
"""Room for the longest text with every character escaped, and for its id."""
FIELDS = (
    "language",
    "language_confidence",
    "sentiment",
    "sentiment_confidence",
    "intent",
    "intent_confidence",
    "urgency",
    "topic",
    "topic_confidence",
)


class LineInvalid(ValueError):
    """A line is no message; the text says of which file, which line, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message to be classified. `id` is given back as it came."""

    id: str | int
    text: str
    brand: str


def read(name: str, stream: BinaryIO) -> Iterator[Line]:
    """The messages of a stream, blank lines left out. Raises LineInvalid at the first line that is no message."""
    number = 0
    while raw := stream.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(raw) > MAX_LINE_BYTES:
            raise LineInvalid(f"{name}:{number}: the line is longer than {MAX_LINE_BYTES:,} bytes")
        if raw.strip():
            try:
                yield _message(raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw)
            except ValueError as error:
                raise LineInvalid(f"{name}:{number}: {error}") from error


def _message(raw: bytes) -> Line:
    try:
        item = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 text: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"is not JSON: {error.msg} at column {error.colno}") from error
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if not isinstance(item, dict):
        raise ValueError(f'expected an object as {{"id": ..., "text": ...}}, found {_kind(item)}')  # noqa: TRY004
    if lacking := [name for name in ("id", "text") if name not in item]:
        raise ValueError(f"has no {' and no '.join(lacking)}")
    id_, text, brand = item["id"], item["text"], item.get("brand", "")
    if isinstance(id_, bool) or not isinstance(id_, str | int):
        raise ValueError(f"id must be a text or a whole number, not {_kind(id_)}")  # noqa: TRY004
    if not isinstance(text, str):
        raise ValueError(f"text must be a text, not {_kind(text)}")  # noqa: TRY004 - the line is wrong, not the program
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(f"text has {len(text):,} characters, {MAX_TEXT_CHARACTERS:,} are allowed")
    if not isinstance(brand, str):
        raise ValueError(f"brand must be a text, not {_kind(brand)}")  # noqa: TRY004
    return Line(id_, text, brand)


def _kind(value: object) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return names.get(type(value), "null")


def classified(
    lines: Iterator[Line], classify: Callable[[Sequence[Line]], Sequence[Classification]]
) -> Iterator[list[str]]:
    """Batches of answers, each answer a line of JSON without its end.

    What was read before a broken line is answered first; then LineInvalid is raised.
    """
    broken: list[LineInvalid] = []
    good = _until_broken(lines, broken)
    while batch := list(islice(good, BATCH)):
        yield [json.dumps(_answer(line, label)) for line, label in zip(batch, classify(batch), strict=True)]
    if broken:
        raise broken[0]


def _until_broken(lines: Iterator[Line], broken: list[LineInvalid]) -> Iterator[Line]:
    try:
        yield from lines
    except LineInvalid as error:
        broken.append(error)


def _answer(line: Line, label: Classification) -> dict[str, Any]:
    judged = {name: getattr(label, name) for name in FIELDS}
    return {"id": line.id, **judged, "signals": [each.kind for each in label.signals]}
