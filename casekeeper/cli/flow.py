"""`casekeeper flow` and `casekeeper trace`: how events flow, and one message's way; what the operator's page shows (I4)."""

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from casekeeper.cli.cases import cluster_of
from casekeeper.cli.ending import fail, reached
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption
from schemas.services import SERVICES

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from services.chassis.kafka import Cluster
    from services.desk.domain.flow import Flow, Hop
    from services.desk.domain.trace import Trace
    from services.desk.gateway.trace import Found

out = Console()


def flow(
    seconds: Annotated[float, typer.Option(min=2, max=60, help="Over how long rates are measured.")] = 5.0,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """How fast events come and are handled, and what waits, topic by topic and reader by reader; from Kafka's offsets."""
    found = reached(_measured(cluster_of(kafka, prefix, folder), seconds))
    if as_json:
        typer.echo(json.dumps(asdict(found), default=_as_text))
        return
    table = Table("topic", "from", "comes/s", "reader", "handled/s", "waiting", "state")
    for stream in found.streams:
        table.add_row(
            stream.topic, stream.producer, _rate(stream.rate), *_cells(stream.hops[0] if stream.hops else None)
        )
        for hop in stream.hops[1:]:
            table.add_row("", "", "", *_cells(hop))
    out.print(table)


async def _measured(cluster: "Cluster", seconds: float) -> "Flow":
    from services.chassis.clock import SystemClock
    from services.desk.gateway.flow import FlowWatch

    watch = FlowWatch(cluster, SystemClock())
    try:
        await watch.look()
        await asyncio.sleep(seconds)
        await watch.look()
        found = await watch.now()
    finally:
        await watch.close()
    assert found is not None  # noqa: S101 - it has looked twice
    return found


def _cells(hop: "Hop | None") -> tuple[str, ...]:
    return (hop.service, _rate(hop.rate), str(hop.lag), hop.state) if hop else ("", "", "", "")


def _rate(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def trace(
    asked: Annotated[str, typer.Argument(help="The id of a case, message, event or trace, or the channel's own id.")],
    hours: Annotated[float, typer.Option(min=0.1, max=24 * 31, help="How far back it is looked for.")] = 24.0,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """One message's or case's way through the services, from the webhook to the channel: each event, and how long it took."""
    found = reached(_searched(cluster_of(kafka, prefix, folder), asked, hours))
    if found.trace is None:
        ended = "" if found.complete else "; there was too much to read in the time"
        fail(f"nothing of the last {hours:g} hours has the id {asked} ({found.records:,} events read{ended})")
    if as_json:
        typer.echo(json.dumps(_shown(found.trace) | {"records": found.records}, default=_as_text))
        return
    _print(found.trace)


async def _searched(cluster: "Cluster", asked: str, hours: float) -> "Found":
    from services.chassis import dead
    from services.desk.gateway.trace import Search

    return await Search(cluster, asked, hours, await dead.letters(cluster, SERVICES)).run()


def _shown(found: "Trace") -> dict[str, Any]:
    return asdict(found) | {"trace_ids": found.trace_ids, "seconds": found.seconds}


def _print(found: "Trace") -> None:
    whole = "all of it" if found.whole_case else "one message's way"
    out.print(f"case {found.case_id or 'none'} ({whole}), trace {', '.join(found.trace_ids)}", highlight=False)
    table = Table("when (UTC)", "event", "service", "took s", "who", "where it lies")
    for step in found.steps:
        each = step.seen
        what = f"{each.type} ({each.outcome})" if each.outcome else each.type
        where = f"{each.topic} {each.partition}:{each.offset}"
        table.add_row(
            f"{each.at:%H:%M:%S.%f}"[:-3], what, each.by or each.service, f"{step.seconds:.3f}", each.actor, where
        )
    out.print(table)


def _as_text(value: Any) -> str:
    return str(value.isoformat())
