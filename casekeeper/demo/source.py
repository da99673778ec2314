"""Where the messages of a demonstration come from: the repository's sample, and files of conversations that are there."""

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from schemas.events.message import Author
from schemas.organisation import Organisation

SAMPLES = ("conversations.jsonl", "messages.jsonl")
SPACING_SECONDS = 60.0


@dataclass(frozen=True)
class Said:
    """One customer's message, ready to be sent through a channel."""

    brand: str
    channel: str
    conversation: str
    external_id: str
    author: Author
    text: str
    sent_after_seconds: float


@dataclass(frozen=True)
class Thread:
    """One conversation: what one customer says, in order."""

    messages: tuple[Said, ...]


class DataUnusable(ValueError):
    """A file of messages can not be read."""


def threads(organisation: Organisation, sample: Path, data: Path | None = None) -> list[Thread]:
    """All conversations of the sample's files and of another one, taken from each in turn. Raises DataUnusable."""
    files = [
        list(_read(file, organisation)) for file in [*(sample / name for name in SAMPLES), *([data] if data else [])]
    ]
    mixed = [thread for group in itertools.zip_longest(*files) for thread in group if thread]
    if not mixed:
        raise DataUnusable(f"there are no messages in {sample}")
    return mixed


def enough(found: Sequence[Thread], messages: int) -> list[Thread]:
    """So many messages: the conversations in turn, repeated under new ids as often as needed, the last one cut."""
    chosen: list[Thread] = []
    left = messages
    for number in itertools.count():
        for thread in found:
            if left <= 0:
                return chosen
            cut = Thread(thread.messages[:left])
            copy = renamed(cut, str(number)) if number else cut
            chosen.append(copy)
            left -= len(copy.messages)
    raise AssertionError("unreachable")


def renamed(thread: Thread, suffix: str) -> Thread:
    """The same conversation of somebody else: new ids throughout."""
    return Thread(
        tuple(
            replace(
                said,
                conversation=f"{said.conversation}-{suffix}",
                external_id=f"{said.external_id}-{suffix}",
                author=said.author.model_copy(update={"id": f"{said.author.id}-{suffix}"}),
            )
            for said in thread.messages
        )
    )


def _read(file: Path, organisation: Organisation) -> Iterator[Thread]:
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield _thread(json.loads(line), organisation)
                except (ValueError, KeyError, TypeError) as error:
                    raise DataUnusable(f"{file}:{number}: not a conversation: {error!r}") from error
    except OSError as error:
        raise DataUnusable(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataUnusable(f"{file}: not text in UTF-8: {error}") from error


def _thread(row: object, organisation: Organisation) -> Thread:
    if not isinstance(row, dict):
        raise TypeError("not a JSON object")
    webhooks = [channel for channel in organisation.channels if channel.kind == "webhook"]
    wanted = row.get("channel")
    channel = next((each for each in webhooks if each.id == wanted), webhooks[0])
    said = _of_the_customer(row["messages"])
    known = row.get("author")
    author = known if isinstance(known, dict) else {"id": said[0]["author"], "handle": said[0]["author"]}
    return Thread(
        tuple(
            Said(
                channel.brand,
                channel.id,
                str(row["conversation"]),
                each["id"],
                Author.model_validate({name: value for name, value in author.items() if value is not None}),
                each["text"],
                float(each.get("sent_after_seconds", index * SPACING_SECONDS)),
            )
            for index, each in enumerate(said)
        )
    )


def _of_the_customer(messages: object) -> list[dict[str, Any]]:
    if not isinstance(messages, list) or not all(isinstance(each, dict) for each in messages):
        raise TypeError("messages is not a list of objects")
    said = [each for each in messages if each.get("role", "customer") == "customer"]
    if not said:
        raise ValueError("no message is a customer's")
    for each in said:
        if not isinstance(each["text"], str) or not isinstance(each["id"], str):
            raise TypeError("id and text of a message are strings")
    return said
