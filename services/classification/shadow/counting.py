"""In how many messages of each language two models differ, by judgement, and in what. Values only."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from schemas.events.message import Classification

JUDGED: Final = ("intent", "sentiment", "urgency")
"""What `casekeeper train` changes."""
ALL: Final = "all"
_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """One judgement in one language."""

    language: str
    judgement: str
    messages: int
    differ: int
    surer: int
    """Of those that differ, how many the candidate is surer about than the current model was."""
    most: tuple[str, ...]
    """What becomes of what most often, such as `neutral -> negative 12`."""

    @property
    def share(self) -> float:
        """In percent."""
        return round(100 * self.differ / self.messages, 1)


@dataclass(slots=True)
class Counted:
    """Counts up. The language is the one of the current model's judgement."""

    messages: Counter[str] = field(default_factory=Counter)
    surer: Counter[tuple[str, str]] = field(default_factory=Counter)
    changes: dict[tuple[str, str], Counter[tuple[str, str]]] = field(default_factory=dict)

    def count(self, current: Classification, candidate: Classification) -> tuple[str, ...]:
        """One message, judged by both; the judgements in which they differ."""
        differ = tuple(name for name in JUDGED if getattr(current, name) != getattr(candidate, name))
        for language in (ALL, current.language):
            self.messages[language] += 1
            for name in differ:
                change = (getattr(current, name), getattr(candidate, name))
                self.changes.setdefault((language, name), Counter())[change] += 1
                sure = [getattr(label, f"{name}_confidence") for label in (current, candidate)]
                self.surer[language, name] += sure[1] > sure[0]
        return differ

    def differences(self) -> Iterator[Difference]:
        """By language, those with most messages first; all together before them."""
        for language, messages in sorted(self.messages.items(), key=lambda each: (each[0] != ALL, -each[1], each[0])):
            for name in JUDGED:
                changes = self.changes.get((language, name), Counter())
                most = sorted(changes.items(), key=lambda each: (-each[1], each[0]))[:_SHOWN]
                yield Difference(
                    language,
                    name,
                    messages,
                    changes.total(),
                    self.surer[language, name],
                    tuple(f"{was} -> {is_now} {number}" for (was, is_now), number in most),
                )
