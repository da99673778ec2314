"""What the radar counts: who wrote about what, when; order-free, and each message once (F8)."""

import math
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from schemas.base import milliseconds
from schemas.events.case import CaseMessageAdded
from schemas.events.incident import Dimension

BUCKET_MS = 5 * 60 * 1000
HOUR_MS = 60 * 60 * 1000
SHARDS = 4
"""So many documents take a brand's messages of the same minutes, so that instances seldom write the same one."""
FULL = 250
"""Messages in one document. Well below what a document remembers of its causes: none is forgotten, so none counts twice."""
ALL = "all:"


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Sighting(Frozen):
    """One message, as far as it is counted. `at_ms` is when it was written, in milliseconds since 1970."""

    message_id: str
    case_id: str
    conversation: str
    at_ms: int
    keys: tuple[str, ...]
    """What it counts for, as `dimension:value`; `all:` is always among them."""
    negative: bool = False
    reach: int = 0

    @property
    def weight(self) -> float:
        """How loud it is: a voice with ten times the followers counts one more (M5)."""
        return 1 + math.log10(1 + self.reach)

    @property
    def language(self) -> str:
        """The language it is in; `und` where nobody knows."""
        return next((value for name, value in map(split_key, self.keys) if name == "language"), "und")


class Sightings(Frozen):
    """The messages of one brand in one bucket of five minutes, or a part of them."""

    brand: str
    bucket_ms: int
    changed_ms: int = 0
    """When it was last added to: what others have to read anew."""
    seen: tuple[Sighting, ...] = ()


class Tally(NamedTuple):
    """Messages, how many of them are negative, and the sums of their weights and of the squares of these."""

    messages: float = 0
    negative: float = 0
    weight: float = 0
    squares: float = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally(
            self.messages + other.messages,
            self.negative + other.negative,
            self.weight + other.weight,
            self.squares + other.squares,
        )


Tallies = Mapping[str, Tally]


def key(dimension: Dimension, value: str) -> str:
    """One thing that is counted, as text."""
    return f"{dimension}:{value}"


def split_key(text: str) -> tuple[str, str]:
    """Dimension and value of a key."""
    dimension, _, value = text.partition(":")
    return dimension, value


def sighting(event: CaseMessageAdded) -> Sighting:
    """What a message counts for. A clock that is ahead of ours does not put it into the future."""
    message, label = event.message, event.classification
    keys = [ALL, key("language", label.language)]
    if label.topic:
        keys.append(key("topic", label.topic))
    keys += [key(entity.kind, entity.key) for entity in label.entities]
    return Sighting(
        message_id=message.id,
        case_id=event.case_id,
        conversation=event.conversation,
        at_ms=milliseconds(min(message.sent_at, message.received_at)),
        keys=tuple(dict.fromkeys(keys)),
        negative=label.sentiment == "negative",
        reach=message.reach or 0,
    )


def lane_of(event: CaseMessageAdded) -> str:
    """The documents in which this message may be: brand, minutes, and a part of all conversations."""
    at_ms = milliseconds(min(event.message.sent_at, event.message.received_at))
    shard = zlib.crc32(event.message.conversation.encode()) % SHARDS
    return f"{event.brand}|{bucket(at_ms)}|{shard}"


def place_for(event: CaseMessageAdded, documents: Iterable[Sightings]) -> str:
    """The document of the lane that takes the message: the last, or a new one when that is full."""
    sizes = [len(each.seen) for each in documents]
    number = len(sizes) if sizes and sizes[-1] < FULL else len(sizes) + 1
    return f"{lane_of(event)}|{number}"


def message_seen(
    state: Sightings | None, event: CaseMessageAdded, siblings: Iterable[Sightings], now: datetime
) -> Sightings | None:
    """Count the message. None for one of our own tests (F11), or one counted already: in its case before a split, say."""
    if event.message.test:
        return None
    new = sighting(event)
    if any(each.message_id == new.message_id for one in siblings for each in one.seen):
        return None
    before = state or Sightings(brand=event.brand, bucket_ms=bucket(new.at_ms))
    return before.model_copy(update={"seen": (*before.seen, new), "changed_ms": milliseconds(now)})


def tallied(seen: Iterable[Sighting]) -> dict[str, Tally]:
    """How much there is of each key."""
    found: dict[str, Tally] = {}
    for each in seen:
        one = Tally(1, float(each.negative), each.weight, each.weight**2)
        for name in each.keys:
            found[name] = found.get(name, Tally()).plus(one)
    return found


def together(parts: Iterable[Tallies]) -> dict[str, Tally]:
    """The sum of several."""
    found: dict[str, Tally] = {}
    for part in parts:
        for name, tally in part.items():
            found[name] = found.get(name, Tally()).plus(tally)
    return found


def bucket(at_ms: int) -> int:
    """When the bucket begins that this moment lies in."""
    return at_ms // BUCKET_MS * BUCKET_MS
