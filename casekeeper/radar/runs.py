"""All that is measured of the radar, on several processes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import Any

from pydantic import BaseModel

from casekeeper.radar.measure import Detect, Radar, Rise, in_vain, minutes_to, seasonal, simple
from casekeeper.radar.stream import Kind, World
from schemas.organisation_radar import RadarRules

SIZES: dict[Kind, tuple[int, ...]] = {
    "topic": (10, 20, 40, 80),
    "place": (10, 20, 40),
    "everything": (40, 80),
    "mood": (0,),
    "wave": (20, 40),
}
"""How large the bursts of each kind are. In other circumstances than the first, only those of a topic are measured."""
TOPICS = ("Cancelled Flight", "Lost Luggage")
RADAR, SIMPLE, SEASONAL = "radar", "24 hours + 3 sigma", "same hour + 3 sigma"
DETECTORS = (RADAR, SIMPLE, SEASONAL)


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
    """Minutes until a rise of this kind and size was an incident, by detector; None: not within six hours."""

    setting: Setting
    seed: int
    kind: Kind
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


Job = tuple[Setting, int, Rise | None]
"""Circumstances, seed, and what rises; None: nothing, a week is listened to."""


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
    """In each circumstance a week in which nothing rises, and rises of each kind and size."""
    for seed in range(seeds):
        topic = TOPICS[seed % len(TOPICS)]
        for setting in settings:
            yield setting, seed, None
            for kind, sizes in SIZES.items():
                if kind == "topic" or setting == settings[0]:
                    yield from ((setting, seed, Rise(kind, size, topic)) for size in sizes)


def _run(world: World, rules: RadarRules, job: Job) -> InVain | Seen:
    setting, seed, rise = job
    mine = World(world.posts, world.week, world.per_hour, setting.right)
    detectors: dict[str, Callable[[int], Detect]] = {
        RADAR: partial(Radar, rules),
        SIMPLE: lambda _: simple(rules.least_messages),
        SEASONAL: partial(seasonal, rules.least_messages),
    }
    if rise is None:
        return InVain(setting=setting, seed=seed, incidents=in_vain(mine, setting.days, seed, detectors))
    minutes = minutes_to(mine, setting.days, rise, seed, detectors)
    return Seen(setting=setting, seed=seed, kind=rise.kind, size=rise.size, topic=rise.topic, minutes=minutes)
