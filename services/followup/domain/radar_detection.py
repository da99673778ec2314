"""Which rises are hardly chance: a scan of several windows, with the false alarms of a week as its measure (F8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import betainc

from schemas.events.incident import Measure, Reason
from schemas.organisation_radar import RadarRules
from services.followup.domain.radar import BUCKET_MS, Tally, bucket, split_key, together
from services.followup.domain.radar_baseline import LEVEL_HOURS, LEVEL_SHAPE, SHARE_WEIGHT, Baseline, Floats

WINDOW_MINUTES = (15, 60, 360)
MEASURES: tuple[Measure, ...] = ("volume", "negative", "reach")
MINUTE_MS = 60_000
LOOKS_PER_WINDOW = 10.0
"""Windows that end a minute apart share most of their messages, but not all: looking every minute finds as much as this many
windows side by side in each window's time. On four million minutes of chance it was 3 at odds of 1 in 100, and 7 to 10 at 1 in
10,000; a test holds us to it."""
LEAST_HOURS = 3
"""Before so many hours were seen, everything is new."""
LOUDER = 1.2
"""Only voices that are so much louder than usual are a matter of reach; else it would be the number of messages once more."""
NEW_KEYS = 5
"""Keys that may still appear are tested too."""


class Alarm(NamedTuple):
    """One key, measure and window that is hardly chance. `per_week`: how often a week chance does as much in all tests."""

    key: str
    measure: Measure
    window_minutes: int
    seen: float
    expected: float
    per_week: float

    @property
    def reason(self) -> Reason:
        """The same, as it is told."""
        dimension, value = split_key(self.key)
        return Reason.model_validate(
            {
                "dimension": dimension,
                "value": value,
                "measure": self.measure,
                "window_minutes": self.window_minutes,
                "seen": round(self.seen, 2),
                "expected": round(self.expected, 2),
                "by_chance_per_week": float(f"{self.per_week:.2g}"),
            }
        )


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen of each key from `start_ms` until now."""

    minutes: int
    start_ms: int
    end_ms: int
    tallies: Mapping[str, Tally]


class Bucket(NamedTuple):
    """Five minutes of a brand, or a part of them, counted."""

    brand: str
    start_ms: int
    tallies: Mapping[str, Tally]


def windows(buckets: Sequence[Bucket], now_ms: int) -> tuple[Window, ...]:
    """The windows that end now. They begin with a bucket, so that none is counted in part."""
    found = []
    for minutes in WINDOW_MINUTES:
        start_ms = bucket(now_ms - minutes * MINUTE_MS + BUCKET_MS - 1)
        inside = together(each.tallies for each in buckets if start_ms <= each.start_ms <= now_ms)
        found.append(Window(minutes, start_ms, now_ms, inside))
    return tuple(found)


def looks_per_week(window_minutes: int) -> float:
    """How many independent looks a week of looking every minute is worth."""
    return 7 * 24 * 60 / window_minutes * LOOKS_PER_WINDOW


def alarms(baseline: Baseline, windows: tuple[Window, ...], rules: RadarRules) -> list[Alarm]:
    """What is hardly chance, the least likely first. None while the brand has no history of a few hours."""
    if baseline.hours < LEAST_HOURS:
        return []
    tests = len(MEASURES) * len(windows) * (len(baseline.keys) + NEW_KEYS)
    found = [
        Alarm(name, measure, window.minutes, seen, expected, per_week)
        for window in windows
        for name, measure, seen, expected, chance in _chances(baseline, window, rules.least_messages)
        if (per_week := chance * tests * looks_per_week(window.minutes)) <= rules.false_alarms_per_week
    ]
    return sorted(found, key=lambda alarm: alarm.per_week)


def _chances(baseline: Baseline, window: Window, least: int) -> list[tuple[str, Measure, float, float, float]]:
    """Key, measure, what was seen, what was expected, and how likely chance alone shows as much."""
    worth, doubt = baseline.exposure(window.start_ms, window.end_ms)
    names = [name for name, tally in window.tallies.items() if tally.messages >= least]
    if not names:
        return []
    from scipy.stats import betabinom  # here, as it takes a second to load and a quiet radar does without

    seen = np.array([window.tallies[name] for name in names], dtype=float)
    at = np.array([baseline.keys.get(name, -1) for name in names])
    level, known, dispersion, share, share_known = _usual(baseline, at)
    usual = level * worth
    size = 1 / (dispersion + 1 / known + doubt)
    scale = baseline.square / baseline.weight
    volume = _as_many_as(seen[:, 0], usual, size)
    # A sum of weights is nearly a count, of messages that each weigh as much as squares of weights are to weights.
    reach = _as_many_as(np.floor(seen[:, 2] / scale), usual * baseline.weight / scale, size)
    rows: list[tuple[str, Measure, float, float, float]] = []
    for number, name in enumerate(names):
        messages, negative, weight, _ = window.tallies[name]
        rows.append((name, "volume", messages, float(usual[number]), float(volume[number])))
        if negative >= least and negative > messages * share[number]:
            good, bad = (1 - share[number]) * share_known[number], share[number] * share_known[number]
            chance = float(betabinom.sf(negative - 1, messages, bad, good))
            rows.append((name, "negative", negative, float(messages * share[number]), chance))
        if weight > LOUDER * baseline.weight * messages:
            rows.append((name, "reach", weight, float(usual[number] * baseline.weight), float(reach[number])))
    return rows


def _usual(baseline: Baseline, at: Floats) -> tuple[Floats, ...]:
    """Level, what it is known by, dispersion, share of negative and what that is known by; of keys never seen, what is known
    of any key."""
    all_ = baseline.negative[baseline.keys["all:"]]
    exposure = LEVEL_HOURS + baseline.hours
    new = (LEVEL_SHAPE / exposure, LEVEL_SHAPE, float(np.median(baseline.dispersion)), float(all_), SHARE_WEIGHT)
    arrays = (baseline.level, baseline.known, baseline.dispersion, baseline.negative, baseline.share_known)
    return tuple(np.where(at < 0, default, array[at]) for default, array in zip(new, arrays, strict=True))


def _as_many_as(counts: Floats, usual: Floats, size: Floats) -> Floats:
    """The chance of so many or more by the negative binomial; its tail is an incomplete beta function, exact far out."""
    return np.where(counts < 1, 1.0, betainc(np.maximum(counts, 1), size, usual / (size + usual)))


def usual_range(baseline: Baseline, key: str, start_ms: int, end_ms: int) -> tuple[float, float]:
    """How many messages of this key are usual in this time, and how many are rarely exceeded (once in a thousand)."""
    from scipy.stats import nbinom

    worth, doubt = baseline.exposure(start_ms, end_ms)
    level, known, dispersion, _, _ = _usual(baseline, np.array([baseline.keys.get(key, -1)]))
    usual, size = float(level[0] * worth), float(1 / (dispersion[0] + 1 / known[0] + doubt))
    return usual, float(nbinom.isf(0.001, size, size / (size + usual))) if usual else 0.0
