"""All that is measured of the radar, on several processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from pydantic import BaseModel

from casekeeper.radar.measure import Detect, Radar, in_vain, minutes_to, simple
from casekeeper.radar.stream import World
from schemas.organisation_radar import RadarRules

SIZES = (10, 20, 40, 80)
TOPICS = ("Cancelled Flight", "Lost Luggage")
RADAR, SIMPLE = "radar", "mean + 3 sigma"


class Setting(BaseModel):
    """Under which circumstances: days of history, and the share of topics that the classifier gets right."""

    model_config = {"frozen": True}
    days: int
    right: float


class InVain(BaseModel):
    """Incidents of one week that nothing was behind, by detector."""

    setting: Setting
    seed: int
    incidents: dict[str, int]


class Seen(BaseModel):
    """Minutes until a burst of this size was an incident, by detector; None: not within six hours."""

    setting: Setting
    seed: int
    size: int
    topic: str
    minutes: dict[str, float | None]


class Results(BaseModel):
    """Everything measured, and what it was measured on."""

    per_hour: float
    posts: int
    seeds: int
    false_alarms_per_week: float
    in_vain: list[InVain]
    seen: list[Seen]


Job = tuple[Setting, int, int]
"""Circumstances, seed, and the size of the burst; 0: none, a week is listened to."""


def measured(world: World, settings: Sequence[Setting], seeds: int, processes: int, step: Callable[[], Any]) -> Results:
    """Run it all; `step` is called after each run."""
    rules = RadarRules()
    runs: list[InVain | Seen] = []
    with ProcessPoolExecutor(processes) as pool:
        for run in pool.map(partial(_run, world, rules), list(jobs(settings, seeds))):
            runs.append(run)
            step()
    return Results(
        per_hour=world.per_hour,
        posts=len(world.posts),
        seeds=seeds,
        false_alarms_per_week=rules.false_alarms_per_week,
        in_vain=[each for each in runs if isinstance(each, InVain)],
        seen=[each for each in runs if isinstance(each, Seen)],
    )


def jobs(settings: Sequence[Setting], seeds: int) -> Iterator[Job]:
    """In each circumstance a week without a burst, and bursts of each size."""
    for seed in range(seeds):
        for setting in settings:
            for size in (0, *SIZES):
                yield setting, seed, size


def _run(world: World, rules: RadarRules, job: Job) -> InVain | Seen:
    setting, seed, size = job
    mine = World(world.posts, world.week, world.per_hour, setting.right)
    detectors: dict[str, Callable[[int], Detect]] = {
        RADAR: partial(Radar, rules),
        SIMPLE: lambda _: simple(rules.least_messages),
    }
    if not size:
        return InVain(setting=setting, seed=seed, incidents=in_vain(mine, setting.days, seed, detectors))
    topic = TOPICS[seed % len(TOPICS)]
    minutes = minutes_to(mine, setting.days, topic, size, seed, detectors)
    return Seen(setting=setting, seed=seed, size=size, topic=topic, minutes=minutes)
