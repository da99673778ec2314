"""What a run amounted to: how long people waited by language, how the work was shared; over several runs with intervals."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Any

from scipy.stats import t

from casekeeper.simulate.scenario import Setting
from casekeeper.simulate.served import DAY, Agent, Served
from casekeeper.simulate.sharing import sharing

PERCENTILES = {"p50": 0.50, "p90": 0.90, "p99": 0.99}
Figure = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """One policy on one seed."""

    policy: str
    seed: int
    figures: Figure


def figures(setting: Setting, served: Sequence[Served], agents: Mapping[str, Agent]) -> Figure:
    """The figures of one run. Minutes; None for a percentile that the run did not live to see; shares of all who wrote."""
    since, until = setting.counted_from.total_seconds(), setting.days * DAY
    counted = [each for each in served if since <= each.contact.at < until]
    by_language: dict[str, list[Served]] = {}
    for each in counted:
        by_language.setdefault(each.contact.language, []).append(each)
    languages = dict(sorted(by_language.items()))
    share = sharing(agents, setting.start.timestamp(), since, until)
    return {
        "cases": len(counted),
        "first_reply_within_target": {code: _in_time(served, setting) for code, served in languages.items()},
        "first_reply_minutes": {code: _waits(served, _first_reply) for code, served in languages.items()},
        "substantive_minutes": {code: _waits(served, _substantive) for code, served in languages.items()},
        "overall": {
            "first_reply_within_target": _in_time(counted, setting),
            "first_reply_minutes": _waits(counted, _first_reply),
            "substantive_minutes": _waits(counted, _substantive),
            "substantive_within_target": _within(counted, setting.targets.substantive_answer_minutes * 60),
        },
        "utilisation": share.busy,
        "gini": share.gini,
        "gini_by_chance": share.chance,
        "gini_of_shifts": share.spread,
        "skilled_owners": mean([_knows(each, agents) for each in counted if each.owner] or [0.0]),
        "handovers": mean([each.handovers for each in counted]) if counted else 0.0,
        "consults_per_case": mean([each.consults for each in counted]) if counted else 0.0,
        "offers_per_case": mean([each.offers for each in counted]) if counted else 0.0,
        "reoffers_per_case": mean([each.reoffers for each in counted]) if counted else 0.0,
    }


def _knows(served: Served, agents: Mapping[str, Agent]) -> bool:
    """Whether the last owner has the skill that the matter asks for."""
    agent = agents.get(served.owner)
    return not served.contact.skill or (agent is not None and served.contact.skill in agent.worker.person.skills)


def _first_reply(served: Served) -> float | None:
    return served.first_reply


def _substantive(served: Served) -> float | None:
    return served.substantive


def _in_time(served: Sequence[Served], setting: Setting) -> float:
    kept = sum(
        each.first_reply is not None and each.first_reply <= each.contact.reply_within(setting) for each in served
    )
    return kept / max(1, len(served))


def _within(served: Sequence[Served], target: float) -> float:
    return sum(each.substantive is not None and each.substantive <= target for each in served) / max(1, len(served))


def _waits(served: Sequence[Served], what: Callable[[Served], float | None]) -> dict[str, float | None]:
    """Percentiles in minutes. Who still waits has waited longer than anybody else."""
    if not served:
        return dict.fromkeys(PERCENTILES)
    waits = sorted(math.inf if (wait := what(each)) is None else wait / 60 for each in served)
    found = {name: waits[min(len(waits) - 1, int(len(waits) * part))] for name, part in PERCENTILES.items()}
    return {name: None if math.isinf(wait) else round(wait, 1) for name, wait in found.items()}


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
    "gini_by_chance": lambda each: each["gini_by_chance"],
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
