"""One burst is one incident, in however many keys it is seen (F8)."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.followup.domain.radar import ALL, Sighting, split_key
from services.followup.domain.radar_detection import MINUTE_MS, WINDOW_MINUTES, Alarm

SAME_SHARE = 0.5
"""Two keys are about the same when this share of the messages of the rarer one has the other as well."""
EXPLAINED_SHARE = 0.3
"""A rise of a language, or of everything, is put down to a topic, product or place that makes up this share of it."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Alarms that are about the same messages. The first is the one that tells most."""

    alarms: tuple[Alarm, ...]
    started_ms: int

    @property
    def lead(self) -> str:
        """The key that cases are matched by."""
        return self.alarms[0].key

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(alarm.key for alarm in self.alarms)


def bursts(alarms: Sequence[Alarm], recent: Sequence[Sighting], now_ms: int) -> list[Burst]:
    """The alarms, those about the same messages together. Rises of a topic, product or place come first: they tell most.

    Where one of them explains the rise of a language, or of everything, that is no reason of its own.
    """
    ordered = sorted(alarms, key=lambda alarm: (_is_broad(alarm.key), alarm.per_week))
    groups: list[list[Alarm]] = []
    for alarm in ordered:
        group = next((each for each in groups if is_explained(alarm.key, each[0].key, recent)), None)
        if group is None:
            groups.append([alarm])
        elif _is_broad(group[0].key) or not _is_broad(alarm.key):
            group.append(alarm)
    return [Burst(tuple(group), _start(group, now_ms)) for group in groups]


def _start(group: Sequence[Alarm], now_ms: int) -> int:
    """When the messages begin that the first alarm is about: the longest window up to an hour, or else the shortest."""
    windows = [alarm.window_minutes for alarm in group if alarm.key == group[0].key]
    short = [minutes for minutes in windows if minutes <= WINDOW_MINUTES[1]]
    return now_ms - (max(short) if short else min(windows)) * MINUTE_MS


def _is_broad(key: str) -> bool:
    return key == ALL or split_key(key)[0] == "language"


def is_explained(key: str, by: str, recent: Sequence[Sighting]) -> bool:
    """Whether a rise of one key is that of the other."""
    if key == by:
        return True
    having = [each for each in recent if key in each.keys]
    both = sum(by in each.keys for each in having)
    if _is_broad(key) and not _is_broad(by):
        return both >= EXPLAINED_SHARE * len(having) > 0
    rarer = min(len(having), sum(by in each.keys for each in recent))
    return both >= SAME_SHARE * rarer > 0
