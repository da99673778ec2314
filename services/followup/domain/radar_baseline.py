"""What is usual for a brand at each hour of the week, and how far from it chance may go (F8).

Every key has a level of its own; the shape of the week is the brand's, because no single key has enough messages to show one.
Where history is short, both lean on what is known without it, and the uncertainty of that is part of every verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from services.followup.domain.radar import ALL, HOUR_MS, Tally

Floats = NDArray[np.float64]

HISTORY_DAYS = 56
SEASON_HALF_LIFE_DAYS = 28.0
LEVEL_HALF_LIFE_DAYS = 10.0
DAY_SHAPE = np.array([0.35] * 6 + [0.6, 0.9, 1.2] + [1.45] * 8 + [1.35, 1.25, 1.25, 1.15, 1.0, 0.7, 0.5])
"""A day as most brands have it, for as long as their own is not known: quiet nights, busy working hours."""
UNKNOWN_HOUR_VARIANCE = 0.4
"""How far an hour that was never seen may be from that shape: relative variance."""
LEVEL_SHAPE, LEVEL_HOURS = 0.5, 1.0
"""What is known of a key's level before anything was seen: half a message in an hour, very unsure."""
PRIOR_DISPERSION, DISPERSION_WEIGHT = 0.1, 60.0
SHARE_WEIGHT, SHARE_LIMIT = 12.0, 60.0
"""Messages that the brand's share of negative ones is worth for each key; more than the limit tell nothing surer of the next
hour, because moods come in spells."""
CAP_SIGMAS, CAP_DISPERSION, ROUNDS = 4.0, 0.3, 3
"""An hour with more messages than so many standard deviations above the usual teaches only so much: an incident is not what
is usual. What is learned is looked at anew so many times."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Complete hours of a brand, in order and without gaps, each with the tallies of its keys."""

    start_ms: int
    tallies: Sequence[Mapping[str, Tally]]

    @property
    def end_ms(self) -> int:
        return self.start_ms + len(self.tallies) * HOUR_MS


@dataclass(frozen=True)
class Baseline:
    """What is usual. Arrays are in the order of `keys`; a key that is not among them was never seen."""

    zone: ZoneInfo
    hours: int
    """Of how many complete hours it was learned."""
    season: Floats
    """By hour of the week, from Monday midnight in the brand's zone; an average hour has 1."""
    doubt: Floats
    """Relative variance of that."""
    keys: Mapping[str, int]
    level: Floats
    """Messages in an average hour."""
    known: Floats
    """Messages that the level was learned from; what it is unsure by follows."""
    dispersion: Floats
    """Relative variance of an hour beside that of mere chance."""
    negative: Floats
    """Usual share of negative messages."""
    share_known: Floats
    weight: float
    square: float
    """Mean weight of a message of the brand, and mean of its square."""

    def exposure(self, start_ms: int, end_ms: int) -> tuple[float, float]:
        """How many average hours this time is worth, and the relative variance of that."""
        worth = doubtful = 0.0
        at = start_ms
        while at < end_ms:
            until = min(end_ms, (at // HOUR_MS + 1) * HOUR_MS)
            hour = hour_of_week(at, self.zone)
            part = (until - at) / HOUR_MS * float(self.season[hour])
            worth, doubtful = worth + part, doubtful + part * float(self.doubt[hour])
            at = until
        return worth, doubtful / worth if worth else 0.0


def hour_of_week(at_ms: int, zone: ZoneInfo) -> int:
    """0 is Monday from midnight to one, in that zone."""
    local = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=at_ms)).astimezone(zone)
    return local.weekday() * 24 + local.hour


