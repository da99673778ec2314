"""Many runs side by side: each policy on each seed, in as many processes as there are cores."""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field

from casekeeper.simulate.figures import Run, figures
from casekeeper.simulate.scenario import Scenario, Setting
from casekeeper.simulate.world import Cast, Step, World
from services.routing.domain import Rules

OWN_PLACES = 3
"""To how many specialists our own policy offers a consult at a time; the others know one offer at a time."""
UNLIMITED = 1_000
"""The others do best without a limit to the conversations of an agent: with one, customers wait beyond their hour."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run that is wanted."""

    policy: str
    seed: int
    agents: int | None = None
    places: int | None = None
    """None: what the policy is used to."""
    limited: bool = False
    """Whether the other policies keep to the agents' capacity of the scenario too."""
    rules: Rules = field(default_factory=Rules)
    """What our own policy goes by; of the others, the weights."""
    variant: str = ""
    """What to call rules that are not the usual ones."""

    @property
    def name(self) -> str:
        """What it is called among the figures."""
        return f"{self.policy} {self.variant}".rstrip()


def run(scenario: Scenario, job: Job, step: Step = lambda _: None) -> Run:
    """Let one policy work through the scenario; `step` is told of each part of it that is done, together 1."""
    world = world_of(scenario, job, Cast.drawn(scenario, job.seed, job.agents))
    return Run(job.name, job.seed, figures(scenario, world.run(step), world.agents))


def world_of(setting: Setting, job: Job, cast: Cast) -> World:
    """These people and customers, with everything that the policy is used to."""
    ours = job.policy == "deadline"
    if not ours and not job.limited:
        cast = cast.with_capacity(UNLIMITED)
    places = job.places or (OWN_PLACES if ours else 1)
    return World(setting, job.policy, job.seed, cast, places=places, rules=job.rules)


def run_all(scenario: Scenario, jobs: Sequence[Job], step: Step, processes: int = 0) -> list[Run]:
    """All of them, in the order asked for; `step` is told how many more are done. `processes` 0: one for each core."""
    processes = min(len(jobs), processes or os.cpu_count() or 1)
    if processes <= 1:
        return [run(scenario, job, step) for job in jobs]
    with ProcessPoolExecutor(processes) as pool:
        futures = {pool.submit(run, scenario, job): job for job in jobs}
        found: dict[Job, Run] = {}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            step(1)
    return [found[job] for job in jobs]


def agents_needed(scenario: Scenario, policy: str, seed: int, share: float) -> int | None:
    """The fewest agents with whom that share of customers is answered in time; None: even three times as many do not do.

    Found by halving, so it takes for granted that more agents do not make it worse.
    """
    now = sum(group.count for group in scenario.people if group.role == "agent")

    def enough(agents: int) -> bool:
        found = run(scenario, Job(policy, seed, agents)).figures["overall"]["first_reply_within_target"]
        return float(found) >= share

    low, high = 0, now
    while not enough(high):
        low, high = high, high * 2
        if high > 3 * now:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
