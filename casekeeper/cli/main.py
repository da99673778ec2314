"""The command's entry: what there is, and the small subcommands."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from schemas.topics import SERVICES

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    help="Casekeeper: every customer has one owner, from the first message to the last.",
)
org = typer.Typer(no_args_is_help=True, help="The organisation's files.")
app.add_typer(org, name="org")

OrganisationOption = Annotated[
    Path, typer.Option("--org", envvar="CASEKEEPER_ORGANISATION", help="Folder with the organisation's YAML files.")
]
DEFAULT_ORGANISATION = Path("deploy/example-org")
err = Console(stderr=True)


@app.command()
def serve(
    service: Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")],
) -> None:
    """Run one service against any Kafka and MongoDB, as its environment says (CASEKEEPER_KAFKA, CASEKEEPER_MONGO, …)."""
    from casekeeper.services import PORTS, build
    from services.chassis import logs, telemetry
    from services.chassis import service as chassis

    if service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service!r}; there are {', '.join(SERVICES)}")
    import os

    os.environ.setdefault(f"{service.upper()}_HTTP_PORT", str(PORTS[service]))
    built = build(service)
    logs.configure(built.config.log_level, built.config.log_format)
    telemetry.configure(built.config.otlp_endpoint)
    asyncio.run(chassis.run(built))


@org.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="Folder with the organisation's YAML files.")] = DEFAULT_ORGANISATION,
    as_json: Annotated[bool, typer.Option("--json", help="Print the problems as JSON.")] = False,
) -> None:
    """Check an organisation's files; names every mistake with its file and line, and exits 1 if there is one."""
    import json

    from schemas.organisation_file import check as problems_in
    from schemas.organisation_file import load

    problems = problems_in(folder)
    if as_json:
        typer.echo(json.dumps([str(problem) for problem in problems]))
    elif problems:
        for problem in problems:
            typer.echo(str(problem))
    else:
        organisation = load(folder)
        typer.echo(
            f"{folder}: {organisation.name} is in order: {len(organisation.brands)} brands, "
            f"{len(organisation.channels)} channels, {len(organisation.topics)} topics, {len(organisation.people)} people"
        )
    raise typer.Exit(1 if problems else 0)
