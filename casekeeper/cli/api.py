"""`casekeeper api`: what is published of the HTTP APIs."""

from typing import Annotated, Literal

import typer

from casekeeper.cli.options import JsonOption

app = typer.Typer(
    no_args_is_help=True,
    help="The descriptions of the HTTP APIs of cases, follow-up and the desk, for those who use them.",
)


@app.command()
def publish() -> None:
    """Write the OpenAPI documents, the list of problems and the picture of a case's states anew, as the code has them."""
    from casekeeper import contract

    try:
        changed = contract.publish()
    except ValueError as error:
        typer.echo(f"refused, because it breaks the published version:\n{error}", err=True)
        raise typer.Exit(1) from error
    typer.echo("".join(f"wrote {name}\n" for name in changed) or "everything is up to date\n", nl=False)


@app.command()
def check() -> None:
    """Change nothing; name what is stale or breaking, and exit 1 if there is anything."""
    from casekeeper import contract

    found = contract.check()
    for problem in found:
        typer.echo(problem, err=True)
    if found:
        typer.echo("run `casekeeper api publish`", err=True)
        raise typer.Exit(1)


@app.command()
def show(
    service: Annotated[Literal["cases", "followup", "desk"], typer.Option(help="Whose API.")] = "cases",
    as_json: JsonOption = False,
) -> None:
    """All operations: what they are called, where, and, of cases, who may use them."""
    import json

    from casekeeper import contract

    document = next(each for each in contract.APIS if each.service == service).document()
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            who = f"  ({', '.join(operation['x-may'])})" if "x-may" in operation else ""
            typer.echo(f"{method.upper():6} {path}  {operation['operationId']}{who}")