def learned(hours: Hours, zone: ZoneInfo) -> Baseline:
    """What these hours teach."""
    count = len(hours.tallies)
    names = {
        name: number for number, name in enumerate(sorted({ALL, *(key for each in hours.tallies for key in each)}))
    }
    table = np.zeros((4, count, len(names)))
    for row, tallies in enumerate(hours.tallies):
        for name, tally in tallies.items():
            table[:, row, names[name]] = tally
    week = np.array([hour_of_week(hours.start_ms + row * HOUR_MS, zone) for row in range(count)], dtype=np.intp)
    days_ago = (count - np.arange(count)) / 24
    fading = 0.5 ** (days_ago / SEASON_HALF_LIFE_DAYS), 0.5 ** (days_ago / LEVEL_HALF_LIFE_DAYS)
    usual = table[0]
    for _ in range(ROUNDS):
        season, doubt = _season(usual[:, names[ALL]], week, fading[0])
        level, known, dispersion = _levels(usual, season[week], doubt[week], fading[1])
        usual = _capped(table[0], level, known, season[week], doubt[week])
    negative, share_known = _shares(table[0], table[1], fading[1], names[ALL])
    total = max(table[0][:, names[ALL]].sum(), 0.0)
    weight = (table[2][:, names[ALL]].sum() + 10) / (total + 10)
    square = (table[3][:, names[ALL]].sum() + 10) / (total + 10)
    return Baseline(
        zone, count, season, doubt, names, level, known, dispersion, negative, share_known, float(weight), float(square)
    )


def _season(counts: Floats, week: NDArray[np.intp], fading: Floats) -> tuple[Floats, Floats]:
    """The shape of the week: an hour leans on its hour of the day, that on the general shape; the less was seen, the more."""
    shape = np.tile(DAY_SHAPE / DAY_SHAPE.mean(), 7)
    if not len(counts):
        return shape, np.full(168, UNKNOWN_HOUR_VARIANCE)
    mean = (np.sum(fading * counts) + 0.5) / (np.sum(fading * shape[week]) + 1)
    seen_of_week = np.bincount(week, fading, 168)
    seen_of_day = np.tile(seen_of_week.reshape(7, 24).sum(0), 7)
    relative = np.bincount(week, fading * counts, 168) / mean
    lean = 2 + 10 / mean
    day = (lean * shape + np.tile(relative.reshape(7, 24).sum(0), 7)) / (lean + seen_of_day)
    lean = 3 + 30 / mean
    season = (lean * day + relative) / (lean + seen_of_week)
    doubt = UNKNOWN_HOUR_VARIANCE / (1 + 4 * seen_of_week + 1.5 * seen_of_day)
    return season / season.mean(), doubt


def _levels(counts: Floats, season: Floats, doubt: Floats, fading: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each key: messages in an average hour, how many that was learned from, and its dispersion."""
    weight = fading[:, None]
    known = LEVEL_SHAPE + (weight * counts).sum(0)
    exposure = LEVEL_HOURS + float((fading * season).sum())
    level = known / exposure
    usual = level[None, :] * season[:, None]
    squares = usual**2
    # What the season is unsure by is counted elsewhere, and is not to be counted twice.
    excess = ((counts - usual) ** 2 - usual - squares * doubt[:, None]).sum(0)
    pooled = (excess.sum() + PRIOR_DISPERSION * DISPERSION_WEIGHT) / (squares.sum() + DISPERSION_WEIGHT)
    pooled = max(0.005, float(pooled))
    own = (excess + pooled * DISPERSION_WEIGHT) / (squares.sum(0) + DISPERSION_WEIGHT)
    return level, known, np.maximum(own, 0.005)


def _capped(counts: Floats, level: Floats, known: Floats, season: Floats, doubt: Floats) -> Floats:
    """The counts without what goes beyond chance. The dispersion does not help here: it is what incidents swell first."""
    if not len(counts):
        return counts
    usual = level[None, :] * season[:, None]
    size = 1 / (CAP_DISPERSION + 1 / known[None, :] + doubt[:, None])
    return np.minimum(counts, usual + CAP_SIGMAS * np.sqrt(usual + usual**2 / size) + 3)


def _shares(counts: Floats, negative: Floats, fading: Floats, all_: int) -> tuple[Floats, Floats]:
    """Of each key: its usual share of negative messages, leaning on the brand's, and how many messages that is worth."""
    messages, bad = (fading[:, None] * counts).sum(0), (fading[:, None] * negative).sum(0)
    brand = (bad[all_] + 0.4 * SHARE_WEIGHT) / (messages[all_] + SHARE_WEIGHT)
    share = (bad + brand * SHARE_WEIGHT) / (messages + SHARE_WEIGHT)
    return share, np.minimum(messages + SHARE_WEIGHT, SHARE_LIMIT)
