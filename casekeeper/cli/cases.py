"""`casekeeper case`: a case, rebuilt from its topic."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from casekeeper.cli.ending import fail, stack_on
from casekeeper.cli.options import DEFAULT_FOLDER, FolderOption, JsonOption, KafkaOption, PrefixOption

if TYPE_CHECKING:  # the rest is imported where it is used: `--help` shall not wait for the whole system
    from datetime import datetime

    from casekeeper.case_story import Step
    from services.cases.domain import Case
    from services.chassis.kafka import Cluster

app = typer.Typer(no_args_is_help=True, help="Look at a case, as its topic tells it.")
out = Console()
DETAILS = 160
"""Characters of an event's details in the table; `--json` has them all."""


@app.callback()
def _cases() -> None:
    """Keeps `show` a subcommand."""


@app.command("show")
def show(
    case_id: Annotated[str, typer.Argument(help="The id of the case, as the desk shows it.")],
    at: Annotated[str, typer.Option(help="As it was then, such as 2026-11-24T13:30:00Z.")] = "",
    why: Annotated[bool, typer.Option("--why", help="Tell of each event who did it and what led to it.")] = False,
    kafka: KafkaOption = "",
    prefix: PrefixOption = "",
    folder: FolderOption = DEFAULT_FOLDER,
    as_json: JsonOption = False,
) -> None:
    """A case as it is, or was at a moment, and everything that happened to it until then; read from its topic alone."""
    from casekeeper import case_story
    from casekeeper.case_story import StoryBroken
    from services.chassis.errors import Unavailable

    moment = moment_of(at)
    cluster = cluster_of(kafka, prefix, folder)
    try:
        case, steps = asyncio.run(_read(cluster, case_id, moment, why=why))
    except (StoryBroken, Unavailable) as error:
        fail(str(error))
    if case is None:
        when = f" at {moment.isoformat()}" if moment else ""
        fail(f"there is no case {case_id}{when} in the topic {cluster.topic(case_story.TOPIC)} of {cluster.bootstrap}")
    if as_json:
        state = case.model_dump(mode="json") | {"status": case.status}
        typer.echo(json.dumps({"case": state, "events": [step.shown() for step in steps]}, ensure_ascii=False))
        return
    _print(case, steps, why=why)


async def _read(
    cluster: "Cluster", case_id: str, at: "datetime | None", *, why: bool
) -> "tuple[Case | None, list[Step]]":
    from casekeeper import case_story

    events = await case_story.read_case(cluster, case_id)
    case = case_story.folded(events, at)
    until = [each for each in events if at is None or each.time <= at]
    return case, await case_story.with_causes(cluster, until) if why else [case_story.Step(each) for each in until]


def moment_of(text: str) -> "datetime | None":
    """A moment as somebody typed it; none for nothing. Raises BadParameter."""
    if not text:
        return None
    from pydantic import TypeAdapter, ValidationError

    from schemas.base import UtcDatetime

    try:
        found: datetime = TypeAdapter(UtcDatetime).validate_python(text)
    except ValidationError as error:
        raise typer.BadParameter(f"{text!r} is no moment with a zone, such as 2026-11-24T13:30:00Z") from error
    return found


def cluster_of(kafka: str, prefix: str, folder: Path) -> "Cluster":
    """The cluster that was named, or that of the local stack; without one, the command ends and says so."""
    from services.chassis.kafka import Cluster

    if kafka:
        return Cluster(kafka, prefix)
    return stack_on(folder, "or name a cluster with --kafka").cluster


def _print(case: "Case", steps: "list[Step]", *, why: bool) -> None:
    out.print(f"[bold]{case.id}[/bold]  {case.status}", highlight=False)
    for name, value in _summary(case).items():
        out.print(f"  {name}: {value}", highlight=False, markup=False)
    longest = max((len(step.envelope.type) for step in steps), default=0)
    what = Column("what", no_wrap=True, min_width=longest)  # on a narrow screen the details give way, not what happened
    table = Table("", "when (UTC)", what, *(["who", "why"] if why else []), "details")
    for step in steps:
        envelope = step.envelope
        data = envelope.data.model_dump(mode="json", exclude={"case_id", "conversation", "brand"})
        reasons = [step.who, "\n".join(step.why)] if why else []
        details = json.dumps(data, ensure_ascii=False)[:DETAILS]
        cells = [str(envelope.sequence), f"{envelope.time:%Y-%m-%d %H:%M:%S}", envelope.type, *reasons, details]
        table.add_row(*(cell.replace("[", "\\[") for cell in cells))
    out.print(table)


def _summary(case: "Case") -> dict[str, Any]:
    said = {
        "brand": f"{case.brand}, on {case.channel}",
        "owner": case.owner or "nobody yet",
        "cover": f"{case.cover.person} until {case.cover.ends_at:%Y-%m-%d %H:%M} UTC" if case.cover else "",
        "offered to": case.pending_handover.to if case.pending_handover else "",
        "open consults": ", ".join(each.question for each in case.open_consults),
        "open promises": ", ".join(f"{each.what} by {each.due_at:%Y-%m-%d %H:%M} UTC" for each in case.open_promises),
        "replies": ", ".join(f"{each.kind} {each.status}" for each in case.replies.values()),
        "merged into": case.merged_into,
    }
    return {name: value for name, value in said.items() if value}
