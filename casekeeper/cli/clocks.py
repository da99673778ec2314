"""`casekeeper clocks`: which clocks run, and what a new policy would do to them."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casekeeper.cli.ending import fail, stack_on
from casekeeper.cli.followup_of import UrlOption
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, TokenOption

app = typer.Typer(no_args_is_help=True, help="The clocks of a running stack: what is due when, and what is late.")
SECONDS = 600
"""A plan looks at every open clock."""
LIST_LIMIT = 50
out = Console(highlight=False, markup=False)

FATES = {
    "earlier": "due earlier",
    "later": "due later",
    "late": "late at once",
    "begins": "begin",
    "ends": "end",
}


@app.callback()
def _group() -> None:
    """What can be asked of them."""


@app.command("list")
def list_(
    brand: Annotated[str, typer.Option(help="Only of this brand.")] = "",
    kind: Annotated[
        list[str] | None, typer.Option(help="Only of this kind, such as next-reply; may be repeated.")
    ] = None,
    state: Annotated[list[str] | None, typer.Option(help="running, warned, late or paused; may be repeated.")] = None,
    cursor: Annotated[str, typer.Option(help="Go on where an earlier list ended.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="Cases to look at.")] = LIST_LIMIT,
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Open clocks, the first due first."""
    asked = {"brand": brand, "kind": kind, "state": state, "cursor": cursor, "limit": limit}
    query = {name: value for name, value in asked.items() if value}
    answer = _asked("GET", "/clocks", url, token, folder, params=query)
    if as_json:
        typer.echo(json.dumps(answer))
        return
    _print(answer["items"], case=True)
    if answer["cursor"]:
        out.print(f"There are more: --cursor {answer['cursor']}", soft_wrap=True)


@app.command("show")
def show(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The id of the case, as the desk shows it.")],
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """All clocks that one case has had, with their steps of escalation."""
    from urllib.parse import quote

    clocks = _asked("GET", f"/cases/{quote(case_id, safe='')}/clocks", url, token, folder)
    if as_json:
        typer.echo(json.dumps({"case": case_id, "clocks": clocks}))
        return
    _print(clocks, case=False)


@app.command("plan")
def plan(
    organisation: Annotated[
        Path, typer.Option("--organisation", help="Folder with the organisation's files as they will be.")
    ],
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Say which open clocks a changed policy would move. Nothing changes until follow-up starts with these files."""
    from schemas.organisation_file import OrganisationInvalid, load

    try:
        found = load(organisation)
    except OrganisationInvalid as error:
        fail(str(error))
    policy = {
        "calendars": [each.model_dump(mode="json") for each in found.calendars],
        "brands": [each.model_dump(mode="json") for each in found.brands],
    }
    answer = _asked("POST", "/clocks/plan", url, token, folder, json=policy)
    if as_json:
        typer.echo(json.dumps({"organisation": str(organisation)} | answer))
        return
    _print_plan(answer)


def _asked(method: str, path: str, url: str, token: str, folder: Path, **request: Any) -> Any:
    """Follow-up's answer; ends the command with the reason where there is none."""
    import httpx2

    headers = {"Authorization": f"Bearer {token}"}
    if not url:
        stack = stack_on(folder, "or say with --url where follow-up answers")
        url, headers = stack.url("followup"), stack.internal_headers
    try:
        answer = httpx2.request(method, f"{url.rstrip('/')}{path}", headers=headers, timeout=SECONDS, **request)
        said = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        fail(f"follow-up does not answer at {url}: {error}")
    if not answer.is_success:
        fail(said.get("detail", f"refused ({answer.status_code})"))
    return said


def _print(clocks: list[dict[str, Any]], *, case: bool) -> None:
    if not clocks:
        out.print("No such clocks.")
        return
    table = Table(
        *(["case"] if case else []), "clock", "brand", "state", "due (UTC)", "harm", "urgency", "owner", "told next"
    )
    for each in clocks:
        ahead = [step for step in each["steps"] if not step["said"]]
        told = f"{ahead[0]['to']} by {ahead[0]['by']}, {_moment(ahead[0]['at'])}" if ahead else ""
        due = _moment(each["due_at"]) if each["due_at"] else f"{each['left_minutes']:.0f} min left"
        whose = each["person"] or each["owner"]
        named = [each["case_id"]] if case else []
        table.add_row(
            *named, each["kind"], each["brand"], each["state"], due, f"{each['harm']:.0f}", each["urgency"], whose, told
        )
    out.print(table)


def _print_plan(answer: dict[str, Any]) -> None:
    for brand in answer["unchanged_brands"]:
        out.print(f"{brand}: its clocks' terms stay as they are")
    for each in answer["planned"]:
        clocks = "clock" if each["count"] == 1 else "clocks"
        out.print(f"{each['brand']}: {each['count']} {clocks} for {each['kind']}: {FATES[each['to']]}")
        for move in each["examples"]:
            was, due = _moment(move["was_due_at"]), _moment(move["due_at"])
            out.print(f"  case {move['case_id']}: {was} -> {due}", soft_wrap=True)
    out.print(f"{answer['clocks']} open clocks were looked at; none was changed")


def _moment(text: str | None) -> str:
    return f"{text[:10]} {text[11:16]}" if text else "none"
