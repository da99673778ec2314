"""`casekeeper topics`: what customers write about that the taxonomy does not know (U1)."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from casekeeper.cli.ending import err, extra, fail, reached
from casekeeper.cli.options import (
    DEFAULT_FOLDER,
    DEFAULT_ORGANISATION,
    FolderOption,
    JsonOption,
    KafkaOption,
    OrganisationOption,
    PrefixOption,
)

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the models
    from services.classification.learning.suggest import Said, Suggestion

EXAMPLE = 160
"""Characters of an example; `--json` has them all."""

app = typer.Typer(no_args_is_help=True, help="Look after the taxonomy of what customers write about.")


@app.callback()
def _topics() -> None:
    """Keeps `suggest` a subcommand."""


@app.command("suggest")
def suggest(
    jsonl: Annotated[
        Path | None,
        typer.Option(
            "--jsonl", help='Lines of {"id", "text"}, classified here, instead of the system\'s own messages.'
        ),
    ] = None,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    most: Annotated[int, typer.Option("--most", min=1, max=100, help="So many suggestions at most.")] = 10,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Group the messages that no topic of the taxonomy fits, and offer the groups as new nodes, the clearest first.

    Reads what the system has classified, or a file. Each suggestion has its characteristic words, its size, its languages and
    typical messages with personal data made unreadable; at the end stand the nodes as YAML, to paste into the organisation's
    taxonomy and to name. The same messages give the same suggestions.
    """
    with extra("train"):
        from services.classification.learning.suggest import suggest as suggested
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("reading messages")
        unknown = _of_file(jsonl, org) if jsonl else _of_topic(kafka, prefix, folder)
        progress.update(task, description=f"grouping {len(unknown):,} messages without a topic")
        found = suggested(unknown, most)
    if as_json:
        shown = [{name: value for name, value in asdict(each).items() if name != "members"} for each in found]
        typer.echo(json.dumps({"unknown": len(unknown), "suggestions": shown}, ensure_ascii=False))
        return
    _tell(len(unknown), found)


def _of_file(path: Path, org: Path) -> "list[Said]":
    from casekeeper.cli.classify import classifier_of
    from casekeeper.understanding.lines import LineInvalid, read
    from casekeeper.understanding.unknown import of_lines

    try:
        with path.open("rb") as stream:
            return of_lines(read(str(path), stream), classifier_of(org, None))
    except (LineInvalid, OSError) as error:
        fail(str(error))


def _of_topic(kafka: str, prefix: str, folder: Path) -> "list[Said]":
    from casekeeper.cli.cases import cluster_of
    from casekeeper.understanding.unknown import of_topic

    return reached(of_topic(cluster_of(kafka, prefix, folder)))


def _tell(unknown: int, found: "list[Suggestion]") -> None:
    from services.classification.learning.suggest import fragment

    if not found:
        typer.echo(f"{unknown:,} messages have no topic; there is no group among them that is large enough.")
        return
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for number, each in enumerate(found, 1):
        languages = ", ".join(f"{language} {count}" for language, count in each.languages.items())
        console.print(
            f"{number}. {each.name}: {each.size:,} messages ({languages}), {each.cohesion:.2f} alike", style="bold"
        )
        for text in each.examples:
            console.print(f"   {' '.join(text.split())[:EXAMPLE]}")
    console.print(
        f"\n{unknown:,} messages have no topic. The nodes, to name and to paste:\n\n{fragment(found)}", end=""
    )
