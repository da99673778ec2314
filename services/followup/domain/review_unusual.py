"""How unusual a case's way was among cases of its kind, in bits (P2). Pure.

The kind of a case is its topic. From the cases of the days before come, for each trait of a way (how many messages, consults,
handovers ...), the shares of its values within the kind, drawn towards those of all cases where the kind has few. The
self-information of a case is the sum of -log2 of the shares of its values; what is told is how many bits that is above the
average of its kind: 3 bits more are a way that is 8 times less likely than the usual one.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from services.followup.domain.review_seen import Seen

LEAST_CASES = 30
"""With fewer cases to compare with, nothing is called unusual."""
LEAST_BITS = 3.0
DRAWN = 5.0
"""So many cases of the usual mixture are added to each kind."""
_HOURS = (1, 4, 24, 72)

Habits = dict[str, dict[str, int]]
"""Kind to `trait=value` to how many cases."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """Bits above the average of its kind, and the trait that adds most with its share."""

    bits: float
    trait: str
    share: float


def traits(case: Seen) -> list[str]:
    """The way of a case, as `trait=value`."""
    return [
        f"messages={_few(case.messages, (1, 3, 7))}",
        f"consults={_few(case.consults, (0, 1, 2))}",
        f"handovers={_few(case.handovers, (0, 1))}",
        f"reopened={_few(case.reopenings, (0, 1))}",
        f"interpreter={'yes' if case.interpreted else 'no'}",
        f"corrected={'yes' if case.corrected else 'no'}",
        f"hours={_few(case.hours, _HOURS)}",
        f"channel={case.channel}",
        f"language={case.language}",
    ]


def habits(cases: Iterable[Seen]) -> Habits:
    """What the cases that were settled on one day add to what is usual."""
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        if case.settled_today:
            counts.setdefault(case.topic, Counter()).update(traits(case))
    return {kind: dict(sorted(found.items())) for kind, found in sorted(counts.items())}


class Usual:
    """The habits of many days together."""

    def __init__(self, days: Sequence[Mapping[str, Mapping[str, int]]]) -> None:
        self._kinds: dict[str, Counter[str]] = {}
        self._all: Counter[str] = Counter()
        for day in days:
            for kind, counts in day.items():
                self._kinds.setdefault(kind, Counter()).update(counts)
                self._all.update(counts)
        self._values: dict[str, list[str]] = {}
        for each in sorted(self._all):
            self._values.setdefault(_name(each), []).append(each)

    @property
    def cases(self) -> int:
        return self._total(self._all, "messages")

    def unusual(self, case: Seen) -> Unusual | None:
        """How far the case is from the usual; None when that can not be said."""
        if self.cases < LEAST_CASES:
            return None
        found = [(each, self._share(case.topic, each)) for each in traits(case)]
        above = sum(-log2(share) - self._average(case.topic, _name(each)) for each, share in found)
        trait, share = min(found, key=lambda each: (each[1], each[0]))
        return Unusual(round(above, 2), trait, round(share, 4))

    def _share(self, kind: str, value: str) -> float:
        name, counts = _name(value), self._kinds.get(kind, Counter[str]())
        values = len(self._values.get(name, ())) + 1  # one more for what was never seen
        among_all = (self._all[value] + 1) / (self._total(self._all, name) + values)
        return (counts[value] + DRAWN * among_all) / (self._total(counts, name) + DRAWN)

    def _average(self, kind: str, name: str) -> float:
        shares = [self._share(kind, value) for value in self._values.get(name, ())]
        shares.append(max(0.0, 1 - sum(shares)))
        return sum(-share * log2(share) for share in shares if share > 0)

    def _total(self, counts: Counter[str], name: str) -> int:
        return sum(counts[value] for value in self._values.get(name, ()))


def _name(value: str) -> str:
    return value.partition("=")[0]


def _few(number: float, limits: Sequence[float]) -> str:
    """The number as one of a few: up to the first limit, up to the second ..., or more."""
    below = -1.0
    for limit in limits:
        if number <= limit:
            return f"{limit:g}" if limit - below <= 1 else f"up to {limit:g}"
        below = limit
    return f"over {limits[-1]:g}"
