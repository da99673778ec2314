"""`casekeeper review`: the cases worth talking about, and why (P2)."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from casekeeper.cli.followup_of import PersonOption, UrlOption
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, TokenOption

if TYPE_CHECKING:
    from rich.console import Console


def review(
    brand: Annotated[str, typer.Option(help="Id of the brand.")],
    day: Annotated[str, typer.Option(help="As 2026-11-23; by default the latest day with a review.")] = "",
    person: PersonOption = "",
    url: UrlOption = "",
    token: TokenOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """The review of one day of a brand: the cases worth talking about with the reasons, what was said and what was learned."""
    from rich.console import Console

    from casekeeper.cli.followup_of import asked, client_of

    with client_of(url, token, person, folder) as client:
        if not day:
            days = asked(client, "GET", f"/reviews/{brand}")
            day = next((each["day"] for each in days["items"] if each["cases"]), days["today"])
        found = asked(client, "GET", f"/reviews/{brand}/{day}")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    _print(found, Console(highlight=False, markup=False))


def _print(found: dict[str, Any], out: "Console") -> None:
    states = {"so-far": "so far", "none": "nothing was proposed", "proposed": f"{found['finished']} cases were closed"}
    out.print(f"{found['brand']}, {found['day']}: {states[found['state']]}", style="bold")
    for case in found["cases"]:
        out.print(f"\n{case['light']}: {case['case_id']}  {case['topic']} {case['channel']} {case['language']}")
        for reason in case["reasons"]:
            number = f" {reason['number']:g}" if reason["number"] else ""
            out.print(f"   {reason['kind']}{number} {reason['detail']}".rstrip())
        for note in case["notes"]:
            out.print(f"   {note['by']}: {note['text']}" + (f" Learned: {note['learned']}" if note["learned"] else ""))
    for lesson in found["lessons"]:
        effect = lesson["effect"]
        out.print(f"\nfrom now on: {lesson['text']}" + (f" ({effect['verdict']})" if effect else ""))
