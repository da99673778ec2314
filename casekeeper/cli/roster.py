"""`casekeeper roster`: who works when, from calendars and tables."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption

if TYPE_CHECKING:
    from casekeeper.roster.found import Found

app = typer.Typer(no_args_is_help=True, help="Who works when: shifts, leave and breaks from calendars and tables.")
CALENDARS = (".ics", ".ical", ".ifb", ".icalendar")
BACK_DAYS, AHEAD_DAYS = 7, 62
"""Without --from and --to: recurring events of a calendar are written out for so long."""
SECONDS = 120
SHOWN = 50


@app.callback()
def _group() -> None:
    """Keeps `import` a subcommand."""


@app.command("import")
def take(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A calendar (.ics) or a table (.csv).")],
    person: Annotated[str, typer.Option(help="Id or mail address of the person whose all of it is.")] = "",
    first: Annotated[str, typer.Option("--from", help="First day of a calendar to take, as 2026-11-23.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day of a calendar to take.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and change nothing.")] = False,
    url: Annotated[
        str, typer.Option(envvar="ROUTING_URL", help="Where routing answers, instead of the local stack.")
    ] = "",
    token: Annotated[
        str, typer.Option(envvar="CASEKEEPER_INTERNAL_TOKEN", help="The services' shared secret, for --url.")
    ] = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Take over a roster from a file: all of it, or nothing where a line of it is wrong. A second time changes nothing."""
    from casekeeper.local import running
    from casekeeper.local.running import NotRunning
    from services.chassis.clock import SystemClock

    headers, today = {"Authorization": f"Bearer {token}"}, SystemClock().now().date()
    if not url:
        try:
            found = running.find(folder)
        except NotRunning as error:
            _fail([f"{error}; or say with --url where routing answers"], as_json)
        url, headers, today = found.url("routing"), found.internal_headers, found.clock.now().date()
    span = _day(first, today - timedelta(days=BACK_DAYS)), _day(last, today + timedelta(days=AHEAD_DAYS))
    read = _read(file, span, person)
    if read.problems:
        _fail(read.problems, as_json)
    entries = [entry.model_dump(mode="json") for entry in read.entries]
    answer = _send(url, headers, {"entries": entries, "dry_run": dry_run}, as_json)
    _tell(answer, len(entries), dry_run=dry_run, as_json=as_json)


def _read(file: Path, span: tuple[date, date], person: str) -> "Found":
    from casekeeper.roster import calendar, table
    from casekeeper.roster.found import Found

    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        return Found(problems=[f"{file.name}: it is not written in UTF-8 ({error.reason} at byte {error.start})"])
    if file.suffix.lower() in CALENDARS:
        return calendar.read(text, *span, named=file.stem, person=person)
    return table.read(text, person)


def _send(url: str, headers: dict[str, str], body: dict[str, Any], as_json: bool) -> dict[str, Any]:
    import httpx2

    try:
        answer = httpx2.post(f"{url.rstrip('/')}/roster", json=body, headers=headers, timeout=SECONDS)
        said = dict(answer.json())
    except (httpx2.HTTPError, ValueError) as error:
        _fail([f"routing does not answer at {url}: {error}"], as_json)
    if answer.is_success:
        return said
    return _fail(said.get("problems") or [said.get("detail", f"refused ({answer.status_code})")], as_json)


def _tell(answer: dict[str, Any], entries: int, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"entries": entries, "dry_run": dry_run} | answer))
        return
    changed, unchanged = answer["changed"], answer["unchanged"]
    would = "would change" if dry_run else "changed"
    names = f": {', '.join(changed[:SHOWN])}" if changed else ""
    typer.echo(f"{entries} entries; {would} the time of {len(changed)} people{names}; {len(unchanged)} were so already")


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text) if text else otherwise
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no day, such as 2026-11-23") from error


def _fail(problems: list[str], as_json: bool) -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"problems": problems}))
    for problem in problems[:SHOWN] if not as_json else ():
        typer.echo(problem, err=True)
    if len(problems) > SHOWN and not as_json:
        typer.echo(f"and {len(problems) - SHOWN} more", err=True)
    raise typer.Exit(1)
