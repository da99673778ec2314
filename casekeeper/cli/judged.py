"""`demo` and `chaos`: runs that end with a verdict and say it as a table and as one line of JSON."""

import asyncio
import json
import logging
import os
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.table import Table

from casekeeper.cli.ending import err, fail
from casekeeper.cli.options import DEFAULT_ORGANISATION, JsonOption, OrganisationOption
from casekeeper.local.children import DEFAULT_STORE_ENGINE, STORE_ENGINES, StoreEngine
from casekeeper.local.process import ChildError

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from casekeeper.demo.run import Outcome, Progress
    from casekeeper.demo.source import Thread
    from casekeeper.local.stack import Plan

DataOption = Annotated[Path | None, typer.Option("--data", help="More conversations, as JSON lines.", exists=True)]
SeedOption = Annotated[
    int, typer.Option(help="Decides which messages are sent twice or out of order, and what dies when.")
]
StoreOption = Annotated[str, typer.Option("--store", help=f"The local store: {', '.join(STORE_ENGINES)}.")]
KafkaOption = Annotated[
    bool, typer.Option("--real-kafka", help="Use a real Apache Kafka, fetched by Maven, instead of the local broker.")
]
VIOLATIONS = ("lost", "double_effects", "owner_violations", "order_violations")


def demo(
    messages: Annotated[int, typer.Option(min=1, help="How many messages to send.")] = 200,
    data: DataOption = None,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    seed: SeedOption = 1,
    store: StoreOption = DEFAULT_STORE_ENGINE,
    real_kafka: KafkaOption = False,
    separate: Annotated[bool, typer.Option(help="Each service in a process of its own.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Send real messages through a private stack, let the autopilot work them to the end, and have the run judged.

    A tenth of the messages is sent twice and some out of order. The verdict comes from the topics and the receiving end.
    Exits 1 if anything is lost, doubled, out of order, or a case was ever without its one owner.
    """
    outcome = _judged(org, data, messages, seed, store, real_kafka, separate=separate, kills=None)
    figures = outcome.verdict.figures() | {"seconds": round(outcome.seconds, 1)}
    _tell("demo", figures, outcome, as_json)


def chaos(
    rounds: Annotated[int, typer.Option(min=1, help="How many times something is killed.")] = 5,
    messages: Annotated[int, typer.Option(min=1, help="How many messages to send per round.")] = 60,
    data: DataOption = None,
    org: OrganisationOption = DEFAULT_ORGANISATION,
    seed: SeedOption = 1,
    store: StoreOption = DEFAULT_STORE_ENGINE,
    real_kafka: KafkaOption = False,
    as_json: JsonOption = False,
) -> None:
    """Kill services, broker and store with -9 at random moments under load, start them again, and have the run judged.

    Every service runs in a process of its own; each is hit, and so are the broker and the store, before any is hit again.
    """
    from schemas.services import SERVICES

    chance = random.Random(seed)
    targets: list[str] = []
    while len(targets) < rounds:
        targets += chance.sample([*SERVICES, "broker", "store"], len(SERVICES) + 2)
    outcome = _judged(org, data, messages * rounds, seed, store, real_kafka, separate=True, kills=targets[:rounds])
    figures = outcome.verdict.figures()
    kept = {name: figures[name] for name in VIOLATIONS}
    seconds = sorted(seconds for _, seconds in outcome.restarts)
    p95 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))] if seconds else 0.0
    _tell(
        "chaos",
        {"rounds": rounds, "messages": figures["messages"], **kept, "recovery_p95_seconds": round(p95, 2)},
        outcome,
        as_json,
    )


def _judged(
    org: Path,
    data: Path | None,
    messages: int,
    seed: int,
    store: str,
    real_kafka: bool,
    *,
    separate: bool,
    kills: list[str] | None,
) -> "Outcome":
    from casekeeper.demo.source import DataUnusable, enough, threads
    from casekeeper.local.stack import Plan
    from schemas.organisation_file import load
    from services.chassis import logs

    if store not in STORE_ENGINES:
        raise typer.BadParameter(f"there is no store {store!r}; there are {', '.join(STORE_ENGINES)}")
    engine: StoreEngine = store
    logs.configure("error", "console")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # at length it laments a broker that is away on purpose
    try:
        chosen = enough(threads(load(org), org / "samples", data), messages)
        with tempfile.TemporaryDirectory(prefix="casekeeper-") as folder, _bar() as progress:
            plan = Plan(
                Path(folder),
                org,
                separate=separate,
                store_engine=engine,
                kafka_classpath=_classpath() if real_kafka else "",
            )
            return asyncio.run(_run(plan, chosen, seed, progress, kills))
    except (ChildError, DataUnusable) as error:
        fail(str(error))


async def _run(
    plan: "Plan", chosen: "list[Thread]", seed: int, progress: "Progress", kills: list[str] | None
) -> "Outcome":
    from casekeeper.demo.run import run

    if kills is None:
        return await run(plan, chosen, seed, progress)
    from casekeeper.demo.disturbance import Disturbance

    return await run(plan, chosen, seed, progress, Disturbance(kills, seed).work)


def _classpath() -> str:
    from casekeeper.local.kafka import fetch_kafka

    return fetch_kafka(Path(os.environ.get("CASEKEEPER_KAFKA_CACHE", "build/kafka")))


@contextmanager
def _bar() -> "Iterator[Progress]":
    from casekeeper.demo.run import Progress

    if not err.is_terminal:
        yield Progress(_by_lines())
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=err) as bar:
        tasks: dict[str, Any] = {}

        def report(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done, total=of)

        yield Progress(report)


def _by_lines() -> "Callable[[str, int, int], None]":
    """Where no bar can be drawn (a log, a pipe): a line for every tenth."""
    told: dict[str, int] = {}

    def report(what: str, done: int, of: int) -> None:
        tenth = 10 * done // max(of, 1)
        if tenth > told.get(what, -1):
            told[what] = tenth
            err.print(f"{what}: {done} of {of}", highlight=False)

    return report


def _tell(name: str, figures: dict[str, Any], outcome: "Outcome", as_json: bool) -> None:
    if not as_json:
        table = Table(title=name, show_header=False)
        for label, value in figures.items():
            bad = label in VIOLATIONS and value
            table.add_row(label.replace("_", " "), f"[red]{value}[/red]" if bad else str(value))
        Console().print(table)
    for finding in [*outcome.verdict.findings, *outcome.refused, *filter(None, [outcome.stalled])]:
        err.print(f"[red]{finding}[/red]")
    if outcome.forged:
        err.print(f"[red]{outcome.forged} replies reached the receiving end with a wrong signature[/red]")
    for child, seconds in outcome.restarts:
        err.print(f"{child} was started again in {seconds:.1f} s")
    typer.echo(json.dumps(figures))
    if any(figures[violation] for violation in VIOLATIONS) or outcome.refused or outcome.forged or outcome.stalled:
        raise typer.Exit(1)
