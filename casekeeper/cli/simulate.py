"""`casekeeper simulate`: what would happen under which policy, and how many people it would take."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from casekeeper.cli.options import JsonOption

out, err = Console(), Console(stderr=True)


def simulate(
    scenario: Annotated[Path | None, typer.Option(help="The scenario's YAML file; see deploy/scenarios.")] = None,
    policy: Annotated[str, typer.Option(help="A routing policy, several with commas, or all.")] = "deadline",
    seed: Annotated[int, typer.Option(help="Decides who writes when, how long work takes, who is ill.")] = 1,
    runs: Annotated[int, typer.Option(min=1, help="So many seeds from the first on; from two on with intervals.")] = 1,
    days: Annotated[float | None, typer.Option(min=0.1, help="Another length than the scenario's.")] = None,
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
    plot: Annotated[Path | None, typer.Option(help="Also draw a picture into this PNG file.")] = None,
    schema: Annotated[bool, typer.Option("--schema", help="Only print the JSON Schema of scenarios.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Let routing policies work through a scenario: who is answered when, in which language, and how evenly work is shared.

    The engine is the one that runs in the service. All policies meet the same customers, people and luck.
    """
    from casekeeper.simulate.scenario import Scenario, ScenarioInvalid, load

    if schema:
        typer.echo(json.dumps(Scenario.model_json_schema(by_alias=True), indent=2))
        return
    if scenario is None:
        raise typer.BadParameter("name a scenario with --scenario")
    names = _policies(policy)
    try:
        changes: dict[str, Any] = {"days": days, "holding_replies": holding_replies}
        world = load(scenario).changed({name: value for name, value in changes.items() if value is not None})
    except ScenarioInvalid as error:
        err.print(f"[red]{error}[/red]", highlight=False)
        raise typer.Exit(1) from error
    wanted = [(name, number) for number in range(seed, seed + runs) for name in names]
    found = _run(world, wanted, places, limited, staffing)
    _tell(world.name, found, seed, runs, plot, as_json)


def _policies(text: str) -> list[str]:
    from services.routing.domain.policies import POLICIES

    names = list(POLICIES) if text == "all" else [name.strip() for name in text.split(",")]
    if unknown := [name for name in names if name not in POLICIES]:
        raise typer.BadParameter(f"there is no policy {unknown[0]!r}; there are {', '.join(POLICIES)} and all")
    return names


def _run(
    world: Any, wanted: list[tuple[str, int]], places: int | None, limited: bool, staffing: float | None
) -> dict[str, dict[str, Any]]:
    from casekeeper.simulate.figures import together
    from casekeeper.simulate.runs import Job, agents_needed, run_all

    jobs = [Job(name, number, places=places, limited=limited) for name, number in wanted]
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("simulating", total=len(jobs))
        found = together(run_all(world, jobs, lambda _: bar.advance(task)))
        for name in found if staffing else ():
            bar.update(task, description=f"staffing of {name}")
            found[name]["agents_needed"] = agents_needed(world, name, wanted[0][1], staffing or 0)
    return found


def _tell(
    name: str, found: dict[str, dict[str, Any]], seed: int, runs: int, picture: Path | None, as_json: bool
) -> None:
    from casekeeper.simulate.report import by_language, plot, table

    title = f"{name}, {'seed' if runs == 1 else f'{runs} seeds from'} {seed}"
    if picture:
        plot(found, title, picture)
    if not as_json:
        out.print(table(found, title))
        out.print(by_language(found))
        for policy, each in found.items():
            if "agents_needed" in each:
                out.print(f"{policy}: {each['agents_needed'] or 'more than three times as many'} agents would do")
    else:
        typer.echo(json.dumps({"scenario": name, "seed": seed, "policies": found}))
