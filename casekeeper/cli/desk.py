"""`casekeeper people` and `casekeeper files`: log-ins of the desk's own, and files that people sent along."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from casekeeper.cli.ending import stack_on
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, TokenOption

if TYPE_CHECKING:
    import httpx2

people = typer.Typer(no_args_is_help=True, help="Who signs in at the desk.")
files = typer.Typer(no_args_is_help=True, help="Files that people without a log-in sent along.")
PASSWORD_BYTES = 12
SECONDS = 60

UrlOption = Annotated[str, typer.Option(envvar="DESK_URL", help="Where the desk answers, instead of the local stack.")]


@people.callback()
@files.callback()
def _group() -> None:
    """Keeps the only command of a group a subcommand."""


@people.command("log-in")
def log_in(
    person: Annotated[str, typer.Argument(help="Id of somebody of the organisation's files, or recorded over HTTP.")],
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Give somebody a new password of the desk's own and print it, this once; their sessions under another one are over."""
    import secrets

    from casekeeper.cli.followup_of import asked

    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with _client(url, token, folder) as client:
        asked(client, "POST", "/internal/accounts", json={"person": person, "password": password}, of="the desk")
    if as_json:
        typer.echo(json.dumps({"person": person, "password": password}))
        return
    typer.echo(f"{person} signs in with {password}")
    typer.echo("It is kept nowhere else: hand it over now. A new one makes this one worthless.")


@files.command("erase")
def erase(
    file: Annotated[str, typer.Argument(help="The file's address, as a case's page shows it.")],
    reason: Annotated[str, typer.Option(help="Why it goes, for the record.")],
    by: Annotated[str, typer.Option("--as", help="Who wants it, for the record.")],
    all_of_sender: Annotated[bool, typer.Option("--all", help="And all others of the same conversation.")] = False,
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take a file away for good, from every page; who did it and why stays written down."""
    from casekeeper.cli.followup_of import asked

    wanted = {"file": file, "reason": reason, "by": by, "all_of_sender": all_of_sender}
    with _client(url, token, folder) as client:
        said = asked(client, "POST", "/internal/erasures", json=wanted, of="the desk")
    typer.echo(json.dumps(said) if as_json else f"{said['erased']} files are gone for good")


def _client(url: str, token: str, folder: Path) -> "httpx2.Client":
    import httpx2

    headers = {"Authorization": f"Bearer {token}"}
    if not url:
        found = stack_on(folder, "or say with --url where the desk answers")
        url, headers = found.url("desk"), found.internal_headers
    return httpx2.Client(base_url=url, headers=headers, timeout=SECONDS)
