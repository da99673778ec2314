"""What a run amounted to: how long people waited by language, how the work was shared; over several runs with intervals."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from scipy.stats import t

from casekeeper.simulate.world import DAY, Attention, Served, World
from schemas.working_time import WorkingTime

PERCENTILES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One policy on one seed."""

    policy: str
    seed: int
    figures: Figure


def figures(world: World) -> Figure:
    """The figures of one run. Minutes; None for a percentile that the run did not live to see; shares of all who wrote."""
    scenario = world.scenario
    since = scenario.counted_from.total_seconds()
    counted = [each for each in world.served if since <= each.contact.at < scenario.days * DAY]
    by_language: dict[str, list[Served]] = {}
    for each in counted:
        by_language.setdefault(each.contact.language, []).append(each)
    languages = dict(sorted(by_language.items()))
    target = scenario.targets.first_reply_minutes * 60
    hours = {id_: _hours(agent, scenario.start.timestamp(), scenario.days) for id_, agent in world.agents.items()}
    worked = {id_: agent.worked / 3600 for id_, agent in world.agents.items()}
    return {
        "cases": len(counted),
        "first_reply_within_target": {code: _within(served, target) for code, served in languages.items()},
        "first_reply_minutes": {code: _waits(served, _first_reply) for code, served in languages.items()},
        "substantive_minutes": {code: _waits(served, _substantive) for code, served in languages.items()},
        "overall": {
            "first_reply_within_target": _within(counted, target),
            "first_reply_minutes": _waits(counted, _first_reply),
            "substantive_minutes": _waits(counted, _substantive),
            "substantive_within_target": _share(
                counted, _substantive, scenario.targets.substantive_answer_minutes * 60
            ),
        },
        "utilisation": sum(worked.values()) / max(1e-9, sum(hours.values())),
        "gini": gini([worked[id_] / hours[id_] for id_ in hours if hours[id_] > 0]),
        "handovers": mean([each.handovers for each in counted]) if counted else 0.0,
        "consults_per_case": mean([each.consults for each in counted]) if counted else 0.0,
        "reoffers_per_case": mean([each.reoffers for each in counted]) if counted else 0.0,
    }


def _first_reply(served: Served) -> float | None:
    return served.first_reply


def _substantive(served: Served) -> float | None:
    return served.substantive


def _within(served: Sequence[Served], target: float) -> float:
    return _share(served, _first_reply, target)


def _share(served: Sequence[Served], what: Callable[[Served], float | None], target: float) -> float:
    waits = [what(each) for each in served]
    return sum(wait is not None and wait <= target for wait in waits) / max(1, len(waits))


def _waits(served: Sequence[Served], what: Callable[[Served], float | None]) -> dict[str, float | None]:
    """Percentiles in minutes. Who still waits has waited longer than anybody else."""
    waits = sorted(math.inf if (wait := what(each)) is None else wait / 60 for each in served)
    found = {name: waits[min(len(waits) - 1, int(len(waits) * part))] for name, part in PERCENTILES.items()}
    return {name: None if math.isinf(wait) else round(wait, 1) for name, wait in found.items()}


def _hours(agent: Attention, start: float, days: float) -> float:
    """Hours on shift, less the days of absence."""
    return (
        sum(
            _open_seconds(agent.hours, start + day * DAY, start + (day + 1) * DAY)
            for day in range(math.ceil(days))
            if day not in agent.absent_days
        )
        / 3600
    )


def _open_seconds(hours: WorkingTime, first: float, last: float) -> float:
    total, second = 0.0, int(first)
    while (stretch := hours.stretch(second)) is not None and stretch[0] < last:
        total += min(stretch[1], last) - max(stretch[0], first)
        if stretch[1] >= last:
            break
        second = stretch[1]
    return total


def gini(values: Sequence[float]) -> float:
    """How unevenly something is shared: 0 all the same, towards 1 one has it all."""
    ordered, whole = sorted(values), sum(values)
    if not whole:
        return 0.0
    count = len(ordered)
    ranked = sum(rank * value for rank, value in enumerate(ordered, 1))
    return 2 * ranked / (count * whole) - (count + 1) / count


def together(runs: Iterable[Run]) -> dict[str, Figure]:
    """By policy: the mean of its runs, and under `intervals` the 95 % confidence interval of the main figures."""
    by_policy: dict[str, list[Figure]] = {}
    for run in runs:
        by_policy.setdefault(run.policy, []).append(run.figures)
    return {policy: {**_mean(found), "intervals": _intervals(found)} for policy, found in by_policy.items()}


def _mean(found: Sequence[Any]) -> Any:
    if isinstance(found[0], Mapping):
        names = dict.fromkeys(name for each in found for name in each)
        return {name: _mean([each[name] for each in found if name in each]) for name in names}
    known = [each for each in found if each is not None]
    return round(mean(known), 4) if len(known) == len(found) else None


MAIN: dict[str, Callable[[Figure], float | None]] = {
    "first_reply_within_target": lambda each: each["overall"]["first_reply_within_target"],
    "lowest_language_within_target": lambda each: min(each["first_reply_within_target"].values(), default=None),
    "first_reply_p90_minutes": lambda each: each["overall"]["first_reply_minutes"]["p90"],
    "substantive_p50_minutes": lambda each: each["overall"]["substantive_minutes"]["p50"],
    "substantive_p90_minutes": lambda each: each["overall"]["substantive_minutes"]["p90"],
    "substantive_within_target": lambda each: each["overall"]["substantive_within_target"],
    "gini": lambda each: each["gini"],
    "utilisation": lambda each: each["utilisation"],
}
"""The figures that people compare."""


def _intervals(found: Sequence[Figure]) -> dict[str, tuple[float, float] | None]:
    return {name: _interval([figure(each) for each in found]) for name, figure in MAIN.items()}


def _interval(values: Sequence[float | None]) -> tuple[float, float] | None:
    """Student's, over the seeds; None for one run, or where a run has no value."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or len(known) < len(values):
        return None
    half = float(t.ppf(0.975, len(known) - 1)) * stdev(known) / math.sqrt(len(known))
    return round(mean(known) - half, 4), round(mean(known) + half, 4)
