"""One burst is one incident, in however many keys it is seen (F8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.base import milliseconds
from schemas.ids import derive
from services.followup.domain.radar import ALL, Frozen, Sighting, split_key
from services.followup.domain.radar_detection import MINUTE_MS, WINDOW_MINUTES, Alarm

SAME_SHARE = 0.5
"""Two keys are about the same when this share of the messages of the rarer one has the other as well."""
EXPLAINED_SHARE = 0.3
"""A rise of a language, or of everything, is put down to a topic, product or place that makes up this share of it."""
CALM_MS = WINDOW_MINUTES[-1] * MINUTE_MS
"""A wave is over when nothing was seen of it for the longest window: so long do the messages of its height go on to be seen."""


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


class Episode(Frozen):
    """An incident as the watch remembers it: what belongs to it, and when it was last seen."""

    incident_id: str
    lead: str
    keys: tuple[str, ...]
    last_seen_ms: int


class Watch(Frozen):
    """What the radar remembers of one brand."""

    brand: str
    episodes: tuple[Episode, ...] = ()

    def episode(self, burst: Burst, recent: Sequence[Sighting]) -> Episode | None:
        """The incident that the burst belongs to already."""
        known = sorted(self.episodes, key=lambda each: -each.last_seen_ms)
        exact = next((each for each in known if each.lead in burst.keys or burst.lead in each.keys), None)
        return exact or next((each for each in known if _is_explained(burst.lead, each.lead, recent)), None)


def bursts(alarms: Sequence[Alarm], recent: Sequence[Sighting], now_ms: int) -> list[Burst]:
    """The alarms, those about the same messages together. Rises of a topic, product or place come first: they tell most.

    Where one of them explains the rise of a language, or of everything, that is no reason of its own.
    """
    ordered = sorted(alarms, key=lambda alarm: (_is_broad(alarm.key), alarm.per_week))
    groups: list[list[Alarm]] = []
    for alarm in ordered:
        group = next((each for each in groups if _is_explained(alarm.key, each[0].key, recent)), None)
        if group is None:
            groups.append([alarm])
        elif _is_broad(group[0].key) or not _is_broad(alarm.key):
            group.append(alarm)
    return [Burst(tuple(group), _start(group, now_ms)) for group in groups]


def watched(
    state: Watch, found: Sequence[Burst], recent: Sequence[Sighting], open_: frozenset[str], now: datetime
) -> Watch:
    """The watch after a look: bursts that are new have an incident now, the others were seen once more.

    An incident that was closed goes on to be remembered until its wave is over, so that it is not raised anew.
    """
    now_ms = milliseconds(now)
    kept = (each for each in state.episodes if each.incident_id in open_ or now_ms - each.last_seen_ms <= CALM_MS)
    after = state.model_copy(update={"episodes": tuple(kept)})
    for burst in found:
        known = after.episode(burst, recent)
        if known is None:
            incident_id = derive("incident", state.brand, burst.lead, str(now_ms))
            known = Episode(incident_id=incident_id, lead=burst.lead, keys=(), last_seen_ms=now_ms)
        keys = tuple(dict.fromkeys((*known.keys, *sorted(burst.keys))))
        seen = known.model_copy(update={"keys": keys, "last_seen_ms": now_ms})
        others = (each for each in after.episodes if each.incident_id != seen.incident_id)
        after = after.model_copy(update={"episodes": (*others, seen)})
    return after


def _start(group: Sequence[Alarm], now_ms: int) -> int:
    """When the messages begin that the first alarm is about: the longest window up to an hour, or else the shortest."""
    windows = [alarm.window_minutes for alarm in group if alarm.key == group[0].key]
    short = [minutes for minutes in windows if minutes <= WINDOW_MINUTES[1]]
    return now_ms - (max(short) if short else min(windows)) * MINUTE_MS


def _is_broad(key: str) -> bool:
    return key == ALL or split_key(key)[0] == "language"


def _is_explained(key: str, by: str, recent: Sequence[Sighting]) -> bool:
    """Whether a rise of one key is that of the other."""
    if key == by:
        return True
    having = [each for each in recent if key in each.keys]
    both = sum(by in each.keys for each in having)
    if _is_broad(key) and not _is_broad(by):
        return both >= EXPLAINED_SHARE * len(having) > 0
    rarer = min(len(having), sum(by in each.keys for each in recent))
    return both >= SAME_SHARE * rarer > 0
