"""`casekeeper dead`: what could not be handled, and giving it another chance."""

import json
import os
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from casekeeper.cli.cases import cluster_of
from casekeeper.cli.ending import fail, reached
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption
from schemas.services import SERVICES

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from services.chassis.dead import Letter
    from services.chassis.kafka import Cluster

app = typer.Typer(no_args_is_help=True, help="Dead letters: what could not be handled, and giving it another chance.")
out = Console()


@app.command("list")
def list_letters(
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """All dead letters: which consumer, why, and whether they were replayed."""
    found = _letters(cluster_of(kafka, prefix, folder))
    if as_json:
        typer.echo(json.dumps([letter.summary() for letter in found]))
        return
    if not found:
        out.print("there are no dead letters")
        return
    table = Table("letter", "consumer", "event", "failed at", "tries", "reason", "replayed at")
    for letter in found:
        table.add_row(
            letter.id,
            letter.consumer,
            letter.event_type,
            letter.failed_at[:19],
            str(letter.attempts),
            letter.reason[:80].replace("[", "\\["),
            letter.replayed_at[:19],
        )
    out.print(table)
    for (consumer, kind), count in Counter((each.consumer, each.kind) for each in found).most_common():
        out.print(f"{count} × {consumer}: {kind[:120]}", highlight=False, markup=False)


@app.command("show")
def show(
    letter_id: Annotated[str, typer.Argument(help="The letter's name in the list.")],
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """One dead letter whole: headers, stack and value."""
    found = _letters(cluster_of(kafka, prefix, folder))
    letter = next((each for each in found if each.id == letter_id), None)
    if letter is None:
        fail(f"there is no dead letter {letter_id}")
    for name, value in letter.headers.items():
        out.print(f"[bold]{name}[/bold]: {value}", highlight=False)
    out.print((letter.record.value or b"").decode(errors="replace"), highlight=False, markup=False)


@app.command("replay")
def replay(
    letter_ids: Annotated[list[str] | None, typer.Argument(help="Names in the list.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were not replayed yet.")] = False,
    consumer: Annotated[str, typer.Option(help="With --all: only those of this service.")] = "",
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
) -> None:
    """Give dead letters to their consumers once more. Doing it twice is harmless."""
    from services.chassis import dead

    if bool(letter_ids) == everything:
        raise typer.BadParameter("name letters, or say --all")
    cluster = cluster_of(kafka, prefix, folder)
    found = _letters(cluster)
    named = [each for each in found if each.id in (letter_ids or ())]
    chosen = dead.waiting(found, consumer=consumer) if everything else named
    if missing := set(letter_ids or ()) - {letter.id for letter in chosen}:
        fail(f"there is no dead letter {min(missing)}")
    out.print(f"{reached(_replay(cluster, chosen))} replayed")


def _letters(cluster: "Cluster") -> "list[Letter]":
    from services.chassis import dead

    return reached(dead.letters(cluster, SERVICES))


async def _replay(cluster: "Cluster", chosen: "list[Letter]") -> int:
    from datetime import UTC, datetime

    from services.chassis import dead
    from services.chassis.kafka import Publisher

    publisher = Publisher(cluster, "casekeeper-cli")
    try:
        await publisher.start()
        return await dead.replay(
            publisher, chosen, datetime.now(UTC), f"{os.environ.get('USER', 'somebody')} (command)"
        )
    finally:
        await publisher.stop()
