"""`casekeeper org`: the organisation's files."""

import json
from pathlib import Path
from typing import Annotated

import typer

from casekeeper.cli.options import DEFAULT_ORGANISATION, JsonOption

app = typer.Typer(no_args_is_help=True, help="The organisation's files.")


@app.callback()
def _group() -> None:
    """What can be asked of them."""


@app.command()
def check(
    folder: Annotated[Path, typer.Argument(help="Folder with the organisation's YAML files.")] = DEFAULT_ORGANISATION,
    as_json: JsonOption = False,
) -> None:
    """Check an organisation's files; names every mistake with its file and line, and exits 1 if there is one."""
    from schemas.organisation_file import check as problems_in
    from schemas.organisation_file import load
    from services.cases.domain.replycheck import unknown_checks

    problems = problems_in(folder, unknown_checks)
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "problems": [str(problem) for problem in problems]}))
    for problem in problems if not as_json else ():
        typer.echo(str(problem))
    if not problems and not as_json:
        found = load(folder)
        counts = ", ".join(f"{len(getattr(found, part))} {part}" for part in ("brands", "channels", "topics", "people"))
        typer.echo(f"{folder}: {found.name} is in order: {counts}")
    raise typer.Exit(1 if problems else 0)


@app.command("parity")
def parity_report(
    folder: Annotated[Path, typer.Argument(help="Folder with the organisation's YAML files.")] = DEFAULT_ORGANISATION,
    as_json: JsonOption = False,
) -> None:
    """Where channels of one brand differ in opening hours, targets or mandate (M2): what, how much, and why."""
    from schemas.organisation_file import OrganisationInvalid, load
    from schemas.parity import parity

    try:
        found = parity(load(folder))
    except OrganisationInvalid as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "deviations": [each.model_dump(mode="json") for each in found]}))
        return
    for each in found:
        what = f"{each.what} {each.detail}".strip()
        typer.echo(
            f"{each.brand}, {each.channel}: {what} {each.of_channel}, the brand has {each.of_brand} "
            f"({each.difference:+} {each.unit}). {each.reason}"
        )
    if not found:
        typer.echo(f"{folder}: every channel keeps its brand's hours, targets and mandates")
