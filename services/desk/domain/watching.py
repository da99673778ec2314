"""Who looks at a case at this moment, and who writes in it. Pure.

An open page says so again and again; who has not said so for a while is gone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

BEAT_SECONDS = 8
"""How often an open page says so."""
GONE_AFTER = timedelta(seconds=3 * BEAT_SECONDS)
QUIET_AFTER = timedelta(seconds=2 * BEAT_SECONDS)
"""Who has not touched a key for so long does not write any more."""
NEVER = 0


@dataclass(frozen=True, slots=True)
class Sighting:
    """When somebody last had a case before them, and when they last wrote in it. Milliseconds since 1970; 0: never."""

    person: str
    seen_ms: int
    typed_ms: int = NEVER


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who has the case before them now."""

    person: str
    typing: bool


def watchers(sightings: Iterable[Sighting], now: datetime, *, but: str = "") -> tuple[Watcher, ...]:
    """Those who are there now, who writes first; without one person."""
    there = [each for each in sightings if each.person != but and not is_gone(each, now)]
    found = [Watcher(each.person, _since(each.typed_ms, now) < QUIET_AFTER) for each in there]
    return tuple(sorted(found, key=lambda each: (not each.typing, each.person)))


def is_gone(sighting: Sighting, now: datetime) -> bool:
    """Whether they have left without a word."""
    return _since(sighting.seen_ms, now) >= GONE_AFTER


def is_news(before: Sighting | None, now: datetime, *, typing: bool) -> bool:
    """Whether others should hear of it at once: somebody has come, or begins to write."""
    if before is None or is_gone(before, now):
        return True
    return typing and _since(before.typed_ms, now) >= QUIET_AFTER


def _since(moment_ms: int, now: datetime) -> timedelta:
    return timedelta(milliseconds=int(now.timestamp() * 1000) - moment_ms)
