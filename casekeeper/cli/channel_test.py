"""`casekeeper channel-test`: contacts of our own on each channel, and how they were answered (F11)."""

import json
from typing import Annotated, Any

import typer

from casekeeper.cli.followup_of import PersonOption, UrlOption
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, TokenOption

app = typer.Typer(
    no_args_is_help=True, help="Test the channels with contacts of our own, and see how they were answered."
)
STEPS = ("accept", "open", "assign", "reply", "deliver")


@app.command("run")
def run(
    channel: Annotated[list[str] | None, typer.Option(help="Id of a channel; none: all that can be tested.")] = None,
    person: PersonOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Write on the channels now, as a customer would; `show` tells what comes of it."""
    from casekeeper.cli.followup_of import asked, client_of
    from services.chassis.ids import fresh

    with client_of(url, token, person, folder) as client:
        headers = {"Idempotency-Key": fresh()}
        found = asked(client, "POST", "/channel-tests", json={"channels": channel or []}, headers=headers)
    if as_json:
        typer.echo(json.dumps(found))
        return
    for each in found["items"]:
        typer.echo(f"{each['channel']}: {'not tested: ' + each['obstacle'] if each['obstacle'] else 'begun'}")


@app.command("show")
def show(
    person: PersonOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """How each channel did in its latest tests; the times are usual ones, in seconds since the contact wrote."""
    from rich.console import Console
    from rich.table import Table

    from casekeeper.cli.followup_of import asked, client_of

    with client_of(url, token, person, folder) as client:
        found = asked(client, "GET", "/channel-tests")
    if as_json:
        typer.echo(json.dumps(found))
        return
    out = Console(highlight=False)
    table = Table("channel", "brand", "now", "passed", "failed", *STEPS)
    for each in found["items"]:
        if each["obstacle"]:
            out.print(f"{each['channel']} is not tested: {each['obstacle']}", markup=False, soft_wrap=True)
            continue
        usual = (f"{each['usual_seconds'][step]:.1f}" if step in each["usual_seconds"] else "" for step in STEPS)
        table.add_row(each["channel"], each["brand"], _now(each), str(each["passed"]), str(each["failed"]), *usual)
    out.print(table)


def _now(channel: dict[str, Any]) -> str:
    if channel["failing"] > 1:
        return f"failed {channel['failing']} times in a row"
    return str(channel["latest"][0]["stage"]) if channel["latest"] else "no test yet"
