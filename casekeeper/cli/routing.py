"""`casekeeper route`: why routing chose whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from rich.table import Table

    from casekeeper.route_story import Search
    from schemas.events.routing import Explanation

app = typer.Typer(no_args_is_help=True, help="Look at what routing decided, as its topics tell it.")


@app.callback()
def _route() -> None:
    """Keeps `explain` a subcommand."""


@app.command("explain")
def explain(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The id of the case, as the desk shows it.")],
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Every decision of routing for a case: what was asked, who was chosen over whom and why, and what it waited for."""
    import json

    from casekeeper.cli.cases import cluster_of
    from casekeeper.cli.ending import fail, reached
    from casekeeper.route_story import TOPICS, read_searches

    cluster = cluster_of(kafka, prefix, folder)
    found = reached(read_searches(cluster, case_id))
    if not found:
        topics = " and ".join(map(cluster.topic, TOPICS))
        fail(f"routing was asked nothing for a case {case_id}, as far as {topics} of {cluster.bootstrap} go back")
    if as_json:
        requests = [each.shown() for each in found]
        typer.echo(json.dumps({"case": case_id, "requests": requests}, ensure_ascii=False))
        return
    _print(case_id, found)


def _print(case_id: str, found: "list[Search]") -> None:
    from rich.console import Console
    from rich.padding import Padding

    from casekeeper.route_story import asked_for, told

    out = Console(highlight=False, markup=False)
    out.print(f"{case_id}: routing was asked {len(found)} time{'s' if len(found) > 1 else ''}", style="bold")
    for number, search in enumerate(found, 1):
        out.print(f"\n{number}. {search.asked.time:%Y-%m-%d %H:%M:%S} UTC: wanted {asked_for(search)}", style="bold")
        for moment, sentences, explanation in told(search):
            out.print(Padding(f"{moment:%Y-%m-%d %H:%M:%S} UTC: {sentences}", (0, 0, 0, 3)))
            if explanation.candidates:
                out.print(Padding(_points(explanation), (0, 0, 0, 3)))
        for each in search.released:
            out.print(Padding(f"{each.time:%Y-%m-%d %H:%M:%S} UTC: the work ended.", (0, 0, 0, 3)))
        if not search.decisions:
            out.print(Padding("No decision yet.", (0, 0, 0, 3)))


def _points(explanation: "Explanation") -> "Table":
    from rich.table import Table

    from casekeeper.route_story import terms_of

    terms = terms_of(explanation)
    table = Table("candidate", "points", *terms, title_justify="left")
    for each in explanation.candidates:
        table.add_row(each.person, f"{each.score:.3f}", *(f"{each.terms.get(name, 0):.3f}" for name in terms))
    return table
