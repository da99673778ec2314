"""Detectors let loose on streams: minutes until a burst is an incident, and incidents that nothing was behind."""

import bisect
import statistics
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np

from casekeeper.radar.stream import MONDAY_MS, Kind, World, burst, sort_of, soured, usual
from schemas.organisation_radar import RadarRules
from services.followup.domain.radar import BUCKET_MS, HOUR_MS, Sighting, bucket, tallied
from services.followup.domain.radar_baseline import Baseline, Hours, learned
from services.followup.domain.radar_detection import (
    MINUTE_MS,
    WINDOW_MINUTES,
    Alarm,
    Bucket,
    alarms,
    windows,
)
from services.followup.domain.radar_grouping import bursts
from services.followup.domain.radar_watch import Watch, watched

WEEK_HOURS = 168
PATIENCE_MINUTES = 360
UTC_ZONE = ZoneInfo("UTC")
SIGMAS, SIMPLE_HOURS = 3.0, 24
CLOSED_AFTER_MS = HOUR_MS
"""People close an incident so long after it was raised."""
FIRST_WAVE, SECOND_AFTER_MINUTES = 20, 180
"""A first wave of so many posts, and so much later the second one begins."""


@dataclass
class Stream:
    """Sightings in order, and their counts by bucket and by hour."""

    seen: list[Sighting]
    moments: list[int] = field(init=False)
    by_key: dict[str, list[int]] = field(init=False, default_factory=dict)
    negative: dict[str, list[int]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.seen.sort(key=lambda each: each.at_ms)
        self.moments = [each.at_ms for each in self.seen]
        for each in self.seen:
            for name in each.keys:
                self.by_key.setdefault(name, []).append(each.at_ms)
                if each.negative:
                    self.negative.setdefault(name, []).append(each.at_ms)

    def between(self, start_ms: int, end_ms: int) -> list[Sighting]:
        """Those from the start to before the end."""
        return self.seen[bisect.bisect_left(self.moments, start_ms) : bisect.bisect_left(self.moments, end_ms)]

    def count(self, name: str, start_ms: int, end_ms: int) -> int:
        """How many there are of one key in this time."""
        return _between(self.by_key.get(name, []), start_ms, end_ms)

    def count_negative(self, name: str, start_ms: int, end_ms: int) -> int:
        """How many of them are negative."""
        return _between(self.negative.get(name, []), start_ms, end_ms)

    def hours(self, start_ms: int, end_ms: int) -> Hours:
        """The complete hours of this time."""
        return Hours(
            start_ms, [tallied(self.between(at, at + HOUR_MS)) for at in range(start_ms, end_ms - HOUR_MS + 1, HOUR_MS)]
        )


def _between(moments: list[int], start_ms: int, end_ms: int) -> int:
    return bisect.bisect_left(moments, end_ms) - bisect.bisect_left(moments, start_ms)


Detect = Callable[[Stream, int], list[Alarm]]


@dataclass(frozen=True, slots=True)
class Rise:
    """What is put into a stream: so many posts of a kind; of a mood there is no size."""

    kind: Kind
    size: int
    topic: str


class Radar:
    """The product's own detector, learning anew every hour as the service does."""

    def __init__(self, rules: RadarRules, since_ms: int) -> None:
        self._rules = rules
        self._since_ms = since_ms
        self._hours: list[dict[str, object]] = []
        self._learned: tuple[int, Baseline] | None = None
        self._buckets: dict[int, tuple[int, Bucket]] = {}

    def __call__(self, stream: Stream, now_ms: int) -> list[Alarm]:
        baseline = self._baseline(stream, now_ms)
        if not self._possible(stream, baseline, now_ms):
            return []
        return alarms(baseline, windows(self._recent(stream, now_ms), now_ms), self._rules)

    def _possible(self, stream: Stream, baseline: Baseline, now_ms: int) -> bool:
        """Whether anything is worth the full test: an alarm is never within three deviations of mere chance (saves time)."""
        for minutes in WINDOW_MINUTES:
            start_ms = bucket(now_ms - minutes * MINUTE_MS + BUCKET_MS - 1)
            worth, _ = baseline.exposure(start_ms, now_ms)
            for name in stream.by_key:
                seen = stream.count(name, start_ms, now_ms)
                if seen < self._rules.least_messages:
                    continue
                at = baseline.keys.get(name)
                if at is None:
                    return True
                usual, share = float(baseline.level[at]) * worth, float(baseline.negative[at])
                bad = stream.count_negative(name, start_ms, now_ms)
                if seen > usual + 3 * usual**0.5 or bad > seen * share + 3 * (seen * share * (1 - share)) ** 0.5:
                    return True
        return False

    def _baseline(self, stream: Stream, now_ms: int) -> Baseline:
        hour_ms = now_ms // HOUR_MS * HOUR_MS
        if self._learned is None or self._learned[0] != hour_ms:
            start_ms = self._since_ms + len(self._hours) * HOUR_MS
            self._hours += stream.hours(start_ms, hour_ms).tallies  # type: ignore[arg-type]
            self._learned = (hour_ms, learned(Hours(self._since_ms, self._hours), UTC_ZONE))  # type: ignore[arg-type]
        return self._learned[1]

    def _recent(self, stream: Stream, now_ms: int) -> list[Bucket]:
        first_ms = bucket(now_ms - WINDOW_MINUTES[-1] * MINUTE_MS)
        last_ms = bucket(now_ms)
        for at_ms in range(first_ms, last_ms + 1, BUCKET_MS):
            until_ms = min(now_ms, at_ms + BUCKET_MS)
            if at_ms not in self._buckets or self._buckets[at_ms][0] < until_ms:
                found = Bucket("brand", at_ms, tallied(stream.between(at_ms, until_ms)))
                self._buckets[at_ms] = (until_ms, found)
        self._buckets = {at_ms: each for at_ms, each in self._buckets.items() if at_ms >= first_ms}
        return [each for _, each in self._buckets.values()]


def simple(least: int) -> Detect:
    """What one would write in an afternoon: the last hour against mean and three sigma of the 24 hours before."""

    def usual(stream: Stream, name: str, now_ms: int) -> tuple[float, float]:
        starts = [now_ms - (number + 2) * HOUR_MS for number in range(SIMPLE_HOURS)]
        before = [stream.count(name, each, each + HOUR_MS) for each in starts]
        return statistics.fmean(before), statistics.pstdev(before)

    return _hourly(least, usual)


def seasonal(least: int, since_ms: int) -> Detect:
    """The careful version of that: the last hour against the same hour of the weeks before, and three sigma of Poisson."""

    def usual(stream: Stream, name: str, now_ms: int) -> tuple[float, float]:
        starts = range(now_ms - HOUR_MS - WEEK_HOURS * HOUR_MS, since_ms - 1, -WEEK_HOURS * HOUR_MS)
        mean = statistics.fmean([stream.count(name, each, each + HOUR_MS) for each in starts] or [0.0])
        return mean, max(mean, 1.0) ** 0.5

    return _hourly(least, usual)


def _hourly(least: int, usual: Callable[[Stream, str, int], tuple[float, float]]) -> Detect:
    """More messages in the last hour than so many deviations above the mean."""

    def detect(stream: Stream, now_ms: int) -> list[Alarm]:
        found = []
        for name in stream.by_key:
            seen = stream.count(name, now_ms - HOUR_MS, now_ms)
            if seen < least:
                continue
            mean, deviation = usual(stream, name, now_ms)
            if seen > mean + SIGMAS * deviation:
                found.append(Alarm(name, "volume", 60, seen, mean, 0.0))
        return found

    return detect


def incidents(stream: Stream, detect: Detect, looks: Iterable[int]) -> list[tuple[int, frozenset[str]]]:
    """When each incident was raised, and in which keys it was seen at that moment; grouped as the product does."""
    watch, raised, raised_ms = Watch(brand="brand"), [], dict[str, int]()
    for now_ms in looks:
        found = detect(stream, now_ms)
        if not found:
            continue
        recent = stream.between(now_ms - WINDOW_MINUTES[-1] * MINUTE_MS, now_ms)
        groups = bursts(found, recent, now_ms)
        now = datetime.fromtimestamp(now_ms / 1000, UTC)
        open_ = {
            each.incident_id: frozenset({each.lead})
            for each in watch.episodes
            if now_ms - raised_ms[each.incident_id] < CLOSED_AFTER_MS
        }
        watch = watched(watch, groups, recent, open_, now)
        new = [each for each in watch.episodes if each.incident_id not in raised_ms]
        raised_ms |= {each.incident_id: now_ms for each in new}
        raised += [(now_ms, frozenset(each.keys)) for each in new]
    return raised


def in_vain(world: World, days: int, seed: int, detectors: dict[str, Callable[[int], Detect]]) -> dict[str, int]:
    """Incidents of each detector in a week without any burst, after so many days of history."""
    random = np.random.default_rng([seed, days])
    start_ms = MONDAY_MS + int(random.integers(7)) * 24 * HOUR_MS
    stream = Stream(usual(world, start_ms, days * 24 + WEEK_HOURS, random))
    from_ms = start_ms + days * 24 * HOUR_MS
    looks = _looks(stream, from_ms, from_ms + WEEK_HOURS * HOUR_MS)
    return {name: len(incidents(stream, make(start_ms), looks)) for name, make in detectors.items()}


def minutes_to(
    world: World, days: int, rise: Rise, seed: int, detectors: dict[str, Callable[[int], Detect]]
) -> dict[str, float | None]:
    """After how many minutes each detector speaks of the rise; None: not within six hours."""
    random = np.random.default_rng([seed, days, rise.size, len(rise.topic)])
    start_ms = MONDAY_MS + int(random.integers(7)) * 24 * HOUR_MS
    begin_ms = start_ms + days * 24 * HOUR_MS + int(random.integers(24 * 60)) * MINUTE_MS
    stream, wanted = _stream(world, rise, start_ms, begin_ms, random)
    found: dict[str, float | None] = {}
    for name, make in detectors.items():
        first = _first_incident if rise.kind == "wave" else _first_alarm
        at_ms = first(stream, make(start_ms), wanted, rise.kind, begin_ms)
        found[name] = None if at_ms is None else (at_ms - begin_ms) / MINUTE_MS
    return found


def _stream(world: World, rise: Rise, start_ms: int, begin_ms: int, random: np.random.Generator) -> tuple[Stream, str]:
    hours = (begin_ms - start_ms) // HOUR_MS + PATIENCE_MINUTES // 60 + 2
    seen = usual(world, start_ms, hours, random)
    belongs, wanted = sort_of(world, rise.kind, rise.topic)
    if rise.kind == "mood":
        return Stream(soured(seen, begin_ms)), wanted
    seen += burst(world, belongs, rise.size, begin_ms, random)
    if rise.kind == "wave":
        first_ms = begin_ms - SECOND_AFTER_MINUTES * MINUTE_MS
        seen += burst(world, belongs, FIRST_WAVE, first_ms, random, name="a")
    return Stream(seen), wanted


def _first_alarm(stream: Stream, detect: Detect, wanted: str, kind: Kind, begin_ms: int) -> int | None:
    """When it was first seen what rises: that is when an incident is raised."""
    for now_ms in _minutes(begin_ms, begin_ms + PATIENCE_MINUTES * MINUTE_MS):
        for alarm in detect(stream, now_ms):
            if alarm.key == wanted and (kind != "mood" or alarm.measure == "negative"):
                return now_ms
    return None


def _first_incident(stream: Stream, detect: Detect, wanted: str, _: Kind, begin_ms: int) -> int | None:
    """When a new incident was raised by the second wave, the first one having been closed."""
    looks = _minutes(begin_ms - SECOND_AFTER_MINUTES * MINUTE_MS, begin_ms + PATIENCE_MINUTES * MINUTE_MS)
    raised = incidents(stream, detect, looks)
    return next((now_ms for now_ms, keys in raised if now_ms > begin_ms and wanted in keys), None)


def _minutes(start_ms: int, end_ms: int) -> range:
    return range(bucket(start_ms) + MINUTE_MS, end_ms, MINUTE_MS)


def _looks(stream: Stream, start_ms: int, end_ms: int) -> list[int]:
    """Every minute in which something is new: a message came, or a window has moved on to its next bucket."""
    minutes = {-(-each // MINUTE_MS) * MINUTE_MS for each in stream.moments if start_ms <= each < end_ms}
    return sorted(minutes | set(range(start_ms, end_ms, BUCKET_MS)))
