"""`casekeeper simulate`: what would happen under which policy, and how many people it would take."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption


def simulate(
    scenario: Annotated[Path | None, typer.Option(help="The scenario's YAML file; see deploy/scenarios.")] = None,
    policy: Annotated[str, typer.Option(help="A routing policy, several with commas, or all.")] = "deadline",
    seed: Annotated[int, typer.Option(help="Decides who writes when, how long work takes, who is ill.")] = 1,
    runs: Annotated[int, typer.Option(min=1, help="So many seeds from the first on; from two on with intervals.")] = 1,
    days: Annotated[float | None, typer.Option(min=0.01, help="Another length than the scenario's.")] = None,
    warmup: Annotated[
        float | None, typer.Option(min=0, help="Another number of days that are not counted than the scenario's.")
    ] = None,
    places: Annotated[
        int | None, typer.Option(min=1, max=3, help="Offer each consult to so many specialists at a time.")
    ] = None,
    limited: Annotated[
        bool,
        typer.Option("--limited", help="Hold the other policies to the agents' capacity too; they do better without."),
    ] = False,
    holding_replies: Annotated[
        bool | None, typer.Option(help="Send holding replies, or not; as the scenario says.")
    ] = None,
    staffing: Annotated[
        float | None, typer.Option(min=0.5, max=0.999, help="Also find how few agents reach this share in time.")
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(help="Also deadline by other rules, such as fairness_points=0,100; --plot draws the frontier."),
    ] = None,
    replay: Annotated[
        bool, typer.Option("--replay", help="Work through a recorded day: of the topics, or of --recording.")
    ] = False,
    recording: Annotated[Path | None, typer.Option(help="The file of a recorded day, for --replay.")] = None,
    record: Annotated[Path | None, typer.Option(help="Write a day of the topics into this file.")] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Which day of the topics, by UTC; else the last with a new case."),
    ] = None,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    processes: Annotated[
        int, typer.Option(min=0, help="Run so many at a time, each in a process; 0: as many as there are cores.")
    ] = 0,
    plot: Annotated[Path | None, typer.Option(help="Also draw a picture into this PNG file.")] = None,
    progress_lines: Annotated[
        bool, typer.Option("--progress-lines", help="Say on stderr, for programs, which share is done: progress 0.25")
    ] = False,
    schema: Annotated[bool, typer.Option("--schema", help="Only print the JSON Schema of scenarios.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let routing policies work through a scenario: who is answered when, in which language, and how evenly work is shared.

    The engine is the one that runs in the service. All policies meet the same customers, people and luck. With --record
    and --replay the day is one that really was, read from the topics; what happened is shown beside what would have.
    """
    from casekeeper.cli import simulating
    from casekeeper.cli.cases import cluster_of
    from casekeeper.simulate.scenario import Scenario

    if schema:
        typer.echo(json.dumps(Scenario.model_json_schema(by_alias=True), indent=2))
        return
    if sum((scenario is not None, replay, record is not None)) != 1:
        raise typer.BadParameter(
            "name a scenario with --scenario, a recorded day with --replay, or a file with --record"
        )
    if recording and not replay:
        raise typer.BadParameter("--recording is what --replay works through: give both")
    jobs = simulating.jobs(policy, vary or [], range(seed, seed + runs), places, limited=limited)
    if scenario:
        changes = {"days": days, "warmup_days": warmup, "holding_replies": holding_replies}
        world = simulating.scenario_of(scenario, changes)
        found = simulating.simulated(world, jobs, staffing, processes, lines=progress_lines)
        simulating.tell(world.name, found, jobs, plot, as_json=as_json)
        return
    which = day.date() if day else None
    told = (
        simulating.of_file(recording) if recording else simulating.of_topics(cluster_of(kafka, prefix, folder), which)
    )
    if record:
        simulating.keep(told, record)
        return
    played, found = simulating.replayed(told, jobs)
    simulating.tell(played.setting.name, found, jobs, plot, as_json=as_json)
    simulating.tell_sources(played)
