"""What wants a lead's attention: one line for each matter, those that can not wait first."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Tone = Literal["urgent", "attention", "calm", "unknown"]
ORDER: tuple[Tone, ...] = ("urgent", "attention", "unknown", "calm")


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at. `count` None: there is nothing to count, or nobody knows (`unknown`)."""

    path: str
    title: str
    count: int | None
    sentence: str
    tone: Tone


def tone(count: int, *, urgent: bool = False) -> Tone:
    """How much a number of things wants attention."""
    if not count:
        return "calm"
    return "urgent" if urgent else "attention"


def ordered(matters: Iterable[Matter]) -> list[Matter]:
    """The most pressing first, otherwise as they were given."""
    return sorted(matters, key=lambda each: ORDER.index(each.tone))
