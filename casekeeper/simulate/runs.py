"""Many runs side by side: each policy on each seed, in as many processes as there are cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from casekeeper.simulate.figures import Run, figures
from casekeeper.simulate.scenario import Scenario
from casekeeper.simulate.world import World

OWN_PLACES = 2
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


def run(scenario: Scenario, job: Job) -> Run:
    """Let one policy work through the scenario."""
    ours = job.policy == "deadline"
    places = job.places or (OWN_PLACES if ours else 1)
    capacity = None if ours or job.limited else UNLIMITED
    world = World(scenario, job.policy, job.seed, agents=job.agents, capacity=capacity, places=places)
    world.run()
    return Run(job.policy, job.seed, figures(world))


def run_all(scenario: Scenario, jobs: Sequence[Job], done: Callable[[Job], None], processes: int = 0) -> list[Run]:
    """All of them, in the order asked for; `done` is told of each as it ends."""
    processes = min(len(jobs), processes or os.cpu_count() or 1)
    if processes <= 1:
        return list(_one_by_one(scenario, jobs, done))
    with ProcessPoolExecutor(processes) as pool:
        futures = {pool.submit(run, scenario, job): job for job in jobs}
        found: dict[Job, Run] = {}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            done(futures[future])
    return [found[job] for job in jobs]


def _one_by_one(scenario: Scenario, jobs: Sequence[Job], done: Callable[[Job], None]) -> Iterator[Run]:
    for job in jobs:
        yield run(scenario, job)
        done(job)


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
