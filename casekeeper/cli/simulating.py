"""What `casekeeper simulate` does: scenarios and recorded days, worked through and told."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from casekeeper.case_story import envelopes
from casekeeper.cli.ending import fail
from casekeeper.simulate import frontier, recording, report
from casekeeper.simulate.figures import Figure, Run, figures, together
from casekeeper.simulate.recorder import TOPICS, NothingRecorded, recorded
from casekeeper.simulate.recording import Recording, RecordingInvalid
from casekeeper.simulate.replay import Replay, replay
from casekeeper.simulate.runs import Job, agents_needed, run_all, world_of
from casekeeper.simulate.scenario import Scenario, ScenarioInvalid, load
from services.chassis.errors import Unavailable
from services.chassis.kafka import Cluster
from services.routing.domain.policies import POLICIES

HAPPENED = "(what happened)"
out, err = Console(), Console(stderr=True)


def jobs(policy: str, vary: Sequence[str], seeds: Sequence[int], places: int | None, *, limited: bool) -> list[Job]:
    """Every policy on every seed; ours also by each other set of rules. Raises typer.BadParameter."""
    names = list(POLICIES) if policy == "all" else [name.strip() for name in policy.split(",")]
    if unknown := [name for name in names if name not in POLICIES]:
        raise typer.BadParameter(f"there is no policy {unknown[0]!r}; there are {', '.join(POLICIES)} and all")
    try:
        others = frontier.variants(vary) if vary else {}
    except frontier.RuleInvalid as error:
        raise typer.BadParameter(str(error)) from error
    found = [Job(name, seed, places=places, limited=limited) for seed in seeds for name in names]
    return found + [
        Job("deadline", seed, places=places, rules=rules, variant=name)
        for seed in seeds
        for name, rules in others.items()
    ]


def scenario_of(path: Path, changes: dict[str, Any]) -> Scenario:
    """Read a scenario and change what is given; ends the command where that can not be."""
    try:
        return load(path).changed({name: value for name, value in changes.items() if value is not None})
    except ScenarioInvalid as error:
        fail(str(error))


def simulated(
    scenario: Scenario, wanted: Sequence[Job], staffing: float | None, processes: int, *, lines: bool = False
) -> dict[str, Figure]:
    """The figures of each policy, with a bar on the way; with `lines` for programs, they are told instead."""
    with _bar() as bar:
        task = bar.add_task("simulating", total=len(wanted))
        step = _told(len(wanted)) if lines else _steps(bar, task)
        found = together(run_all(scenario, wanted, step, processes))
        for name in POLICIES.keys() & found.keys() if staffing else ():
            bar.update(task, description=f"staffing of {name}")
            found[name]["agents_needed"] = agents_needed(scenario, name, wanted[0].seed, staffing or 0)
    return found


def of_topics(cluster: Cluster, day: date | None) -> Recording:
    """A day as the topics of a cluster tell it; ends the command when they tell of none."""

    async def read() -> Recording:
        return recorded([each async for each in envelopes(cluster, TOPICS)], day)

    try:
        return asyncio.run(read())
    except (Unavailable, NothingRecorded) as error:
        fail(f"{cluster.bootstrap}: {error}" if isinstance(error, NothingRecorded) else str(error))


def of_file(path: Path) -> Recording:
    """A recorded day; ends the command when the file can not be read."""
    try:
        return recording.read(path)
    except RecordingInvalid as error:
        fail(str(error))


def keep(told: Recording, path: Path) -> None:
    """Write a recording, and say what is in it."""
    try:
        recording.write(told, path)
    except RecordingInvalid as error:
        fail(str(error))
    answered = sum(bool(case.replies) for case in told.cases)
    err.print(f"{path}: {told.day.day} with {len(told.cases)} cases, {answered} answered, {len(told.people)} people")


def replayed(told: Recording, wanted: Sequence[Job]) -> tuple[Replay, dict[str, Figure]]:
    """The day as it was, under `HAPPENED`, and as it would have been by each policy."""
    played = {job.seed: replay(told, job.seed) for job in wanted}
    runs = [Run(HAPPENED, seed, figures(day.setting, day.served, day.agents)) for seed, day in played.items()]
    with _bar() as bar:
        task = bar.add_task("replaying", total=len(wanted))
        for job in wanted:
            day = played[job.seed]
            world = world_of(day.setting, job, day.cast)
            served = world.run(_steps(bar, task))
            runs.append(Run(job.name, job.seed, figures(day.setting, served, world.agents)))
    return played[wanted[0].seed], together(runs)


def tell_sources(played: Replay) -> None:
    """What of the day is known, and what is drawn."""
    err.print(
        f"How long a reply took: {played.measured} measured from its first draft on, {played.drawn} drawn. Cases that came in"
        " before the day are not in it.",
        highlight=False,
    )


def _steps(bar: Progress, task: Any) -> Callable[[float], None]:
    return lambda done: bar.advance(task, done)


def _told(total: int) -> Callable[[float], None]:
    """Says which share is done, a hundred times at most."""
    done, said = 0.0, -1

    def step(more: float) -> None:
        nonlocal done, said
        done += more
        if (percent := int(100 * done / total)) > said:
            said = percent
            typer.echo(f"progress {percent / 100:.2f}", err=True)

    return step


def tell(name: str, found: dict[str, Figure], wanted: Sequence[Job], picture: Path | None, *, as_json: bool) -> None:
    """The figures as tables and pictures, or as one line of JSON."""
    seeds = sorted({job.seed for job in wanted})
    title = f"{name}, {'seed' if len(seeds) == 1 else f'{len(seeds)} seeds from'} {seeds[0]}"
    varied = any(job.variant for job in wanted)
    if picture:
        (frontier.draw if varied else report.plot)(found, title, picture)
    if as_json:
        policies = {policy: report.as_json(each) for policy, each in found.items()}
        happened = {"happened": policies.pop(HAPPENED)} if HAPPENED in found else {}
        typer.echo(json.dumps({"scenario": name, "seed": seeds[0], "policies": policies, **happened}))
        return
    out.print(report.table(found, title))
    out.print(report.by_language(found))
    for policy, each in found.items():
        if "agents_needed" in each:
            out.print(f"{policy}: {each['agents_needed'] or 'more than three times as many'} agents would do")


def _bar() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>5.1f}%"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True)
